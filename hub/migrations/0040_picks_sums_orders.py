"""Picks once each and with a sentence in English, sums of searches that can be, and no theme twice in an order.

One transaction, not three: what would break a rule is mended and the rule made under one lock, so nothing that breaks it comes between.
The tables are small. What is mended or goes stays in the history of picks and orders; sums have none.
"""

from django.db import migrations, models

EACH_ONCE = """
CREATE FUNCTION hub_each_once(things text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT count(*) = count(DISTINCT thing) FROM unnest(things) AS thing $$;
"""
# A pick without a word in English takes the sentence of another language; one without any sentence says nothing to anybody. Of two
# picks of the same, the one that stands first stays.
MEND = """
LOCK TABLE hub_pick, hub_themeorder, hub_searchday, hub_questionday, hub_asking IN SHARE ROW EXCLUSIVE MODE;
DELETE FROM hub_pick p WHERE NOT EXISTS (SELECT FROM jsonb_each_text(p.why) AS said WHERE said.value <> '');
UPDATE hub_pick p SET why = jsonb_set(why, '{en}', (
        SELECT to_jsonb(said.value) FROM jsonb_each_text(p.why) AS said WHERE said.value <> '' ORDER BY said.key LIMIT 1))
    WHERE coalesce(why ->> 'en', '') = '';
DELETE FROM hub_pick p USING hub_pick AS first
    WHERE first.promotion_id = p.promotion_id AND first.place < p.place
        AND (first.practice_id = p.practice_id OR (first.page <> '' AND first.page = p.page));
UPDATE hub_themeorder SET themes = (
        SELECT array_agg(slug ORDER BY place) FROM (
            SELECT slug, min(place) AS place FROM unnest(themes) WITH ORDINALITY AS one(slug, place) GROUP BY slug) AS once)
    WHERE NOT hub_each_once(themes);
DELETE FROM hub_asking WHERE found NOT IN (0, 1, 2);
DELETE FROM hub_searchday WHERE found NOT IN (0, 1, 2);
UPDATE hub_searchday SET clicked = least(clicked, searches), corrected = least(corrected, searches),
        led = least(led, clicked, corrected, searches)
    WHERE clicked > searches OR corrected > searches OR led > clicked OR led > corrected;
UPDATE hub_questionday SET nothing = least(nothing, searches), clicked = least(clicked, searches)
    WHERE nothing > searches OR clicked > searches;
"""
TWICE = "Each practice and each page is picked once."


class Migration(migrations.Migration):
    dependencies = [("hub", "0037_corrections_counted")]
    operations = [
        migrations.RunSQL(EACH_ONCE, "DROP FUNCTION hub_each_once(text[]);"),
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
        migrations.RemoveConstraint("pick", "pick_says_why_in_english"),
        migrations.AddConstraint(
            "pick",
            models.CheckConstraint(
                condition=models.Q(("why__has_key", "en"), models.Q(("why__en", ""), _negated=True)), name="pick_says_why_in_english"
            ),
        ),
        migrations.AddConstraint(
            "pick",
            models.UniqueConstraint(fields=("promotion", "practice"), name="pick_a_practice_once", violation_error_message=TWICE),
        ),
        migrations.AddConstraint(
            "pick",
            models.UniqueConstraint(
                condition=models.Q(("page", ""), _negated=True),
                fields=("promotion", "page"),
                name="pick_a_page_once",
                violation_error_message=TWICE,
            ),
        ),
        migrations.AddConstraint(
            "asking", models.CheckConstraint(condition=models.Q(("found__in", [0, 1, 2])), name="asking_found_is_known")
        ),
        migrations.AddConstraint(
            "questionday",
            models.CheckConstraint(condition=models.Q(("nothing__lte", models.F("searches"))), name="question_day_nothing_of_searches"),
        ),
        migrations.AddConstraint(
            "questionday",
            models.CheckConstraint(condition=models.Q(("clicked__lte", models.F("searches"))), name="question_day_clicked_of_searches"),
        ),
        migrations.AddConstraint(
            "searchday", models.CheckConstraint(condition=models.Q(("found__in", [0, 1, 2])), name="search_day_found_is_known")
        ),
        migrations.AddConstraint(
            "searchday",
            models.CheckConstraint(condition=models.Q(("clicked__lte", models.F("searches"))), name="search_day_clicked_of_searches"),
        ),
        migrations.AddConstraint(
            "searchday",
            models.CheckConstraint(condition=models.Q(("corrected__lte", models.F("searches"))), name="search_day_corrected_of_searches"),
        ),
        migrations.AddConstraint(
            "searchday",
            models.CheckConstraint(
                condition=models.Q(("led__lte", models.F("corrected")), ("led__lte", models.F("clicked"))),
                name="search_day_led_of_corrected_and_clicked",
            ),
        ),
        migrations.AddConstraint(
            "themeorder",
            models.CheckConstraint(
                condition=models.Func(models.F("themes"), function="hub_each_once", output_field=models.BooleanField()),
                name="theme_order_has_each_once",
            ),
        ),
    ]
