"""Every address of the house. A language other than English has a prefix: /ar/hub/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from strongcities import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    *i18n_patterns(
        path("", include("pages.urls")),
        path("", include("members.urls")),
        path("hub/", include("hub.urls")),
        path("account/", include("allauth.account.urls")),
        path("account/2fa/", include("allauth.mfa.urls")),
        path("admin/", admin.site.urls),
        *([path("demo/outbox/", include("strongcities.outbox"))] if settings.DEMO else []),
        prefix_default_language=False,
    ),
]

handler500 = "strongcities.faults.server_error"
handler400 = "strongcities.faults.bad_request"
