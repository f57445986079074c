"""Who reads the name of somebody who speaks: asked for each session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext

from events.kinds import ListedTo
from events.models import Speaker


class SpeakingForm(forms.Form):
    def __init__(self, *args: Any, speakers: Iterable[Speaker], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for speaker in speakers:
            words = {"role": speaker.get_role_display(), "session": speaker.session.title}
            self.fields[f"speaker_{speaker.pk}"] = forms.ChoiceField(
                label=gettext("Who may read your name as %(role)s in “%(session)s”?") % words,
                choices=ListedTo, widget=forms.RadioSelect, initial=speaker.named_to,
            )  # fmt: skip

    def chosen(self, speaker: Speaker) -> str:
        named_to: str = self.cleaned_data[f"speaker_{speaker.pk}"]
        return named_to
