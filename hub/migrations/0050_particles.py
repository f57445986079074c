r"""Arabic writes particles and the article in one with the word that follows: لمنع is “to prevent”, والمدارس “and the schools”. PostgreSQL's
stemmer leaves most of them on, so they are taken off the stem here, wherever three letters are left: what a practice holds, what is
asked for and every expression is treated alike, so a few words that merely begin with such a letter lose it everywhere. They are
those that Light10 takes off (Larkey, Ballesteros and Connell, Light Stemming for Arabic Information Retrieval, 2007: و and, ال the, and
what joins them), and the single letters ف so, ب in, ل to, ك as.

Its common words are told by a list of their own, for PostgreSQL has none; and a word that is written nowhere in the hub is common where
it is so in one of the six languages of the United Nations.

`hub_said(language, text)` is the one way by which an expression becomes what is looked for.
"""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("hub.migrations.0008_own_language")

STOPS = (
    "في من الي علي عن مع منذ حتي خلال بين عند لدي نحو عبر حول ضد دون بدون تحت فوق امام وراء بعد قبل اثناء رغم سوي غير ان انه انها انهم لان لكن بل ثم "
    "او ام اذا اذ لو لولا كي لكي لما كلما حيث بينما كما مثل كان كانت كانوا يكون تكون كون ليس ليست هو هي هم هن هما انا انت انتم نحن هذا هذه هذان "
    "هاتان هؤلاء ذلك تلك اولئك هنا هناك هنالك الذي التي الذين اللذان اللتان اللاتي اللواتي ما ماذا لماذا متي اين كيف كم هل اي اية لا لم لن قد لقد "
    "سوف كل كلا بعض جميع ايضا كذلك فقط الا اما انما له لها لهم لهن به بها بهم فيه فيها فيهم منه منها منهم عليه عليها عليهم اليه اليها عنه عنها "
    "معه معها وفي ومن والي وعلي وعن ومع وان وكان وكانت وهو وهي وهم وما ولا ولم ولن وقد وكل وهذا وهذه وذلك والتي والذي والذين وله ولها فان بان وانه وانها"
)
LETTERS = "\\u0621-\\u064a"
PARTICLES = rf"(?:ال|[وفبلك])+(?=[{LETTERS}]{{3}})"

WORDS = rf"""
CREATE FUNCTION hub_bare(stems text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT regexp_replace(stems, '''{PARTICLES}', '''', 'g') $$;  -- of a tsvector or tsquery as text: each begins with a quote

CREATE OR REPLACE FUNCTION hub_vector(language text, value text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE language
        WHEN 'ar' THEN public.hub_bare(to_tsvector(public.hub_config(language), public.hub_pairs(public.hub_words(value)))::text)::tsvector
        ELSE to_tsvector(public.hub_config(language), public.hub_pairs(public.hub_words(value))) END
$$;

CREATE FUNCTION hub_said(language text, folded text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE language
        WHEN 'ar' THEN public.hub_bare(phraseto_tsquery(public.hub_config(language), public.hub_pairs(folded))::text)::tsquery
        ELSE phraseto_tsquery(public.hub_config(language), public.hub_pairs(folded)) END
$$;

CREATE OR REPLACE FUNCTION hub_stem(word text, language text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT CASE language
        WHEN 'ar' THEN regexp_replace(
            coalesce((tsvector_to_array(to_tsvector(public.hub_config(language), word)))[1], word), '^{PARTICLES}', '')
        ELSE coalesce((tsvector_to_array(to_tsvector(public.hub_config(language), word)))[1], word) END
$$;

CREATE OR REPLACE FUNCTION hub_phrase(value text) RETURNS tsquery LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT string_agg(format('(%s)', q), ' | ')::tsquery
    FROM (SELECT DISTINCT hub_said(language, hub_words(value)) AS q FROM hub_language) said
    WHERE numnode(q) > 0
$$;
"""  # noqa: S608  letters of this very file
IS_STOP = BEFORE.WORDS[BEFORE.WORDS.index("CREATE OR REPLACE FUNCTION hub_is_stop") :]
WITH_ARABIC = IS_STOP.replace(
    "SELECT word = ANY(CASE language\n",
    f"SELECT word = ANY(CASE language\n        WHEN 'ar' THEN '{{{','.join(STOPS.split())}}}'::text[]\n",
)
NO_WORDS = (
    BEFORE.WORDS[BEFORE.WORDS.index("CREATE FUNCTION hub_vector") :].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    + BEFORE.PHRASES[: BEFORE.PHRASES.index("CREATE FUNCTION hub_match")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    + "DROP FUNCTION hub_said(text, text); DROP FUNCTION hub_bare(text);"
)
ARABIC_AGAIN = """
DO $$
DECLARE
    batch bigint[];
BEGIN
    PERFORM set_config('hub.counts_words', 'later', true);
    FOR batch IN SELECT array_agg(practice_id) FROM hub_entry WHERE language = 'ar' GROUP BY practice_id / 1000 LOOP
        PERFORM hub_enter(batch);
    END LOOP;
    PERFORM set_config('hub.counts_words', 'now', true);
    UPDATE hub_word SET stem = hub_stem(word, language), is_stop = hub_is_stop(word, language)
        WHERE (stem, is_stop) IS DISTINCT FROM (hub_stem(word, language), hub_is_stop(word, language));  -- of earlier stemming as well
    PERFORM hub_count_words();
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("hub", "0049_alike_together")]
    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, ARABIC_AGAIN),
        migrations.RunSQL([WORDS, WITH_ARABIC], NO_WORDS),
        migrations.RunSQL(ARABIC_AGAIN, migrations.RunSQL.noop),
    ]
