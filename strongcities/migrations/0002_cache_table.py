"""The table of Django's database cache, which holds the counters of the rate limits for all web processes alike."""

from django.db import migrations

TABLE = """
CREATE TABLE strongcities_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX strongcities_cache_expires ON strongcities_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("strongcities", "0001_extensions")]
    operations = [migrations.RunSQL(TABLE, "DROP TABLE strongcities_cache")]
