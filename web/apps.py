from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "web"
    verbose_name = _("How it is served")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(grant_anew, sender=self)


def grant_anew(**_: Any) -> None:
    """New tables are nobody's but their owner's: where the roles exist, they are granted them."""
    from web import roles

    if roles.exist():
        roles.grant()
