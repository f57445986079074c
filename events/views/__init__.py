"""The pages of events."""

from events.views.event import event, series
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
from events.views.invitations import invitation, invitation_accept, invitation_decline
from events.views.mine import mine, speaker_choose
from events.views.registering import ask, group_accept, group_decline, register, register_group
from events.views.registration import accept, apart, change, decline, registration, withdraw
from events.views.sessions import session_accept, session_book, session_decline, session_give_back

__all__ = [
    "accept",
    "apart",
    "ask",
    "change",
    "decline",
    "event",
    "follow_up",
    "follow_up_answer",
    "group_accept",
    "group_decline",
    "interpretation_choose",
    "invitation",
    "invitation_accept",
    "invitation_decline",
    "letter",
    "letter_ask",
    "letter_withdraw",
    "mine",
    "register",
    "register_group",
    "registration",
    "series",
    "session_accept",
    "session_book",
    "session_decline",
    "session_give_back",
    "speaker_choose",
    "travel_ask",
    "travel_withdraw",
    "withdraw",
]
