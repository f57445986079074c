"""What rows and pages of practices are drawn with."""

from __future__ import annotations

from functools import cache

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
@cache
def meter(evidence: str) -> SafeString:
    """The strength of evidence as four steps, filled up to it; decorative, its words stand beside it."""
    filled = int(evidence) if evidence.isdigit() else 0
    steps = "".join('<i class="on"></i>' if step < filled else "<i></i>" for step in range(4))
    return mark_safe(f'<span class="meter" aria-hidden="true">{steps}</span>')  # noqa: S308  no text of anybody's
