"""The staff's rooms for events; Django finds them here."""

from events.admin import events, invitations, letters, papers, questions, registrations, series, sessions, travel

__all__ = ["events", "invitations", "letters", "papers", "questions", "registrations", "series", "sessions", "travel"]
