"""The pages of events."""

from events.views.calendar import calendar, calendar_address, calendar_address_renew, ics, own_calendar
from events.views.event import event, participants, session
from events.views.feed import feed
from events.views.follow_up import (
    follow_up,
    follow_up_answer,
    interpretation_choose,
    letter,
    letter_ask,
    letter_withdraw,
    travel_ask,
    travel_withdraw,
)
from events.views.index import index, series
from events.views.invitations import invitation, invitation_accept, invitation_decline
from events.views.mine import mine, speaker_choose
from events.views.month import month, this_month
from events.views.registering import ask, group_accept, group_decline, register, register_group
from events.views.registration import accept, apart, change, decline, registration, withdraw
from events.views.sessions import session_accept, session_book, session_decline, session_give_back

__all__ = [
    "accept", "apart", "ask", "calendar", "calendar_address", "calendar_address_renew", "change", "decline", "event", "feed",
    "follow_up", "follow_up_answer", "group_accept", "group_decline", "ics", "index", "interpretation_choose", "invitation",
    "invitation_accept", "invitation_decline", "letter", "letter_ask", "letter_withdraw", "mine", "month", "own_calendar",
    "participants", "register", "register_group", "registration", "series", "session", "session_accept", "session_book",
    "session_decline", "session_give_back", "speaker_choose", "this_month", "travel_ask", "travel_withdraw", "withdraw",
]  # fmt: skip
