"""Officials in a spreadsheet: a row is a post, of the person with this mail address at this city.

Which post is a row's? The one that began on the row's day; else the one that is open, unless the row names both ends; else a new
one. A person without an account gets one, is told by mail, and signs in by a mailed code. What is theirs to say (name, languages,
consents) is taken from a row only when their account is made by it. What a verb does beside writing (mails, access that
ends) it does here too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext

from members import countries, joining, names
from members.imports.city_rows import joined
from members.imports.plan import Change, Line, Plan, Room, day, one_of, parts, read_cells, text, yes_or_no
from members.languages import CODES
from members.mailboxes import domain_of, is_free, normal
from members.models.address_change import AddressChange
from members.models.application import Application
from members.models.city import City
from members.models.official import Official, Post
from members.models.user import User
from members.querysets import today
from strongcities.sheets import Column, Row, said

_OWN = ("name", "languages", "mail_language")  # the person's
_CORRECTED = {"title": "title", "department": "department", "kind": "kind", "since": "since", "mandate": "has_mandate"}


def _mail(cell: str) -> str:
    address = normal(cell)
    if not address:
        raise ValidationError(gettext("The mail address is missing."))
    if len(address) > 254 or not address.isascii():  # the name service knows no domain like it
        raise ValidationError(gettext("“%(cell)s” is no mail address.") % {"cell": cell[:60]})
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(gettext("“%(cell)s” is no mail address.") % {"cell": cell[:60]}) from None
    return address


def _languages(cell: str) -> list[str]:
    codes = [code.lower() for part in parts(cell) for code in part.replace(",", " ").split()]
    if unknown := [code for code in codes if code not in CODES]:
        raise ValidationError(gettext("“%(cell)s” is no language that is offered here, such as en or fr.") % {"cell": unknown[0][:60]})
    return list(dict.fromkeys(codes))


def _mail_language(cell: str) -> str:
    if cell and cell not in dict(settings.LANGUAGES):
        words = {"cell": cell[:60], "known": ", ".join(dict(settings.LANGUAGES))}
        raise ValidationError(gettext("“%(cell)s” is none of: %(known)s.") % words)
    return cell


_READERS = {
    "mail": _mail, "name": lambda cell: names.clean_name(text(120)(cell)), "city": text(140), "country": text(100), "title": text(120),
    "department": text(120), "kind": one_of(Post.Kind), "lead": yes_or_no, "mandate": yes_or_no, "since": day, "until": day,
    "languages": _languages, "mail_language": _mail_language,
}  # fmt: skip


class Officials(Room):
    columns = tuple(_READERS)
    needed = ("mail", "city")
    told = ("vetted", "shown_to", "sample")

    # --- In ----------------------------------------------------------------------------------------------------------

    def plan(self, columns: Sequence[str], rows: Sequence[Row], *, by: Any) -> Plan:
        lines = [_read(row) for row in rows]
        here = _Here(lines)
        for line in lines:
            here.settle(line, by)
        return Plan(lines, self.unread(columns))

    def lock(self, rows: Sequence[Row]) -> None:
        here = _Here([_read(row) for row in rows])
        list(City.objects.select_for_update(no_key=True).filter(pk__in=here.city_keys).order_by("pk"))
        list(Post.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=here.post_keys).order_by("pk"))

    def write(self, line: Line, *, by: Any) -> None:
        values, changed = line.values, {change.column for change in line.changes}
        if line.record is None:
            official = _official(values)
            fields = {name: values[column] for column, name in _CORRECTED.items() if values.get(column) is not None}
            Post.bring_in(
                official=official, city=City.objects.get(pk=values["at"]), by=by, is_lead=bool(values.get("lead")), **fields,
                until=values.get("until"),
            )  # fmt: skip
            return
        post = Post.objects.get(pk=line.record)
        if corrected := {name: values[column] for column, name in _CORRECTED.items() if column in changed}:
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
            Column("vetted", gettext("When it was last confirmed that they stand for the city. Not read."), is_text=False),
            Column("shown_to", gettext("To whom they agreed to be shown. Not read.")),
            Column("sample", gettext("Whether the city is made up, to try things with. Not read."), yes_no),
        ]

    def taken_out(self, chosen: Any) -> Iterable[list[Any]]:
        for post in chosen.select_related("official__user", "city").iterator(chunk_size=1_000):
            yield [*_cells(post).values(), post.vetted, post.official.shown_to, post.city.is_sample]


def _read(row: Row) -> Line:
    line = Line(row.line, row.cells.get("mail", ""))
    read_cells(line, row.cells, _READERS)
    return line


def _cells(post: Any) -> dict[str, Any]:
    """What the record says, by column."""
    user = post.official.user
    return {
        "mail": user.email, "name": user.name, "city": post.city.slug, "country": post.city.country, "title": post.title,
        "department": post.department, "kind": post.kind, "lead": post.is_lead, "mandate": post.has_mandate, "since": post.since,
        "until": post.until, "languages": joined(post.official.languages), "mail_language": user.language,
    }  # fmt: skip


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


class _Here:
    """What the database knows that rows may be about: fetched for all of them at once."""

    def __init__(self, lines: Sequence[Line]) -> None:
        whole = [line for line in lines if not line.faults]
        self.accounts = _accounts({line.values["mail"] for line in whole})
        asked = {line.values["city"] for line in whole}
        self.folded = names.folded(asked)
        self.by_address: dict[str, City] = {}
        self.by_name: dict[str, list[City]] = defaultdict(list)
        self.city_keys: set[int] = set()
        known = City.objects.filter(Q(slug__in=asked) | Q(folded__in=set(self.folded.values()))).select_related("merged_into")
        for city in known:
            self.by_address[city.slug] = city
            self.by_name[city.folded].append(city)
            self.city_keys.add(city.standing.pk)
        self.members = set(City.objects.members().filter(pk__in=self.city_keys).values_list("pk", flat=True))
        people = {account.pk for account in self.accounts.values()}
        self.posts: dict[tuple[int, int], list[Post]] = defaultdict(list)
        posts = Post.objects.filter(official__user__in=people, city__in=self.city_keys).select_related("official__user", "city")
        for post in posts:
            self.posts[post.official.user_id, post.city_id].append(post)
        self.post_keys = {post.pk for found in self.posts.values() for post in found}
        applied = Application.objects.open().filter(applicant__in=people, city__in=self.city_keys)
        self.applied = set(applied.values_list("applicant", "city"))
        self.rows: dict[tuple[Any, ...], int] = {}

    def settle(self, line: Line, by: Any) -> None:
        """Find the post that a row is about, and what would change of it; or its faults."""
        if line.faults:
            return
        values = line.values
        city = self._city(line)
        if city is None:
            return
        account = self.accounts.get(values["mail"])
        values["at"] = city.pk
        post = self._post(account, city, line)
        self._once(line, post)
        if post is None:
            self._begins(line, account, city)
        else:
            line.record, line.url = post.pk, reverse("admin:members_post_change", args=[post.pk])
            self._goes_on(line, post)
        if account is not None and line.changes and account.pk == by.pk:
            line.fault("mail", gettext("That is you: somebody else of the staff does this."))
        if account is not None and line.changes and not account.is_active:
            line.fault("mail", gettext("This account is closed."))
        line.label = gettext("%(person)s, %(city)s") % {"person": account or values.get("name") or values["mail"], "city": city}

    def _city(self, line: Line) -> City | None:
        """The city that a row names, by address or name; where that one was merged, the one that it is part of now."""
        said_name = line.values["city"]
        if not said_name:
            line.fault("city", gettext("The city is missing."))
            return None
        found = self.by_address.get(said_name) or self._named(line, said_name)
        if found is not None and found.merged_into_id:
            words = {"gone": found, "city": found.standing}
            line.hints.append(gettext("%(gone)s was merged into %(city)s: the row is about that one.") % words)
        return found.standing if found is not None else None

    def _named(self, line: Line, said_name: str) -> City | None:
        country = line.values.get("country", "")
        code = countries.code_of(country) if country else ""
        if country and not code:
            line.fault("country", gettext("“%(cell)s” is no country, nor the code of one.") % {"cell": country[:60]})
            return None
        named = [city for city in self.by_name[self.folded[said_name]] if not code or city.country == code]
        standing = [city for city in named if not city.merged_into_id]
        of_members = [city for city in standing if city.pk in self.members] or standing or named
        if len({city.standing.pk for city in of_members}) == 1:
            return of_members[0]
        if named:
            addresses = ", ".join(city.slug for city in of_members)
            line.fault("city", gettext("Several cities have this name. Name one by its address: %(addresses)s.") % {"addresses": addresses})
        else:
            line.fault("city", gettext("No city here has this address or name."))
        return None

    def _post(self, account: User | None, city: City, line: Line) -> Post | None:
        if account is None:
            return None
        known = self.posts[account.pk, city.pk]
        same_day = [post for post in known if post.since == line.values.get("since")]
        still_open = [post for post in known if post.until is None]
        past = line.values.get("until") and line.values.get("since")  # one that began and ended on other days is another one
        return next(iter(same_day or ([] if past else still_open)), None)

    def _once(self, line: Line, post: Post | None) -> None:
        """Of two rows about one post, or two that begin for one person in one city on one day, the first stands."""
        values = line.values
        begun = None if post else values.get("since") or today()
        key = ("post", post.pk) if post else ("new", values["mail"], values["at"], begun if values.get("until") else None)
        first = self.rows.setdefault(key, line.line)
        if first != line.line:
            line.fault("mail", gettext("Line %(line)d is about the same post.") % {"line": first})

    def _begins(self, line: Line, account: User | None, city: City) -> None:
        values = line.values
        values["since"] = values.get("since") or today()
        over = values.get("until") is not None and values["until"] <= today()
        if city.pk not in self.members and not over:
            line.fault("city", gettext("%(city)s is no member: its people come by an application.") % {"city": city})
        if account is not None and (account.pk, city.pk) in self.applied:
            line.fault("mail", gettext("There is an open application of theirs for this city: decide on that."))
        if account is not None and not values.get("until") and any(post.until is None for post in self.posts[account.pk, city.pk]):
            line.fault("since", gettext("They stand for this city already."))
        for column in ("title", "kind"):
            if not values.get(column):
                line.fault(column, gettext("It is needed for a new post."))
        if account is None and not values.get("name"):
            line.fault("name", gettext("It is needed for a new account."))
        _check_days(line, values["since"], values.get("until"))
        if is_free(values["mail"]):
            words = {"domain": domain_of(values["mail"])}
            line.hints.append(gettext("%(domain)s gives mailboxes to anyone: are you sure that it is theirs?") % words)
        if over and values.get("lead"):
            line.fault("lead", gettext("Of a post that is over nobody can be the lead official."))
        for column in _READERS:
            if shown := said(joined(values[column]) if column == "languages" and column in values else values.get(column)):
                line.changes.append(Change(column, "", shown))

    def _goes_on(self, line: Line, post: Post) -> None:
        values, before = line.values, _cells(post)
        for column in _OWN:
            told = values.get(column)
            told = joined(told) if isinstance(told, list) else told
            if told and told != before[column]:
                line.hints.append(gettext("“%(column)s” stays as it is: that is theirs to change.") % {"column": column})
        for column in (*_CORRECTED, "lead", "until"):
            value = values.get(column)
            if column in values and (value not in {None, ""} or column in {"department", "until"}) and value != before[column]:
                line.changes.append(Change(column, said(before[column]), said(value)))
        changed = {change.column for change in line.changes}
        if changed and post.city_id not in self.members:
            line.fault("city", gettext("%(city)s is no member today.") % {"city": post.city})
        if not post.is_today and changed:
            line.fault("until", gettext("This post is over: it stays as it is. A new one begins with a row of its own."))
        elif "until" in changed and post.until:
            line.fault("until", gettext("When it ends is settled: it stays as it is."))
        if "lead" in changed and not values["lead"]:
            line.fault("lead", gettext("The role of lead official is handed over on the city’s page."))
        if changed & {"lead", "mandate"} and values.get("until"):
            line.fault("until", gettext("A post that ends isn’t given anything."))
        if "until" in changed and (values["until"] or date.min) > today():
            line.fault("until", gettext("That day is yet to come."))
        _check_days(line, values.get("since") or post.since, values.get("until"))


def _check_days(line: Line, since: Any, until: Any) -> None:
    if since > today():
        line.fault("since", gettext("That day is yet to come."))
    if until and until < since:
        line.fault("until", gettext("It ends before it begins."))


def _accounts(addresses: set[str]) -> dict[str, User]:
    """The account of each address that has one: as joining.account_of finds it, for many."""
    found: dict[str, User] = {}
    waits = AddressChange.objects.open().filter(confirmed__isnull=False, new__in=addresses)
    also = EmailAddress.objects.annotate(lower=Lower("email")).filter(lower__in=addresses, verified=True)
    keys = [*waits.values_list("new", "account"), *also.values_list("lower", "user")]
    users = User.objects.in_bulk({key for _address, key in keys})
    found.update({address: users[key] for address, key in keys})
    found.update({user.email: user for user in User.objects.filter(email__in=addresses)})
    return found
