"""For hundreds of thousands of practices: sets of them as bits, so that counting is one machine word for 64 at a time.

A practice that is settled has a place, a number; SIZE places in a row are a segment. Of each segment there is a string of bits for
every value of a facet (`hub_facet_bits`) and, for every frequent stem, for how heavily it weighs in them (`hub_stem_bits`: a level of four
bits, `ones`, `twos`, `fours`, `eights`; 1 to 14 by its BM25 impact, 15 for those in which it weighs most, FIRST or so in all). What a search finds is then so many ANDs and ORs, what it counts so many bit_counts, and its ranking an addition
of numbers that lie bit by bit in different strings (O'Neil and Quass, Improved Query Performance with Variant Indexes, 1997).

Nothing is ever written into a segment. A practice that is written anew loses its place: the place is dead (`hub_dead`) and the
practice pending (`hub_pending`), which is searched row by row; hub_settle() gives places to pending ones, and to those of the
emptiest segment again. So an edit costs two short rows, waits for nobody, and is found at once. A search sees one state of it all,
since it is one statement. `version` tells whether a pending practice was written again while it was being settled.

A stem is kept as bits from KEPT practices on; the index answers for the rarer ones.
"""

import importlib

from django.db import migrations, models

SLUGS = importlib.import_module("hub.migrations.0002_search").SLUGS

SIZE = 16_384  # 2 kB of bits, less where they are few: they lie in the row, and a few thousand are read in a millisecond
KEPT = 1_000
FIRST = 250
FRESH = 14  # bits of a day since 2000: until 2044
WEIGHT = 4  # bits of a word's weight

TABLES = f"""
CREATE TABLE hub_place (place integer PRIMARY KEY, practice_id bigint NOT NULL UNIQUE);
CREATE TABLE hub_dead (place integer PRIMARY KEY);
CREATE SEQUENCE hub_version;
CREATE TABLE hub_pending (practice_id bigint PRIMARY KEY, version bigint NOT NULL DEFAULT nextval('hub_version'));
CREATE TABLE hub_segment (segment integer PRIMARY KEY, live bit varying({SIZE}) NOT NULL);
CREATE TABLE hub_facet_value (number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, facet text NOT NULL, value text NOT NULL, UNIQUE (facet, value));
CREATE TABLE hub_facet_bits (
    value integer NOT NULL REFERENCES hub_facet_value, segment integer NOT NULL, bits bit varying({SIZE}) NOT NULL,
    PRIMARY KEY (value, segment)
);
CREATE TABLE hub_stem_bits (
    lexeme text NOT NULL, segment integer NOT NULL,
    ones bit varying({SIZE}) NOT NULL, twos bit varying({SIZE}) NOT NULL, fours bit varying({SIZE}) NOT NULL, eights bit varying({SIZE}) NOT NULL,
    PRIMARY KEY (lexeme, segment)
);
ALTER TABLE hub_segment ALTER COLUMN live SET STORAGE PLAIN;  -- all of them are read by every search: never to be unpacked
ALTER TABLE hub_facet_bits ALTER COLUMN bits SET STORAGE PLAIN;
ALTER TABLE hub_stem_bits ALTER COLUMN ones SET STORAGE MAIN, ALTER COLUMN twos SET STORAGE MAIN,
    ALTER COLUMN fours SET STORAGE MAIN, ALTER COLUMN eights SET STORAGE MAIN;
INSERT INTO hub_pending (practice_id) SELECT practice_id FROM hub_entry;
"""  # noqa: S608  numbers of this very file
NO_TABLES = """
DROP TABLE hub_stem_bits, hub_facet_bits, hub_facet_value, hub_segment, hub_pending, hub_dead, hub_place;
DROP SEQUENCE hub_version;
"""

