"""`/people/`: officials who agreed to be shown, and the page of each."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from members.models import Contact, Official, Post
from members.models.official import PostQuerySet
from members.people import PersonFilter
from members.querysets import sees_members_only
from strongcities.access import public
from strongcities.caching import ask_each_time, visitors_may_cache
from strongcities.paging import Pages, asked_for

PER_PAGE = 30


def _with_posts(posts: PostQuerySet) -> Prefetch[str]:
    """Each one's posts that the reader may see, as `shown_posts`."""
    return Prefetch("posts", posts.select_related("city").order_by("-is_lead", "-since", "pk"), to_attr="shown_posts")


@public
@require_safe
@visitors_may_cache
def people(request: HttpRequest) -> HttpResponse:
    """People by name, narrowed by name, city, country, region, kind of work and, for member cities, theme and language. A
    value that isn't known narrows nothing and is said beside its field; a page that isn't there answers 404."""
    posts, sees_more = Post.objects.visible_to(request.user), sees_members_only(request.user)
    narrowed = PersonFilter(request.GET, posts=posts, sees_more=sees_more)
    page, status = asked_for(request, narrowed.qs.select_related("user").prefetch_related(_with_posts(posts)), PER_PAGE)
    used = [row | {"drop": urlencode(row["others"])} for row in narrowed.used()]
    kept = {row["name"]: row["value"] for row in used}
    context = {
        "filter": narrowed,
        "page": page,
        "used": used,
        "filters": len(kept.keys() - {"q"}),  # words are no filter
        "pages": Pages(page.number, page.paginator.num_pages, lambda number: "?" + urlencode({**kept, "page": number})),
        "no_such_page": status == 404,
        "sees_more": sees_more,
    }
    return ask_each_time(render(request, "members/people.html", context, status=status))


@public
@require_safe
@visitors_may_cache
def person(request: HttpRequest, key: str) -> HttpResponse:
    """A person: posts today; for member cities also languages, themes, and the way to write to them."""
    posts = Post.objects.visible_to(request.user)
    shown = get_object_or_404(Official.objects.holding(posts).select_related("user").prefetch_related(_with_posts(posts)), key=key)
    contact = Contact.objects.visible_to(request.user)
    context = {
        "person": shown,
        "is_own": shown.user_id == request.user.pk,
        "sees_more": sees_members_only(request.user),
        "contact": contact.filter(sender=shown).first() or contact.filter(receiver=shown).first(),
        "may_write": shown.can_be_written_to(request.user),
        "may_report": shown.can_report(request.user),
    }
    return ask_each_time(render(request, "members/person.html", context))
