"""A seat counts only on the days on which its city is the member that it was when the seat began. So the count looks at memberships
too, and is taken again where a membership is made longer: with it, seats become longer that nobody touched. As before it is
taken with the body's row locked, of whatever is there then.
"""

import importlib

from django.db import migrations

COUNT = """
-- The days on which a seat is held; none where its city was no member as it began.
CREATE FUNCTION members_seat_days(seat members_seat) RETURNS daterange LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN seat.city_id IS NULL THEN daterange(seat.since, seat."until") ELSE (
        SELECT daterange(seat.since, least(seat."until", "left")) FROM members_membership
        WHERE city_id = seat.city_id AND joined <= seat.since AND ("left" IS NULL OR "left" > seat.since)) END
$$;

-- The most are there on a day on which somebody's seat begins.
CREATE FUNCTION members_count_seats(counted bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    most smallint;
BEGIN
    SELECT most_cities INTO most FROM members_body WHERE id = counted FOR NO KEY UPDATE;
    IF EXISTS (
        WITH held AS MATERIALIZED (SELECT since, members_seat_days(seat) AS days FROM members_seat AS seat WHERE body_id = counted)
        SELECT FROM held JOIN (SELECT DISTINCT since AS day FROM held WHERE days IS NOT NULL) AS begun ON held.days @> begun.day
        GROUP BY begun.day HAVING count(*) > most) THEN
        RAISE check_violation USING CONSTRAINT = 'seat_within_the_number', MESSAGE = 'seat_within_the_number';
    END IF;
END $$;

CREATE FUNCTION members_count_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM members_count_seats(NEW.body_id);
    RETURN NULL;
END $$;

-- A membership that is made shorter, as most are, asks nothing and holds nobody up.
CREATE FUNCTION members_count_lengthened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.city_id = OLD.city_id AND NEW.joined >= OLD.joined
        AND (OLD."left" IS NULL OR NEW."left" <= OLD."left") THEN
        RETURN NULL;
    END IF;
    PERFORM members_count_seats(id) FROM members_body WHERE id IN (
        SELECT body_id FROM members_seat
        WHERE city_id = NEW.city_id AND since >= NEW.joined AND (NEW."left" IS NULL OR since < NEW."left")) ORDER BY id;
    RETURN NULL;
END $$;

-- What is asked of a seat by itself; counting is done once it is written.
CREATE OR REPLACE FUNCTION members_hold_seat() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most smallint;
BEGIN
    SELECT most_cities INTO most FROM members_body WHERE id = NEW.body_id FOR NO KEY UPDATE;
    IF (NEW.city_id IS NULL) <> (most IS NULL) THEN
        RAISE check_violation USING CONSTRAINT = 'seat_on_a_body_of_its_kind', MESSAGE = 'seat_on_a_body_of_its_kind';
    END IF;
    -- A merge moves seats to a city with memberships of its own, and ends or begins none: it isn't asked again.
    IF NEW.city_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.since <> OLD.since) AND NOT EXISTS (
        SELECT FROM members_membership JOIN members_city AS city ON city.id = city_id AND city.merged_into_id IS NULL
        WHERE city_id = NEW.city_id AND joined <= NEW.since AND ("left" IS NULL OR "left" > NEW.since)) THEN
        RAISE check_violation USING CONSTRAINT = 'seat_of_a_member_city', MESSAGE = 'seat_of_a_member_city';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER count_seats AFTER INSERT OR UPDATE OF body_id, city_id, since, "until" ON members_seat
    FOR EACH ROW EXECUTE FUNCTION members_count_given();
CREATE TRIGGER count_seats AFTER INSERT OR UPDATE OF city_id, joined, "left" ON members_membership
    FOR EACH ROW EXECUTE FUNCTION members_count_lengthened();
"""

# Back to the count of 0050, which is in the function that it made.
_HOLD = importlib.import_module("members.migrations.0050_governance").HOLD
DROP = """
DROP TRIGGER count_seats ON members_membership;
DROP TRIGGER count_seats ON members_seat;
DROP FUNCTION members_count_lengthened(), members_count_given(), members_count_seats(bigint), members_seat_days(members_seat);
""" + _HOLD.partition("CREATE TRIGGER")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("members", "0061_exports_named")]
    operations = [migrations.RunSQL(COUNT, DROP)]
