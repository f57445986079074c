"""A form that shows every kind of field, for the styleguide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members import languages
from members.models import Post
from members.regions import Population
from strongcities.themes import Theme
from strongcities.zoned import WallTimeField, ZonedForm, ZoneField


class SpecimenForm(forms.Form):
    name = forms.CharField(label=_("Name"), help_text=_("As it stands on your letters."))
    mail = forms.EmailField(label=_("Work mail"))
    size = forms.ChoiceField(label=_("Inhabitants"), choices=[("", "–"), *Population.choices], required=False)
    words = forms.CharField(label=_("In your words"), widget=forms.Textarea, required=False, help_text=_("Up to 2,000 characters."))
    kind = forms.ChoiceField(label=_("Kind of work"), choices=Post.Kind, widget=forms.RadioSelect)
    themes = forms.MultipleChoiceField(label=_("Themes"), choices=Theme.choices, widget=forms.CheckboxSelectMultiple, required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages that you work in"), choices=languages.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    newsletter = forms.BooleanField(label=_("Send me the newsletter"), required=False, help_text=_("A few times a year."))


class SpecimenHoursForm(ZonedForm, forms.Form):
    time_zone = ZoneField(label=_("Time zone"))
    starts = WallTimeField(label=_("Starts"), help_text=_("As clocks there show it."))
    ends = WallTimeField(label=_("Ends"), required=False)
