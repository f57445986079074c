"""What names of people, and mailboxes, have in common: by these two an applicant is looked for among the accounts."""

from django.db import migrations, models
from django.db.models import F, Func

# The words of a name, each as `skeleton()` has it (without case, accents, look-alike letters and doubled ones), in one order:
# "Lund, Léne" and "Lene Lund" are one. A mailbox is what stands before a plus, which most mail servers deliver there; of
# dots it is known of one provider alone that they make no difference.
FUNCTIONS = r"""
CREATE FUNCTION namesake(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $body$
    SELECT coalesce(string_agg(word, ' ' ORDER BY word COLLATE "C"), '')
    FROM (SELECT public.skeleton(part) AS word FROM regexp_split_to_table(name, '[\s,‐‑–—-]+') AS every (part)) AS words
    WHERE word <> ''
$body$;
CREATE FUNCTION mailbox(address text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $body$
    SELECT CASE WHEN house IN ('gmail.com', 'googlemail.com') THEN replace(own, '.', '') || '@gmail.com' ELSE own || '@' || house END
    FROM (
        SELECT coalesce(nullif(split_part(local, '+', 1), ''), local) AS own, house
        FROM (SELECT lower(regexp_replace(address, '@[^@]*$', '')) AS local, lower(substring(address FROM '[^@]*$')) AS house) AS parts
    ) AS plain
$body$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0042_settled_once")]
    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION namesake(text); DROP FUNCTION mailbox(text)"),
        migrations.AddIndex("user", models.Index(Func(F("name"), function="namesake"), name="user_namesakes")),
        migrations.AddIndex("user", models.Index(Func(F("email"), function="mailbox"), name="user_mailboxes")),
    ]
