"""The field templates: what a screen reader is told, and what everyone reads."""

import re

import pytest
from django import forms

from members.models import User


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As on your letters.")
    nick = forms.CharField(label="Nickname", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, help_text="One of them.")
    agree = forms.BooleanField(label="I agree")
    secret = forms.CharField(widget=forms.HiddenInput, initial="kept", required=False)


def test_label_hint_and_field_in_this_order():
    html = Sample()["name"].as_field_group()
    assert html.index("<label") < html.index("As on your letters.") < html.index("<input")
    assert 'aria-describedby="id_name_helptext"' in html
    assert 'id="id_name_helptext"' in html


def test_optional_is_said_in_words():
    assert "(optional)" in Sample()["nick"].as_field_group()
    assert "(optional)" not in Sample()["name"].as_field_group()


def test_error_stands_at_the_field_and_is_tied_to_it():
    html = Sample({})["name"].as_field_group()
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "This field is required." in html


def test_group_of_choices_is_a_fieldset_with_a_legend():
    html = Sample({})["kind"].as_field_group()
    assert html.lstrip().startswith('<fieldset class="form-field form-field--wrong" aria-describedby="id_kind_helptext id_kind_error">')
    assert '<legend>Kind <span class="optional">(choose one)</span></legend>' in html
    assert html.count('type="radio"') == 2


def test_box_to_tick_comes_before_its_words():
    html = Sample()["agree"].as_field_group()
    assert html.index('type="checkbox"') < html.index("I agree")


def test_summary_links_to_each_wrong_field():
    html = str(Sample({}))
    assert html.count("error-summary") == 1
    assert 'href="#id_name"' in html
    assert 'href="#id_kind_0"' in html
    assert 'href="#id_agree"' in html
    assert "Please check 3 things" in html


def test_form_without_errors_has_no_summary_and_keeps_hidden_fields():
    html = str(Sample())
    assert "error-summary" not in html
    assert 'name="secret" value="kept"' in html


@pytest.mark.django_db
def test_library_forms_speak_in_sentence_case(client):
    client.force_login(User.objects.create_user("asta@aarhus.example", "a long password", name="Asta"))
    page = client.get("/account/password/change/").content.decode()
    assert re.findall(r'<label for="id_\w+">([^<]+?)\s*</label>', page) == ["Current password", "New password", "New password (again)"]


class Long(forms.Form):
    tongues = forms.MultipleChoiceField(choices=[(str(n), f"Tongue {n}") for n in range(30)], widget=forms.CheckboxSelectMultiple)


def test_of_many_boxes_the_first_and_the_chosen_are_seen_and_the_rest_is_folded():
    for data, seen in ((None, range(6)), ({"tongues": ["9", "29"]}, [*range(6), 9, 29])):
        html = Long(data)["tongues"].as_field_group()
        first, rest = html.split('<details class="more">')
        assert re.findall(r"Tongue (\d+)", first) == [str(n) for n in seen]
        assert sorted(map(int, re.findall(r"Tongue (\d+)", first + rest))) == list(range(30))
        assert f"<summary>{30 - len(seen)} more" in rest
        assert re.findall(r'value="(\d+)"[^>]* checked', html) == ([] if data is None else ["9", "29"])


def test_a_choice_says_that_one_is_to_be_chosen_unless_one_is():
    assert "(choose one)" in Sample()["kind"].as_field_group()
    assert "(choose one)" not in Sample(initial={"kind": "a"})["kind"].as_field_group()
    assert "(choose one)" not in Sample({"kind": "a"})["kind"].as_field_group()
