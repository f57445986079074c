"""How the directory of people is narrowed."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from members import countries, languages
from members.models import City, Official, Post
from members.models.official import OfficialQuerySet, PostQuerySet
from members.regions import Region
from strongcities.themes import Theme


class PersonFilter(django_filters.FilterSet):  # type: ignore[misc]  # it ships no types
    """Of people: city, country, region and kind of work are those of one and the same post. Languages and themes are known,
    and so asked for, among member cities alone."""

    q = django_filters.CharFilter(label=_("Name of a person"), max_length=200, widget=forms.TextInput(attrs={"type": "search"}))
    city = django_filters.CharFilter(label=_("City"), max_length=200)
    country = django_filters.ChoiceFilter(label=_("Country"), empty_label=_("All countries"))
    region = django_filters.ChoiceFilter(label=_("Region"), choices=Region.choices, empty_label=_("All regions"))
    kind = django_filters.ChoiceFilter(label=_("Kind of work"), choices=Post.Kind.choices, empty_label=_("All kinds"))
    theme = django_filters.ChoiceFilter(label=_("Theme"), choices=Theme.choices, empty_label=_("All themes"))
    language = django_filters.ChoiceFilter(label=_("Language"), choices=languages.choices, empty_label=_("All languages"))

    class Meta:
        model = Official
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, posts: PostQuerySet, sees_more: bool, **kwargs: Any) -> None:
        """`posts` are those that the reader may see; only countries that one of them is in can be chosen."""
        super().__init__(*args, queryset=Official.objects.all(), **kwargs)
        self.posts = posts
        here = set(posts.values_list("city__country", flat=True).distinct().order_by())
        self.filters["country"].extra["choices"] = [choice for choice in countries.choices() if choice[0] in here]
        if not sees_more:
            del self.filters["theme"], self.filters["language"]

    def filter_queryset(self, queryset: OfficialQuerySet) -> OfficialQuerySet:
        chosen = {name: value for name, value in self.form.cleaned_data.items() if value}
        posts = self.posts
        if "city" in chosen:
            posts = posts.filter(city__in=City.objects.like(chosen["city"]))
        for name, lookup in (("country", "city__country"), ("region", "city__region"), ("kind", "kind")):
            if name in chosen:
                posts = posts.filter(**{lookup: chosen[name]})
        people = queryset.holding(posts)
        for name in ("theme", "language"):
            if name in chosen:
                people = people.filter(**{f"{name}s__contains": [chosen[name]]})
        return people.named(chosen.get("q", "")).by_name()

    def used(self) -> list[dict[str, Any]]:
        """The filters in use: name, label, value, the value in words, and the values of the `others`."""
        self.form.is_valid()  # a value that isn't known is left out; the others stand
        chosen = {name: value for name, value in self.form.cleaned_data.items() if value}
        rows = []
        for name, value in chosen.items():
            field: Any = self.form.fields[name]
            words = dict(field.choices).get(value, value) if hasattr(field, "choices") else value
            others = {key: kept for key, kept in chosen.items() if key != name}
            rows.append({"name": name, "label": field.label, "value": value, "words": words, "others": others})
        return rows
