"""The staff's rooms of the hub."""

from hub.admin import asked, practices, promotions, synonyms, theme_orders

__all__ = ["asked", "practices", "promotions", "synonyms", "theme_orders"]
