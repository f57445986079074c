"""The ground as an app (extensions, checks, commands), and the admin site under the house's own index."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.utils.translation import gettext_lazy as _


class StrongCitiesConfig(AppConfig):
    name = "strongcities"
    verbose_name = _("The site")

    def ready(self) -> None:
        # Registering a check imports models, so only now; and from here on Python knows no other zones than the pinned ones.
        from strongcities import checks, zones  # noqa: F401


class AdminConfig(DjangoAdminConfig):
    default_site = "strongcities.admin.Site"

    def ready(self) -> None:
        super().ready()  # registers every room
        from strongcities.admin import tidy  # imports models, so only now

        tidy()
