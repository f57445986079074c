"""The searches of days that are over, summed: each reader's, each search once a day; then what tells readers apart is dropped."""

from django.db import migrations

SUM = """
CREATE FUNCTION hub_sum_searches(before date) RETURNS void LANGUAGE sql
AS $$
    WITH gone AS (DELETE FROM hub_asking WHERE day < before RETURNING *),
    searches AS (
        SELECT day, mark, once, min(key) AS key, min(language) AS language, max(found) AS found, max(facets) AS facets, max(offered) AS offered
        FROM gone WHERE NOT is_click GROUP BY day, mark, once),
    seen AS (
        SELECT s.*,
            EXISTS (SELECT FROM gone c WHERE c.is_click AND (c.day, c.mark, c.once) = (s.day, s.mark, s.once)) AS clicked,
            s.offered <> '' AND EXISTS (
                SELECT FROM searches o WHERE (o.day, o.mark, o.key) = (s.day, s.mark, s.offered)) AS taken
        FROM searches s),
    by_day AS (
        INSERT INTO hub_searchday (day, language, found, searches, clicked, offered, taken)
        SELECT day, language, found, count(*), count(*) FILTER (WHERE clicked), count(*) FILTER (WHERE offered <> ''),
            count(*) FILTER (WHERE taken)
        FROM seen GROUP BY day, language, found
        ON CONFLICT (day, language, found) DO UPDATE SET
            searches = hub_searchday.searches + excluded.searches, clicked = hub_searchday.clicked + excluded.clicked,
            offered = hub_searchday.offered + excluded.offered, taken = hub_searchday.taken + excluded.taken),
    by_facet AS (
        INSERT INTO hub_facetday (day, facet, searches)
        SELECT day, facet, count(*) FROM seen CROSS JOIN LATERAL unnest(facets) AS facet GROUP BY day, facet
        ON CONFLICT (day, facet) DO UPDATE SET searches = hub_facetday.searches + excluded.searches),
    questions AS (
        SELECT key, day, count(*) AS searches, count(*) FILTER (WHERE found = 0) AS nothing, count(*) FILTER (WHERE clicked) AS clicked,
            count(DISTINCT mark) AS readers
        FROM seen WHERE key <> '' GROUP BY key, day),
    by_question AS (
        INSERT INTO hub_questionday (question_id, day, searches, nothing, clicked)
        SELECT key, day, searches, nothing, clicked FROM questions
        ON CONFLICT (question_id, day) DO UPDATE SET
            searches = hub_questionday.searches + excluded.searches, nothing = hub_questionday.nothing + excluded.nothing,
            clicked = hub_questionday.clicked + excluded.clicked
        RETURNING question_id, day, xmax = 0 AS is_new)
    INSERT INTO hub_question (key, words, days, readers, together, last)
    SELECT q.key, '', count(*) FILTER (WHERE b.is_new), sum(q.readers), max(q.readers), max(q.day)
    FROM questions q JOIN by_question b ON (b.question_id, b.day) = (q.key, q.day) GROUP BY q.key
    ON CONFLICT (key) DO UPDATE SET
        days = hub_question.days + excluded.days, readers = hub_question.readers + excluded.readers,
        together = greatest(hub_question.together, excluded.together), last = greatest(hub_question.last, excluded.last);
    DELETE FROM hub_salt WHERE day < before;
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("hub", "0031_asked")]
    operations = [migrations.RunSQL(SUM, "DROP FUNCTION hub_sum_searches(date);")]
