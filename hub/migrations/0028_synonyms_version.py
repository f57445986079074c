"""Which synonyms there are, as one value that changes with them: each process keeps them all, and asks only whether they are still the
same. Changed before the rows are, so that of two people who write at once the second waits before it holds anything."""

from django.db import migrations

VERSION = """
CREATE TABLE hub_synonyms_version (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), version uuid NOT NULL);
INSERT INTO hub_synonyms_version (version) VALUES (gen_random_uuid());
CREATE FUNCTION hub_synonyms_change() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE public.hub_synonyms_version SET version = gen_random_uuid();
    RETURN NULL;
END
$$;
CREATE TRIGGER hub_synonyms_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hub_synonymgroup
    FOR EACH STATEMENT EXECUTE FUNCTION hub_synonyms_change();
CREATE TRIGGER hub_synonyms_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hub_expression
    FOR EACH STATEMENT EXECUTE FUNCTION hub_synonyms_change();
"""
NO_VERSION = """
DROP TRIGGER hub_synonyms_change ON hub_expression;
DROP TRIGGER hub_synonyms_change ON hub_synonymgroup;
DROP FUNCTION hub_synonyms_change();
DROP TABLE hub_synonyms_version;
"""


class Migration(migrations.Migration):
    dependencies = [("hub", "0027_synonyms_secretariat")]
    operations = [migrations.RunSQL(VERSION, NO_VERSION)]
