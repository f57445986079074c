"""A device in two words, from what a browser says of itself: "Firefox, Android". Enough to know one's own by, and no more."""

from __future__ import annotations

from django.utils.translation import gettext

# In this order: Edge and Opera call themselves Chrome as well, Chrome calls itself Safari.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "YaBrowser": "Yandex",
    "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "CrOS": "ChromeOS",
    "Windows": "Windows", "Macintosh": "Mac", "Linux": "Linux",
}  # fmt: skip


def named(agent: str) -> str:
    """Browser and system that `agent` (a User-Agent header) names, for a session to keep: "Firefox, Android"; "" for none."""
    found = (next((name for mark, name in names.items() if mark in agent), "") for names in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found))


def words(device: str) -> str:
    """What `named` kept, as a reader sees it."""
    browser, _comma, system = device.partition(", ")
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return device or gettext("A device that does not say what it is")
