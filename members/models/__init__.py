"""People, cities, and applications to join."""

from members.models.application import Application, ApplicationNote, ApplicationTransition
from members.models.change import CityChange
from members.models.city import City, Membership
from members.models.draft import Draft
from members.models.official import Official, Post
from members.models.reason import Reason
from members.models.user import User

__all__ = [
    "Application",
    "ApplicationNote",
    "ApplicationTransition",
    "City",
    "CityChange",
    "Draft",
    "Membership",
    "Official",
    "Post",
    "Reason",
    "User",
]