LEVELS = ", ".join(
    f"hub_marks({{place}}, 1) FILTER (WHERE levels.level & {bit} > 0)" for bit in (1, 2, 4, 8)
)  # SQL: what hub_stem_bits keeps of levels
BITS = f"""
CREATE AGGREGATE hub_marks(integer, integer) (
    sfunc = pg_catalog.set_bit, stype = bit, initcond = '{"0" * SIZE}', sspace = 2100, parallel = safe
);

CREATE FUNCTION hub_offsets(bits bit varying) RETURNS SETOF integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT (sum(length(gap) + 1) OVER (ORDER BY number))::integer - 1
    FROM string_to_table(bits::text, '1') WITH ORDINALITY AS zeros(gap, number)
    LIMIT bit_count(bits)
$$;

CREATE FUNCTION hub_impact(times integer, size integer, average float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT times / (times + 0.3::float8 + 0.9::float8 * size / average) $$;

CREATE FUNCTION hub_level(impact float8) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT least(14, 1 + floor(14 * impact))::integer $$;

CREATE FUNCTION hub_average() RETURNS float8 LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT greatest(coalesce(sum(size)::float8 / nullif(sum(records), 0), 1), 1) FROM hub_language $$;
"""  # noqa: S608  numbers of this very file
NO_BITS = """
DROP FUNCTION hub_average();
DROP FUNCTION hub_level(float8);
DROP FUNCTION hub_impact(integer, integer, float8);
DROP FUNCTION hub_offsets(bit varying);
DROP AGGREGATE hub_marks(integer, integer);
"""

UNSETTLE = """
CREATE FUNCTION hub_unsettle(ids bigint[]) RETURNS void LANGUAGE sql
AS $$
    WITH gone AS (DELETE FROM hub_place WHERE practice_id = ANY(ids) RETURNING place)
    INSERT INTO hub_dead SELECT place FROM gone;
$$;
CREATE FUNCTION hub_entry_written() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM hub_unsettle(ARRAY(SELECT practice_id FROM written));
    INSERT INTO hub_pending (practice_id) SELECT practice_id FROM written ORDER BY practice_id
    ON CONFLICT (practice_id) DO UPDATE SET version = nextval('hub_version');
    RETURN NULL;
END
$$;
CREATE FUNCTION hub_entry_gone() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM hub_unsettle(ARRAY(SELECT practice_id FROM gone));
    DELETE FROM hub_pending WHERE practice_id IN (SELECT practice_id FROM gone);
    RETURN NULL;
END
$$;
CREATE FUNCTION hub_lexeme_gone() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM hub_stem_bits WHERE lexeme IN (SELECT lexeme FROM gone WHERE is_kept);
    RETURN NULL;
END
$$;
CREATE TRIGGER hub_lexeme_gone AFTER DELETE ON hub_lexeme
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION hub_lexeme_gone();
CREATE FUNCTION hub_entry_emptied() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    TRUNCATE hub_place, hub_dead, hub_pending, hub_segment, hub_facet_bits, hub_stem_bits;
    RETURN NULL;
END
$$;
CREATE TRIGGER hub_entry_emptied AFTER TRUNCATE ON hub_entry FOR EACH STATEMENT EXECUTE FUNCTION hub_entry_emptied();
CREATE TRIGGER hub_entry_inserted AFTER INSERT ON hub_entry
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION hub_entry_written();
CREATE TRIGGER hub_entry_updated AFTER UPDATE ON hub_entry
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION hub_entry_written();
CREATE TRIGGER hub_entry_deleted AFTER DELETE ON hub_entry
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION hub_entry_gone();
"""
NO_UNSETTLE = """
DROP TRIGGER hub_lexeme_gone ON hub_lexeme;
DROP FUNCTION hub_lexeme_gone();
DROP TRIGGER hub_entry_emptied ON hub_entry;
DROP TRIGGER hub_entry_deleted ON hub_entry;
DROP TRIGGER hub_entry_updated ON hub_entry;
DROP TRIGGER hub_entry_inserted ON hub_entry;
DROP FUNCTION hub_entry_emptied();
DROP FUNCTION hub_entry_gone();
DROP FUNCTION hub_entry_written();
DROP FUNCTION hub_unsettle(bigint[]);
"""

