"""Colleagues of a city whom a lead official registers together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from events.models import Event, Registration
from events.models.seated import LIVE
from members.models import City, Post, User

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelMultipleChoiceField = forms.ModelMultipleChoiceField[Post]
else:
    _ModelMultipleChoiceField = forms.ModelMultipleChoiceField


class PostsField(_ModelMultipleChoiceField):
    def label_from_instance(self, post: Post) -> str:
        return gettext("%(person)s, %(post)s") % {"person": post.official, "post": post.title}


class GroupForm(forms.Form):
    """Everyone who represents the city today, but for those of the reader's own groups. Whether somebody else has registered by
    themselves is not shown: it is theirs to tell."""

    use_required_attribute = False

    def __init__(self, data: Any, *, event: Event, city: City, user: Any) -> None:
        super().__init__(data, prefix=city.slug)
        self.city = city
        there = Registration.objects.filter(event=event, party__made_by=user.pk, state__in=LIVE)
        posts = Post.objects.today().filter(city=city, official__user__is_active=True).exclude(official__user__in=there.values("user"))
        self.fields["posts"] = PostsField(
            posts.select_related("official__user").order_by("official__user__name", "pk"), label=_("Who comes?"),
            widget=forms.CheckboxSelectMultiple, help_text=_("Two people or more. Yourself too, if you come."),
        )  # fmt: skip

    def clean_posts(self) -> list[Post]:
        posts = list(self.cleaned_data["posts"])
        if len({post.official.user_id for post in posts}) < 2:
            raise ValidationError(gettext("A group is two people or more. A single one registers by themselves."))
        return posts

    def people(self) -> list[User]:
        return list({post.official.user_id: post.official.user for post in self.cleaned_data["posts"]}.values())
