"""Seats are given and counted by the database itself, so that nothing gets past it: no view, no admin, no import, no SQL.

Whoever is inserted without a state asks for a seat: the row of what has the seats is updated, which makes everybody else wait, and what
that update found says whether this one has a seat or waits. So one statement takes the seat and inserts the place; the checks
(taken <= capacity) and the unique index (one live place per person) lie beneath it, and take all of it back where they refuse.
The counters follow every later change of a state. What is written into them by hand is left out.

A row that `ON CONFLICT DO NOTHING` leaves out would be counted all the same, which loses a seat and never gives one too many:
nothing here inserts in that way.
"""

from django.db import migrations

COMMON = """
CREATE FUNCTION events_holds(state text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN state IN ('offered', 'confirmed', 'attended') THEN 1 ELSE 0 END
$$;

CREATE FUNCTION events_waits(state text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN state = 'waiting' THEN 1 ELSE 0 END
$$;

-- Counters belong to the triggers of those who take seats. A version rises with what calendars show.
CREATE FUNCTION events_keep_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() > 1 THEN
        RETURN NEW;
    END IF;
    NEW.taken := OLD.taken;
    NEW.waiting := OLD.waiting;
    NEW.asked := OLD.asked;
    NEW.companions_taken := OLD.companions_taken;
    NEW.version := OLD.version;
    NEW.changed := OLD.changed;
    IF (NEW.title, NEW.slug, NEW.summary, NEW.state, NEW.starts, NEW.ends, NEW.zone, NEW.venue, NEW.venue_address, NEW.host_id,
        NEW.is_online, NEW.link) IS DISTINCT FROM (OLD.title, OLD.slug, OLD.summary, OLD.state, OLD.starts, OLD.ends, OLD.zone, OLD.venue,
        OLD.venue_address, OLD.host_id, OLD.is_online, OLD.link) THEN
        NEW.version := OLD.version + 1;
    END IF;
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.changed := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION events_keep_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() > 1 THEN
        RETURN NEW;
    END IF;
    NEW.taken := OLD.taken;
    NEW.waiting := OLD.waiting;
    NEW.asked := OLD.asked;
    NEW.version := OLD.version;
    IF (NEW.title, NEW.starts, NEW.ends, NEW.room_id, NEW.is_cancelled) IS DISTINCT FROM
       (OLD.title, OLD.starts, OLD.ends, OLD.room_id, OLD.is_cancelled) THEN
        NEW.version := OLD.version + 1;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION events_keep_share() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        NEW.taken := OLD.taken;
        NEW.waiting := OLD.waiting;
        NEW.asked := OLD.asked;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER events_keep_event BEFORE UPDATE ON events_event FOR EACH ROW EXECUTE FUNCTION events_keep_event();
CREATE TRIGGER events_keep_session BEFORE UPDATE ON events_session FOR EACH ROW EXECUTE FUNCTION events_keep_session();
CREATE TRIGGER events_keep_share BEFORE UPDATE ON events_cityseats FOR EACH ROW EXECUTE FUNCTION events_keep_share();
"""

