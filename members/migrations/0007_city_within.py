"""Authorities over one place form a tree: whoever makes one part of another is refused where that would close a ring.

Two who each add half of a ring at the same moment don't see each other's half. So whoever changes the tree holds one lock
until the end of the transaction, and looks after taking it.
"""

from django.db import migrations

OVER = """
CREATE FUNCTION cities_over(city bigint) RETURNS TABLE (id bigint, distance integer) LANGUAGE sql STABLE STRICT AS $body$
    WITH RECURSIVE over (id, distance) AS (
        SELECT c.within_id, 1 FROM public.members_city c WHERE c.id = city AND c.within_id IS NOT NULL
        UNION ALL
        SELECT c.within_id, over.distance + 1 FROM over JOIN public.members_city c ON c.id = over.id WHERE c.within_id IS NOT NULL
    ) CYCLE id SET again USING path
    SELECT over.id, over.distance FROM over WHERE NOT again
$body$;
"""

# Hold `cities_lock()` before looking at the tree and deciding: the trigger does, and so does the form's check, which says
# in words what the trigger would only refuse.
NO_RING = """
CREATE FUNCTION cities_lock() RETURNS void LANGUAGE sql AS $body$
    SELECT pg_advisory_xact_lock(hashtext('members_city.within_id'))
$body$;
CREATE FUNCTION city_within_no_ring() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM public.cities_lock();
    IF EXISTS (SELECT FROM public.cities_over(NEW.id) AS over WHERE over.id = NEW.id) THEN
        RAISE EXCEPTION 'city % would be a part of its own part', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'city_within_no_ring', TABLE = 'members_city';
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER city_within_no_ring AFTER INSERT OR UPDATE OF within_id ON members_city
    FOR EACH ROW WHEN (NEW.within_id IS NOT NULL) EXECUTE FUNCTION city_within_no_ring();
"""
RINGS = """
DROP TRIGGER city_within_no_ring ON members_city;
DROP FUNCTION city_within_no_ring();
DROP FUNCTION cities_lock();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0006_city_names"),
    ]
    operations = [
        migrations.RunSQL(OVER, "DROP FUNCTION cities_over(bigint)"),
        migrations.RunSQL(NO_RING, RINGS),
    ]
