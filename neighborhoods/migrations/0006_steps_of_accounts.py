"""Steps of accounts and keys: the database keeps them as they were written."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION neighborhoods_steps_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'steps of accounts are added, never changed';
END $$;
CREATE TRIGGER account_steps_kept BEFORE UPDATE OR DELETE ON neighborhoods_accountstep
    FOR EACH ROW EXECUTE FUNCTION neighborhoods_steps_kept();
"""
BACK = "DROP TRIGGER account_steps_kept ON neighborhoods_accountstep; DROP FUNCTION neighborhoods_steps_kept"


class Migration(migrations.Migration):
    dependencies = [
        ("neighborhoods", "0005_access_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("made", "made"),
                            ("renamed", "renamed"),
                            ("closed", "closed"),
                            ("opened", "opened"),
                            ("once_given", "once_given"),
                            ("own_chosen", "own_chosen"),
                            ("factor_added", "factor_added"),
                            ("factor_removed", "factor_removed"),
                            ("factor_reset", "factor_reset"),
                            ("codes_renewed", "codes_renewed"),
                            ("key_made", "key_made"),
                            ("key_revoked", "key_revoked"),
                        ],
                        max_length=16,
                        verbose_name="act",
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=500, verbose_name="why")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="at")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="neighborhoods.apitoken",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account__isnull", False), ("token__isnull", True)),
                            models.Q(("account__isnull", True), ("token__isnull", False)),
                            _connector="OR",
                        ),
                        name="account_step_of_one",
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
