"""The directory of cities with 100 members and with 10,000: statements, time and bytes of its pages.

By Django's client in this process, so nothing but the directory is measured. Each time is given as a multiple of the page
with 100 members, each page asked in turn with a constant one (/about/). Prints JSON.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import house

PAGES = {
    "/cities/, the whole world": "/cities/",
    "/cities/?region=europe": "/cities/?region=europe",
    "/cities/?country=KE": "/cities/?country=KE",
    "/cities/?bbox=…, a section of Europe": "/cities/?bbox=0,45,15,55",
    "/cities/?q=harbour&theme=…&kind=…": "/cities/?q=harbour&theme=youth-engagement&kind=city&kind=county",
}


def measure() -> dict[str, dict[str, Any]]:
    """Of each page also its bytes as sent (gzip) and the marks on its map."""
    from django.test import Client  # settings are ready only now

    client, found = Client(), {}
    for name, path in PAGES.items():
        measured = house.page(client, path)
        answer = measured.pop("answer")
        atlas = answer.context["atlas"]
        found[name] = {**measured, "bytes": len(gzip.compress(answer.content, 6)), "marks": len(atlas.spots) if atlas else 0}
    return found


def main() -> None:
    with house.database():
        from members.samples import make_cities  # as above

        rows = {}
        for members in (100, 10_000):
            make_cities(members)
            house.analyze()
            rows[members] = measure()
    print("\n" + json.dumps({name: {size: rows[size][name] for size in rows} for name in PAGES}))


if __name__ == "__main__":
    main()
