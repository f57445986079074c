"""What is asked of the search, in numbers: never by whom, and a question's words only once many have asked it.

`Asking` is of one day, and dropped at night: it holds marks made with that day's own salt, which is dropped too, so what was asked by
one reader is known for that day alone, and to nobody after it. The rest are sums. hub_sum_searches makes them
(migrations/0032_sum_searches.py, 0047_many_ask.py).

A mark is an account's where somebody is signed in, else an address's on the internet (of IPv6 its first 64 bits): so one person may be
several marks on a day, by IPv4 and IPv6, telephone and desk, home and work, and whoever can change addresses as many as they like.
No mark can tell. What a question must reach before its words are kept is therefore more than one person mostly reaches by how they live;
who sets out to have words kept still can, and those words are then known to the staff.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

# A question's words are kept once it was asked on DAYS days, by READERS readers, those of each day taken together, and on some day
# by TOGETHER of them. A day on which a single reader asked it counts for nothing.
DAYS, READERS, TOGETHER = 3, 10, 4


class Found(models.IntegerChoices):
    """How many practices a search found."""

    NONE = 0, _("none")
    FEW = 1, _("1 to 9")
    MANY = 2, _("10 and more")

    @classmethod
    def of(cls, count: int) -> Found:
        return cls.NONE if not count else cls.FEW if count < 10 else cls.MANY


class Salt(models.Model):
    """What a day's marks are made with."""

    day = models.DateField(primary_key=True)
    salt = models.CharField(max_length=64)

    class Meta:
        verbose_name = "salt"
        verbose_name_plural = "salts"

    def __str__(self) -> str:
        return str(self.day)


class Asking(models.Model):
    """A search, or a step from its results to a practice, on this day. `mark` is its reader's, `once` the search's (its words and
    filters); `key` is the question's, where its words may be kept some day; it `is_corrected` where
    another word was searched for than was typed."""

    day = models.DateField()
    mark = models.CharField(max_length=32)
    once = models.CharField(max_length=32)
    is_click = models.BooleanField(default=False)
    key = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=10)
    found = models.SmallIntegerField(choices=Found, default=Found.NONE)
    facets = ArrayField(models.CharField(max_length=20), default=list)
    is_corrected = models.BooleanField(default=False)

    class Meta:
        verbose_name = "asking"
        verbose_name_plural = "askings"
        constraints = [models.CheckConstraint(condition=Q(found__in=Found.values), name="asking_found_is_known")]

    def __str__(self) -> str:
        return str(self.day)


class SearchDay(models.Model):
    """The searches of a day, on pages in a language, that found so many: how many, how many led to a practice, in how many a word was
    corrected, and how many of those led to a practice. What one reader asks twice on a day is one. Days over a year old are summed by
    month (its first day)."""

    pk = models.CompositePrimaryKey("day", "language", "found")
    day = models.DateField()
    language = models.CharField(max_length=10)
    found = models.SmallIntegerField(choices=Found)
    searches = models.IntegerField()
    clicked = models.IntegerField()
    corrected = models.IntegerField()
    led = models.IntegerField()

    class Meta:
        verbose_name = "searches of a day"
        verbose_name_plural = "searches of days"
        constraints = [
            models.CheckConstraint(condition=Q(found__in=Found.values), name="search_day_found_is_known"),
            models.CheckConstraint(condition=Q(clicked__lte=F("searches")), name="search_day_clicked_of_searches"),
            models.CheckConstraint(condition=Q(corrected__lte=F("searches")), name="search_day_corrected_of_searches"),
            models.CheckConstraint(
                condition=Q(led__lte=F("corrected")) & Q(led__lte=F("clicked")), name="search_day_led_of_corrected_and_clicked"
            ),
        ]

    def __str__(self) -> str:
        return str(self.day)


class FacetDay(models.Model):
    """In how many searches of a day a filter was used."""

    pk = models.CompositePrimaryKey("day", "facet")
    day = models.DateField()
    facet = models.CharField(max_length=20)
    searches = models.IntegerField()

    class Meta:
        verbose_name = "filters of a day"
        verbose_name_plural = "filters of days"

    def __str__(self) -> str:
        return f"{self.day} {self.facet}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def known(self) -> QuestionQuerySet:
        """Those whose words are kept."""
        return self.exclude(words="")


class Question(models.Model):
    """A question: `key` is made from its words with the house's secret; `words` are they, folded, once many have asked it. `days` and
    `readers` are of days on which several asked."""

    key = models.CharField(max_length=32, primary_key=True)
    words = models.CharField(_("words"), max_length=80, blank=True)
    days = models.IntegerField(_("days"))
    readers = models.IntegerField()
    together = models.IntegerField()
    last = models.DateField(_("last asked"))

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of the search", "question")
        verbose_name_plural = pgettext_lazy("of the search", "what is asked")
        ordering = ["-last", "words"]
        constraints = [
            models.CheckConstraint(
                condition=Q(words="") | Q(days__gte=DAYS, readers__gte=READERS, together__gte=TOGETHER), name="question_is_many_peoples"
            ),
            models.CheckConstraint(condition=~Q(words__regex=r"@|[0-9]( ?[0-9]){4}"), name="question_holds_no_address"),
        ]

    def __str__(self) -> str:
        return self.words


class QuestionDay(models.Model):
    """How often a question was asked on a day, found nothing, and led to a practice."""

    pk = models.CompositePrimaryKey("question", "day")
    question = models.ForeignKey(Question, models.CASCADE, related_name="by_day")
    day = models.DateField()
    searches = models.IntegerField()
    nothing = models.IntegerField()
    clicked = models.IntegerField()

    class Meta:
        verbose_name = "question of a day"
        verbose_name_plural = "questions of days"
        indexes = [models.Index(fields=["day"], name="question_day")]
        constraints = [
            models.CheckConstraint(condition=Q(nothing__lte=F("searches")), name="question_day_nothing_of_searches"),
            models.CheckConstraint(condition=Q(clicked__lte=F("searches")), name="question_day_clicked_of_searches"),
        ]

    def __str__(self) -> str:
        return f"{self.day}"
