"""Tags and filters that every template has without loading them."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField
from django.forms.boundfield import BoundWidget
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

from strongcities import access, ages, demo, text, uploads

register = template.Library()
SEEN = 6  # boxes of a long field that are seen at once
register.filter("markdown", text.markdown)
register.filter("age", ages.age)
register.filter("ago", ages.ago)
register.filter("after", ages.after)
register.filter("days", ages.days)


@register.filter
def number(value: int) -> str:
    """A count as people write it, with its thousands apart: 1,021. Not for years and keys."""
    return formats.number_format(value, force_grouping=True)


@register.filter
def folded(field: BoundField) -> dict[str, list[BoundWidget]]:
    """The boxes of a field that has more of them than fit a screen: the `first`, with all that are chosen, and the `rest`."""
    boxes = field.subwidgets
    first = [box for place, box in enumerate(boxes) if place < SEEN or box.data["selected"]]
    return {"first": first, "rest": [box for box in boxes if box not in first]}


@register.filter
def faults(form: BaseForm) -> int:
    """How many sentences there are to read about what was sent; of one field there may be several."""
    return sum(map(len, form.errors.values()))


@register.inclusion_tag("demo/_accounts.html")
def demo_accounts() -> dict[str, Any]:
    """The demo's accounts and their password, for whoever wants to sign in; outside the demo nothing."""
    return {"accounts": demo.ACCOUNTS, "password": demo.PASSWORD} if settings.DEMO else {}


@register.simple_tag
def second_step_for(user: Any) -> str:
    return access.second_step_of(user)


@register.simple_tag
def by_name(request: HttpRequest) -> str:
    """This page's address by a name, where it was asked for by the number 127.0.0.1 or ::1, at which browsers make no passkeys: the demo's
    localhost. Elsewhere ""."""
    host, _colon, port = request.get_host().rpartition(":")
    if not settings.DEMO or host not in {"127.0.0.1", "[::1]"}:
        return ""
    return f"{request.scheme}://localhost:{port}{request.get_full_path()}"


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file, for pages that tell of a fault: they must be drawn even when the list of hashed names
    is what is missing."""
    try:
        return static(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"


@register.simple_tag
def picture(name: str, alt: str, sizes: str, *, first: bool = False) -> SafeString:
    """An uploaded picture by its name. `sizes` says how wide it is shown, so that a phone fetches no more than it needs;
    `first` is for the picture on top of a page, which is not to be waited for."""
    shown = uploads.Picture(name)
    return format_html(
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" {}>',
        shown.src, shown.srcset, sizes, shown.width, shown.height, alt, SafeString('fetchpriority="high"' if first else 'loading="lazy"'),
    )  # fmt: skip
