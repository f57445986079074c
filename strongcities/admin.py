"""The admin site, under the house's own first page."""

from django.contrib import admin


class Site(admin.AdminSite):
    pass
