"""The pages of events."""

from events.views.event import event, participants, session
from events.views.index import index, series
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
    "group_accept",
    "group_decline",
    "index",
    "invitation",
    "invitation_accept",
    "invitation_decline",
    "mine",
    "participants",
    "register",
    "register_group",
    "registration",
    "series",
    "session",
    "session_accept",
    "session_book",
    "session_decline",
    "session_give_back",
    "speaker_choose",
    "withdraw",
]
