"""Sample practices: plainly marked, the same each time, any number of them, for trying and measuring.

Their titles and summaries are words of the field strung together, so that lists read like lists; their texts are made of a few
thousand words more, most of them rare, as in real text. Nothing in them means anything.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from hub.importing import BATCH, bulk
from hub.models import Practice
from hub.models.practice import State, Status
from hub.rows import FACETS
from hub.taxonomy import Evidence
from members.models import City
from strongcities.licences import Licence

_OWN = {  # the words of the field, the most frequent of each language
    "en": "prevention youth school city community families police services mentor training network risk support workers local "
    "dialogue trust partners hate violence neighbourhood parents teachers plan team project advice council resilience "
    "safety online media victims reintegration evaluation strategy volunteers sport culture refugees women coordination",
    "fr": "prévention jeunes école ville communauté familles police services mentor formation réseau risque soutien acteurs "
    "local dialogue confiance partenaires haine violence quartier parents enseignants plan équipe projet conseil écoute "
    "résilience sécurité médias victimes réinsertion évaluation stratégie bénévoles sport culture réfugiés femmes",
    "es": "prevención jóvenes escuela ciudad comunidad familias policía servicios mentor formación red riesgo apoyo equipos "
    "local diálogo confianza socios odio violencia barrio padres docentes plan equipo proyecto consejo resiliencia "
    "seguridad medios víctimas reinserción evaluación estrategia voluntarios deporte cultura refugiados mujeres",
    "ar": "الوقاية الشباب المدرسة المدينة المجتمع الأسر الشرطة الخدمات التدريب الشبكة الخطر الدعم الحوار الثقة الشركاء الكراهية "
    "العنف الحي الأهل المعلمون الخطة الفريق المشروع المجلس السلامة الضحايا التقييم الاستراتيجية المتطوعون الرياضة الثقافة النساء",
}
_SYLLABLES = {
    "ar": ("با", "تي", "رو", "سا", "شي", "لو", "ما", "ني", "كا", "دو", "فا", "جي"),
    "": ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "bra", "cle", "dro", "mel", "nor", "von"),
}
_TAIL = 3_000  # rare words of each language
_LANGUAGES = {"en": 70, "fr": 12, "es": 10, "ar": 8}
_EVIDENCE = dict(zip(Evidence.values, (58, 22, 10, 5, 3, 2), strict=True))
_STATUS = dict(zip(Status.values, (10, 50, 15, 25), strict=True))
_LICENCES = {"": 60, Licence.BY.value: 30, Licence.RESERVED.value: 10}
_COLUMNS = (
    "external_id", "slug", "title", "summary", "body", "language", "city_id", "start_year", "end_year", "status", *FACETS,
    "lead_sector", "evidence", "partners", "lessons", "sources", "audience", "licence", "state", "published_at",
    "last_confirmed", "is_sample", "created", "updated",
)  # fmt: skip


def make_practices(n: int) -> int:
    """See to it that at least `n` sample practices are there, in the sample cities. Answers how many were made. Raises
    ValueError where there are no sample cities."""
    with bulk(), connection.cursor() as cursor:
        have = Practice.objects.filter(is_sample=True).count()
        if n <= have:
            return 0
        cities = list(City.objects.filter(is_sample=True).order_by("pk").values_list("pk", flat=True))
        if not cities:
            raise ValueError("there are no sample cities")
        cursor.execute("SELECT coalesce(max(id), 0) FROM hub_practice")
        (last,) = cursor.fetchone()
        for start in range(have, n, BATCH):
            with cursor.copy(f"COPY hub_practice ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
                for number in range(start, min(start + BATCH, n)):
                    values = _practice(number + 1, cities)
                    copy.write_row([values[name] for name in _COLUMNS])
        cursor.execute(
            "INSERT INTO hub_practicetransition (subject_id, verb, from_state, to_state, why, at)"
            " SELECT id, 'sample', '', state, '', now() FROM hub_practice WHERE id > %s AND is_sample",
            [last],
        )
    return n - have


def remove_practices() -> int:
    """Take all sample practices away. Returns how many there were."""
    with bulk(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM hub_practicetransition t USING hub_practice p WHERE t.subject_id = p.id AND p.is_sample")
        cursor.execute("DELETE FROM hub_told t USING hub_practice p WHERE t.practice_id = p.id AND p.is_sample")
        cursor.execute("DELETE FROM hub_practice WHERE is_sample")
        return int(cursor.rowcount)


def _practice(number: int, cities: list[int]) -> dict[str, Any]:
    chance = random.Random(number)  # noqa: S311  the same each time is what is wanted
    language = _pick(chance, _LANGUAGES)
    facets = {name: _some(chance, choices.values) for name, choices in FACETS.items()}
    words, own = _words(chance, language), _OWN[language].split()
    began = chance.choice([None, *range(2000, 2026)])
    ended = chance.choice([None, None, None, began + chance.randrange(5)]) if began else None
    now = timezone.now()
    published = now - timedelta(days=chance.randrange(1, 2_000), seconds=chance.randrange(86_400))
    return {
        **facets,
        "external_id": f"sample-{number:06}",
        "slug": f"sample-practice-{number:06}",
        "title": f"Sample practice {number:04}: {' '.join(chance.sample(own, 3))}",
        "summary": _sentence(chance, iter(chance.choices(own, k=18)))[:200],
        "body": _body(chance, words),
        "language": language,
        "city_id": cities[min(int(chance.paretovariate(0.7)) - 1, 10**9) % len(cities)],
        "start_year": began,
        "end_year": ended,
        "status": _pick(chance, _STATUS),
        "lead_sector": facets["sectors"][0],
        "evidence": _pick(chance, _EVIDENCE),
        "partners": [f"Sample partner {chance.randrange(500)}" for _ in range(chance.randrange(4))],
        "lessons": [_sentence(chance, words) for _ in range(chance.randrange(4))],
        "sources": Jsonb([]),
        "audience": "members" if chance.random() < 0.03 else "public",
        "licence": _pick(chance, _LICENCES),
        "state": State.ARCHIVED.value if chance.random() < 0.03 else State.PUBLISHED.value,
        "published_at": published,
        "last_confirmed": _confirmed(chance, published, now),
        "is_sample": True,
        "created": published,
        "updated": now,
    }


def _confirmed(chance: random.Random, published: datetime, now: datetime) -> date | None:
    days = (now - published).days
    return (published + timedelta(days=chance.randrange(days + 1))).astimezone(UTC).date() if chance.random() < 0.6 else None


def _pick(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _some(chance: random.Random, values: list[str]) -> list[str]:
    """One to three values, the first ones more often, as practices have them."""
    wanted = {min(int(chance.expovariate(3 / len(values))), len(values) - 1) for _ in range(chance.randint(1, 3))}
    return [values[place] for place in sorted(wanted)]


@cache
def _vocabulary(language: str) -> tuple[list[str], list[float]]:
    """A language's words, and how often each comes, summed up: the n-th word 1/n times as often as the first."""
    chance = random.Random(language)  # noqa: S311
    syllables = _SYLLABLES.get(language, _SYLLABLES[""])
    tail = {"".join(chance.choices(syllables, k=chance.randint(2, 4))): None for _ in range(_TAIL)}
    words = [*_OWN[language].split(), *tail]
    return words, list(accumulate(1 / (rank + 3) for rank in range(len(words))))


def _words(chance: random.Random, language: str) -> Iterator[str]:
    words, frequencies = _vocabulary(language)
    while True:
        yield from chance.choices(words, cum_weights=frequencies, k=100)


def _sentence(chance: random.Random, words: Iterator[str]) -> str:
    sentence = " ".join(next(words) for _ in range(chance.randint(7, 18)))
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _body(chance: random.Random, words: Iterator[str]) -> str:
    heads = ("Problem and context", "What was done", "Who was reached", "What was learned")
    return "\n\n".join(f"## {head}\n\n{' '.join(_sentence(chance, words) for _ in range(chance.randint(2, 5)))}" for head in heads)
