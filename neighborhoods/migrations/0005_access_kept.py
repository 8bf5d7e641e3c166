"""Who was in a group of staff holds the role of that name from now on; and the table of the cache."""

from django.db import migrations

GROUPS = {"Moderator": "moderator", "Officer": "officer"}


def give(apps, schema_editor):
    user, grant = apps.get_model("neighborhoods", "User"), apps.get_model("neighborhoods", "Grant")
    for group, role in GROUPS.items():
        for account in user.objects.filter(groups__name=group):
            grant.objects.get_or_create(user=account, role=role)
    for account in user.objects.filter(is_superuser=True):
        grant.objects.get_or_create(user=account, role="administrator")


class Migration(migrations.Migration):
    dependencies = [
        ("neighborhoods", "0004_access"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop, elidable=True),
        # As Django's createcachetable makes it (settings.CACHES).
        migrations.RunSQL(
            'CREATE TABLE neighborhoods_cache ("cache_key" varchar(255) NOT NULL PRIMARY KEY, '
            '"value" text NOT NULL, "expires" timestamp with time zone NOT NULL); '
            'CREATE INDEX neighborhoods_cache_expires ON neighborhoods_cache ("expires")',
            "DROP TABLE neighborhoods_cache",
        ),
    ]