REGISTRATIONS = """
-- Add to the counters of an event, and to those of a city's share while there are shares.
CREATE FUNCTION events_count(counted bigint, of_city bigint, holds integer, waits integer, along integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    most smallint;
BEGIN
    IF holds = 0 AND waits = 0 AND along = 0 THEN
        RETURN;
    END IF;
    UPDATE events_event SET taken = taken + holds, waiting = waiting + waits, companions_taken = companions_taken + along
    WHERE id = counted RETURNING per_city INTO most;
    IF most IS NULL OR of_city IS NULL THEN
        RETURN;
    END IF;
    UPDATE events_cityseats SET taken = taken + holds, waiting = waiting + waits WHERE event_id = counted AND city_id = of_city;
    IF NOT FOUND THEN
        INSERT INTO events_cityseats (event_id, city_id, capacity, taken, waiting, asked, is_own)
        VALUES (counted, of_city, most, holds, waits, 0, false);
    END IF;
END $$;

-- Whether somebody of this city has a seat to take whose number is `mine` (null: they come last). Nobody is overtaken who could
-- take a seat: those whose city has all of its own, or not enough for their group, could not. The caller holds the event's lock.
CREATE FUNCTION events_has_seat(wanted bigint, of_city bigint, mine integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    e events_event;
BEGIN
    SELECT * INTO e FROM events_event WHERE id = wanted;
    IF e.taken >= e.capacity THEN
        RETURN false;
    END IF;
    IF e.per_city IS NULL THEN
        RETURN e.waiting = 0 OR NOT EXISTS (
            SELECT FROM events_registration WHERE event_id = wanted AND state = 'waiting' AND (mine IS NULL OR number < mine));
    END IF;
    IF e.per_city = 0 AND of_city IS NOT NULL AND NOT EXISTS (
        SELECT FROM events_cityseats WHERE event_id = wanted AND city_id = of_city) THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM events_cityseats WHERE event_id = wanted AND city_id = of_city AND taken >= capacity) THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT FROM events_registration AS before
        LEFT JOIN events_cityseats AS share ON share.event_id = before.event_id AND share.city_id = before.city_id
        LEFT JOIN events_party AS party ON party.id = before.party_id AND party.together
        WHERE before.event_id = wanted AND before.state = 'waiting' AND (mine IS NULL OR before.number < mine)
            AND (share.capacity IS NULL OR share.capacity - share.taken >= CASE WHEN party.id IS NULL THEN 1 ELSE (
                SELECT count(*) FROM events_registration AS fellow WHERE fellow.party_id = party.id AND fellow.state = 'waiting') END));
END $$;

CREATE FUNCTION events_place_registration() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    e events_event;
    has_seat boolean;
    along integer := cardinality(NEW.companions);
    at timestamptz := statement_timestamp();
BEGIN
    IF NEW.state = '' AND along = 0 THEN
        -- As it mostly is: one update waits for whoever came first, takes the seat or the place in line, and says which.
        UPDATE events_event SET asked = asked + 1,
            taken = taken + (waiting = 0 AND (capacity IS NULL OR taken < capacity))::integer,
            waiting = waiting + (NOT (waiting = 0 AND (capacity IS NULL OR taken < capacity)))::integer
        WHERE id = NEW.event_id AND per_city IS NULL AND way IN ('open', 'invited') AND state = 'announced'
            AND (registration_opens IS NULL OR registration_opens <= at) AND coalesce(registration_closes, starts) > at
        RETURNING asked, waiting = 0 INTO NEW.number, has_seat;
        IF FOUND THEN
            NEW.state := CASE WHEN has_seat THEN 'confirmed' ELSE 'waiting' END;
            RETURN NEW;
        END IF;
    END IF;
    SELECT * INTO e FROM events_event WHERE id = NEW.event_id FOR NO KEY UPDATE;
    IF NEW.state = '' THEN
        IF e.state <> 'announced' OR e.way = 'none' OR e.registration_opens > at OR coalesce(e.registration_closes, e.starts) <= at THEN
            RAISE check_violation USING CONSTRAINT = 'registration_in_time', MESSAGE = 'registration_in_time';
        END IF;
        NEW.state := CASE
            WHEN e.way = 'moderated' THEN 'requested'
            WHEN events_has_seat(NEW.event_id, NEW.city_id, NULL) THEN 'confirmed'
            ELSE 'waiting' END;
    END IF;
    IF along > e.companions_each OR (events_holds(NEW.state) = 1 AND e.companions_taken + along > e.companions_capacity) THEN
        RAISE check_violation USING CONSTRAINT = 'registration_companions_have_seats', MESSAGE = 'registration_companions_have_seats';
    END IF;
    UPDATE events_event SET asked = asked + 1 WHERE id = NEW.event_id RETURNING asked INTO NEW.number;
    PERFORM events_count(NEW.event_id, NEW.city_id, events_holds(NEW.state), events_waits(NEW.state), events_holds(NEW.state) * along);
    RETURN NEW;
END $$;

CREATE FUNCTION events_count_registration() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was integer := 0;
    is_now integer := 0;
BEGIN
    was := events_holds(OLD.state);
    IF TG_OP = 'UPDATE' THEN
        is_now := events_holds(NEW.state);
        IF NEW.event_id <> OLD.event_id OR NEW.user_id <> OLD.user_id OR NEW.number <> OLD.number THEN
            RAISE check_violation USING CONSTRAINT = 'registration_stays_whose_it_is', MESSAGE = 'registration_stays_whose_it_is';
        END IF;
        IF NEW.city_id IS NOT DISTINCT FROM OLD.city_id THEN
            PERFORM events_count(NEW.event_id, NEW.city_id, is_now - was, events_waits(NEW.state) - events_waits(OLD.state),
                is_now * cardinality(NEW.companions) - was * cardinality(OLD.companions));
            RETURN NULL;
        END IF;
    END IF;
    PERFORM events_count(OLD.event_id, OLD.city_id, -was, -events_waits(OLD.state), -was * cardinality(OLD.companions));
    IF TG_OP = 'UPDATE' THEN
        PERFORM events_count(NEW.event_id, NEW.city_id, is_now, events_waits(NEW.state), is_now * cardinality(NEW.companions));
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER events_place BEFORE INSERT ON events_registration FOR EACH ROW EXECUTE FUNCTION events_place_registration();
CREATE TRIGGER events_count AFTER UPDATE OF event_id, user_id, number, state, city_id, companions OR DELETE ON events_registration
    FOR EACH ROW EXECUTE FUNCTION events_count_registration();

-- Shares of cities exist while an event limits seats by city. The staff's own number for a city stays.
CREATE FUNCTION events_share_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.per_city IS NULL THEN
        DELETE FROM events_cityseats WHERE event_id = NEW.id;
        RETURN NULL;
    END IF;
    IF OLD.per_city IS NULL THEN
        INSERT INTO events_cityseats (event_id, city_id, capacity, taken, waiting, asked, is_own)
        SELECT event_id, city_id, NEW.per_city, sum(events_holds(state)), sum(events_waits(state)), 0, false
        FROM events_registration WHERE event_id = NEW.id AND city_id IS NOT NULL GROUP BY event_id, city_id;
    ELSE
        UPDATE events_cityseats SET capacity = NEW.per_city WHERE event_id = NEW.id AND NOT is_own;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER events_share_out AFTER UPDATE OF per_city ON events_event FOR EACH ROW
    WHEN (NEW.per_city IS DISTINCT FROM OLD.per_city) EXECUTE FUNCTION events_share_out();
"""

