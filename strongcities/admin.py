"""The admin site, under the house's own first page."""

from strongcities.door import OneDoor


class Site(OneDoor):
    pass
