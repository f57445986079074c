"""A practice is found by every name of its city: the official one and the one in its own language too, each without the words
that stand around a name, or a search for "city" would find all practices of every City of Somewhere."""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("hub.migrations.0002_search")
ENTER_BEFORE = BEFORE.ENTER[: BEFORE.ENTER.index("CREATE FUNCTION hub_count_words")].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
NAMES_BEFORE = "c.name, array_to_string(c.other_names, ' ')"
NAMES = "c.name, without_office(c.official_name), without_office(c.own_name), array_to_string(c.other_names, ' ')"
if ENTER_BEFORE.count(NAMES_BEFORE) != 1:
    raise RuntimeError("hub_enter() of 0002_search is not as this migration knows it")

AGAIN = "SELECT hub_enter(ARRAY(SELECT p.id FROM hub_practice p JOIN members_city c ON c.id = p.city_id WHERE c.official_name || c.own_name <> ''));"


def trigger(*names: str) -> str:
    """The trigger that writes a city's practices anew when one of these columns changes."""
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("OLD", "NEW"))
    return f"""
DROP TRIGGER hub_entry_city ON members_city;
CREATE TRIGGER hub_entry_city AFTER UPDATE OF {", ".join(names)} ON members_city
    FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION hub_city_changed();
"""


SHOWN = ("name", "other_names", "country", "region", "population_band")


class Migration(migrations.Migration):
    dependencies = [("hub", "0005_licence_zero"), ("members", "0006_city_names")]
    operations = [
        migrations.RunSQL(
            ENTER_BEFORE.replace(NAMES_BEFORE, NAMES) + trigger(*SHOWN, "official_name", "own_name") + AGAIN,
            ENTER_BEFORE + trigger(*SHOWN) + AGAIN,
        ),
    ]
