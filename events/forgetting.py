"""What is forgotten of those who came, and when.

| what                                                              | forgotten                                                          |
|-------------------------------------------------------------------|--------------------------------------------------------------------|
| answers about what somebody eats, and what they need to take part | 30 days after the event                                            |
| names of accompanying people (how many they were stays)           | the same                                                           |
| journeys: from where, how, what it costs, who pays, the note, the  | the same; 30 days after the request was declined, withdrawn or     |
| words of a decision. What was granted stays, for the accounts     | ended, if that is earlier                                          |
| what a visa letter says: passport, date of birth, consulate       | the same. Its reference, and what became of it, stay               |

Nobody reads any of it from that moment on, whether or not the job has run: `Answer.objects`, `Registration.companions_told`,
`TravelRequest.told` and `VisaLetter.told` are what pages, lists and exports read. The nightly job deletes it (events/jobs.py).

Whoever leaves the network keeps the registrations that they made: hosts and the staff planned with them, and a person without a post
may still come where everyone may, or give the seat back. Their name is in no list of participants any more (Registration.listed_for), and
the rest goes by the dates above.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import CharField, Func, Value
from django.utils import timezone

from events.models import Registration, TravelRequest, TravelRequestTransition, VisaLetter, VisaLetterTransition
from events.models.event import FORGOTTEN_AFTER
from events.models.question import Answer, AnswerQuerySet
from events.models.registration import RegistrationQuerySet

NOTHING_TOLD = {"from_where": "", "how": "", "cost": None, "currency": "", "own_share": "", "note": ""}


class _Nameless(Func):
    """As many as they were, none with a name: seats for them are counted by how many there are (migration 0002_seats)."""

    template = "array_fill(''::varchar, ARRAY[cardinality(%(expressions)s)])"
    output_field = ArrayField(CharField(max_length=120))


def forget() -> int:
    """Delete what is over by its date; answers of how many rows something was. Rows that were emptied before are left alone."""
    with transaction.atomic():
        gone: int = AnswerQuerySet(Answer).to_forget().delete()[0]
        gone += _named().update(companions=_Nameless("companions"))
        travel, letters = TravelRequest.objects.to_forget(), VisaLetter.objects.to_forget()
        TravelRequestTransition.objects.filter(subject__in=travel).exclude(why="").update(why="")
        VisaLetterTransition.objects.filter(subject__in=letters).exclude(why="").update(why="")
        gone += travel.exclude(**NOTHING_TOLD).update(**NOTHING_TOLD)
        gone += letters.exclude(details="").update(details="")
    return gone


def _named() -> RegistrationQuerySet:
    """Of events that have been over for long enough, those with companions' names."""
    names = Func("companions", Value(""), function="array_to_string", output_field=CharField())
    over = Registration.objects.filter(event__ends__lte=timezone.now() - FORGOTTEN_AFTER)
    return over.annotate(names=names).exclude(names="")
