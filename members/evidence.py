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

from members import matching, names
from members.mailboxes import domain_of, host_of, is_free, same_house
from members.models import Application, City, Post
from members.models.application import State


@dataclass
class Evidence:
    """Sentences for and against, and (where asked for) the cities that the proposed one may be."""

    speaks_for: list[str] = field(default_factory=list)
    speaks_against: list[str] = field(default_factory=list)
    duplicates: list[matching.Match] = field(default_factory=list)


def of(application: Application) -> Evidence:
    """All that can be told about one application."""
    evidence = of_many([application])[application.pk]
    city = application.city
    if not city.is_member:
        found = matching.find(city.name, country=city.country, cities=City.objects.exclude(pk=city.pk))
        evidence.duplicates = [match for match in found if match.city.country == city.country]
        evidence.speaks_against += [_may_be(match) for match in evidence.duplicates]
    earlier = Application.objects.filter(applicant=application.applicant_id, state=State.DECLINED).exclude(pk=application.pk)
    for other in earlier.select_related("city"):
        words = {"city": other.city, "day": date_format(other.decided_at, "j F Y") if other.decided_at else ""}
        evidence.speaks_against.append(gettext("An application of theirs for %(city)s was declined on %(day)s.") % words)
    return evidence


def of_many(applications: Iterable[Application]) -> dict[int, Evidence]:
    """What can be told of each at a glance, in three queries however many they are. Give them with city and applicant."""
    applications = list(applications)
    cities = {application.city_id for application in applications}
    joined = dict(City.objects.filter(pk__in=cities).with_joined().values_list("pk", "joined"))
    folded = names.folded(name for application in applications for name in (application.city.name, *application.city.other_names))
    domains = _domains(cities)
    return {
        application.pk: Evidence(
            list(_for(application, joined[application.city_id], _of_others(application, domains[application.city_id]), folded)),
            list(_against(application)),
        )
        for application in applications
    }


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
        yield gettext("%(city)s is a member since %(day)s.") % {"city": city, "day": date_format(joined, "j F Y")}
    if domain_of(mail) in colleagues and not is_free(mail):
        yield gettext("Somebody with a mail address at %(domain)s stands for the city already.") % words
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
