"""Every address of the house. A language other than English has a prefix: /ar/hub/."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from strongcities import documents, health, uploads

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    re_path(rf"^media/pictures/(?P<name>{uploads.NAME})/(?P<width>[1-9][0-9]{{0,3}})\.webp$", uploads.picture, name="picture"),
    re_path(rf"^media/documents/(?P<name>{documents.NAME})/(?P<file_name>{documents.FILE_NAME})$", documents.document, name="document"),
    *i18n_patterns(
        path("", include("pages.urls")),
        path("", include("members.urls")),
        path("events/", include("events.urls")),
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
