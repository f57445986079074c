"""The room of events in a browser: its main pages under axe, and a registration with all sorts of questions, by keyboard alone, without
scripts, and in Arabic on a phone."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from events.kinds import ListedTo, SessionKind
from events.models import Event, Question, Registration, Room, Series
from members.models import City, User
from strongcities.demo import PASSWORD
from tests.browser.conftest import Watched
from tests.browser.keys import choose, enter, reach, walk, watch_keys, write
from tests.events.cast import make_event, make_people, make_session, register

MAIL = "official@example.org"
Sort, About = Question.Sort, Question.About


@pytest.fixture
def workshop(content) -> Event:
    """With rooms, sessions side by side, seats, people to come along, and a question of every sort, one behind another's answer."""
    event = make_event(
        slug="workshop", host=City.objects.get(slug="aarhus"), capacity=2, companions_each=1, languages=["en"], interpretation=["fr", "ar"],
        series=Series.objects.create(title="Workshops of spring", slug="spring"), body="## Why\n\nBecause.",
    )  # fmt: skip
    rooms = [Room.objects.create(event=event, name=name) for name in ("Great hall", "Garden room")]
    make_session(event, "Opening", kind=SessionKind.PLENARY, books=False, room=rooms[0])
    make_session(event, "Youth councils", after=2, capacity=1, room=rooms[0])
    make_session(event, "Parents who worry", after=2, room=rooms[1])
    _ask(event)
    return event


def _ask(event: Event) -> None:
    places = itertools.count(1)

    def question(words: str, sort: str, **fields: Any) -> Question:
        return Question.objects.create(event=event, words=words, sort=sort, position=next(places), **fields)

    travels = question("Do you travel by train?", Sort.YES_NO, is_required=True)
    question("Where do you arrive?", Sort.LINE, depends_on=travels, depends_values=["yes"], is_required=True)
    question("What do you hope for?", Sort.TEXT)
    question("Which size of group?", Sort.ONE, options=["Small", "Large"])
    question("What did you try?", Sort.SEVERAL, options=["Councils", "Mentors"])
    question("For how many years?", Sort.NUMBER)
    question("When do you arrive?", Sort.DAY)
    question("What do you not eat?", Sort.LINE, about=About.DIET)


def sign_in(site: Watched, prefix: str = "", mail: str = MAIL) -> None:
    site.go(f"{prefix}/account/login/")
    site.page.fill("[name=login]", mail)
    site.page.fill("[name=password]", PASSWORD)
    site.page.press("[name=password]", "Enter")
    site.page.wait_for_url("**/desk/")


def field(words: str) -> str:
    return f"q{Question.objects.get(words=words).pk}"


@pytest.mark.parametrize(("prefix", "dark"), [("", False), ("/ar", True)])
def test_the_pages_of_events_have_no_barriers(browse, workshop, prefix, dark):
    official = User.objects.get(email=MAIL)
    for person in make_people(2):
        register(workshop, person, listed_to=ListedTo.EVERYONE)
    make_event("Postponed", state=Event.State.POSTPONED)
    visitor = browse(language="ar" if prefix else "en", dark=dark)
    month = workshop.starts.strftime("%Y-%m")
    paths = ["", "?when=past", "?theme=youth-engagement", f"month/{month}/", "series/spring/", "workshop/", "workshop/participants/",
             f"workshop/sessions/{workshop.sessions.get(title='Youth councils').pk}/", "workshop/register/link/"]  # fmt: skip
    for path in paths:
        visitor.go(f"{prefix}/events/{path}")
        visitor.check()
    site = browse(language="ar" if prefix else "en", dark=dark)
    sign_in(site, prefix)
    for path in ("mine/", "mine/calendar/", "workshop/", "workshop/register/"):
        site.go(f"{prefix}/events/{path}")
        site.check()
    register(workshop, official, official.official.posts.get().city)
    for path in ("mine/", "workshop/", "workshop/registration/", "workshop/registration/change/", "workshop/registration/withdraw/"):
        site.go(f"{prefix}/events/{path}")
        site.check()


def said(registration: Registration) -> dict[str, object]:
    return {answer.question.words: answer.value for answer in registration.answers.select_related("question")}


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_one_registers_by_keyboard_alone(browse, workshop, prefix):
    site = browse(language="ar" if prefix else "en")
    page = site.page
    watch_keys(site)
    if prefix:
        page.set_viewport_size({"width": 360, "height": 740})
    sign_in(site, prefix)
    site.go(f"{prefix}/events/workshop/")
    assert walk(site) == []
    enter(page, '.way-in a.button[href="register/"]')
    assert walk(site) == []
    arrives = page.locator(f"[name={field('Where do you arrive?')}]")
    assert not arrives.is_visible(), "it is asked of those who come by train"
    choose(page, field("Do you travel by train?"), "yes")
    assert arrives.is_visible()
    enter(page, "main form.form button.button")
    site.check()
    assert page.evaluate("document.activeElement.matches('.error-summary')")
    assert not Registration.objects.exists()
    write(page, f"[name={field('Where do you arrive?')}]", "Aarhus H")
    reach(page, f"[name={field('What did you try?')}][value=Mentors]")
    page.keyboard.press("Space")
    write(page, f"[name={field('For how many years?')}]", "3")
    write(page, f"[name={field('What do you not eat?')}]", "Nuts")
    choose(page, "interpretation", "fr")
    write(page, "[name=companion_1]", "Kim Example")
    reach(page, "[name=sessions]")
    page.keyboard.press("Space")
    choose(page, "listed_to", "participants")
    enter(page, "main form.form button.button")
    assert page.url.endswith(f"{prefix}/events/workshop/registration/")
    registration = Registration.objects.get()
    assert (registration.state, registration.interpretation, registration.companions) == ("confirmed", "fr", ["Kim Example"])
    assert said(registration) == {
        "Do you travel by train?": True, "Where do you arrive?": "Aarhus H", "What did you try?": ["Mentors"],
        "For how many years?": 3, "What do you not eat?": "Nuts",
    }  # fmt: skip
    assert registration.bookings.count() == 1
    assert walk(site) == []


def test_without_scripts_one_waits_is_offered_a_seat_accepts_and_withdraws(browse, workshop):
    first, second = make_people(2)
    for person in (first, second):
        register(workshop, person)
    site = browse(scripts=False)
    page = site.page
    sign_in(site)
    site.go("/events/workshop/")
    page.click('.way-in a.button[href="register/"]')
    assert page.locator(f"[name={field('Where do you arrive?')}]").is_visible(), "what depends on an answer stands beneath its condition"
    page.check(f"[name={field('Do you travel by train?')}][value=no]")
    page.fill(f"[name={field('Where do you arrive?')}]", "Not asked, so not kept")
    page.click("main form.form button.button")
    mine = Registration.objects.get(user__email=MAIL)
    assert (mine.state, said(mine)) == ("waiting", {"Do you travel by train?": False})
    assert "place 1 of 1" in page.inner_text("main")
    gone = Registration.objects.get(user=first)
    gone.withdraw(by=first)
    page.reload()
    page.click("text=Accept the seat")
    mine.refresh_from_db()
    assert mine.state == "confirmed"
    page.click('main a[href$="/registration/withdraw/"]')
    page.click("main button.button--danger")
    mine.refresh_from_db()
    assert mine.state == "withdrawn"
    assert "You withdrew your registration." in page.inner_text("main")
