"""The search's rows and words, kept right by the database itself.

`hub_enter(ids)` writes what the search knows of these practices. Triggers call it after every statement that writes
practices (once a statement, so imports stay fast) and after a change of a city that its practices show. `hub_count_words()`
counts the words anew; between two counts new words are added as they come, so that they are found by their other forms.

Folded and stripped of everything but letters and digits, a text falls into the same words as a query does, whatever marks
stand between them. The list of marks is spelt out, since what counts as a letter in a class like [:alnum:] differs between
the locales of databases. Arabic is freed of vowel signs and tatweel, and its forms of alif and final ya are made one.

The facets' slugs stand here in the order of taxonomy.py, frozen: a value's place is its bit in the search's rows.
"""

from django.db import migrations

SLUGS = {
    "level": "primary secondary tertiary response system-wide",
    "theme": "local-strategy-and-action-planning local-prevention-networks local-risk-and-needs-assessment "
    "community-engagement-and-social-cohesion youth-engagement education-and-critical-thinking "
    "counter-narratives-and-communications polarisation-and-hate online-harms-and-disinformation "
    "refugees-and-displacement public-private-partnerships gender-equality family-and-psychosocial-support "
    "disengagement-and-reintegration crisis-response-and-victims",
    "type": "strategy-or-action-plan coordination-body programme case-based-support-service training campaign "
    "tool-or-guidance policy-or-regulation funding-scheme assessment-or-research",
    "people": "general-public children-and-young-people parents-and-families teachers front-line-staff "
    "elected-leaders-and-senior-officials community-and-faith-leaders womens-organisations "
    "refugees-and-displaced-people people-in-custody-or-on-release victims-and-survivors",
    "sector": "mayors-or-governors-office community-safety social-and-youth-services education police "
    "prison-and-probation health civil-society faith-and-community-bodies business-and-technology national-government",
    "setting": "whole-authority-area neighbourhood school-or-university youth-or-sports-venue home "
    "community-or-faith-venue prison-or-probation health-or-social-service online public-space",
    "form": "all-forms racial ideological political religious hate-and-polarisation-short-of-violence",
    "evidence": "0 1 2 3 4 x",
    "region": "north-america latin-america-caribbean europe western-balkans middle-east-north-africa west-central-africa "
    "east-southern-africa south-asia central-asia east-asia-pacific",
    "population": "under-50-000 50-000-to-250-000 250-000-to-1-million 1-to-5-million over-5-million",
}
VALUES = {  # where each facet's slugs are, as an array
    "level": "p.prevention_levels",
    "theme": "p.themes",
    "type": "p.practice_types",
    "people": "p.people_reached",
    "sector": "p.sectors",
    "setting": "p.settings",
    "form": "p.forms_addressed",
    "evidence": "ARRAY[p.evidence]",
    "region": "ARRAY[c.region]",
    "population": "ARRAY[c.population_band]",
}


def bits(facet: str) -> str:
    known = "{" + ",".join(SLUGS[facet].split()) + "}"
    return f"hub_bits({VALUES[facet]}::text[], '{known}')"


def codes(facet: str) -> str:
    return f"ARRAY(SELECT '{facet}:' || slug FROM unnest({VALUES[facet]}) AS slug)"  # noqa: S608  names and slugs of this very file


FACETS = ", ".join(SLUGS)
BITS = ",\n            ".join(map(bits, SLUGS))
CODES = "\n                || ".join(map(codes, SLUGS))
WRITTEN = ", ".join(
    f"{column} = excluded.{column}" for column in ("for_members", "is_sample", "language", "fresh", "start_year", *SLUGS, "words")
)

