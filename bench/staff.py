"""What staff do, few beside many: the vetting queue with 50 and 5,000 waiting, a merge of a city with 10 and 1,000 rows, a
spreadsheet of 50 and 5,000 cities looked at, written and taken out. Prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import house

QUEUE = "/admin/members/application/"


def queue(client: Any) -> dict[int, dict[str, Any]]:
    """The page of the queue, with so many waiting: half for new cities, half for members, by people of all kinds."""
    from members.models import Application, City, Post, User  # settings are ready only now
    from members.samples import make_cities

    make_cities(1_000)
    cities = list(City.objects.order_by("pk"))
    found, made = {}, 0
    for waiting in (50, 5_000):
        for number in range(made, waiting):
            name = f"Ada {_letters(number // 2)}"  # each name is that of two accounts, however many wait
            user = User.objects.create_user(f"a{number}@{'gmail.com' if number % 3 else f'city{number}.example'}", name=name)
            city = (
                cities[number % 1_000]
                if number % 2
                else City.propose(name=_letters(number), country=("GB", "DE", "KE", "BR")[number // 2 % 4], kind="city")
            )
            Application.objects.create(applicant=user, city=city, title="Officer", kind=Post.Kind.POLICY, needs_two=number % 2 == 0)
        made = waiting
        house.analyze()
        found[waiting] = house.page(client, QUEUE)
        found[waiting].pop("answer")
    return found


def merges(by: Any) -> dict[int, dict[str, Any]]:
    """A merge of a city that so many practices and posts hang on, in its one transaction; seconds and statements."""
    from members.models import City, Membership, Merge, Official, Post, User  # as above

    found = {}
    for rows in (10, 1_000):
        kept, dropped = (City.propose(name=f"Merging {rows} {each}", country="FR", kind="city") for each in ("Kept", "Gone"))
        Membership.objects.create(city=kept, joined=date(2020, 1, 1))
        for number in range(rows):
            user = User.objects.create_user(f"m{rows}-{number}@example.fr", name=f"Person {number}")
            Post.objects.create(
                official=Official.objects.create(user=user), city=dropped, title="Officer", kind=Post.Kind.POLICY, since=date(2020, 1, 1)
            )
        house.analyze()
        seen = Merge.preview(kept, dropped).mark
        found[rows] = counted(partial(Merge.merge, kept=kept, dropped=dropped, by=by, seen=seen))
        merge = Merge.objects.get(kept=kept)
        found[rows] |= {f"undone {key}": value for key, value in counted(partial(merge.undo, by=by)).items()}
    return found


def spreadsheets(by: Any) -> dict[int, dict[str, float]]:
    """A file of so many new cities: seconds of looking at it, of writing it, and of taking its cities out as a workbook."""
    from members.models import City, Import  # as above

    found = {}
    for rows, country in ((50, "FR"), (5_000, "PL")):
        text = "name,country,kind,population\n" + "".join(f"{_letters(number)},{country},city,{number + 1}\n" for number in range(rows))
        record = Import.bring(kind="cities", name="bench.csv", file=text.encode(), by=by)
        looked = timed(partial(record.plan, by=by))
        written = timed(partial(record.write, by=by, seen=record.plan(by=by).mark))
        taken = timed(partial(take_out, City.objects.filter(country=country, is_sample=False)))
        found[rows] = {"looked": looked, "written": written, "taken out": taken}
    return found


def take_out(chosen: Any) -> None:
    from members.imports import room  # as above
    from strongcities import sheets

    cities = room("cities")
    sheets.xlsx_file(cities.described(), list(cities.taken_out(chosen)), title="Cities")


def timed(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def counted(act: Callable[[], Any]) -> dict[str, Any]:
    from django.db import connection  # as above
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        took = timed(act)
    return {"seconds": took, "statements": len(asked)}


def _letters(number: int) -> str:
    """A word for a number, unlike the words of its neighbours."""
    letters = ""
    number = number * 7_919 % 456_976
    for _place in range(4):
        number, digit = divmod(number, 26)
        letters += chr(97 + digit)
    return letters.title()


def main() -> None:
    with house.database():
        from django.contrib.auth.models import Group  # as above
        from django.test import Client

        from members.models import User

        sam = User.objects.create_user("sam@isd.example", name="Sam", is_staff=True)
        sam.groups.add(Group.objects.get(name="Secretariat"))
        client = Client()
        client.force_login(sam)
        found = {"queue": queue(client), "merge": merges(sam), "spreadsheet": spreadsheets(sam)}
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
