"""The staff's rooms of the hub."""

from hub.admin import practices

__all__ = ["practices"]
