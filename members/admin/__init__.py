"""The staff's rooms for members; Django finds them here."""

from members.admin import accounts, applications, cities, people

__all__ = ["accounts", "applications", "cities", "people"]
