"""The pages of events."""

from events.views.event import event, invitation, registration, series

__all__ = ["event", "invitation", "registration", "series"]
