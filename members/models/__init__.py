"""People, cities, and applications to join."""

from members.models.application import Application, ApplicationNote, ApplicationTransition
from members.models.city import City, Membership
from members.models.contact import Contact, ContactTransition, Message
from members.models.draft import Draft
from members.models.official import Official, Post, ShownTo
from members.models.report import Report, ReportTransition
from members.models.user import User

__all__ = [
    "Application", "ApplicationNote", "ApplicationTransition", "City", "Contact", "ContactTransition", "Draft", "Membership", "Message",
    "Official", "Post", "Report", "ReportTransition", "ShownTo", "User",
]  # fmt: skip
