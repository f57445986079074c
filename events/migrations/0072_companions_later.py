"""How many one person may bring along holds for who names more of them later, too."""

from django.db import migrations

THERE = """
CREATE FUNCTION events_more_companions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(NEW.companions) > (SELECT companions_each FROM events_event WHERE id = NEW.event_id) THEN
        RAISE check_violation USING CONSTRAINT = 'registration_companions_have_seats', MESSAGE = 'registration_companions_have_seats';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER events_more_companions BEFORE UPDATE OF companions ON events_registration FOR EACH ROW
    WHEN (cardinality(NEW.companions) > cardinality(OLD.companions)) EXECUTE FUNCTION events_more_companions();
"""
BACK = """
DROP TRIGGER events_more_companions ON events_registration;
DROP FUNCTION events_more_companions();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0071_day_not_on_record")]
    operations = [migrations.RunSQL(THERE, BACK)]
