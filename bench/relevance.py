"""How good the hub's search is: judged questions on the Cranfield collection (1,400 abstracts of aerodynamics, 225 questions with
judged answers; Cranfield tests, 1960s, in the public domain), beside bm25s on the same text.

nDCG@10 is the mean over the questions, gains as judged (Järvelin and Kekäläinen, 2002). bm25s computes Lucene's BM25 (k1 1.2, b 0.75)
over English stems without its common words. "One letter changed" is each question with one letter of one of its words
replaced, the same each time. Prints JSON.
"""

from __future__ import annotations

import json
import math
import random
import string
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import house

CRANFIELD = Path(__file__).resolve().parent / "cranfield"
AT = 10

type Ranking = Callable[[str], list[str]]  # a question to the documents found, the best first


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CRANFIELD / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def judged() -> dict[str, dict[str, int]]:
    """Of each question the documents that answer it, and how well."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for line in lines("qrels"):
        found[line["query"]][line["doc"]] = line["rel"]
    return found


def ndcg(found: list[str], gains: dict[str, int]) -> float:
    ideal = sorted(gains.values(), reverse=True)[:AT]
    return _gain([gains.get(doc, 0) for doc in found[:AT]]) / _gain(ideal) if ideal else 0.0


def _gain(gains: list[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def mean(ranking: Ranking, questions: dict[str, str]) -> float:
    gains = judged()
    return sum(ndcg(ranking(text), gains[key]) for key, text in questions.items()) / len(questions)


def misspelt(text: str, chance: random.Random) -> str:
    """`text` with one letter replaced in one of its words of four letters or more."""
    words = text.split()
    place = chance.choice([place for place, word in enumerate(words) if len(word) > 3 and word.isalpha()])
    word = words[place]
    at = chance.randrange(len(word))
    words[place] = word[:at] + chance.choice(string.ascii_lowercase.replace(word[at], "")) + word[at + 1 :]
    return " ".join(words)


def hub() -> Ranking:
    """The documents as practices, one each, all of one city."""
    from django.contrib.auth.models import AnonymousUser  # settings are ready only now
    from django.utils import timezone

    from hub.importing import bulk
    from hub.models import Practice
    from hub.search import Query, search
    from members.models import City

    city = City.make(name="Cranfield", country="GB", kind="city", is_public=True)
    now = timezone.now()
    with bulk():
        Practice.objects.bulk_create(
            Practice(
                city=city, external_id=doc["id"], slug=f"document-{doc['id']}", title=doc["title"][:200] or "·", summary="·",
                body=f"{doc['title'][200:]}\n\n{doc['body']}", state="published", published_at=now,
            )
            for doc in lines("docs")
        )  # fmt: skip
    house.analyze()
    visitor = AnonymousUser()
    return lambda text: [practice.external_id for practice in search(Query(text), visitor, 1, AT).results]


def bm25s(weight: int) -> Ranking:
    """The title `weight` times beside the text."""
    import bm25s as library  # installed for `make bench` alone
    import Stemmer

    docs, stemmer = lines("docs"), Stemmer.Stemmer("english")
    index = library.BM25(method="lucene", k1=1.2, b=0.75)
    texts = [" ".join([*[doc["title"]] * weight, doc["body"]]) for doc in docs]
    index.index(library.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)

    def ranking(text: str) -> list[str]:
        tokens = library.tokenize([text], stopwords="en", stemmer=stemmer, show_progress=False)
        found, _scores = index.retrieve(tokens, k=AT, show_progress=False)
        return [docs[place]["id"] for place in found[0]]

    return ranking


def main() -> None:
    questions = {line["id"]: line["text"] for line in lines("queries")}
    chance = random.Random(1)  # noqa: S311  the same each time is what is wanted
    changed = {key: misspelt(text, chance) for key, text in questions.items()}
    with house.database():
        ranking = hub()
        found = {
            "hub": mean(ranking, questions),
            "hub, one letter changed": mean(ranking, changed),
            "empty": sum(not ranking(text) for text in questions.values()),
            **{f"bm25s, title {weight} times": mean(bm25s(weight), questions) for weight in (1, 2)},
        }
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
