"""The staff's rooms of the hub."""

from hub.admin import counting, practices, promotions, synonyms, theme_orders

__all__ = ["counting", "practices", "promotions", "synonyms", "theme_orders"]
