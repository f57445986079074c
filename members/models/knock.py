"""How often somebody knocked at a door, in a window of time. Counted in one statement, so that no two knocks count as one."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, models


class KnockManager(models.Manager["Knock"]):
    def add(self, name: str, until: datetime) -> int:
        """Count one more under `name`, which is forgotten after `until`. Answers how many there were, this one included."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO members_knock (name, count, until) VALUES (%s, 1, %s)"
                " ON CONFLICT (name) DO UPDATE SET count = members_knock.count + 1 RETURNING count",
                [name, until],
            )
            return int(cursor.fetchone()[0])

    def take_back(self, name: str) -> None:
        """One less under `name`, where it is counted."""
        self.filter(name=name, count__gt=0).update(count=models.F("count") - 1)


class Knock(models.Model):
    name = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    objects = KnockManager()

    def __str__(self) -> str:
        return f"{self.count} until {self.until}"
