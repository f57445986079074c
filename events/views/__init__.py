"""The pages of events."""

from events.views.event import event, invitation, participants, registration, session
from events.views.index import index, series

__all__ = ["event", "index", "invitation", "participants", "registration", "series", "session"]
