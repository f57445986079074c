"""Nobody applies for a record that was merged into another one: it is hidden, and so would the application be.

Whoever writes an application holds its city first (City.held), and a merge holds both of its cities; this is for every other way.
The row is read under the lock that the foreign key takes anyway, when the transaction ends: it waits for a merge that goes on (which
locks its cities FOR UPDATE), so what the row says is what the merge has left; and two who come to one city don't wait for each other.
What a merge or an older version left at such a record may still be decided on or matched: only coming to it is refused.
"""

from django.db import migrations

STANDS = """
CREATE FUNCTION application_for_a_city_that_stands() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM FROM public.members_city WHERE id = NEW.city_id AND merged_into_id IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'city % was merged or is gone', NEW.city_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'application_for_a_city_that_stands', TABLE = 'members_application';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER application_for_a_city_that_stands BEFORE INSERT ON members_application
    FOR EACH ROW EXECUTE FUNCTION application_for_a_city_that_stands();
CREATE TRIGGER application_to_a_city_that_stands BEFORE UPDATE OF city_id ON members_application
    FOR EACH ROW WHEN (OLD.city_id IS DISTINCT FROM NEW.city_id) EXECUTE FUNCTION application_for_a_city_that_stands();
"""
ANY = """
DROP TRIGGER application_to_a_city_that_stands ON members_application;
DROP TRIGGER application_for_a_city_that_stands ON members_application;
DROP FUNCTION application_for_a_city_that_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0036_counts_without_a_log")]
    operations = [migrations.RunSQL(STANDS, ANY)]