WORDS = r"""
CREATE FUNCTION hub_words(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT regexp_replace(
        translate(
            public.fold(value),
            E'\u0622\u0623\u0625\u0671\u0649\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670',
            E'\u0627\u0627\u0627\u0627\u064a'
        ),
        '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\xbf\xd7\xf7\u060c\u061b\u061f\u06d4\u2000-\u206f\u3000-\u303f\ufffd]+', ' ', 'g'
    )
$$;

CREATE FUNCTION hub_stem(word text, language text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT coalesce((CASE language
        WHEN 'ar' THEN ts_lexize('pg_catalog.arabic_stem', word)
        WHEN 'en' THEN ts_lexize('pg_catalog.english_stem', word)
        WHEN 'es' THEN ts_lexize('pg_catalog.spanish_stem', word)
        WHEN 'fr' THEN ts_lexize('pg_catalog.french_stem', word)
    END)[1], word)
$$;

CREATE FUNCTION hub_is_stop(word text, language text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT coalesce((CASE language
        WHEN 'ar' THEN ts_lexize('pg_catalog.arabic_stem', word)
        WHEN 'en' THEN ts_lexize('pg_catalog.english_stem', word)
        WHEN 'es' THEN ts_lexize('pg_catalog.spanish_stem', word)
        WHEN 'fr' THEN ts_lexize('pg_catalog.french_stem', word)
    END) = '{}', false)
$$;

CREATE FUNCTION hub_bits(slugs text[], known text[]) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT coalesce(bit_or(1 << (array_position(known, slug) - 1)), 0) FROM unnest(slugs) AS slug $$;
"""
NO_WORDS = """
DROP FUNCTION hub_bits(text[], text[]);
DROP FUNCTION hub_is_stop(text, text);
DROP FUNCTION hub_stem(text, text);
DROP FUNCTION hub_words(text);
"""

# A city that is renamed while one of its practices is being written: each of the two must see the other's change, so the
# writer of the practice locks the city's row first and reads it after.
ENTER = f"""
CREATE FUNCTION hub_enter(ids bigint[]) RETURNS void LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM FROM members_city
        WHERE id IN (SELECT city_id FROM hub_practice WHERE id = ANY(ids)) ORDER BY id FOR SHARE;
    DELETE FROM hub_entry e USING hub_practice p
        WHERE p.id = ANY(ids) AND e.practice_id = p.id AND p.state NOT IN ('published', 'archived');
    INSERT INTO hub_entry (practice_id, for_members, is_sample, language, fresh, start_year, {FACETS}, words)
    SELECT
            p.id, p.audience <> 'public', p.is_sample, p.language,
            coalesce(p.last_confirmed, (p.published_at AT TIME ZONE 'UTC')::date), p.start_year,
            {BITS},
            setweight(t.title, 'A')
            || setweight(to_tsvector('pg_catalog.simple',
                hub_words(concat_ws(' ', p.summary, c.name, array_to_string(c.other_names, ' ')))), 'B')
            || to_tsvector('pg_catalog.simple',
                hub_words(concat_ws(' ', p.body, array_to_string(p.lessons, ' '), array_to_string(p.partners, ' '))))
            || array_to_tsvector(
                ARRAY(SELECT 'title:' || word FROM unnest(tsvector_to_array(t.title)) AS word)
                || {CODES}
                || ARRAY['country:' || lower(c.country)])
        FROM hub_practice p
        JOIN members_city c ON c.id = p.city_id
        CROSS JOIN LATERAL (SELECT to_tsvector('pg_catalog.simple', hub_words(p.title)) AS title) t
        WHERE p.id = ANY(ids) AND p.state IN ('published', 'archived')
    ON CONFLICT (practice_id) DO UPDATE SET {WRITTEN};
    IF current_setting('hub.counts_words', true) IN ('later', 'due') THEN  -- a bulk writer counts them all at its end
        PERFORM set_config('hub.counts_words', 'due', true);
        RETURN;
    END IF;
    INSERT INTO hub_word (word, language, stem, is_stop, records)
    SELECT n.word, n.language, hub_stem(n.word, n.language), hub_is_stop(n.word, n.language), 1
        FROM (
            SELECT DISTINCT word, e.language
            FROM hub_entry e CROSS JOIN LATERAL unnest(tsvector_to_array(e.words)) AS word
            WHERE e.practice_id = ANY(ids) AND word !~ ':' AND length(word) <= 60
        ) n
        WHERE NOT EXISTS (SELECT FROM hub_word w WHERE w.word = n.word AND w.language = n.language)
        ORDER BY n.word, n.language  -- one order for all writers, so that two never wait for each other
    ON CONFLICT DO NOTHING;
END
$$;

CREATE FUNCTION hub_count_words() RETURNS void LANGUAGE plpgsql
AS $$
DECLARE
    one text;
BEGIN
    LOCK TABLE hub_word IN SHARE ROW EXCLUSIVE MODE;
    CREATE TEMPORARY TABLE hub_counted (word text, language text, records integer) ON COMMIT DROP;
    FOR one IN SELECT DISTINCT language FROM hub_entry LOOP
        INSERT INTO hub_counted
        SELECT word, one, ndoc FROM ts_stat(format('SELECT words FROM hub_entry WHERE language = %L', one))
        WHERE word !~ ':' AND length(word) <= 60;
    END LOOP;
    ANALYZE hub_counted;
    DELETE FROM hub_word w WHERE NOT EXISTS (
        SELECT FROM hub_counted n WHERE n.word = w.word AND n.language = w.language);
    INSERT INTO hub_word (word, language, stem, is_stop, records)
    SELECT word, language, hub_stem(word, language), hub_is_stop(word, language), records FROM hub_counted
    ON CONFLICT (word, language) DO UPDATE SET records = excluded.records WHERE hub_word.records <> excluded.records;
    DROP TABLE hub_counted;
END
$$;
"""  # noqa: S608  names and slugs of this very file
NO_ENTER = """
DROP FUNCTION hub_count_words();
DROP FUNCTION hub_enter(bigint[]);
"""

