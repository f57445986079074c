"""The staff's rooms for members; Django finds them here."""

from members.admin import applications, cities, people, reports

__all__ = ["applications", "cities", "people", "reports"]
