"""The demo's outbox: every mail that the house wrote, for everyone to read, since no mail leaves a demo."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from post_office.models import Email

from strongcities.access import public
from strongcities.paging import Pages

PER_PAGE = 50


def _only_in_the_demo() -> None:
    if not settings.DEMO:  # the address isn't there then either; this holds should somebody put it there
        raise Http404


@public
@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    _only_in_the_demo()
    mails = Email.objects.order_by("-created", "-pk").only("pk", "to", "subject", "created")
    page = Paginator(mails, PER_PAGE).get_page(request.GET.get("page"))
    pages = Pages(page.number, page.paginator.num_pages, "?page={}".format)
    return render(request, "demo/outbox.html", {"page": page, "pages": pages})


@public
@never_cache
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    _only_in_the_demo()
    found = get_object_or_404(Email, pk=pk)
    # Whoever came by 127.0.0.1 stays there: a browser keeps the cookies of localhost apart.
    message = found.message.replace(settings.SITE_URL, f"{request.scheme}://{request.get_host()}")
    return render(request, "demo/mail.html", {"mail": found, "message": message})


app_name = "demo"
urlpatterns = [
    path("", outbox, name="outbox"),
    path("<int:pk>/", mail, name="mail"),
]
