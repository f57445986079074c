"""How every form of the house is drawn: templates/forms/. And the fields that several rooms ask with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _


class FormRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class WebsiteField(forms.URLField):
    """An address of the web: it becomes a link, so nothing but http and https."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"max_length": 300, "assume_scheme": "https", "widget": forms.URLInput(attrs={"placeholder": "https://"})}
        super().__init__(**{**given, **kwargs})

    def clean(self, value: Any) -> str:
        website: str = super().clean(value)
        if website and not website.startswith(("http://", "https://")):
            raise ValidationError(_("A website begins with https:// or http://."))
        return website
