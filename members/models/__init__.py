"""People, cities, and applications to join."""

from members.models.address_change import AddressChange, AddressChangeTransition
from members.models.application import Application, ApplicationNote, ApplicationTransition
from members.models.city import City, Membership
from members.models.draft import Draft
from members.models.knock import Knock
from members.models.official import Official, Post
from members.models.session import Session
from members.models.sign_on import SignOn, SignOnDomain
from members.models.user import User

__all__ = [
    "AddressChange", "AddressChangeTransition", "Application", "ApplicationNote", "ApplicationTransition", "City", "Draft", "Knock",
    "Membership", "Official", "Post", "Session", "SignOn", "SignOnDomain", "User",
]  # fmt: skip
