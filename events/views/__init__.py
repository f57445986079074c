"""The pages of events."""

from events.views.event import event, invitation, registration, series
from events.views.follow_up import (
    follow_up,
    interpretation_choose,
    letter,
    letter_ask,
    letter_withdraw,
    travel_ask,
    travel_withdraw,
)

__all__ = [
    "event",
    "follow_up",
    "interpretation_choose",
    "invitation",
    "letter",
    "letter_ask",
    "letter_withdraw",
    "registration",
    "series",
    "travel_ask",
    "travel_withdraw",
]
