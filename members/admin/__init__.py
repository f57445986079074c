"""The staff's rooms for members; Django finds them here."""

from members.admin import applications, changes, cities, people, reasons

__all__ = ["applications", "changes", "cities", "people", "reasons"]