VALUES = ", ".join(
    f"('{facet}', '{slug}', e.{facet} >> {place})" for facet, slugs in SLUGS.items() for place, slug in enumerate(slugs.split())
)
FRESH_VALUES = ", ".join(f"('', 'fresh{place:02}', d.days >> {place})" for place in range(FRESH))
SETTLE = f"""
CREATE FUNCTION hub_settle(most integer DEFAULT {SIZE}, fewest integer DEFAULT 500) RETURNS integer LANGUAGE plpgsql SET work_mem = '256MB'
AS $$
DECLARE
    average float8 := hub_average();
    waiting integer;
    old integer;
    new integer;
    old_live bit varying;
    placed integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(6017548) THEN
        RETURN 0;  -- somebody else is at it
    END IF;
    WITH seen AS (
        UPDATE hub_segment s SET live = s.live & ~d.bits
        FROM (SELECT place / {SIZE} AS segment, hub_marks(place % {SIZE}, 1) AS bits, array_agg(place) AS places FROM hub_dead GROUP BY 1) d
        WHERE s.segment = d.segment RETURNING d.places
    )
    DELETE FROM hub_dead WHERE place IN (SELECT unnest(places) FROM seen);
    DELETE FROM hub_dead d WHERE NOT EXISTS (SELECT FROM hub_segment s WHERE s.segment = d.place / {SIZE});

    SELECT count(*) INTO waiting FROM (SELECT FROM hub_pending LIMIT most) p;
    SELECT segment, live INTO old, old_live FROM hub_segment
        WHERE bit_count(live) <= most / 2 AND bit_count(live) + waiting <= most ORDER BY bit_count(live) LIMIT 1;
    IF waiting < fewest AND (old IS NULL OR bit_count(old_live) > most / 4 OR waiting = 0) THEN
        RETURN 0;
    END IF;
    CREATE TEMPORARY TABLE hub_building ON COMMIT DROP AS
        SELECT row_number() OVER (ORDER BY practice_id)::integer - 1 AS number, practice_id, version, place
        FROM (
            (SELECT practice_id, version, NULL::integer AS place FROM hub_pending ORDER BY practice_id LIMIT most)
            UNION ALL
            SELECT p.practice_id, NULL, p.place FROM hub_place p
            WHERE old IS NOT NULL AND p.place BETWEEN old * {SIZE} AND old * {SIZE} + {SIZE - 1}
        ) chosen;
    CREATE TEMPORARY TABLE hub_frequent ON COMMIT DROP AS SELECT lexeme, records, bar FROM hub_lexeme WHERE is_kept;
    ANALYZE hub_building, hub_frequent;  -- the planner must not take what was kept a moment ago for nothing
    SELECT coalesce(max(segment), -1) + 1 INTO new FROM hub_segment;

    CREATE TEMPORARY TABLE hub_valued ON COMMIT DROP AS
    SELECT v.facet, v.value, hub_marks(b.number, 1) AS bits
        FROM hub_building b JOIN hub_entry e USING (practice_id)
        CROSS JOIN LATERAL (SELECT greatest(least(e.fresh - date '2000-01-01', {2**FRESH - 1}), 0) AS days) d
        CROSS JOIN LATERAL (VALUES {VALUES}, {FRESH_VALUES},
            ('', 'public', (NOT e.for_members)::integer), ('', 'real', (NOT e.is_sample)::integer), ('language', e.language::text, 1)
        ) v (facet, value, holds)
        WHERE v.holds & 1 = 1
        GROUP BY v.facet, v.value;
    INSERT INTO hub_facet_value (facet, value)
    SELECT facet, value FROM hub_valued WHERE (facet, value) NOT IN (SELECT facet, value FROM hub_facet_value) ORDER BY facet, value;
    INSERT INTO hub_facet_bits (value, segment, bits)
    SELECT v.number, new, hub_valued.bits FROM hub_valued JOIN hub_facet_value v USING (facet, value);

    IF EXISTS (SELECT FROM hub_frequent WHERE bar IS NULL) THEN  -- where those begin in which a stem weighs most, from this sample
        WITH weighed AS (
            SELECT u.lexeme, k.records, hub_impact(coalesce(cardinality(u.positions), 1), e.size, average) AS impact
            FROM hub_building b JOIN hub_entry e USING (practice_id) CROSS JOIN unnest(e.words) u
            JOIN hub_frequent k ON k.lexeme = u.lexeme AND k.bar IS NULL
        ), ranked AS (
            SELECT lexeme, impact, row_number() OVER (PARTITION BY lexeme ORDER BY impact DESC) AS rank,
                {FIRST}::float8 * count(*) OVER (PARTITION BY lexeme) / greatest(records, 1) AS share
            FROM weighed
        ), bars AS MATERIALIZED (  -- once: the planner takes it for one row
            SELECT lexeme, min(impact) AS bar FROM ranked WHERE rank <= greatest(1, share) GROUP BY lexeme
        ), told AS (UPDATE hub_lexeme l SET bar = bars.bar, bar_records = l.records FROM bars WHERE bars.lexeme = l.lexeme)
        UPDATE hub_frequent f SET bar = bars.bar FROM bars WHERE bars.lexeme = f.lexeme;
    END IF;
    INSERT INTO hub_stem_bits (lexeme, segment, ones, twos, fours, eights)
    SELECT u.lexeme, new, {LEVELS.format(place="b.number")}
        FROM hub_building b JOIN hub_entry e USING (practice_id) CROSS JOIN unnest(e.words) u
        JOIN hub_frequent l ON l.lexeme = u.lexeme
        CROSS JOIN LATERAL (SELECT hub_impact(coalesce(cardinality(u.positions), 1), e.size, average) AS impact OFFSET 0) i
        CROSS JOIN LATERAL (SELECT CASE WHEN i.impact >= l.bar THEN 15 ELSE hub_level(i.impact) END AS level OFFSET 0) levels
        GROUP BY u.lexeme;

    -- From here on quickly: whoever writes one of these practices waits for our end, and what was written meanwhile stays pending.
    DELETE FROM hub_building b
        WHERE b.version IS NOT NULL AND NOT EXISTS (SELECT FROM hub_pending p WHERE p.practice_id = b.practice_id AND p.version = b.version);
    WITH settled AS (
        DELETE FROM hub_pending p USING hub_building b WHERE p.practice_id = b.practice_id AND p.version = b.version RETURNING p.practice_id)
    DELETE FROM hub_building b WHERE b.version IS NOT NULL AND b.practice_id NOT IN (SELECT practice_id FROM settled);
    WITH moved AS (
        DELETE FROM hub_place p USING hub_building b WHERE b.place = p.place AND b.practice_id = p.practice_id RETURNING p.practice_id)
    DELETE FROM hub_building b WHERE b.place IS NOT NULL AND b.practice_id NOT IN (SELECT practice_id FROM moved);
    IF old IS NOT NULL THEN
        DELETE FROM hub_segment WHERE segment = old;
        DELETE FROM hub_facet_bits WHERE segment = old;
        DELETE FROM hub_stem_bits WHERE segment = old;
        DELETE FROM hub_dead WHERE place BETWEEN old * {SIZE} AND old * {SIZE} + {SIZE - 1};
    END IF;
    INSERT INTO hub_place (place, practice_id) SELECT new * {SIZE} + number, practice_id FROM hub_building;
    GET DIAGNOSTICS placed = ROW_COUNT;
    INSERT INTO hub_segment (segment, live) SELECT new, hub_marks(number, 1) FROM hub_building;
    DROP TABLE hub_building, hub_frequent, hub_valued;
    RETURN placed;
END
$$;

CREATE FUNCTION hub_keep(fewest integer DEFAULT {KEPT}) RETURNS integer LANGUAGE plpgsql
AS $$
DECLARE
    average float8 := hub_average();
    stem record;
    kept integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(6017548);
    UPDATE hub_lexeme SET bar = NULL WHERE bar_records < records / 2;  -- of twice as many, twice as many would be above it
    WITH rare AS (UPDATE hub_lexeme SET is_kept = false, bar = NULL WHERE is_kept AND records < fewest / 2 RETURNING lexeme)
    DELETE FROM hub_stem_bits WHERE lexeme IN (SELECT lexeme FROM rare);
    FOR stem IN SELECT lexeme FROM hub_lexeme WHERE records >= fewest AND NOT is_kept LOOP
        kept := kept + 1;
        CONTINUE WHEN NOT EXISTS (SELECT FROM hub_segment);
        INSERT INTO hub_stem_bits (lexeme, segment, ones, twos, fours, eights)
        SELECT stem.lexeme, segment, {LEVELS.format(place="place")}
            FROM (
                SELECT p.place / {SIZE} AS segment, p.place % {SIZE} AS place,
                    CASE WHEN row_number() OVER (ORDER BY impact DESC, practice_id) <= {FIRST} THEN 15 ELSE hub_level(impact) END AS level
                FROM (
                    SELECT e.practice_id, hub_impact(greatest(hub_times(e.words, quote_literal(stem.lexeme)::tsquery), 1), e.size, average) AS impact
                    FROM hub_entry e WHERE e.practice_id IN (SELECT hub_match(quote_literal(stem.lexeme)::tsquery))
                ) i JOIN hub_place p USING (practice_id) OFFSET 0
            ) levels
            GROUP BY segment;
    END LOOP;
    UPDATE hub_lexeme SET is_kept = true WHERE records >= fewest AND NOT is_kept;
    RETURN kept;
END
$$;
"""  # noqa: S608  numbers, names and slugs of these very files
NO_SETTLE = "DROP FUNCTION hub_keep(integer); DROP FUNCTION hub_settle(integer, integer);"

