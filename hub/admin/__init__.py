"""The staff's rooms of the hub."""

from hub.admin import practices, synonyms

__all__ = ["practices", "synonyms"]
