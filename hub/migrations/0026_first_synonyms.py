"""The first synonyms, for staff to change: the taxonomy's values and the field's own terms, as the documents of the United Nations and
the European Union have them in six languages. What stands in brackets is only found. Going back, the tables go, and these with them."""

import csv
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).resolve().parent.parent / "data" / "synonyms.csv"
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


def parts(cell):
    return [each.strip() for each in cell.split(";") if each.strip()]


def make_synonyms(apps, schema_editor):
    group, expression = apps.get_model("hub", "SynonymGroup"), apps.get_model("hub", "Expression")
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    groups = group.objects.bulk_create(group(name=row["group"], codes=parts(row["leads_to"])) for row in rows)
    expression.objects.bulk_create(
        expression(group=made, language=language, text=each.strip("()"), only_found=each.startswith("("))
        for made, row in zip(groups, rows, strict=True)
        for language in LANGUAGES
        for each in parts(row[language])
    )


class Migration(migrations.Migration):
    dependencies = [("hub", "0025_synonyms")]
    operations = [migrations.RunPython(make_synonyms, migrations.RunPython.noop)]
