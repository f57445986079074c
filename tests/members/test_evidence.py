"""What speaks for and against, and whose house a mail address is from."""

import pytest

from members import evidence, matching
from members.mailboxes import is_free, same_house
from members.models import City
from tests import cast


@pytest.mark.parametrize(
    ("mail", "website", "same"),
    [
        ("a@aarhus.dk", "https://www.aarhus.dk/", True),
        ("a@social.aarhus.dk", "https://aarhus.dk", True),
        ("a@aarhus.dk", "https://international.aarhus.dk/en", True),
        ("a@AARHUS.dk", "https://aarhus.dk", True),
        ("a@notaarhus.dk", "https://aarhus.dk", False),
        ("a@aarhus.dk.evil.example", "https://aarhus.dk", False),
        ("a@gov.uk", "https://www.aarhus.gov.uk", False),
        ("a@go.ke", "https://mombasa.go.ke", False),
        ("a@dk", "https://aarhus.dk", False),
        ("a@vic.gov.au", "https://www.aarhus.vic.gov.au", False),
        ("a@gmail.com", "https://gmail.com", False),
        ("a@" + "århus.dk".encode("idna").decode(), "https://århus.dk", True),
        ("a@aarhus.dk", "", False),
        ("a@aarhus.dk", "https://[bad", False),
    ],
)
def test_same_house(mail, website, same):
    assert same_house(mail, website, ["aarhus"]) is same


def test_short_names_open_no_shared_ending():
    assert not same_house("a@gov.uk", "https://oslo.gov.uk", ["gov"])


def test_free_mail():
    assert is_free("a@GMAIL.com")
    assert not is_free("a@aarhus.dk")


@pytest.mark.django_db
def test_for_and_against(lene, nadia, aarhus):
    colleague = cast.make_application(cast.make_user("new@aarhus.dk"), aarhus, second_contact="Ove")
    seen = evidence.of(colleague)
    assert seen.speaks_for == [
        "The mail’s domain aarhus.dk belongs to the city’s website aarhus.dk.",
        "Aarhus is a member since 29 September 2015.",
        "Somebody with a mail address at aarhus.dk represents the city already.",
        "The applicant says that the city’s head knows.",
        "A second contact is named: Ove.",
    ]
    assert (seen.speaks_against, seen.duplicates) == ([], [])

    new = City.propose(name="Århus", country="DK", kind="region", website="https://gent.be")
    stranger = cast.make_application(cast.make_user("x@gmail.com"), new, head_knows=False)
    seen = evidence.of(stranger)
    assert seen.speaks_for == []
    assert seen.speaks_against == [
        "gmail.com gives mailboxes to anyone. Small places use it in good faith: ask for another sign.",
        "The city’s head does not know yet.",
        "No second contact is named.",
        "It may be Aarhus (City), which is here already. “Århus” is another spelling of Aarhus.",
    ]
    assert [match.city for match in seen.duplicates] == [aarhus]


@pytest.mark.django_db
def test_a_website_that_an_applicant_gave_is_named_as_such(nadia):
    application = cast.make_application(nadia, City.propose(name="Gent", country="BE", kind="city", website="https://gent.be"))
    assert "that an applicant gave" in evidence.of(application).speaks_for[0]


@pytest.mark.django_db
def test_an_earlier_refusal_is_said(sam, nadia):
    cast.make_application(nadia).decline(by=sam, why="no")
    again = cast.make_application(nadia, cast.make_city("Lund"))
    assert any("for Ghent was declined" in words for words in evidence.of(again).speaks_against)


@pytest.mark.django_db
def test_what_spoke_for_it_is_the_same_once_it_is_approved(sam, nadia):
    application = cast.make_application(nadia, City.propose(name="Leuven", country="BE", kind="city", website="https://leuven.be"))
    before = evidence.of(application).speaks_for
    for who in (sam, cast.make_staff("toni")):
        application.approve(by=who)
    application.refresh_from_db()
    assert application.city.is_member
    assert evidence.of(application).speaks_for == before  # neither the applicant's own post nor the membership it made counts


# --- Matching --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "country", "name", "how"),
    [
        ("Aarhus", "DK", "Aarhus", "NAME"),
        ("aarhus", "", "Aarhus", "NAME"),
        ("Århus", "DK", "Aarhus", "SPELLING"),
        ("ARHUS", "", "Aarhus", "SPELLING"),
        ("Aarhus Kommune", "DK", "Aarhus", "NAME"),
        ("City of Ghent", "BE", "Ghent", "NAME"),
        ("Gand", "", "Ghent", "OTHER_NAME"),
        ("Gänd", "", "Ghent", "OTHER_NAME"),
        ("Mombassa", "KE", "Mombasa", "SPELLING"),
        ("Mombaza", "KE", "Mombasa", "LOOKS_LIKE"),
        ("Tromsoe", "NO", "Tromsø", "SPELLING"),
        ("Malmo", "SE", "Malmö", "SPELLING"),
        ("Koeln", "DE", "Köln", "SPELLING"),
    ],
)
def test_matching(typed, country, name, how):
    for known in ("Aarhus", "Mombasa", "Ghent"):
        cast.make_city(known)
    for known, code in (("Tromsø", "NO"), ("Malmö", "SE"), ("Köln", "DE")):
        cast.make_city(known, country=code, slug=code)
    best = matching.find(typed, country=country, cities=City.objects.all())[0]
    assert (best.city.name, best.how.name) == (name, how)
    assert best.why


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "   ", "%", "||", "'; --", "x" * 5000, "東京", "Springfield"])
def test_nothing_matches_nothing(typed):
    cast.make_city("Aarhus")
    assert matching.find(typed, cities=City.objects.all()) == []


@pytest.mark.django_db
def test_elsewhere_only_by_the_very_name_and_after_those_in_the_country():
    here, there = cast.make_city("Victoria", country="CA"), cast.make_city("Victoria", country="AU", kind="state")
    cast.make_city("Viktorja", country="MT")
    assert [match.city for match in matching.find("Victoria", country="CA", cities=City.objects.all())] == [here, there]
