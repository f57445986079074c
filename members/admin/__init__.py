"""The staff's rooms for members; Django finds them here."""

from members.admin import applications, cities, officials, people

__all__ = ["applications", "cities", "officials", "people"]
