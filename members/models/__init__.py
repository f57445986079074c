"""People, cities, and applications to join."""

from members.models.address_change import AddressChange, AddressChangeTransition
from members.models.application import Application
from members.models.application_step import ApplicationNote, ApplicationTransition
from members.models.change import CityChange
from members.models.city import City
from members.models.contact import Contact, ContactTransition, Message
from members.models.domain import CityDomain
from members.models.draft import Draft
from members.models.governance import Body, Seat
from members.models.imported import Export, Import, ImportTransition
from members.models.invitation import Invitation, InvitationTransition
from members.models.knock import Knock
from members.models.membership import Membership
from members.models.merge import Merge, MergeTransition
from members.models.official import Official, Post, PostTransition
from members.models.reason import Reason
from members.models.report import Report, ReportTransition
from members.models.said import ShownTo
from members.models.session import Session
from members.models.sign_on import SignOn, SignOnDomain, SignOnTransition
from members.models.user import User
from members.models.vacancy import Vacancy
from members.models.vouch import Vouch, VouchTransition

__all__ = [
    "AddressChange",
    "AddressChangeTransition",
    "Application",
    "ApplicationNote",
    "ApplicationTransition",
    "Body",
    "City",
    "CityChange",
    "CityDomain",
    "Contact",
    "ContactTransition",
    "Draft",
    "Export",
    "Import",
    "ImportTransition",
    "Invitation",
    "InvitationTransition",
    "Knock",
    "Membership",
    "Merge",
    "MergeTransition",
    "Message",
    "Official",
    "Post",
    "PostTransition",
    "Reason",
    "Report",
    "ReportTransition",
    "Seat",
    "Session",
    "ShownTo",
    "SignOn",
    "SignOnDomain",
    "SignOnTransition",
    "User",
    "Vacancy",
    "Vouch",
    "VouchTransition",
]