BOOKINGS = """
CREATE FUNCTION events_place_booking() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose events_registration;
    has_seat boolean;
BEGIN
    SELECT * INTO whose FROM events_registration WHERE id = NEW.registration_id FOR SHARE;
    IF whose.state NOT IN ('confirmed', 'attended') THEN
        RAISE check_violation USING CONSTRAINT = 'booking_is_of_who_takes_part', MESSAGE = 'booking_is_of_who_takes_part';
    END IF;
    UPDATE events_session SET asked = asked + 1,
        taken = taken + (CASE WHEN NEW.state <> '' THEN events_holds(NEW.state)
            ELSE (waiting = 0 AND (capacity IS NULL OR taken < capacity))::integer END),
        waiting = waiting + (CASE WHEN NEW.state <> '' THEN events_waits(NEW.state)
            ELSE (NOT (waiting = 0 AND (capacity IS NULL OR taken < capacity)))::integer END)
    WHERE id = NEW.session_id AND event_id = whose.event_id AND books
        AND (NEW.state <> '' OR (NOT is_cancelled AND starts > statement_timestamp()))
    RETURNING asked, waiting = 0 INTO NEW.number, has_seat;
    IF NOT FOUND THEN
        RAISE check_violation USING CONSTRAINT = 'booking_in_time', MESSAGE = 'booking_in_time';
    END IF;
    IF NEW.state = '' THEN
        NEW.state := CASE WHEN has_seat THEN 'confirmed' ELSE 'waiting' END;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION events_count_booking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE events_session SET taken = taken - events_holds(OLD.state), waiting = waiting - events_waits(OLD.state)
        WHERE id = OLD.session_id;
        RETURN NULL;
    END IF;
    IF NEW.session_id <> OLD.session_id OR NEW.registration_id <> OLD.registration_id OR NEW.number <> OLD.number THEN
        RAISE check_violation USING CONSTRAINT = 'booking_stays_whose_it_is', MESSAGE = 'booking_stays_whose_it_is';
    END IF;
    UPDATE events_session SET taken = taken + events_holds(NEW.state) - events_holds(OLD.state),
        waiting = waiting + events_waits(NEW.state) - events_waits(OLD.state)
    WHERE id = NEW.session_id AND NEW.state <> OLD.state;
    RETURN NULL;
END $$;

CREATE TRIGGER events_place BEFORE INSERT ON events_booking FOR EACH ROW EXECUTE FUNCTION events_place_booking();
CREATE TRIGGER events_count AFTER UPDATE OF session_id, registration_id, number, state OR DELETE ON events_booking
    FOR EACH ROW EXECUTE FUNCTION events_count_booking();
"""

