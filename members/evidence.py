"""What speaks for an application and what against, as far as the house can see by itself. People decide, not this.

A point is a hint with its source, never a verdict: what an applicant says of themselves is named as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext

from members import matching, names, namesakes, vouching
from members.mailboxes import domain_of, host_of, is_free, same_house
from members.models import Application, City, Post
from members.models.application_state import State


@dataclass
class Evidence:
    """Sentences for and against, the cities that the proposed one may be, and why it is not to be decided on together with
    others (nothing: it may). `about_it` are those against that a lead official may read: what became of the applicant elsewhere,
    and which cities are only proposed, is the staff's to know. So is `about_person` (members/namesakes.py), which is neither for
    nor against."""

    speaks_for: list[str] = field(default_factory=list)
    speaks_against: list[str] = field(default_factory=list)
    about_it: list[str] = field(default_factory=list)
    about_person: list[str] = field(default_factory=list)
    duplicates: list[matching.Match] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)


def of(application: Application) -> Evidence:
    """All that can be told about one application."""
    return of_many([application])[application.pk]


def of_many(applications: Iterable[Application]) -> dict[int, Evidence]:
    """The same for each of many, by their keys; in as many queries for fifty as for one. Give them with city and applicant."""
    applications = list(applications)
    cities = {application.city_id: application.city for application in applications}
    standing = City.objects.standing().filter(pk__in=cities)  # a membership that a merge left behind makes no member
    joined = dict.fromkeys(cities) | dict(standing.with_joined().values_list("pk", "joined"))
    folded = names.folded(name for city in cities.values() for name in (city.name, *city.other_names))
    domains = _domains(set(cities))
    twins = matching.twins((city for city in cities.values() if not joined[city.pk]), City.objects.all())
    declined = _declined(applications)
    said = vouching.said_of(applications)
    hints = namesakes.of_many(applications)
    seen = {}
    for application in applications:
        city, refused, about_it = application.city_id, declined[application.pk], list(_against(application))
        colleagues = _of_others(application, domains[city])
        seen[application.pk] = Evidence(
            speaks_for=[*_for(application, joined[city], colleagues, folded), *said[application.pk]],
            speaks_against=[*about_it, *map(_may_be, twins[city]), *map(_was_declined, refused)],
            about_it=about_it,
            about_person=hints[application.pk].said,
            duplicates=twins[city],
            alone=list(_alone(application, joined[city], belongs=_belongs(application, colleagues, folded), refused=bool(refused))),
        )
        if hints[application.pk].weighs:
            seen[application.pk].alone.append(gettext("Something that we know of the person already is to be read."))
    return seen


def _declined(applications: list[Application]) -> dict[int, list[Application]]:
    """The applicant's other applications that were declined, by the key of each of `applications`."""
    found: dict[int, list[Application]] = defaultdict(list)
    earlier = Application.objects.filter(applicant__in={application.applicant_id for application in applications}, state=State.DECLINED)
    for other in earlier.select_related("city"):
        for application in applications:
            if application.applicant_id == other.applicant_id and application.pk != other.pk:
                found[application.pk].append(other)
    return found


def _was_declined(other: Application) -> str:
    words = {"city": other.city, "day": date_format(other.decided_at, "j F Y") if other.decided_at else ""}
    return gettext("An application of theirs for %(city)s was declined on %(day)s.") % words


def _may_be(match: matching.Match) -> str:
    words = {"city": match.city, "kind": match.city.get_kind_display(), "why": match.why, "percent": match.percent}
    if match.how == matching.How.LOOKS_LIKE:
        return gettext("It may be %(city)s (%(kind)s), which is here already: the names are alike by %(percent)d%%.") % words
    return gettext("It may be %(city)s (%(kind)s), which is here already. %(why)s") % words


def _domains(cities: set[int]) -> dict[int, set[tuple[str, int]]]:
    """The mail domains of those who stand for each city today, each with whose it is."""
    domains: dict[int, set[tuple[str, int]]] = defaultdict(set)
    posts = Post.objects.today().filter(city__in=cities, official__user__is_active=True)
    for city, mail, user in posts.values_list("city", F("official__user__email"), F("official__user")):
        domains[city].add((domain_of(mail), user))
    return domains


def _alone(application: Application, joined: date | None, *, belongs: bool, refused: bool) -> Iterator[str]:
    """Why somebody should look at this application by itself. What is left has a sign that its applicant can't have made up:
    an address in a house that the staff or a colleague vouched for before."""
    if not joined:
        yield gettext("The city is no member: two people decide, each by themselves.")
    if not belongs:
        yield gettext("Nothing that we know ourselves shows that the mail address belongs to the city.")
    if refused:
        yield gettext("An earlier application of theirs was declined.")
    if application.has_mandate:
        yield gettext("They say that they may sign for the city: that is checked one by one.")
    if application.message:
        yield gettext("They wrote something that is to be read.")


def _belongs(application: Application, colleagues: set[str], folded: dict[str, str]) -> bool:
    """Whether the mail address is in the city's house, by what the applicant had no hand in."""
    city, mail = application.city, application.applicant.email
    if is_free(mail):
        return False
    known = [folded[name] for name in (city.name, *city.other_names)]
    return domain_of(mail) in colleagues or (city.is_public and same_house(mail, city.website, known))


def _of_others(application: Application, domains: set[tuple[str, int]]) -> set[str]:
    """Without the applicant, who stands for the city too once the application is approved, and is no sign for it then."""
    return {domain for domain, user in domains if user != application.applicant_id}


def _for(application: Application, joined: date | None, colleagues: set[str], folded: dict[str, str]) -> Iterator[str]:
    city, mail = application.city, application.applicant.email
    words = {"domain": domain_of(mail), "host": host_of(city.website), "city": city}
    if same_house(mail, city.website, [folded[name] for name in (city.name, *city.other_names)]):
        # Of a city that is shown, the staff know the website; of a proposed one, whoever named it first typed it.
        belongs = gettext("The mail’s domain %(domain)s belongs to the city’s website %(host)s.")
        typed = gettext("The mail’s domain %(domain)s belongs to the website %(host)s that an applicant gave: is that the city’s own?")
        yield (belongs if city.is_public else typed) % words
    if joined and not (application.decided_at and application.needs_two and joined >= application.decided_at.date()):
        yield gettext("%(city)s is a member since %(day)s.") % {"city": city.called, "day": date_format(joined, "j F Y")}
    if domain_of(mail) in colleagues and not is_free(mail):
        yield gettext("Somebody with a mail address at %(domain)s represents the city already.") % words
    if application.head_knows:
        yield gettext("The applicant says that the city’s head knows.")
    if application.second_contact:
        yield gettext("A second contact is named: %(contact)s.") % {"contact": application.second_contact}


def _against(application: Application) -> Iterator[str]:
    mail = application.applicant.email
    if is_free(mail):
        yield gettext("%(domain)s gives mailboxes to anyone. Small places use it in good faith: ask for another sign.") % {
            "domain": domain_of(mail)
        }
    if not application.city.website:
        yield gettext("No website of the city is known to compare the mail address with.")
    if not application.head_knows:
        yield gettext("The city’s head does not know yet.")
    if not application.second_contact:
        yield gettext("No second contact is named.")
