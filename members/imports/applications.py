"""Applications to join, taken out to be counted and read; none comes in this way, so the cells are words, in the reader's language.

What applicants write in words of their own, and what staff note for themselves, is read where it is decided on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from members import countries
from members.imports.plan import TakenOut
from members.imports.words import said_yes
from strongcities import languages
from strongcities.sheets import Column
from strongcities.themes import Theme


class Applications(TakenOut):
    def described(self) -> list[Column]:
        return [
            Column("submitted", gettext("The day on which it came in."), is_text=False),
            Column("state", gettext("How far it is.")),
            Column("name", gettext("The applicant’s name.")),
            Column("mail", gettext("The applicant’s mail address.")),
            Column("title", gettext("What they are there: Head of prevention.")),
            Column("department", gettext("In which department.")),
            Column("kind", gettext("What kind of work it is.")),
            Column("languages", gettext("The languages they work in.")),
            Column("city", gettext("The city that they apply for.")),
            Column("city_address", gettext("The last part of the address of the city’s page.")),
            Column("city_kind", gettext("What kind of authority it is.")),
            Column("country", gettext("Its country.")),
            Column("network_region", gettext("Its region of the network.")),
            Column("themes", gettext("What they are interested in.")),
            Column("head_knows", gettext("Whether the city’s head knows of it.")),
            Column("signatory", gettext("Who signs for the city.")),
            Column("mandate", gettext("Whether the applicant signs for the city.")),
            Column("second_contact", gettext("Whom else to ask there.")),
            Column("needs_two", gettext("Whether two of the staff decide.")),
            Column("first_approver", gettext("Who approved it as the first of two.")),
            Column("decided", gettext("The day on which it was decided."), is_text=False),
            Column("decided_by", gettext("Who decided.")),
        ]

    def taken_out(self, chosen: Any) -> Iterable[list[Any]]:
        found = chosen.select_related("applicant", "city", "first_approver", "decided_by")
        for each in found.iterator(chunk_size=1_000):
            city, apart = each.city, gettext(", ")
            yield [
                each.submitted_at.date(), each.get_state_display(), each.applicant.name, each.applicant.email, each.title, each.department,
                each.get_kind_display(), apart.join(map(languages.name, each.languages)), city.name, city.slug, city.get_kind_display(),
                countries.name(city.country), city.get_region_display(), apart.join(str(Theme(theme).label) for theme in each.themes),
                said_yes(each.head_knows), each.signatory, said_yes(each.has_mandate), each.second_contact, said_yes(each.needs_two),
                str(each.first_approver or ""), each.decided_at and each.decided_at.date(), str(each.decided_by or ""),
            ]  # fmt: skip
