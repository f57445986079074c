"""A vacancy: a member city has no lead official, and the staff know.

| what happens, by whatever statement, of whatever program                            | then, when that transaction ends       |
|--------------------------------------------------------------------------------------|----------------------------------------|
| a member city's last lead official leaves, is no lead any more, or their account is switched off | a vacancy opens           |
| a city joins, or is brought in, without one                                          | a vacancy opens                        |
| a lead official is there again, or the city is no member any more                    | the vacancy closes                     |
| a date passes (a post's `until`, a membership's `joined`)                            | the daily job asks the same function   |

The rows are written by triggers alone (migration lead_watch, `members_watch_lead`), which look once the transaction's own
statements are done, with the city's row locked: of two lead officials who leave at once, the second one's look comes after
the first one's commit. Cities that are samples are left out. The Secretariat's address is mailed what is new every few
minutes (jobs.py); the admin's first page shows the queue at once.

| who may see | staff with the permission; nobody changes one |
|-------------|-----------------------------------------------|

Held by the database: one open vacancy per city.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.city import City
from strongcities import mail


class VacancyQuerySet(models.QuerySet["Vacancy"]):
    def open(self) -> VacancyQuerySet:
        return self.filter(closed=None)


class Vacancy(models.Model):
    city = models.ForeignKey(City, models.CASCADE, related_name="vacancies", verbose_name=_("city"))
    since = models.DateTimeField(_("since"), default=timezone.now)
    told = models.DateTimeField(_("Secretariat mailed"), null=True, blank=True)
    closed = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = VacancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("city without a lead official")
        verbose_name_plural = _("cities without a lead official")
        ordering = ["since", "pk"]
        constraints = [models.UniqueConstraint(fields=["city"], condition=Q(closed=None), name="vacancy_one_open_per_city")]

    def __str__(self) -> str:
        return str(self.city)

    @classmethod
    def look(cls) -> None:
        """Ask of every city what the triggers ask of those that change: dates pass without a statement."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT members_watch_lead(city.id) FROM members_city AS city WHERE members_is_vacant(city.id) <> EXISTS"
                " (SELECT FROM members_vacancy WHERE city_id = city.id AND closed IS NULL) ORDER BY city.id"
            )

    @classmethod
    def tell(cls) -> int:
        """Mail the Secretariat those that it wasn't mailed yet, in one mail; answers how many."""
        with transaction.atomic():
            new = list(cls.objects.open().filter(told=None).select_related("city").select_for_update(of=("self",)))
            if new:
                cls.objects.filter(pk__in=[vacancy.pk for vacancy in new]).update(told=timezone.now())
                context = {"cities": [vacancy.city for vacancy in new], "city": new[0].city}
                mail.send("members/vacancies", to=settings.CONTACT_MAIL, context=context, language=settings.LANGUAGE_CODE)
        return len(new)
