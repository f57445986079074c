"""The staff's rooms for members; Django finds them here."""

from members.admin import applications, changes, cities, officials, people, reasons, reports

__all__ = ["applications", "changes", "cities", "officials", "people", "reasons", "reports"]
