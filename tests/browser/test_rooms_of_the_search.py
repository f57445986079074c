"""The staff's rooms for the search: each page is walked by keyboard and looked at by axe; one of each room in Arabic, by night, too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.models import FacetDay, Promotion, Question, QuestionDay, SearchDay, ThemeOrder
from members.querysets import today
from tests.browser.keys import walk, watch_keys
from tests.cast import make_staff
from tests.hub.cast import make_synonyms

WEEK = timedelta(weeks=1)
HEADS = "empty-table-header"  # Django's table of lines has two heads without words, on whose shape its scripts stand


def fill() -> dict[str, bool]:
    """Something in each room, and the addresses of its pages; whether each is opened in Arabic, too."""
    promotion = Promotion.objects.create(name="Joining", begins=today(), ends=today() + WEEK)
    promotion.phrasings.create(text="how to join")
    promotion.picks.create(place=1, page="members:join", why={"en": "The conditions, and the form."})
    order = ThemeOrder.objects.create(begins=today(), ends=today() + WEEK, themes=["gender-equality"], why="Decided in Paris.")
    for place, words in enumerate(("unwrittenword youth", "deradicalisation")):
        question = Question.objects.create(key=str(place), words=words, days=3, readers=10, together=4, last=today())
        QuestionDay.objects.create(question=question, day=today() - place * 3 * WEEK, searches=6 - place, nothing=place, clicked=2)
        SearchDay.objects.create(day=today() - place * 3 * WEEK, language="en", found=1, searches=6, clicked=2, corrected=1, led=1)
    FacetDay.objects.create(day=today(), facet="theme", searches=2)
    group = make_synonyms("Ball games", en=["ball games", "(futsal)"], ar=["ألعاب الكرة"])
    return {
        "synonymgroup/": False,
        f"synonymgroup/{group.pk}/change/": True,
        "synonymgroup/bring/": False,
        "promotion/": False,
        f"promotion/{promotion.pk}/change/": True,
        "themeorder/": False,
        f"themeorder/{order.pk}/change/": True,
        "question/": False,
        "question/figures/": True,
    }


@pytest.mark.usefixtures("transactional_db")
def test_each_page_of_them(browse, client):
    site = browse()
    watch_keys(site)
    client.force_login(make_staff())
    site.page.context.add_cookies([{"name": name, "value": cookie.value, "url": site.base} for name, cookie in client.cookies.items()])
    wrong: list[str] = []
    for page, in_arabic in fill().items():
        site.page.emulate_media(color_scheme="light")
        site.go(f"/admin/hub/{page}")
        assert site.page.locator("#content h1, main h1").count() == 1, page
        wrong += [f"{page}: {line}" for line in walk(site)]
        site.check(but=HEADS)
        if in_arabic:
            site.page.emulate_media(color_scheme="dark")
            site.go(f"/ar/admin/hub/{page}")
            assert site.page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl", page
            site.check(but=HEADS)
    assert not wrong, "\n".join(wrong)