PROGRAMME = """
-- Asked when the transaction ends, so that an event and its sessions can be moved together.
CREATE FUNCTION events_session_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong boolean;
BEGIN
    IF TG_TABLE_NAME = 'events_event' THEN
        wrong := EXISTS (SELECT FROM events_session AS s JOIN events_event AS x ON x.id = s.event_id
            WHERE x.id = NEW.id AND NOT s.is_cancelled AND (s.starts < x.starts OR s.ends > x.ends));
    ELSE
        wrong := EXISTS (SELECT FROM events_session AS s JOIN events_event AS x ON x.id = s.event_id
            LEFT JOIN events_room AS r ON r.id = s.room_id
            WHERE s.id = NEW.id AND (NOT s.is_cancelled AND (s.starts < x.starts OR s.ends > x.ends) OR r.event_id <> s.event_id));
    END IF;
    IF wrong THEN
        RAISE check_violation USING CONSTRAINT = 'session_lies_within_its_event', MESSAGE = 'session_lies_within_its_event';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER events_session_within AFTER INSERT OR UPDATE OF starts, ends, event_id, room_id, is_cancelled ON events_session
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION events_session_within();
CREATE CONSTRAINT TRIGGER events_sessions_within AFTER UPDATE OF starts, ends ON events_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.starts IS DISTINCT FROM OLD.starts OR NEW.ends IS DISTINCT FROM OLD.ends)
    EXECUTE FUNCTION events_session_within();
"""

AWAY = """
DROP TRIGGER events_sessions_within ON events_event;
DROP TRIGGER events_session_within ON events_session;
DROP TRIGGER events_count ON events_booking;
DROP TRIGGER events_place ON events_booking;
DROP TRIGGER events_share_out ON events_event;
DROP TRIGGER events_count ON events_registration;
DROP TRIGGER events_place ON events_registration;
DROP TRIGGER events_keep_share ON events_cityseats;
DROP TRIGGER events_keep_session ON events_session;
DROP TRIGGER events_keep_event ON events_event;
DROP FUNCTION events_session_within();
DROP FUNCTION events_count_booking();
DROP FUNCTION events_place_booking();
DROP FUNCTION events_share_out();
DROP FUNCTION events_count_registration();
DROP FUNCTION events_place_registration();
DROP FUNCTION events_has_seat(bigint, bigint, integer);
DROP FUNCTION events_count(bigint, bigint, integer, integer, integer);
DROP FUNCTION events_keep_share();
DROP FUNCTION events_keep_session();
DROP FUNCTION events_keep_event();
DROP FUNCTION events_waits(text);
DROP FUNCTION events_holds(text);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(COMMON + REGISTRATIONS + BOOKINGS + PROGRAMME, AWAY)]
