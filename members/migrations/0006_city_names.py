"""Every name of a city counts: the official one and the one in its own language are spellings of it as well.

A generated column can't be changed, so it is made anew, with its index. The table is rewritten under a lock; ten thousand
cities take well under a second.
"""

import importlib

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models import F, Func

# A word all in letters that only look like Latin ones ("Осlо", "ΟΣΛΟ") has the same skeleton as the word it looks like.
# Pairs from Unicode's confusables (UTS 39), of the letters whose lower or upper case is taken for a Latin one.
LOOKALIKES = ("авсԁеһніјӏкморԛѕтухѵԝαβεζηικμνορτυχ", "abcdehhijlkmopqstyxvwabezhikmnoptyx")

SKELETON = rf"""
CREATE OR REPLACE FUNCTION skeleton(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $body$
    SELECT regexp_replace(
        replace(replace(replace(
            translate(
                translate(public.fold(words), E' \t\n\r-‐‑–—\'’‘ʼ`´".,;:/\\|()[]{{}}_%&+*#!?~<>=@$^', ''),
                '{LOOKALIKES[0]}', '{LOOKALIKES[1]}'),
        'ae', 'a'), 'oe', 'o'), 'ue', 'u'),
        E'(.)\\1+', E'\\1', 'g')
$body$;
"""

# What people write around the name of their city ("City of Atlanta", "Aarhus Kommune", "Mairie de Paris", "بلدية تونس"), folded.
# Taken off at both ends and never from the middle: Rio de Janeiro keeps its "de".
AROUND = """
    ajuntament alcaldia and authority ayuntamiento belediyesi borough by city comune concello council county de del department
    di distrito district du gemeente gobernacion government governorate kommun kommune landeshauptstadt mairie metropolitan
    municipal municipalidad municipality municipio municipiul of opstina prefecture prefeitura primaria province region stad
    stadt state the ville wilaya بلدية محافظة مدينة ولاية город община
""".split()  # noqa: SIM905  a line of words reads better than a line of quotes

SPELLINGS = f"""
CREATE FUNCTION without_office(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $body$
    SELECT coalesce(string_agg(word, ' ' ORDER BY place) FILTER (WHERE place BETWEEN first AND last), words)
    FROM (
        SELECT word, place, min(place) FILTER (WHERE NOT office) OVER () AS first, max(place) FILTER (WHERE NOT office) OVER () AS last
        FROM (
            SELECT word, place, public.fold(word) = ANY ('{{{",".join(AROUND)}}}'::text[]) AS office
            FROM regexp_split_to_table(btrim(words), '\\s+') WITH ORDINALITY AS every (word, place)
        ) AS told
    ) AS bounded
$body$;
CREATE FUNCTION spellings(name text, official_name text, own_name text, other_names text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $body$
    SELECT '|' || coalesce(string_agg(skeleton, '|' ORDER BY place), '') || '|'
    FROM (
        SELECT public.skeleton(spelling) AS skeleton, min(place) AS place
        FROM unnest(ARRAY[name, public.without_office(official_name), public.without_office(own_name)] || other_names)
            WITH ORDINALITY AS every (spelling, place)
        GROUP BY 1
    ) AS different
    WHERE skeleton <> ''
$body$;
DROP FUNCTION spellings(text, text[]);
"""  # noqa: S608  words of this very file

BEFORE = importlib.import_module("members.migrations.0001_initial").SKELETON.replace(
    "CREATE FUNCTION skel", "CREATE OR REPLACE FUNCTION skel"
)
NO_SPELLINGS = f"""
DROP FUNCTION spellings(text, text, text, text[]);
DROP FUNCTION without_office(text);
{BEFORE}
"""

INDEX = GinIndex(OpClass(F("spellings"), name="gin_trgm_ops"), name="city_spellings_trigrams")
NAMES = (F("name"), F("official_name"), F("own_name"), F("other_names"))


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0005_directory"),
    ]

    operations = [
        migrations.RemoveIndex("city", INDEX.name),
        migrations.RemoveField("city", "spellings"),
        migrations.RunSQL(SKELETON + SPELLINGS, NO_SPELLINGS),
        migrations.AddField(
            "city",
            "spellings",
            models.GeneratedField(expression=Func(*NAMES, function="spellings"), output_field=models.TextField(), db_persist=True),
        ),
        migrations.AddIndex("city", INDEX),
    ]
