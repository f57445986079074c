"""The staff's rooms for members; Django finds them here."""

from members.admin import applications, cities, merges, people, reasons

__all__ = ["applications", "cities", "merges", "people", "reasons"]
