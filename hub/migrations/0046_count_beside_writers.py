"""Words are counted while practices are written.

Until now hub_count_words() kept every writer of a practice waiting from its beginning to its end: minutes, in a large hub. Now it counts
first, and locks the table of words only to write down what it counted. A word that came back meanwhile stays: before a word is taken
out, what was written since the counting began is looked at as well (by the transaction that wrote each entry). Of two counts at once the
second waits, so that the older one never overwrites the newer.
"""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("hub.migrations.0008_own_language").COUNT

# What is counted of each language, and how stems and languages are written down, are as they were.
COUNTED = BEFORE[BEFORE.index("    FOR one IN") : BEFORE.index("    ANALYZE hub_counted;")]
WRITTEN = BEFORE[BEFORE.index("    DELETE FROM hub_lexeme") : BEFORE.index("$$;")]

COUNT = f"""
CREATE OR REPLACE FUNCTION hub_count_words() RETURNS void LANGUAGE plpgsql
AS $$
DECLARE
    one text;
    own xid := (pg_current_xact_id()::text::bigint % 4294967296)::text::xid;
    began integer;  -- the age of the oldest transaction that was under way when the counting began
BEGIN
    PERFORM pg_advisory_xact_lock(6017549);
    began := age((pg_snapshot_xmin(pg_current_snapshot())::text::bigint % 4294967296)::text::xid);
    CREATE TEMPORARY TABLE hub_counted (word text, language text, records integer, public integer) ON COMMIT DROP;
{COUNTED}    CREATE TEMPORARY TABLE hub_counted_stems ON COMMIT DROP AS
        SELECT word AS lexeme, ndoc AS records FROM ts_stat('SELECT words FROM hub_entry') WHERE length(word) <= 120;
    ANALYZE hub_counted, hub_counted_stems;

    -- From here on quickly: whoever writes a practice waits for our end.
    LOCK TABLE hub_word IN SHARE ROW EXCLUSIVE MODE;
    CREATE TEMPORARY TABLE hub_since ON COMMIT DROP AS
        SELECT word, e.language, max((NOT e.for_members)::integer) AS public
        FROM hub_entry e CROSS JOIN LATERAL unnest(tsvector_to_array(e.spelt)) AS word
        WHERE age(e.xmin) <= began AND e.xmin <> own
        GROUP BY word, e.language;
    ANALYZE hub_since;
    DELETE FROM hub_word w
        WHERE NOT EXISTS (SELECT FROM hub_counted n WHERE n.word = w.word AND n.language = w.language)
            AND NOT EXISTS (SELECT FROM hub_since s WHERE s.word = w.word AND s.language = w.language);
    INSERT INTO hub_word (word, language, stem, is_stop, records, public)
    SELECT word, language, hub_stem(word, language), hub_is_stop(word, language), n.records, greatest(n.public, s.public)
        FROM hub_counted n LEFT JOIN hub_since s USING (word, language)
    ON CONFLICT (word, language) DO UPDATE SET records = excluded.records, public = excluded.public
        WHERE (hub_word.records, hub_word.public) IS DISTINCT FROM (excluded.records, excluded.public);
    DROP TABLE hub_counted, hub_since;

{WRITTEN}$$;
"""  # noqa: S608  pieces of a migration


class Migration(migrations.Migration):
    dependencies = [("hub", "0045_near_what_is_seen")]
    operations = [migrations.RunSQL(COUNT, BEFORE)]
