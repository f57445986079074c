"""Events: what takes place, who takes part, and what came of it."""

from events.models.booking import Booking, BookingTransition
from events.models.calendar_address import CalendarAddress
from events.models.change import Change
from events.models.city_seats import CitySeats
from events.models.event import Event, EventTransition
from events.models.invitation import EventInvitation, EventInvitationTransition
from events.models.notice import Notice
from events.models.paper import Paper
from events.models.photo import Photo
from events.models.programme import Room, Session, Speaker
from events.models.question import Answer, Question
from events.models.registration import Party, Registration, RegistrationTransition
from events.models.series import Series
from events.models.travel import TravelRequest, TravelRequestTransition
from events.models.visa_letter import VisaLetter, VisaLetterTransition

__all__ = [
    "Answer",
    "Booking",
    "BookingTransition",
    "CalendarAddress",
    "Change",
    "CitySeats",
    "Event",
    "EventInvitation",
    "EventInvitationTransition",
    "EventTransition",
    "Notice",
    "Paper",
    "Party",
    "Photo",
    "Question",
    "Registration",
    "RegistrationTransition",
    "Room",
    "Series",
    "Session",
    "Speaker",
    "TravelRequest",
    "TravelRequestTransition",
    "VisaLetter",
    "VisaLetterTransition",
]
