"""A word is taken for another only where hardly anything speaks against it, and what staff keep as synonyms is told as well.

Two neighbouring letters that changed places are one mistake, a wrong first letter is two, and two mistakes are believed only where the
words have half of their three-letter pieces in common: "comunitty" is "community" (0.54), "stabbing" isn't "stating" (0.42). Of 1,401 long
words of Cranfield 34 are taken for another of the real practices by two mistakes so; by 0.4 it would be 70, without it 104.
"""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("hub.migrations.0045_near_what_is_seen").Migration.operations[0].sql

AWAY = """
CREATE FUNCTION hub_away(word text, wrong text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT (left(word, 1) <> left(wrong, 1))::integer + least(levenshtein(word, wrong), (
        SELECT 1 + min(levenshtein(word, overlay(wrong PLACING reverse(substr(wrong, place, 2)) FROM place FOR 2)))
        FROM generate_series(1, length(wrong) - 1) AS place))
$$;
CREATE FUNCTION hub_alike(word text, wrong text) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT count(*) FILTER (WHERE number = 2)::double precision / count(*)
    FROM (
        SELECT count(DISTINCT said) AS number
        FROM (VALUES (1, word), (2, wrong)) AS pair(said, one)
        CROSS JOIN generate_series(1, length(one) + 1) AS place
        GROUP BY substr('  ' || one || ' ', place, 3)
    ) pieces
$$;
CREATE FUNCTION hub_may_mean(wrong text, word text, most integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN length(word) < 4 OR abs(length(word) - length(wrong)) > most THEN false
        WHEN levenshtein_less_equal(word, wrong, most + 1) > most + 1 THEN false  -- quickly; letters that changed places are two here
        WHEN hub_away(word, wrong) < 2 THEN true
        ELSE hub_away(word, wrong) <= most AND hub_alike(word, wrong) >= 0.5
    END
$$;
"""
NO_AWAY = "DROP FUNCTION hub_may_mean(text, text, integer); DROP FUNCTION hub_alike(text, text); DROP FUNCTION hub_away(text, text);"

# Where the database knows no letters but ASCII's (the locale C), trigrams are made of no others: every word of
# other letters is looked at then.
NEAR = """
CREATE OR REPLACE FUNCTION hub_near(wrong text, most integer, sees_all boolean)
RETURNS TABLE (word text, stem text, away integer, records bigint)
LANGUAGE sql STABLE PARALLEL SAFE SET pg_trgm.similarity_threshold = 0.2
AS $$
    SELECT n.word, min(n.stem), hub_away(n.word, wrong), sum(CASE WHEN sees_all THEN n.records ELSE n.public END)
    FROM (
        SELECT * FROM hub_word w WHERE w.word % wrong AND show_trgm(wrong) <> '{}'
        UNION ALL
        SELECT * FROM hub_word w WHERE show_trgm(wrong) = '{}'
    ) n
    WHERE (sees_all OR n.public > 0) AND NOT n.is_stop AND n.word !~ '^[0-9]+$' AND hub_may_mean(wrong, n.word, most)
    GROUP BY n.word
    ORDER BY 3, 4 DESC, 1 LIMIT 10
$$;
"""

# Of an expression of several words one is meant only where the others are asked for. `said` is in how many expressions the word stands,
# `query` all that those that are meant find.
SAID = """
CREATE FUNCTION hub_near_said(asked text, wrong text, most integer)
RETURNS TABLE (word text, away integer, said bigint, query tsquery)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT n.word, hub_away(n.word, wrong), n.said, q.query
    FROM (
        SELECT w.word, count(*) AS said, array_agg(x.group_id) FILTER (
            WHERE strpos(replace(' ' || asked || ' ', ' ' || wrong || ' ', ' ' || w.word || ' '), ' ' || x.folded || ' ') > 0) AS meant
        FROM hub_expression x CROSS JOIN unnest(string_to_array(x.folded, ' ')) AS w(word)
        WHERE NOT x.only_found AND hub_may_mean(wrong, w.word, most)
        GROUP BY w.word
    ) n
    CROSS JOIN LATERAL (
        SELECT string_agg('(' || part || ')', ' | ')::tsquery AS query
        FROM (
            SELECT hub_said(l.language, x.folded)::text AS part
            FROM hub_expression x JOIN hub_language l ON l.language = x.language WHERE x.group_id = ANY(n.meant)
            UNION ALL
            SELECT quote_literal(code) FROM hub_synonymgroup g CROSS JOIN unnest(g.codes) AS code WHERE g.id = ANY(n.meant)
        ) parts
        WHERE part <> ''
    ) q
    WHERE n.meant IS NOT NULL
    ORDER BY 2, 3 DESC, 1 LIMIT 10
$$;
"""

# Whether there is any real practice, and which of them hold a word, in a hub of mostly samples.
REAL = "CREATE INDEX entry_real ON hub_entry (practice_id) WHERE NOT is_sample;"


class Migration(migrations.Migration):
    dependencies = [("hub", "0050_particles")]
    operations = [
        migrations.RunSQL(AWAY, NO_AWAY),
        migrations.RunSQL(NEAR, BEFORE),
        migrations.RunSQL(SAID, "DROP FUNCTION hub_near_said(text, text, integer);"),
        migrations.RunSQL(REAL, "DROP INDEX entry_real;"),
    ]
