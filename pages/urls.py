from django.conf import settings
from django.urls import path

from pages import views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("contact/", views.contact, name="contact"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("desk/", views.desk, name="desk"),
]
if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("styleguide/", views.styleguide, name="styleguide"))
