"""What it costs to count a search: `/hub/?q=…` and `practices.json` counted beside uncounted, each asked in turn with the other.

By Django's client in this process, so nothing but the house's own work is measured; on a server that keeps what it is told
(the tests' own server waits for no disk). Prints JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import house

PAGES = ("/hub/?q=families+school", "/hub/practices.json?q=families+school")
ROUNDS = 200
PRACTICES = 1_000


def measure(client: Any, path: str) -> dict[str, float]:
    """Milliseconds counted and uncounted, and the median of their ratio, pair by pair."""
    from members import limits  # settings are ready only now

    pairs = []
    with patch.object(limits, "SEARCH", (limits.Rate(10**9, 300),)):  # this machine's own address asks more than a hall
        for number in range(ROUNDS + 10):
            counted = house.seconds(client, path)
            with patch.object(limits, "SEARCH", ()):
                uncounted = house.seconds(client, path)
            if number >= 10:  # the first ones warm up
                pairs.append((counted, uncounted))
    return {
        "counted": statistics.median(first for first, _second in pairs) * 1000,
        "uncounted": statistics.median(second for _first, second in pairs) * 1000,
        "ratio": statistics.median(first / second for first, second in pairs),
    }


def main() -> None:
    with house.hub(PRACTICES):
        from django.test import Client  # as above

        found = {path: measure(Client(), path) for path in PAGES}
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
