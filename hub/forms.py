"""The hub's forms: what a search may ask for, and what is said of one that is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from hub.lookup import Query, Sort
from hub.models.saved import NAME_LENGTH, Pace
from hub.query_text import take_apart
from hub.taxonomy import FACETS, Facet
from hub.words import WORD
from members.words import plain, shows
from strongcities import languages

LONGEST_QUERY = 70_000  # characters: 10,000 words of six letters
MOST_PARTS = 32  # phrases, and words that may not be there: each is looked for by itself
UNSEEN = _("A name has something that can be seen.")


class FacetField(forms.Field):
    """The chosen values of a facet, a parameter each. An unknown one is refused by name."""

    widget = forms.MultipleHiddenInput

    def __init__(self, facet: Facet) -> None:
        super().__init__(required=False, label=facet.label)
        self.facet = facet

    def clean(self, value: Any) -> tuple[str, ...]:
        values = tuple(dict.fromkeys(one for one in value or () if one))
        known = self.facet.choices.values if self.facet.choices else None
        unknown = [one for one in values if not (languages.exists(one) if known is None else one in known)]
        if unknown:
            raise ValidationError(
                gettext("Not a value of this filter: %(values)s"),
                params={"values": ", ".join(one[:60] for one in unknown)},
                code="unknown_value",
            )
        return values


SORTS: list[tuple[Sort, Any]] = [("relevance", _("Best match")), ("newest", _("Newest")), ("evidence", _("Strongest evidence"))]


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Words"), required=False, max_length=LONGEST_QUERY)
    all = forms.BooleanField(label=_("Practices with all of the words"), required=False)
    exact = forms.BooleanField(label=_("Words as they are typed"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTS)
    page = forms.IntegerField(label=_("Page"), required=False, min_value=1)
    per_page = forms.IntegerField(label=_("Results on a page"), required=False, min_value=1, max_value=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update({facet.name: FacetField(facet) for facet in FACETS})

    def clean_q(self) -> str:
        words: str = self.cleaned_data["q"]
        if "\ufffd" in words:  # what stands for bytes that are no UTF-8
            raise ValidationError(gettext("The words hold characters that can't be read."), code="unreadable")
        asked = take_apart(words)
        if len(asked.phrases) + len(asked.without) > MOST_PARTS:
            raise ValidationError(
                gettext("A search takes %(most)s phrases in quotes and words with a minus at most."),
                params={"most": MOST_PARTS},
                code="too_many_parts",
            )
        return words

    @property
    def query(self) -> Query:
        """What is asked, as far as it is valid. Where there is no word in what was typed, nothing is asked by words."""
        values = getattr(self, "cleaned_data", {})
        typed = values.get("q", "")
        sort: Sort | None = values.get("sort") or None
        chosen = {facet.name: values[facet.name] for facet in FACETS if values.get(facet.name)}
        return Query(
            typed if WORD.search(typed) else "", chosen, sort, all_words=values.get("all", False), as_typed=values.get("exact", False)
        )

    @property
    def page_asked(self) -> int:
        return self.cleaned_data["page"] or 1


class SavedSearchForm(forms.Form):
    """What a search that is kept is called, and how often its owner hears what is new to it."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    pace = forms.ChoiceField(
        label=_("Mails about new practices"),
        choices=Pace.choices,
        widget=forms.RadioSelect,
        help_text=_("You get a mail only when there is something new, and each practice once. Every mail has a link that stops them."),
    )

    def clean_name(self) -> str:
        name = " ".join(plain(self.cleaned_data["name"]).split())
        if not shows(name):
            raise ValidationError(UNSEEN)
        return name
