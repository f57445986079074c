"""What the search offers while somebody types."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, JsonResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from hub.forms import SearchForm
from hub.suggest import completions, names
from strongcities.access import public
from strongcities.caching import visitors_may_cache
from strongcities.templatetags.house import number


@public
@require_safe
@visitors_may_cache
def suggest(request: HttpRequest) -> JsonResponse:
    """For the words and filters of the search as they stand: its last word completed, and what bears such a name. What can't be
    read is 400, and nobody who types sees it."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": form.errors.get_json_data()}, status=400)
    query = replace(form.query, words=request.GET.get("q", ""))  # a space at the end says that a word is done
    words = completions(query.words, request.user)
    links = names(query, request.user)
    count = len(words) + len(links)
    said = ngettext("%(shown)s suggestion", "%(shown)s suggestions", count) % {"shown": number(count)}
    return JsonResponse(
        {
            "words": [{"before": one.before, "word": one.word, "language": one.language} for one in words],
            "links": [{"label": one.label, "kind": one.kind, "url": one.url} for one in links],
            "said": said,
        }
    )
