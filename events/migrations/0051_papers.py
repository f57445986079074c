"""A paper's session is of its event, whoever writes it."""

from django.db import migrations

WITHIN = """
CREATE FUNCTION events_paper_within() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.session_id IS NOT NULL AND NOT EXISTS (SELECT FROM events_session WHERE id = NEW.session_id AND event_id = NEW.event_id) THEN
        RAISE check_violation USING CONSTRAINT = 'paper_session_is_of_its_event', MESSAGE = 'paper_session_is_of_its_event';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER events_paper_within BEFORE INSERT OR UPDATE OF session_id, event_id ON events_paper
    FOR EACH ROW EXECUTE FUNCTION events_paper_within();
"""
AWAY = "DROP TRIGGER events_paper_within ON events_paper; DROP FUNCTION events_paper_within();"


class Migration(migrations.Migration):
    dependencies = [("events", "0050_follow_up")]
    operations = [migrations.RunSQL(WITHIN, AWAY)]
