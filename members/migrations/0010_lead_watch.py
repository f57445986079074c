"""What the database itself sees to: staff know of a member city without a lead official, and nobody vouches for themselves.

The triggers are deferred: they look when their transaction's own statements are done, so that a lead that is handed over in
two statements opens no vacancy. `members_watch_lead` locks the city first. Two transactions that each end one of its last
two leads wait there for each other, and the second looks again (a statement of its own in READ COMMITTED) after the first
has committed; without the lock each would see the other's lead official still in office.

Days are days in UTC, as in members/querysets.py.
"""

from django.db import migrations

WATCH = """
CREATE FUNCTION members_is_vacant(which bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH day AS (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS today)
    SELECT NOT city.is_sample
        AND EXISTS (
            SELECT FROM members_membership, day
            WHERE city_id = city.id AND joined <= today AND ("left" IS NULL OR "left" > today))
        AND NOT EXISTS (
            SELECT FROM members_post AS post
            JOIN members_official AS official ON official.id = post.official_id
            JOIN members_user AS account ON account.id = official.user_id, day
            WHERE post.city_id = city.id AND post.is_lead AND account.is_active
                AND since <= today AND ("until" IS NULL OR "until" > today))
    FROM members_city AS city WHERE city.id = which
$$;

CREATE FUNCTION members_watch_lead(which bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM members_city WHERE id = which AND NOT is_sample FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF members_is_vacant(which) THEN
        INSERT INTO members_vacancy (city_id, since) VALUES (which, clock_timestamp()) ON CONFLICT DO NOTHING;
    ELSE
        UPDATE members_vacancy SET closed = clock_timestamp() WHERE city_id = which AND closed IS NULL;
    END IF;
END $$;

CREATE FUNCTION members_watch_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM members_watch_lead(OLD.city_id);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.city_id <> OLD.city_id) THEN
        PERFORM members_watch_lead(NEW.city_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION members_watch_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM members_watch_lead(city_id) FROM (
        SELECT DISTINCT post.city_id FROM members_post AS post
        JOIN members_official AS official ON official.id = post.official_id
        WHERE official.user_id = NEW.id AND post.is_lead ORDER BY post.city_id) AS led;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER lead_watch_post
    AFTER INSERT OR DELETE OR UPDATE OF city_id, official_id, is_lead, since, "until" ON members_post
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION members_watch_row();
CREATE CONSTRAINT TRIGGER lead_watch_membership
    AFTER INSERT OR DELETE OR UPDATE OF city_id, joined, "left" ON members_membership
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION members_watch_row();
CREATE CONSTRAINT TRIGGER lead_watch_account
    AFTER UPDATE OF is_active ON members_user
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active)
    EXECUTE FUNCTION members_watch_account();
"""

DROP_WATCH = """
DROP TRIGGER lead_watch_account ON members_user;
DROP TRIGGER lead_watch_membership ON members_membership;
DROP TRIGGER lead_watch_post ON members_post;
DROP FUNCTION members_watch_account();
DROP FUNCTION members_watch_row();
DROP FUNCTION members_watch_lead(bigint);
DROP FUNCTION members_is_vacant(bigint);
"""

VOUCH = """
CREATE FUNCTION members_vouch_never_ones_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.voucher_id = (SELECT applicant_id FROM members_application WHERE id = NEW.application_id) THEN
        RAISE EXCEPTION 'nobody vouches for themselves' USING ERRCODE = 'check_violation', CONSTRAINT = 'vouch_never_ones_own';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER vouch_never_ones_own BEFORE INSERT OR UPDATE OF voucher_id, application_id ON members_vouch
    FOR EACH ROW WHEN (NEW.voucher_id IS NOT NULL) EXECUTE FUNCTION members_vouch_never_ones_own();
"""

DROP_VOUCH = """
DROP TRIGGER vouch_never_ones_own ON members_vouch;
DROP FUNCTION members_vouch_never_ones_own();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0009_officials"),
    ]
    operations = [
        migrations.RunSQL(WATCH, DROP_WATCH),
        migrations.RunSQL(VOUCH, DROP_VOUCH),
    ]