# One statement asks for all of it: what is counted and which practices stand from `skip` on, `want` of them, in the order of
# `planes`: strings of bits of which each, from the last on, outweighs all before it.
ASK = f"""
CREATE FUNCTION hub_first(planes bit varying[], segments integer, hits bit varying[], want bigint) RETURNS bit varying[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    none CONSTANT bit varying := repeat('0', {SIZE})::bit varying;
    sure bit varying[] := array_fill(none, ARRAY[segments]);
    maybe bit varying[] := hits;
    ahead bit varying[] := hits;  -- of those that may be, the ones that this plane puts ahead
    counted bigint := 0;  -- of those that are sure
    more bigint;
    here bigint;
    bits bit varying;
BEGIN
    FOR plane IN REVERSE coalesce(array_length(planes, 1), 0) / segments - 1 .. 0 LOOP
        more := 0;
        FOR i IN 1 .. segments LOOP
            bits := planes[plane * segments + i];
            IF bits = none OR maybe[i] = none THEN
                ahead[i] := none;
                CONTINUE;
            END IF;
            bits := maybe[i] & bits;
            ahead[i] := bits;
            more := more + bit_count(bits);
        END LOOP;
        IF counted + more > want THEN
            maybe := ahead;
        ELSIF more > 0 THEN
            counted := counted + more;
            FOR i IN 1 .. segments LOOP
                CONTINUE WHEN ahead[i] = none;
                bits := sure[i] | ahead[i];
                sure[i] := bits;
                bits := maybe[i] # ahead[i];
                maybe[i] := bits;
            END LOOP;
        END IF;
    END LOOP;
    FOR i IN 1 .. segments LOOP  -- those that nothing tells apart, by place
        EXIT WHEN counted = want;
        bits := maybe[i];
        here := bit_count(bits);
        IF counted + here > want THEN
            bits := (SELECT hub_marks(place, 1) FROM (SELECT place FROM hub_offsets(bits) place LIMIT want - counted) first);
            here := want - counted;
        END IF;
        bits := sure[i] | bits;
        sure[i] := bits;
        counted := counted + here;
    END LOOP;
    RETURN sure;
END
$$;

CREATE FUNCTION hub_facet_counts(counted integer[], segments integer[], hits bit varying[]) RETURNS TABLE (value integer, number bigint)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT b.value, sum(bit_count(b.bits & h.bits))::bigint
    FROM unnest(segments, hits) AS h(segment, bits) JOIN hub_facet_bits b ON b.segment = h.segment
    WHERE b.value = ANY(counted) AND bit_count(h.bits) > 0 GROUP BY b.value HAVING sum(bit_count(b.bits & h.bits)) > 0
$$;

CREATE FUNCTION hub_ask(
    kept text[], kept_term integer[], rare tsquery[], rare_term integer[], wholes integer[], inside integer[], weights integer[],
    all_words boolean,
    without_kept text[], without_rare tsquery[], sees_all boolean, filters jsonb, sort text, skip bigint, want bigint
) RETURNS TABLE (kind text, facet text, value text, number bigint) LANGUAGE plpgsql STABLE
SET work_mem = '64MB' SET plan_cache_mode = force_custom_plan  -- a plan for any arrays expects few elements, and sorts wide rows
AS $$
#variable_conflict use_column
DECLARE
    none CONSTANT bit varying := repeat('0', {SIZE})::bit varying;
    average CONSTANT float8 := hub_average();
    terms CONSTANT integer := coalesce(array_length(weights, 1), 0);
    chosen CONSTANT text[] := ARRAY(SELECT jsonb_object_keys(filters));
    numbers integer[];  -- of the segments
    segments integer;
    hits bit varying[];  -- by segment, as all that follows
    every bit varying[];
    held bit varying[];  -- by term and segment
    score bit varying[];  -- by plane and segment
    fits bit varying[];  -- by chosen facet and segment
    planes bit varying[];
    passed bit varying;
    carry bit varying;
    plane bit varying;
    together bit varying;
    bits bit varying;  -- what is assigned next: an array is copied as a whole where its own elements stand in what one is set to
    slot integer;
    places integer[];
    highest CONSTANT integer := (  -- plane of a sum: what a practice has that each stem and sequence weighs most in
        SELECT floor(log(2, coalesce(sum(15 * weights[t + 1]), 1))) FROM unnest(kept_term || rare_term) t);
    one record;
BEGIN
    SELECT array_agg(s.segment ORDER BY s.segment), array_agg(
            s.live & ~coalesce(d.bits, none) & (CASE WHEN sees_all THEN s.live ELSE coalesce(p.bits, none) END) ORDER BY s.segment)
        INTO numbers, hits
        FROM hub_segment s
        LEFT JOIN hub_facet_bits p ON NOT sees_all AND p.segment = s.segment
            AND p.value = (SELECT number FROM hub_facet_value WHERE facet = '' AND value = 'public')
        LEFT JOIN (SELECT place / {SIZE} AS segment, hub_marks(place % {SIZE}, 1) AS bits FROM hub_dead GROUP BY 1) d
            ON d.segment = s.segment;
    segments := coalesce(array_length(numbers, 1), 0);
    IF segments = 0 THEN
        RETURN;
    END IF;
    score := array_fill(none, ARRAY[(highest + 1) * segments]);
    every := hits;

    IF terms > 0 THEN
        held := array_fill(none, ARRAY[terms * segments]);
        FOR one IN
            SELECT t.term, array_position(numbers, b.segment) AS i, b.ones, b.twos, b.fours, b.eights
            FROM unnest(kept, kept_term) AS t(lexeme, term) JOIN hub_stem_bits b ON b.lexeme = t.lexeme
            UNION ALL
            SELECT r.term, array_position(numbers, p.place / {SIZE}), {LEVELS.format(place="p.place % " + str(SIZE))}
            FROM unnest(rare, rare_term) AS r(query, term)
            CROSS JOIN LATERAL hub_match(r.query) AS m(practice_id)
            JOIN hub_place p ON p.practice_id = m.practice_id JOIN hub_entry e ON e.practice_id = m.practice_id
            CROSS JOIN LATERAL (SELECT hub_level(hub_impact(greatest(hub_times(e.words, r.query), 1), e.size, average)) AS level OFFSET 0) levels
            GROUP BY 1, 2
        LOOP
            CONTINUE WHEN one.i IS NULL;
            slot := one.term * segments + one.i;
            bits := held[slot];
            passed := one.ones | one.twos | one.fours | one.eights;
            held[slot] := CASE WHEN bits = none THEN passed ELSE bits | passed END;
            FOR shift IN 0 .. {WEIGHT - 1} LOOP
                CONTINUE WHEN weights[one.term + 1] >> shift & 1 = 0;
                carry := none;
                FOR place IN shift .. highest LOOP
                    plane := CASE place - shift WHEN 0 THEN one.ones WHEN 1 THEN one.twos WHEN 2 THEN one.fours WHEN 3 THEN one.eights ELSE none END;
                    EXIT WHEN place > shift + 3 AND carry = none;
                    slot := place * segments + one.i;
                    bits := score[slot];
                    IF bits = none AND carry = none THEN
                        score[slot] := plane;
                    ELSIF carry = none THEN
                        score[slot] := bits # plane;
                        carry := bits & plane;
                    ELSE
                        passed := bits # plane;
                        score[slot] := passed # carry;
                        carry := (bits & plane) | (carry & passed);
                    END IF;
                END LOOP;
            END LOOP;
        END LOOP;
        FOR i IN 1 .. segments LOOP
            passed := none;
            together := every[i];
            FOR term IN 0 .. terms - 1 LOOP
                bits := held[term * segments + i];
                passed := CASE WHEN passed = none THEN bits ELSE passed | bits END;
                CONTINUE WHEN term = ANY(inside);
                IF term = ANY(wholes) THEN  -- its words, or what stands for them together
                    carry := ~none;
                    FOR pair IN 1 .. array_length(wholes, 1) LOOP
                        IF wholes[pair] = term THEN
                            carry := carry & held[inside[pair] * segments + i];
                        END IF;
                    END LOOP;
                    bits := bits | carry;
                END IF;
                together := together & bits;
            END LOOP;
            every[i] := together;
            bits := hits[i] & passed;
            hits[i] := CASE WHEN all_words THEN together ELSE bits END;
        END LOOP;
    END IF;
    FOR one IN
        SELECT array_position(numbers, b.segment) AS i, b.ones | b.twos | b.fours | b.eights AS bits
        FROM hub_stem_bits b WHERE b.lexeme = ANY(without_kept)
        UNION ALL
        SELECT array_position(numbers, p.place / {SIZE}), hub_marks(p.place % {SIZE}, 1)
        FROM unnest(without_rare) AS r(query) CROSS JOIN LATERAL hub_match(r.query) AS m(practice_id)
        JOIN hub_place p ON p.practice_id = m.practice_id GROUP BY 1
    LOOP
        CONTINUE WHEN one.i IS NULL;
        bits := hits[one.i] & ~one.bits;
        hits[one.i] := bits;
        bits := every[one.i] & bits;
        every[one.i] := bits;
    END LOOP;

    fits := array_fill(none, ARRAY[greatest(cardinality(chosen), 1) * segments]);
    FOR one IN
        SELECT array_position(chosen, n.facet) AS place, array_position(numbers, b.segment) AS i, bit_or(b.bits) AS bits
        FROM jsonb_each(filters) AS f(facet, picked) CROSS JOIN LATERAL jsonb_array_elements_text(f.picked) AS v(value)
        JOIN hub_facet_value n ON n.facet = f.facet AND n.value = v.value JOIN hub_facet_bits b ON b.value = n.number
        GROUP BY 1, 2
    LOOP
        CONTINUE WHEN one.i IS NULL;
        fits[(one.place - 1) * segments + one.i] := one.bits;
    END LOOP;
    held := array_fill(none, ARRAY[segments]);
    FOR place IN 1 .. cardinality(chosen) LOOP
        FOR i IN 1 .. segments LOOP
            bits := hits[i];
            FOR other IN 1 .. cardinality(chosen) LOOP
                CONTINUE WHEN other = place;
                bits := bits & fits[(other - 1) * segments + i];
            END LOOP;
            held[i] := bits;
        END LOOP;
        RETURN QUERY
            SELECT 'fails', chosen[place], '', coalesce(sum(bit_count(h.bits & ~h.fit)), 0)::bigint
            FROM unnest(held, fits[(place - 1) * segments + 1 : place * segments]) AS h(bits, fit);
        RETURN QUERY
            SELECT 'facet', v.facet, v.value, n.number
            FROM hub_facet_counts(ARRAY(SELECT number FROM hub_facet_value WHERE facet = chosen[place]), numbers, held) n
            JOIN hub_facet_value v ON v.number = n.value;
    END LOOP;
    FOR place IN 1 .. cardinality(chosen) LOOP
        FOR i IN 1 .. segments LOOP
            bits := hits[i] & fits[(place - 1) * segments + i];
            hits[i] := bits;
            bits := every[i] & bits;
            every[i] := bits;
        END LOOP;
    END LOOP;
    RETURN QUERY SELECT 'count', '', '', coalesce(sum(bit_count(h.bits)), 0)::bigint FROM unnest(hits) AS h(bits);
    RETURN QUERY SELECT 'every', '', '', coalesce(sum(bit_count(h.bits)), 0)::bigint FROM unnest(every) AS h(bits);
    RETURN QUERY
        SELECT 'facet', v.facet, v.value, n.number
        FROM hub_facet_counts(ARRAY(SELECT number FROM hub_facet_value WHERE facet <> '' AND facet <> ALL(chosen)), numbers, hits) n
        JOIN hub_facet_value v ON v.number = n.value;

    planes := array_fill(none, ARRAY[(CASE sort WHEN 'newest' THEN {FRESH} WHEN 'evidence' THEN 3 ELSE 0 END + 1) * segments]);
    FOR one IN
        SELECT p.plane, array_position(numbers, b.segment) AS i, b.bits
        FROM (
            SELECT 'newest' AS sort, '' AS facet, 'fresh' || to_char(n, 'FM00') AS value, n AS plane FROM generate_series(0, {FRESH - 1}) n
            UNION ALL
            SELECT * FROM (VALUES  -- x comes last, so 0 counts 1, and so on to 4, which counts 5
                ('evidence', 'evidence', '0', 0), ('evidence', 'evidence', '2', 0), ('evidence', 'evidence', '4', 0),
                ('evidence', 'evidence', '1', 1), ('evidence', 'evidence', '2', 1),
                ('evidence', 'evidence', '3', 2), ('evidence', 'evidence', '4', 2)) AS of_evidence
            UNION ALL
            SELECT sort, '', 'real', array_length(planes, 1) / segments - 1
        ) p
        JOIN hub_facet_value v ON v.facet = p.facet AND v.value = p.value JOIN hub_facet_bits b ON b.value = v.number
        WHERE p.sort = hub_ask.sort
    LOOP
        CONTINUE WHEN one.i IS NULL;
        slot := one.plane * segments + one.i;
        bits := planes[slot];
        planes[slot] := CASE WHEN bits = none THEN one.bits ELSE bits | one.bits END;
    END LOOP;
    IF sort <> 'newest' THEN
        planes := score || planes;
    END IF;
    held := hub_first(planes, segments, hits, skip + want);
    IF skip > 0 THEN
        every := hub_first(planes, segments, hits, skip);
        FOR i IN 1 .. segments LOOP
            bits := held[i] # every[i];  -- which are all among them
            held[i] := bits;
        END LOOP;
    END IF;
    places := ARRAY(
        SELECT h.segment * {SIZE} + o.place FROM unnest(numbers, held) AS h(segment, bits) CROSS JOIN LATERAL hub_offsets(h.bits) AS o(place)
        WHERE bit_count(h.bits) > 0);
    RETURN QUERY SELECT 'practice', '', '', p.practice_id FROM hub_place p WHERE p.place = ANY(places);
END
$$;
"""  # noqa: S608  numbers of this very file
NO_ASK = """
DROP FUNCTION hub_ask(
    text[], integer[], tsquery[], integer[], integer[], integer[], integer[], boolean, text[], tsquery[], boolean, jsonb, text, bigint, bigint
);
DROP FUNCTION hub_facet_counts(integer[], integer[], bit varying[]);
DROP FUNCTION hub_first(bit varying[], integer, bit varying[], bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("hub", "0008_own_language")]
    operations = [
        migrations.AddField("lexeme", "is_kept", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("lexeme", "bar", models.FloatField(null=True)),
        migrations.RunSQL(TABLES, NO_TABLES),
        migrations.RunSQL(BITS, NO_BITS),
        migrations.RunSQL(UNSETTLE, NO_UNSETTLE),
        migrations.RunSQL(SETTLE, NO_SETTLE),
        migrations.RunSQL(ASK, NO_ASK),
    ]
