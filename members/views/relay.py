"""Writing to each other through the house: `/people/<key>/write/` and `/members/contacts/`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.forms.relay import AnswerForm, MessageForm, ReplyForm
from members.limits import TooOften, knock, too_often
from members.models import Contact, Official
from members.views.join import require_form
from strongcities.access import signed_in
from strongcities.paging import Pages, asked_for
from strongcities.workflow import MoveRefused

PER_PAGE = 30  # contacts of a person, and words within one


@signed_in
@never_cache
@require_form
def write(request: HttpRequest, key: str) -> HttpResponse:
    """The first words to a person. 404 for one whom the reader doesn't see, 403 for one who isn't to be written to."""
    person = get_object_or_404(Official.objects.visible_to(request.user).select_related("user"), key=key)
    if not person.can_be_written_to(request.user):
        raise PermissionDenied
    form = MessageForm(request.POST or None)
    own = Official.objects.get(user=request.user.pk)
    if request.method != "POST" or not form.is_valid():
        return render(request, "members/person_write.html", {"person": person, "own": own, "form": form})
    try:
        knock(request, "write", key=str(request.user.pk))
        contact = Contact.write(by=request.user, to=person, text=form.cleaned_data["text"])
    except TooOften as error:
        return too_often(request, error)
    except MoveRefused as error:
        messages.error(request, str(error))
        return redirect("members:person", key)
    messages.success(request, gettext("Your message is sent. You hear by mail when they answer."))
    return redirect("members:contact", contact.key)


@signed_in
@never_cache
@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """Everybody with whom the reader writes, the latest words first. A page that isn't there answers 404."""
    own = Contact.objects.visible_to(request.user).with_people().prefetch_related("reports")
    page, status = asked_for(request, own, PER_PAGE)
    context = {"rows": [_row(request, contact) for contact in page], **_paged(page, status)}
    return render(request, "members/contacts.html", context, status=status)


def _paged(page: Page[Any], status: int) -> dict[str, Any]:
    pages = Pages(page.number, page.paginator.num_pages, "?page={}".format)
    return {"page": page, "pages": pages, "no_such_page": status == 404}


def _row(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    state = Contact.State(contact.state_for(request.user))
    waits = state == Contact.State.SENT and contact.receiver.user_id == request.user.pk
    return {"contact": contact, "other": contact.other(request.user), "state": state, "waits_for_me": waits}


def _load(request: HttpRequest, key: str) -> Contact:
    return get_object_or_404(Contact.objects.visible_to(request.user).with_people(), key=key)


def _show(request: HttpRequest, contact: Contact, form: Form | None = None) -> HttpResponse:
    """The page of one contact: its latest words, in the order in which they were written; the earlier ones on further pages."""
    user: Any = request.user
    may = {verb: contact.may(verb, user) and contact.allows(verb) for verb in Contact.MOVES}
    if form is None:
        form = AnswerForm() if may["answer"] else ReplyForm(may_show=_may_show(contact, user))
    page, status = asked_for(request, contact.messages.order_by("-at", "-pk"), PER_PAGE)
    context = {
        **_row(request, contact),
        **_paged(page, status),
        "may": may,
        "form": form,
        "words": [{"own": message.writer.user_id == user.pk, "message": message} for message in reversed(page)],
        "barred": Official.objects.filter(user=user.pk, barred_from_relay=True).exists(),
    }
    return render(request, "members/contact.html", context, status=status)


def _may_show(contact: Contact, user: Any) -> bool:
    return not contact.addresses_shown and contact.receiver.user_id == user.pk


@signed_in
@never_cache
@require_safe
def contact(request: HttpRequest, key: str) -> HttpResponse:
    return _show(request, _load(request, key))


def _do(request: HttpRequest, contact: Contact, verb: Callable[[], None], said: str) -> HttpResponse:
    """One verb. What the model refuses is said in words that tell nothing of what the other did."""
    try:
        knock(request, "reply", key=str(request.user.pk))
        verb()
    except TooOften as error:
        return too_often(request, error)
    except (MoveRefused, PermissionDenied):
        messages.error(request, gettext("That is no longer possible. This is how things stand now."))
    else:
        messages.success(request, said)
    return redirect("members:contact", contact.key)


@signed_in
@require_POST
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """The first answer, with the choice whether the two see each other's address."""
    loaded, form = _load(request, key), AnswerForm(request.POST)
    if loaded.allows("answer") and loaded.can_answer(request.user) and not form.is_valid():
        return _show(request, loaded, form)
    form.is_valid()
    text, show = form.cleaned_data.get("text", ""), form.cleaned_data.get("addresses") == "show"
    return _do(request, loaded, lambda: loaded.answer(by=request.user, text=text, show_addresses=show), gettext("Your answer is sent."))


@signed_in
@require_POST
def reply(request: HttpRequest, key: str) -> HttpResponse:
    """Words after the first answer."""
    loaded = _load(request, key)
    form = ReplyForm(request.POST, may_show=_may_show(loaded, request.user))
    if loaded.allows("reply") and not form.is_valid():
        return _show(request, loaded, form)
    form.is_valid()
    text, show = form.cleaned_data.get("text", ""), form.cleaned_data.get("addresses", False)
    return _do(request, loaded, lambda: loaded.reply(by=request.user, text=text, show_addresses=show), gettext("Your message is sent."))


@signed_in
@require_POST
def ignore(request: HttpRequest, key: str) -> HttpResponse:
    loaded = _load(request, key)
    said = gettext("You will hear no more of it. They are not told, and can’t write to you again unless you answer.")
    return _do(request, loaded, lambda: loaded.ignore(by=request.user), said)


@signed_in
@require_POST
def close(request: HttpRequest, key: str) -> HttpResponse:
    loaded = _load(request, key)
    return _do(request, loaded, lambda: loaded.close(by=request.user), gettext("The conversation is ended."))