# The planner takes reading `words` for free, though it means unpacking a thousand words a row: for frequent words it would go
# through the whole table. The index answers each query without opening a row's words.
FIND = """
CREATE FUNCTION hub_find(queries tsquery[], weights float8[]) RETURNS TABLE (practice_id bigint, score float8)
LANGUAGE sql STABLE PARALLEL SAFE SET enable_seqscan = off
AS $$
    SELECT e.practice_id, sum(arm.weight)
    FROM unnest(queries, weights) AS arm(query, weight) JOIN hub_entry e ON e.words @@ arm.query
    GROUP BY e.practice_id
$$;
"""
NO_FIND = "DROP FUNCTION hub_find(tsquery[], float8[]);"

TRIGGERS = """
CREATE FUNCTION hub_practice_written() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM hub_enter(ARRAY(SELECT id FROM written));
    RETURN NULL;
END
$$;
CREATE FUNCTION hub_practice_gone() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM hub_entry WHERE practice_id = OLD.id;
    RETURN OLD;
END
$$;
CREATE FUNCTION hub_city_changed() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM hub_enter(ARRAY(SELECT id FROM hub_practice WHERE city_id = NEW.id));
    RETURN NULL;
END
$$;
CREATE TRIGGER hub_entry_inserted AFTER INSERT ON hub_practice
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION hub_practice_written();
CREATE TRIGGER hub_entry_updated AFTER UPDATE ON hub_practice
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION hub_practice_written();
CREATE TRIGGER hub_entry_deleted BEFORE DELETE ON hub_practice
    FOR EACH ROW EXECUTE FUNCTION hub_practice_gone();
CREATE TRIGGER hub_entry_city AFTER UPDATE OF name, other_names, country, region, population_band ON members_city
    FOR EACH ROW WHEN (
        (OLD.name, OLD.other_names, OLD.country, OLD.region, OLD.population_band)
        IS DISTINCT FROM (NEW.name, NEW.other_names, NEW.country, NEW.region, NEW.population_band))
    EXECUTE FUNCTION hub_city_changed();
"""
NO_TRIGGERS = """
DROP TRIGGER hub_entry_city ON members_city;
DROP TRIGGER hub_entry_deleted ON hub_practice;
DROP TRIGGER hub_entry_updated ON hub_practice;
DROP TRIGGER hub_entry_inserted ON hub_practice;
DROP FUNCTION hub_city_changed();
DROP FUNCTION hub_practice_gone();
DROP FUNCTION hub_practice_written();
"""

# Words lie outside the rows, uncompressed: facets are counted over narrow rows, and ranking reads words without unpacking.
STORAGE = """
ALTER TABLE hub_entry ALTER COLUMN words SET STORAGE EXTERNAL;
ALTER TABLE hub_entry SET (toast_tuple_target = 128);
"""
NO_STORAGE = """
ALTER TABLE hub_entry ALTER COLUMN words SET STORAGE EXTENDED;
ALTER TABLE hub_entry RESET (toast_tuple_target);
"""


class Migration(migrations.Migration):
    dependencies = [("hub", "0001_initial"), ("strongcities", "0001_extensions")]
    operations = [
        migrations.RunSQL(STORAGE, NO_STORAGE),
        migrations.RunSQL(WORDS, NO_WORDS),
        migrations.RunSQL(ENTER, NO_ENTER),
        migrations.RunSQL(FIND, NO_FIND),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
