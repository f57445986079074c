"""The pages of events."""

from events.views.calendar import calendar, calendar_address, calendar_address_renew, ics, own_calendar
from events.views.event import event, invitation, registration, series
from events.views.feed import feed
from events.views.month import month, this_month

__all__ = [
    "calendar", "calendar_address", "calendar_address_renew", "event", "feed", "ics", "invitation", "month", "own_calendar",
    "registration", "series", "this_month",
]  # fmt: skip
