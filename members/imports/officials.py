"""Officials in a spreadsheet: a row is a post, of the person with this mail address at this city (official_rows.py says which).

A person without an account gets one, is told by mail, and signs in by a mailed code. What is theirs to say (name, languages,
consents) is taken from a row only when their account is made by it. What a verb does beside writing (mails, access that
ends) it does here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from members import countries, joining
from members.imports import official_rows, words
from members.imports.official_rows import CORRECTED
from members.imports.plan import Line, Plan, Room
from members.imports.words import Words
from members.models.city import City
from members.models.official import Official, Post
from members.models.user import User
from strongcities import languages
from strongcities.sheets import Column, Row


class Officials(Room):
    columns = tuple(official_rows.READERS)
    needed = ("mail", "city")
    told = ("vetted", "shown_to", "sample")

    # --- In ----------------------------------------------------------------------------------------------------------

    def plan(self, columns: Sequence[str], rows: Sequence[Row], *, by: Any) -> Plan:
        lines = [official_rows.read(row) for row in rows]
        here = official_rows.Here(lines)
        for line in lines:
            here.settle(line, by)
        return Plan(lines, self.unread(columns))

    def lock(self, rows: Sequence[Row]) -> None:
        here = official_rows.Here([official_rows.read(row) for row in rows])
        list(City.objects.select_for_update(no_key=True).filter(pk__in=here.city_keys).order_by("pk"))
        list(Post.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=here.post_keys).order_by("pk"))

    def words(self, lines: Sequence[Line]) -> Words:
        cities = {change.after for line in lines for change in line.changes if change.column == "city"}
        named = dict(City.objects.filter(slug__in=cities).values_list("slug", "name"))
        of_account = words.names_of(User, {"mail": "email", "name": "name", "mail_language": "language"})
        of_post = words.names_of(Post, CORRECTED | {"city": "city", "lead": "is_lead", "until": "until"})
        others = words.names_of(City, {"country": "country"}) | words.names_of(Official, {"languages": "languages"})
        return Words(
            of_account | of_post | others,
            {
                "city": lambda cell: named.get(cell, cell), "country": countries.name, "kind": words.label_of(Post.Kind),
                "lead": words.yes_no, "mandate": words.yes_no, "since": words.day, "until": words.day,
                "languages": words.named_languages, "mail_language": languages.name,
            },
        )  # fmt: skip

    def write(self, line: Line, *, by: Any) -> None:
        values, changed = line.values, {change.column for change in line.changes}
        if line.record is None:
            official = _official(values)
            fields = {name: values[column] for column, name in CORRECTED.items() if values.get(column) is not None}
            Post.bring_in(
                official=official, city=City.objects.get(pk=values["at"]), by=by, is_lead=bool(values.get("lead")), **fields,
                until=values.get("until"),
            )  # fmt: skip
            return
        post = Post.objects.get(pk=line.record)
        if corrected := {name: values[column] for column, name in CORRECTED.items() if column in changed}:
            post.correct(by=by, **corrected)
        if "lead" in changed:
            post.appoint(by=by)
        if "until" in changed:
            post.end(by=by, on=values["until"])

    # --- Out ---------------------------------------------------------------------------------------------------------

    def described(self) -> list[Column]:
        yes_no = ("yes", "no")
        return [
            Column("mail", gettext("The mail address with which the person signs in. It tells who a row is about.")),
            Column("name", gettext("The person’s name; of somebody who has an account it is theirs to change.")),
            Column("city", gettext("The city by the last part of its page’s address, or by its name.")),
            Column("country", gettext("Its country, by code or name, where several cities have that name.")),
            Column("title", gettext("What they are there: Head of prevention.")),
            Column("department", gettext("In which department.")),
            Column("kind", gettext("What kind of work it is."), Post.Kind.values),
            Column("lead", gettext("Whether they are a lead official. The role is handed over on the city’s page."), yes_no),
            Column("mandate", gettext("Whether they may sign for the city."), yes_no),
            Column("since", gettext("The first day of the post; today unless said."), is_text=False),
            Column("until", gettext("The day on which it ended. Their access for the city ends with it."), is_text=False),
            Column("languages", gettext("The languages they work in, by code; they stand apart by |.")),
            Column("mail_language", gettext("The language of mails to them."), tuple(dict(settings.LANGUAGES))),
            Column("vetted", gettext("When it was last confirmed that they represent the city. Not read."), is_text=False),
            Column("shown_to", gettext("To whom they agreed to be shown. Not read.")),
            Column("sample", gettext("Whether the city is made up, to try things with. Not read."), yes_no),
        ]

    def taken_out(self, chosen: Any) -> Iterable[list[Any]]:
        for post in chosen.select_related("official__user", "city").iterator(chunk_size=1_000):
            yield [*official_rows.cells(post).values(), post.vetted, post.official.shown_to, post.city.is_sample]


def _official(values: dict[str, Any]) -> Official:
    """The person of a row: known by their address, or made, with an account that signs in by a mailed code."""
    account = joining.account_of(values["mail"])
    if account is None:
        language = values.get("mail_language") or "en"
        try:
            account = joining.make_account(values["mail"], name=values.get("name", ""), password="", language=language)
        except joining.SignInFirst:  # made this very moment, by another file or an application
            account = joining.account_of(values["mail"])
    official, _made = Official.objects.get_or_create(user=account, defaults={"languages": values.get("languages", [])})
    return official
