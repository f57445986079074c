"""The staff's rooms for members; Django finds them here."""

from members.admin import applications, cities, people, reasons

__all__ = ["applications", "cities", "people", "reasons"]
