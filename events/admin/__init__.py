"""The staff's rooms for events; Django finds them here."""

from events.admin import letters, papers, travel

__all__ = ["letters", "papers", "travel"]
