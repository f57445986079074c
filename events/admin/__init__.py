"""The staff's rooms for events; Django finds them here."""

from events.admin import events, invitations, questions, registrations, series, sessions

__all__ = ["events", "invitations", "questions", "registrations", "series", "sessions"]
