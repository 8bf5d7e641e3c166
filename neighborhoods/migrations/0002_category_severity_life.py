from django.db import migrations, models


class Migration(migrations.Migration):
    """Severity and lifetime of each category; rows already there are brought up to the city's file by the next sync."""

    dependencies = [
        ("neighborhoods", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="severity",
            field=models.FloatField(default=1.0, verbose_name="severity, 1 to 5"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="category",
            name="life_days",
            field=models.FloatField(default=30.0, verbose_name="life of an incident in days"),
            preserve_default=False,
        ),
    ]
