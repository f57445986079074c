"""Practices of one language and region are settled together: most words are of one language, so most searches find nothing at all in
most segments, and a segment without a hit costs nothing.

So where those practices begin in which a stem weighs most is told from a sample of all, no longer from the first segment that has it.

What no plane tells apart is no longer taken from the first segments, which would now be those of one language, but from all alike: the
lowest places of each first. (Whoever asks for more still gets all that who asks for fewer gets.)
"""

import importlib

from django.db import migrations

BITS = importlib.import_module("hub.migrations.0009_bits")
SIZE = BITS.SIZE
SAMPLE = 65_536  # practices, from all over the hub; a segment is of one language and region

CHOSEN = "SELECT practice_id, version, NULL::integer AS place FROM hub_pending ORDER BY practice_id LIMIT most"
ALIKE = """SELECT practice_id, version, NULL::integer AS place FROM hub_pending JOIN hub_entry e USING (practice_id)
            ORDER BY e.language, e.region, practice_id LIMIT most"""
BEFORE_SETTLE = BITS.SETTLE[: BITS.SETTLE.index("CREATE FUNCTION hub_keep")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
BUILT = "FROM hub_building b JOIN hub_entry e USING (practice_id) CROSS JOIN unnest(e.words) u\n            JOIN hub_frequent k"
SAMPLED = "FROM hub_entry e TABLESAMPLE BERNOULLI (sample) REPEATABLE (1) CROSS JOIN unnest(e.words) u\n            JOIN hub_frequent k"
SETTLE = (
    BEFORE_SETTLE.replace(CHOSEN, ALIKE)
    .replace(BUILT, SAMPLED)
    .replace(
        "    placed integer;\n",
        f"    placed integer;\n    sample real := least(100, 100.0 * {SAMPLE} / greatest((SELECT sum(records) FROM hub_language), 1));\n",  # noqa: S608
    )
    .replace("-- where those begin in which a stem weighs most, from this sample", "-- where those begin in which a stem weighs most")
)

BEFORE_FIRST = BITS.ASK[: BITS.ASK.index("CREATE FUNCTION hub_facet_counts")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
BY_PLACE = BEFORE_FIRST[
    BEFORE_FIRST.index("    FOR i IN 1 .. segments LOOP  -- those that nothing tells apart") : BEFORE_FIRST.index("    RETURN sure;")
]
BY_ALL = f"""\
    -- Of those that nothing tells apart, the first `low` places of every segment, as many as there is room for; the next place in some.
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        more := (SELECT coalesce(sum(bit_count(substring(m.bits FOR middle))), 0) FROM unnest(maybe) AS m(bits));
        IF counted + more <= want THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    head := (repeat('1', low) || repeat('0', {SIZE} - low))::bit varying;
    FOR i IN 1 .. segments LOOP
        bits := maybe[i] & head;
        counted := counted + bit_count(bits);
        bits := sure[i] | bits;
        sure[i] := bits;
    END LOOP;
    FOR i IN 1 .. segments LOOP
        EXIT WHEN low = {SIZE} OR counted = want;
        IF get_bit(maybe[i], low) = 1 THEN
            bits := set_bit(sure[i]::bit({SIZE}), low, 1);
            sure[i] := bits;
            counted := counted + 1;
        END IF;
    END LOOP;
"""  # noqa: S608  numbers of a migration
FIRST = BEFORE_FIRST.replace(BY_PLACE, BY_ALL).replace(
    "    here bigint;\n", f"    low integer := 0;\n    middle integer;\n    high integer := {SIZE};\n    head bit varying;\n"
)


class Migration(migrations.Migration):
    dependencies = [("hub", "0048_short_notes")]
    operations = [migrations.RunSQL(SETTLE, BEFORE_SETTLE), migrations.RunSQL(FIRST, BEFORE_FIRST)]
