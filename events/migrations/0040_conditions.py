"""A question depends on an earlier one of its own event and stage, and on answers that can be given to it."""

from django.db import migrations

MADE = """
CREATE FUNCTION events_condition_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM events_question AS q JOIN events_question AS above ON above.id = q.depends_on_id
        WHERE (q.id = NEW.id OR above.id = NEW.id) AND NOT (
            above.event_id = q.event_id AND above.stage = q.stage AND (above.position, above.id) < (q.position, q.id)
            AND q.depends_values <@ CASE above.sort
                WHEN 'one' THEN above.options WHEN 'several' THEN above.options
                WHEN 'yes-no' THEN ARRAY['yes', 'no']::varchar[] ELSE ARRAY[]::varchar[] END
            AND (q.is_retired OR NOT above.is_retired))
    ) THEN
        RAISE check_violation USING CONSTRAINT = 'question_depends_on_an_earlier_one', MESSAGE = 'question_depends_on_an_earlier_one';
    END IF;
    RETURN NULL;
END $$;

-- Asked when the transaction ends, so that two questions can change places.
CREATE CONSTRAINT TRIGGER events_condition_holds AFTER INSERT OR UPDATE ON events_question
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION events_condition_holds();
"""
AWAY = """
DROP TRIGGER events_condition_holds ON events_question;
DROP FUNCTION events_condition_holds();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0010_calendar_address")]
    operations = [migrations.RunSQL(MADE, AWAY)]
