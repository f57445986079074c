"""The staff's rooms of the hub."""

from hub.admin import practices, promotions, synonyms, theme_orders

__all__ = ["practices", "promotions", "synonyms", "theme_orders"]
