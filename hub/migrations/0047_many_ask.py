"""A question's words are kept when more have asked it: days on which a single reader asked count for nothing, and four on one day.

Which of the days before were such can't be told any more, so questions are counted anew; the sums of their days stay.
"""

import importlib

from django.db import migrations, models

SUM = importlib.import_module("hub.migrations.0037_corrections_counted").SUM
COUNTED = "count(*) FILTER (WHERE b.is_new), sum(q.readers), max(q.readers)"
SEVERAL = "count(*) FILTER (WHERE b.is_new AND q.readers > 1), coalesce(sum(q.readers) FILTER (WHERE q.readers > 1), 0), max(q.readers)"
# Rules are changed and what they are of in one transaction: the night's sums would otherwise come between.
ANEW = """
LOCK TABLE hub_question, hub_asking IN SHARE ROW EXCLUSIVE MODE;
UPDATE hub_question SET words = '', days = 0, readers = 0, together = 0;
"""


class Migration(migrations.Migration):
    dependencies = [("hub", "0046_count_beside_writers")]
    operations = [
        migrations.RunSQL(SUM.replace(COUNTED, SEVERAL), SUM),
        migrations.RunSQL(ANEW, migrations.RunSQL.noop),
        migrations.RemoveConstraint("question", "question_is_many_peoples"),
        migrations.AddConstraint(
            "question",
            models.CheckConstraint(
                condition=models.Q(("words", ""), models.Q(("days__gte", 3), ("readers__gte", 10), ("together__gte", 4)), _connector="OR"),
                name="question_is_many_peoples",
            ),
        ),
        migrations.RemoveConstraint("question", "question_holds_no_address"),
        migrations.AddConstraint(
            "question",
            models.CheckConstraint(
                condition=models.Q(("words__regex", "@|[0-9]( ?[0-9]){4}"), _negated=True), name="question_holds_no_address"
            ),
        ),
    ]
