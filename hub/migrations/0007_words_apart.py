"""Where the stems, the words as they are written and their counts lie apart; 0008_own_language fills them."""

import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hub", "0006_city_names")]
    operations = [
        migrations.CreateModel(
            name="Language",
            fields=[
                ("language", models.CharField(max_length=3, primary_key=True, serialize=False)),
                ("records", models.IntegerField()),
                ("size", models.BigIntegerField()),
            ],
            options={"verbose_name": "language", "verbose_name_plural": "languages"},
        ),
        migrations.CreateModel(
            name="Lexeme",
            fields=[("lexeme", models.TextField(primary_key=True, serialize=False)), ("records", models.IntegerField())],
            options={"verbose_name": "stem", "verbose_name_plural": "stems"},
        ),
        migrations.AddField("entry", "size", models.IntegerField(default=0), preserve_default=False),
        migrations.AddField("entry", "spelt", django.contrib.postgres.search.SearchVectorField(default=""), preserve_default=False),
        migrations.AddField("word", "public", models.IntegerField(default=0), preserve_default=False),
    ]
