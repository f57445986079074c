"""The form that whoever registers fills in, as the staff build it: its questions in order, one on a page, and how people see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from events import asking
from events.admin.base import ByVerb, OfAnEvent, Refusable, attempt, event_of, page
from events.forms.answers import AnswersForm
from events.models import Event, Question
from hub.admin.practices import Lines
from members.admin.base import number
from strongcities.workflow import MoveRefused

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelForm = forms.ModelForm[Question]
else:
    _ModelForm = forms.ModelForm

VERBS = ("up", "down", "retire", "again")


class QuestionForm(Refusable, _ModelForm):
    event_here: Event | None = None  # set by the admin: whose form it is

    options = Lines(label=_("Answers to choose from"), required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("One a line."))
    depends_values = Lines(
        label=_("… was answered by one of"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, in the same words as there. For a question of yes or no: yes, or no."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.event_here is not None:
            self.instance.event = self.event_here
        if "depends_on" in self.fields:
            above: Any = self.fields["depends_on"]
            above.queryset = self._earlier()
            above.label_from_instance = _named
            above.widget.can_add_related = above.widget.can_change_related = above.widget.can_view_related = False

    def _earlier(self) -> Any:
        """What it may depend on: what comes before it and is answered by a choice."""
        asked = Question.objects.filter(event=self.instance.event_id, sort__in=(*asking.CHOSEN, Question.Sort.YES_NO))
        return asked.exclude(pk=self.instance.pk).order_by("stage", "position", "pk")

    def clean(self) -> Any:
        values = super().clean() or self.cleaned_data
        chosen = values.get("sort") in asking.CHOSEN
        if "sort" in values and chosen and not values.get("options"):
            self.add_error("options", gettext("Name the answers that one chooses from."))
        if "sort" in values and not chosen and values.get("options"):
            self.add_error("options", gettext("Such a question has no answers to choose from."))
        if len(set(values.get("options") or [])) < len(values.get("options") or []):
            self.add_error("options", gettext("One of them stands there twice."))
        if values.get("depends_on") and not values.get("depends_values"):
            self.add_error("depends_values", gettext("Say after which answers it is asked."))
        if not values.get("depends_on") and values.get("depends_values"):
            self.add_error("depends_on", gettext("Say to which question these are answers."))
        return values

    def _post_clean(self) -> None:
        """What the whole form must hold: conditions on earlier questions, and what was answered already."""
        if self.instance._state.adding and self.cleaned_data.get("stage"):
            self.instance.stage = self.cleaned_data["stage"]
            asking.place_at_end(self.instance)
        super()._post_clean()  # type: ignore[misc]  # Django's own, without types
        if not self.errors:
            for field, words in asking.faults(self.instance):
                self.add_error(field if field in self.fields else None, words)


def _named(question: Question) -> str:
    answers = gettext(", ").join(asking.answers_to(question))
    return gettext("%(question)s (%(answers)s)") % {"question": question.words, "answers": answers}


@admin.register(Question)
class QuestionAdmin(OfAnEvent, ByVerb):
    form = QuestionForm
    list_display = ("words", "event", "stage", "sort", "about", "is_required", "is_retired")
    list_filter = (("event", admin.RelatedOnlyFieldListFilter), "stage", "about", "is_retired")
    search_fields = ("words", "event__title")
    list_select_related = ("event",)
    list_per_page = 100
    ordering = ("-event__starts", "stage", "position", "pk")
    actions = None
    change_form_template = "admin/events/question.html"
    fields = ("words", "hint", "stage", "sort", "options", "is_required", "about", "depends_on", "depends_values")

    def hold(self, request: HttpRequest, object_id: str | None) -> None:
        """Whoever writes into a form holds its event: two don't change it at once past each other."""
        if request.method == "POST":
            found = Question.objects.filter(pk=number(object_id or "")).values_list("event", flat=True).first()
            Event.objects.select_for_update(of=("self",), no_key=True).filter(pk=found or number(request.GET.get("event", ""))).first()

    choose_first = _("Choose the event first: a question is added to its form.")

    def hangs_on_nothing(self, record: Any) -> bool:
        return not (record.answers.exists() or record.dependents.exists())

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        question = self.get_object(request, object_id)
        context = {"event": question.event, "may_keep": Event.may_keep(request.user)} if question else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        asking.remove(obj, by=request.user)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except MoveRefused as error:
            messages.error(request, str(error))
            return redirect("admin:events_question_change", object_id)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> Any:
        return redirect("admin:events_event_questions", obj.event_id)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> Any:
        return redirect("admin:events_event_questions", obj.event_id)

    # --- The whole form ----------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [path(f"<int:pk>/{verb}/", require_POST(view(getattr(self, verb))), name=f"events_question_{verb}") for verb in VERBS]
        return [*own, path("of/<int:pk>/", require_safe(view(self.whole)), name="events_event_questions"), *super().get_urls()]

    def whole(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The questions in order, and beside them the form as people see it."""
        event = event_of(request, pk)
        if not self.has_view_permission(request):
            raise PermissionDenied
        stages = [
            (label, [each for each in asking.in_order(event) if each.stage == stage], AnswersForm(event=event, stage=stage).asked())
            for stage, label in Question.Stage.choices
        ]
        return page(self.admin_site, request, "questions", event, gettext("Questions"), stages=stages)

    def _one(self, request: HttpRequest, pk: int) -> Question:
        if not self.has_change_permission(request):
            raise PermissionDenied
        found = Question.objects.select_related("event").filter(pk=number(str(pk))).first()
        if found is None:
            raise Http404
        return found

    def _back(self, question: Question) -> HttpResponse:
        return redirect(f"{reverse('admin:events_event_questions', args=[question.event_id])}#question-{question.pk}")

    def up(self, request: HttpRequest, pk: int) -> HttpResponse:
        question = self._one(request, pk)
        attempt(request, lambda: asking.shift(question, by=request.user, up=True))
        return self._back(question)

    def down(self, request: HttpRequest, pk: int) -> HttpResponse:
        question = self._one(request, pk)
        attempt(request, lambda: asking.shift(question, by=request.user, up=False))
        return self._back(question)

    def retire(self, request: HttpRequest, pk: int) -> HttpResponse:
        question = self._one(request, pk)
        attempt(request, lambda: asking.retire(question, by=request.user), gettext("It is no longer asked; what was answered stays."))
        return self._back(question)

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        question = self._one(request, pk)
        attempt(request, lambda: asking.retire(question, by=request.user, again=True), gettext("It is asked again."))
        return self._back(question)
