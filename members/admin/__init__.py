"""The staff's rooms for members; Django finds them here."""

from members.admin import accounts, applications, changes, cities, exports, governance, imports, merges, officials, people, reasons, reports

__all__ = [
    "accounts", "applications", "changes", "cities", "exports", "governance", "imports", "merges", "officials", "people", "reasons",
    "reports",
]  # fmt: skip
