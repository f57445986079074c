"""Words as one types: how they are written, and the ways by which the most frequent ones of a beginning are found at once."""

from django.db import migrations, models

# Of a few letters there are too many words to sort them all, so the most frequent ones stand first; of more there are few, unless
# most of those of four letters go on so.
# They belong to no model: what is asked of them is SQL of hub/suggest.py alone, and no class of Django's knows left(word, 2).
HEADS = (
    "\n".join(
        f"CREATE INDEX word_head_{letters} ON hub_word (language, left(word, {letters}), records DESC) WHERE NOT is_stop;"
        for letters in (1, 2, 3, 4)
    )
    + "CREATE INDEX word_head ON hub_word (language, word text_pattern_ops) WHERE NOT is_stop;"
)
NO_HEADS = "DROP INDEX word_head_1, word_head_2, word_head_3, word_head_4, word_head;"


class Migration(migrations.Migration):
    dependencies = [("hub", "0020_saved_searches")]
    operations = [
        migrations.CreateModel(
            name="Spelling",
            fields=[
                ("pk", models.CompositePrimaryKey("word", "language", blank=True, editable=False, primary_key=True, serialize=False)),
                ("word", models.TextField()),
                ("language", models.CharField(max_length=3)),
                ("shown", models.TextField()),
            ],
            options={"verbose_name": "spelling", "verbose_name_plural": "spellings"},
        ),
        migrations.RunSQL(HEADS, NO_HEADS),
    ]
