import pytest
from django.db import connection
pytestmark = pytest.mark.django_db
def test_p():
    with connection.cursor() as c:
        c.execute("select to_tsvector('simple', hub_pairs(hub_words('ทำงาน')))::text, prosrc from pg_proc where proname='fold'")
        for r in c.fetchall(): print([hex(ord(x)) for x in r[0] if ord(x)>127], r[1])
