"""Who was shown in the directory, to people of member cities, still is; and what the database holds about reports."""

from django.db import migrations

# Records, their histories, and applications that somebody began to fill in.
FORTH = """
UPDATE members_official SET shown_to = 'members' WHERE in_directory;
UPDATE members_officialevent SET shown_to = 'members' WHERE in_directory;
UPDATE members_application SET shown_to = 'members' WHERE in_directory;
UPDATE members_applicationevent SET shown_to = 'members' WHERE in_directory;
UPDATE members_draft SET principles = principles - 'in_directory' || jsonb_build_object('shown_to', 'members')
 WHERE principles ->> 'in_directory' = 'on';
"""
# Back, there are two levels: shown to everyone is not less than shown to members.
BACK = """
UPDATE members_official SET in_directory = shown_to <> 'nobody';
UPDATE members_officialevent SET in_directory = shown_to <> 'nobody';
UPDATE members_application SET in_directory = shown_to <> 'nobody';
UPDATE members_applicationevent SET in_directory = shown_to <> 'nobody';
UPDATE members_draft SET principles = principles - 'shown_to' || jsonb_build_object('in_directory', 'on')
 WHERE principles ->> 'shown_to' IN ('members', 'everyone');
"""

# What was reported stays so, whatever an answer that was under way at the same moment writes.
STAYS = """
CREATE FUNCTION contact_stays_reported() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'a contact that was reported stays reported' USING ERRCODE = 'check_violation', CONSTRAINT = 'contact_stays_reported';
END $body$;
CREATE TRIGGER contact_stays_reported BEFORE UPDATE OF state ON members_contact
FOR EACH ROW WHEN (OLD.state = 'reported' AND NEW.state <> 'reported') EXECUTE FUNCTION contact_stays_reported();
"""
DROP_STAYS = "DROP TRIGGER contact_stays_reported ON members_contact; DROP FUNCTION contact_stays_reported();"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0012_people"),
    ]
    operations = [migrations.RunSQL(FORTH, BACK), migrations.RunSQL(STAYS, DROP_STAYS)]
