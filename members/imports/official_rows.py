"""The rows of a spreadsheet of officials: their cells, the post that each is about, and what would change of it.

Which post is a row's? The one that began on the row's day; else the one that is open, unless the row names both ends; else a new
one. A city is named by its address, its name or another name of it; another spelling of a name is said beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
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

from members import matching, names
from members.imports import city_rows
from members.imports.city_rows import joined
from members.imports.plan import By, Change, Line, Told, day, one_of, parts, read_cells, text, yes_or_no
from members.languages import CODES
from members.mailboxes import domain_of, is_free, normal
from members.models.address_change import AddressChange
from members.models.application import Application
from members.models.city import City
from members.models.official import Post
from members.models.user import User
from members.querysets import today
from strongcities.sheets import SURPLUS, Row, said

_OWN = ("name", "languages", "mail_language")  # the person's
CORRECTED = {"title": "title", "department": "department", "kind": "kind", "since": "since", "mandate": "has_mandate"}


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


def _country(cell: str) -> str:
    return city_rows.country(cell) if cell else ""


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


READERS = {
    "mail": _mail, "name": lambda cell: names.clean_name(text(120)(cell)), "city": text(140), "country": _country, "title": text(120),
    "department": text(120), "kind": one_of(Post.Kind), "lead": yes_or_no, "mandate": yes_or_no, "since": day, "until": day,
    "languages": _languages, "mail_language": _mail_language,
}  # fmt: skip


def read(row: Row) -> Line:
    line = Line(row.line, row.cells.get("mail", "") or row.cells.get("name", ""), row.cells)
    read_cells(line, row.cells, READERS)
    return line


def cells(post: Any) -> dict[str, Any]:
    """What the record says, by column."""
    user = post.official.user
    return {
        "mail": user.email, "name": user.name, "city": post.city.slug, "country": post.city.country, "title": post.title,
        "department": post.department, "kind": post.kind, "lead": post.is_lead, "mandate": post.has_mandate, "since": post.since,
        "until": post.until, "languages": joined(post.official.languages), "mail_language": user.language,
    }  # fmt: skip


class Here:
    """What the database knows that rows may be about: fetched for all of them at once."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.accounts = _accounts({line.values["mail"] for line in lines if "mail" in line.values})
        asked = {line.values["city"] for line in lines if line.values.get("city")}
        self.folded = names.folded(asked)
        self.by_address: dict[str, City] = {}
        self.by_name: dict[str, list[City]] = defaultdict(list)
        self.city_keys: set[int] = set()
        known = City.objects.filter(Q(slug__in=asked) | Q(folded__in=set(self.folded.values()))).select_related("merged_into")
        for city in known:
            self.by_address[city.slug] = city
            self.by_name[city.folded].append(city)
            self.city_keys.add(city.standing.pk)
        others = sorted(name for name in asked if name not in self.by_address and self.folded[name] not in self.by_name)
        matches = matching.of_names([(name, "") for name in others], City.objects.all(), alike=False)
        self.by_other_name = dict(zip(others, matches, strict=True))
        self.city_keys.update(match.city.pk for found in matches for match in found)
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
        """Find the post that a row is about, and what would change of it; and all its faults, as far as they can be told, so that a
        file is put right in one go."""
        if line.faulty(SURPLUS):
            return
        values = line.values
        city = None if line.faulty("city") else self._city(line)
        account = self.accounts.get(values.get("mail", ""))
        if city is None or line.faulty("mail", "since", "until"):  # which post is meant can't be told
            if account is None and not line.faulty("mail"):
                _check_needed(line, account)
            _check_days(line, values.get("since"), values.get("until"))
            return
        values["at"], values["city"] = city.pk, city.slug  # said by its name, whatever the file calls it
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
        if found is None:
            return None
        if found.merged_into_id:
            words = {"gone": found, "city": found.standing}
            line.hints.append(gettext("%(gone)s was merged into %(city)s: the row is about that one.") % words)
        elif line.values.get("country") not in {None, "", found.country}:
            line.fault("country", gettext("%(city)s lies in another country.") % {"city": found})
        return found.standing

    def _named(self, line: Line, said_name: str) -> City | None:
        code = line.values.get("country", "")
        named = [city for city in self.by_name[self.folded[said_name]] if not code or city.country == code]
        matches = [match for match in self.by_other_name.get(said_name, ()) if not code or match.city.country == code]
        known_as = [match.city for match in matches if match.how == matching.How.OTHER_NAME]
        standing = [city for city in named if not city.merged_into_id] or known_as
        of_members = [city for city in standing if city.pk in self.members] or standing or named
        if len({city.standing.pk for city in of_members}) == 1:
            city = of_members[0]
            if said_name.casefold() != city.name.casefold():
                line.told = Told(city.standing, said_name, By.OTHER_NAME if city in known_as else By.SPELLING)
            return city
        if of_members:
            addresses = ", ".join(city.slug for city in of_members)
            line.fault("city", gettext("Several cities have this name. Name one by its address: %(addresses)s.") % {"addresses": addresses})
        elif matches:
            words = {"why": matches[0].why, "address": matches[0].city.slug}
            line.fault("city", gettext("%(why)s If you mean it, write its address: %(address)s.") % words)
            line.told = Told(matches[0].city, said_name, By.NOT_SURE)
        elif elsewhere := [city for city in self.by_name[self.folded[said_name]] if not city.merged_into_id]:
            line.fault("country", gettext("%(city)s lies in another country.") % {"city": elsewhere[0]})
        elif not line.faulty("country"):
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
            line.fault("since", gettext("They represent this city already."))
        _check_needed(line, account)
        _check_days(line, values["since"], values.get("until"))
        if is_free(values["mail"]):
            words = {"domain": domain_of(values["mail"])}
            line.hints.append(gettext("%(domain)s gives mailboxes to anyone: are you sure that it is theirs?") % words)
        if over and values.get("lead"):
            line.fault("lead", gettext("Of a post that is over nobody can be the lead official."))
        for column in READERS:
            if shown := said(joined(values[column]) if column == "languages" and column in values else values.get(column)):
                line.changes.append(Change(column, "", shown))

    def _goes_on(self, line: Line, post: Post) -> None:
        values, before = line.values, cells(post)
        for column in _OWN:
            told = values.get(column)
            told = joined(told) if isinstance(told, list) else told
            if told and told != before[column]:
                line.hints.append(gettext("“%(column)s” stays as it is: that is theirs to change.") % {"column": column})
        for column in (*CORRECTED, "lead", "until"):
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


def _check_needed(line: Line, account: User | None) -> None:
    """What a new post can't do without; where there is no `account`, a new account neither."""
    for column in ("title", "kind"):
        if not line.values.get(column) and not line.faulty(column):
            line.fault(column, gettext("It is needed for a new post."))
    if account is None and not line.values.get("name") and not line.faulty("name"):
        line.fault("name", gettext("It is needed for a new account."))


def _check_days(line: Line, since: Any, until: Any) -> None:
    if since and since > today():
        line.fault("since", gettext("That day is yet to come."))
    if since and until and until < since:
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
