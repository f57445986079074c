"""Accounts, cities, officials, applications; and how spellings of a name are compared."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import members.models.draft

# What the spellings of a name have in common: "Århus", "Aarhus" and "AARHUS" give "arhus", "Köln" and "Koeln" "koln".
# Beyond fold(): ae, oe and ue (for æ/ä, ö/ø, ü) lose their e, doubled letters become one, and what is no letter goes.
# spellings() does so for all names of a city: "|arhus|smiletsby|". Schemas are named so that a restored dump works.
SKELETON = r"""
CREATE FUNCTION skeleton(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $body$
    SELECT regexp_replace(
        replace(replace(replace(
            translate(public.fold(words), E' \t\n\r-‐‑–—\'’‘ʼ`´".,;:/\\|()[]{}_%&+*#!?~<>=@$^', ''),
        'ae', 'a'), 'oe', 'o'), 'ue', 'u'),
        E'(.)\\1+', E'\\1', 'g')
$body$;
CREATE FUNCTION spellings(name text, other_names text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $body$
    SELECT '|' || string_agg(public.skeleton(spelling), '|') || '|' FROM unnest(array_prepend(name, other_names)) AS every (spelling)
$body$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("strongcities", "0001_extensions"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.RunSQL(SKELETON, "DROP FUNCTION spellings(text, text[]); DROP FUNCTION skeleton(text)"),
        migrations.CreateModel(
            name="CityEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("slug", models.SlugField(db_index=False, max_length=140, verbose_name="address")),
                (
                    "other_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        help_text="Separated by commas. A search for any of them finds the city.",
                        verbose_name="other names and spellings",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("city", "City"),
                            ("municipality", "Municipality"),
                            ("metropolitan", "Metropolitan authority"),
                            ("district", "District or borough"),
                            ("county", "County"),
                            ("province", "Province"),
                            ("state", "State"),
                            ("region", "Region"),
                        ],
                        default="city",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("country", models.CharField(max_length=2, verbose_name="country")),
                (
                    "region",
                    models.CharField(
                        choices=[
                            ("north-america", "North America"),
                            ("latin-america-caribbean", "Latin America & Caribbean"),
                            ("europe", "Europe"),
                            ("western-balkans", "Western Balkans"),
                            ("middle-east-north-africa", "Middle East & North Africa"),
                            ("west-central-africa", "West & Central Africa"),
                            ("east-southern-africa", "East & Southern Africa"),
                            ("south-asia", "South Asia"),
                            ("central-asia", "Central Asia"),
                            ("east-asia-pacific", "East Asia & Pacific"),
                        ],
                        max_length=30,
                        verbose_name="network region",
                    ),
                ),
                ("population", models.PositiveIntegerField(blank=True, null=True, verbose_name="inhabitants")),
                (
                    "population_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("under-50-000", "Under 50,000"),
                            ("50-000-to-250-000", "50,000 to 250,000"),
                            ("250-000-to-1-million", "250,000 to 1 million"),
                            ("1-to-5-million", "1 to 5 million"),
                            ("over-5-million", "Over 5 million"),
                        ],
                        max_length=30,
                        verbose_name="population band",
                    ),
                ),
                ("website", models.URLField(blank=True, max_length=300, verbose_name="website")),
                ("latitude", models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True, verbose_name="latitude")),
                ("longitude", models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True, verbose_name="longitude")),
                ("time_zone", models.CharField(blank=True, max_length=60, verbose_name="time zone")),
                (
                    "is_public",
                    models.BooleanField(
                        default=False,
                        help_text="Off while a city is only named in an application; on once it joins or its practice is published.",
                        verbose_name="shown to everyone",
                    ),
                ),
                ("is_sample", models.BooleanField(default=False, editable=False, verbose_name="sample")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(default=members.models.draft.new_key, editable=False, max_length=40, unique=True)),
                ("city", models.JSONField(blank=True, default=dict, verbose_name="city")),
                ("person", models.JSONField(blank=True, default=dict, verbose_name="person")),
                ("mandate", models.JSONField(blank=True, default=dict, verbose_name="mandate")),
                ("principles", models.JSONField(blank=True, default=dict, verbose_name="principles")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="language")),
                ("started", models.DateTimeField(auto_now_add=True, verbose_name="started")),
                ("saved", models.DateTimeField(auto_now=True, verbose_name="saved")),
                (
                    "sent",
                    models.DateTimeField(
                        blank=True, help_text="When the mail to confirm was last asked for.", null=True, verbose_name="sent"
                    ),
                ),
            ],
            options={
                "verbose_name": "unfinished application",
                "verbose_name_plural": "unfinished applications",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("joined", models.DateField(verbose_name="joined")),
                ("left", models.DateField(blank=True, null=True, verbose_name="left")),
                ("is_founding", models.BooleanField(default=False, verbose_name="founding city")),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
                "ordering": ["-joined"],
            },
        ),
        migrations.CreateModel(
            name="MembershipEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("joined", models.DateField(verbose_name="joined")),
                ("left", models.DateField(blank=True, null=True, verbose_name="left")),
                ("is_founding", models.BooleanField(default=False, verbose_name="founding city")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Official",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), blank=True, default=list, verbose_name="languages"
                    ),
                ),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("local-strategy-and-action-planning", "Local strategy and action planning"),
                                ("local-prevention-networks", "Local prevention networks"),
                                ("local-risk-and-needs-assessment", "Local risk and needs assessment"),
                                ("community-engagement-and-social-cohesion", "Community engagement and social cohesion"),
                                ("youth-engagement", "Youth engagement"),
                                ("education-and-critical-thinking", "Education and critical thinking"),
                                ("counter-narratives-and-communications", "Counter-narratives and communications"),
                                ("polarisation-and-hate", "Polarisation and hate"),
                                ("online-harms-and-disinformation", "Online harms and disinformation"),
                                ("refugees-and-displacement", "Refugees and displacement"),
                                ("public-private-partnerships", "Public-private partnerships"),
                                ("gender-equality", "Gender equality"),
                                ("family-and-psychosocial-support", "Family and psychosocial support"),
                                ("disengagement-and-reintegration", "Disengagement and reintegration"),
                                ("crisis-response-and-victims", "Crisis response and victims"),
                            ],
                            max_length=60,
                        ),
                        blank=True,
                        default=list,
                        verbose_name="themes of interest",
                    ),
                ),
                ("in_directory", models.BooleanField(default=False, verbose_name="shown in the directory")),
                ("wants_newsletter", models.BooleanField(default=False, verbose_name="receives the newsletter")),
                ("open_to_peers", models.BooleanField(default=False, verbose_name="may be contacted by peers")),
            ],
            options={
                "verbose_name": "official",
                "verbose_name_plural": "officials",
            },
        ),
        migrations.CreateModel(
            name="OfficialEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), blank=True, default=list, verbose_name="languages"
                    ),
                ),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("local-strategy-and-action-planning", "Local strategy and action planning"),
                                ("local-prevention-networks", "Local prevention networks"),
                                ("local-risk-and-needs-assessment", "Local risk and needs assessment"),
                                ("community-engagement-and-social-cohesion", "Community engagement and social cohesion"),
                                ("youth-engagement", "Youth engagement"),
                                ("education-and-critical-thinking", "Education and critical thinking"),
                                ("counter-narratives-and-communications", "Counter-narratives and communications"),
                                ("polarisation-and-hate", "Polarisation and hate"),
                                ("online-harms-and-disinformation", "Online harms and disinformation"),
                                ("refugees-and-displacement", "Refugees and displacement"),
                                ("public-private-partnerships", "Public-private partnerships"),
                                ("gender-equality", "Gender equality"),
                                ("family-and-psychosocial-support", "Family and psychosocial support"),
                                ("disengagement-and-reintegration", "Disengagement and reintegration"),
                                ("crisis-response-and-victims", "Crisis response and victims"),
                            ],
                            max_length=60,
                        ),
                        blank=True,
                        default=list,
                        verbose_name="themes of interest",
                    ),
                ),
                ("in_directory", models.BooleanField(default=False, verbose_name="shown in the directory")),
                ("wants_newsletter", models.BooleanField(default=False, verbose_name="receives the newsletter")),
                ("open_to_peers", models.BooleanField(default=False, verbose_name="may be contacted by peers")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="post")),
                ("department", models.CharField(blank=True, max_length=120, verbose_name="department")),
                (
                    "kind",
                    models.CharField(
                        choices=[("elected", "Elected"), ("policy", "Policy"), ("practitioner", "Practitioner")],
                        max_length=20,
                        verbose_name="kind of work",
                    ),
                ),
                ("is_lead", models.BooleanField(default=False, verbose_name="lead official")),
                ("has_mandate", models.BooleanField(default=False, verbose_name="may sign for the city")),
                ("since", models.DateField(verbose_name="since")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "post",
                "verbose_name_plural": "posts",
                "ordering": ["-since", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PostEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("title", models.CharField(max_length=120, verbose_name="post")),
                ("department", models.CharField(blank=True, max_length=120, verbose_name="department")),
                (
                    "kind",
                    models.CharField(
                        choices=[("elected", "Elected"), ("policy", "Policy"), ("practitioner", "Practitioner")],
                        max_length=20,
                        verbose_name="kind of work",
                    ),
                ),
                ("is_lead", models.BooleanField(default=False, verbose_name="lead official")),
                ("has_mandate", models.BooleanField(default=False, verbose_name="may sign for the city")),
                ("since", models.DateField(verbose_name="since")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="mail address")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="language of mails")),
                ("is_staff", models.BooleanField(default=False, help_text="May open the admin.", verbose_name="works for ISD")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="account since")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("needs_two", models.BooleanField(default=True, editable=False, verbose_name="needs two of the staff")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "submitted"),
                            ("under_review", "under review"),
                            ("information_asked", "more information asked"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="submitted",
                        editable=False,
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="post")),
                ("department", models.CharField(blank=True, max_length=120, verbose_name="department")),
                (
                    "kind",
                    models.CharField(
                        choices=[("elected", "Elected"), ("policy", "Policy"), ("practitioner", "Practitioner")],
                        max_length=20,
                        verbose_name="kind of work",
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), blank=True, default=list, verbose_name="languages"
                    ),
                ),
                ("head_knows", models.BooleanField(default=False, verbose_name="the city's head knows")),
                ("signatory", models.CharField(blank=True, max_length=200, verbose_name="who signs for the city")),
                ("has_mandate", models.BooleanField(default=False, verbose_name="the applicant signs for the city")),
                ("second_contact", models.CharField(blank=True, max_length=200, verbose_name="second contact")),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("local-strategy-and-action-planning", "Local strategy and action planning"),
                                ("local-prevention-networks", "Local prevention networks"),
                                ("local-risk-and-needs-assessment", "Local risk and needs assessment"),
                                ("community-engagement-and-social-cohesion", "Community engagement and social cohesion"),
                                ("youth-engagement", "Youth engagement"),
                                ("education-and-critical-thinking", "Education and critical thinking"),
                                ("counter-narratives-and-communications", "Counter-narratives and communications"),
                                ("polarisation-and-hate", "Polarisation and hate"),
                                ("online-harms-and-disinformation", "Online harms and disinformation"),
                                ("refugees-and-displacement", "Refugees and displacement"),
                                ("public-private-partnerships", "Public-private partnerships"),
                                ("gender-equality", "Gender equality"),
                                ("family-and-psychosocial-support", "Family and psychosocial support"),
                                ("disengagement-and-reintegration", "Disengagement and reintegration"),
                                ("crisis-response-and-victims", "Crisis response and victims"),
                            ],
                            max_length=60,
                        ),
                        blank=True,
                        default=list,
                        verbose_name="themes of interest",
                    ),
                ),
                ("message", models.TextField(blank=True, max_length=2000, verbose_name="in the applicant's words")),
                ("in_directory", models.BooleanField(default=False, verbose_name="shown in the directory")),
                ("wants_newsletter", models.BooleanField(default=False, verbose_name="receives the newsletter")),
                ("open_to_peers", models.BooleanField(default=False, verbose_name="may be contacted by peers")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="language of mails")),
                ("decided_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="decided")),
                ("submitted_at", models.DateTimeField(auto_now_add=True, verbose_name="submitted")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="applicant",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "first_approver",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="first of two",
                    ),
                ),
            ],
            options={
                "verbose_name": "application to join",
                "verbose_name_plural": "applications to join",
                "ordering": ["submitted_at", "pk"],
                "permissions": [("vet_application", "Can decide on applications to join")],
            },
        ),
        migrations.CreateModel(
            name="ApplicationNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                ("text", models.TextField(max_length=5000, verbose_name="note")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="members.application",
                        verbose_name="application",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="by"
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ApplicationTransition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=40, verbose_name="what was done")),
                ("from_state", models.CharField(blank=True, max_length=20, verbose_name="from")),
                ("to_state", models.CharField(max_length=20, verbose_name="to")),
                ("why", models.TextField(blank=True, verbose_name="why")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transitions",
                        to="members.application",
                        verbose_name="application",
                    ),
                ),
            ],
            options={
                "verbose_name": "step",
                "verbose_name_plural": "steps",
                "ordering": ["at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="City",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("slug", models.SlugField(max_length=140, unique=True, verbose_name="address")),
                (
                    "other_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        blank=True,
                        default=list,
                        help_text="Separated by commas. A search for any of them finds the city.",
                        verbose_name="other names and spellings",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("city", "City"),
                            ("municipality", "Municipality"),
                            ("metropolitan", "Metropolitan authority"),
                            ("district", "District or borough"),
                            ("county", "County"),
                            ("province", "Province"),
                            ("state", "State"),
                            ("region", "Region"),
                        ],
                        default="city",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("country", models.CharField(max_length=2, verbose_name="country")),
                (
                    "region",
                    models.CharField(
                        choices=[
                            ("north-america", "North America"),
                            ("latin-america-caribbean", "Latin America & Caribbean"),
                            ("europe", "Europe"),
                            ("western-balkans", "Western Balkans"),
                            ("middle-east-north-africa", "Middle East & North Africa"),
                            ("west-central-africa", "West & Central Africa"),
                            ("east-southern-africa", "East & Southern Africa"),
                            ("south-asia", "South Asia"),
                            ("central-asia", "Central Asia"),
                            ("east-asia-pacific", "East Asia & Pacific"),
                        ],
                        max_length=30,
                        verbose_name="network region",
                    ),
                ),
                ("population", models.PositiveIntegerField(blank=True, null=True, verbose_name="inhabitants")),
                (
                    "population_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("under-50-000", "Under 50,000"),
                            ("50-000-to-250-000", "50,000 to 250,000"),
                            ("250-000-to-1-million", "250,000 to 1 million"),
                            ("1-to-5-million", "1 to 5 million"),
                            ("over-5-million", "Over 5 million"),
                        ],
                        max_length=30,
                        verbose_name="population band",
                    ),
                ),
                ("website", models.URLField(blank=True, max_length=300, verbose_name="website")),
                ("latitude", models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True, verbose_name="latitude")),
                ("longitude", models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True, verbose_name="longitude")),
                ("time_zone", models.CharField(blank=True, max_length=60, verbose_name="time zone")),
                (
                    "is_public",
                    models.BooleanField(
                        default=False,
                        help_text="Off while a city is only named in an application; on once it joins or its practice is published.",
                        verbose_name="shown to everyone",
                    ),
                ),
                ("is_sample", models.BooleanField(default=False, editable=False, verbose_name="sample")),
                (
                    "folded",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("name"), function="fold"),
                        output_field=models.CharField(max_length=160),
                    ),
                ),
                (
                    "spellings",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("name"), models.F("other_names"), function="spellings"),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "city",
                "verbose_name_plural": "cities",
                "ordering": ["folded", "pk"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("spellings"), name="gin_trgm_ops"), name="city_spellings_trigrams"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("folded"),
                        models.F("country"),
                        models.F("kind"),
                        name="city_one_of_a_name_kind_and_country",
                        violation_error_message="A city of this name, kind and country is there already.",
                    ),
                    models.CheckConstraint(condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="city_country_is_a_code"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude", None), ("longitude", None)),
                            models.Q(("latitude__gte", -90), ("latitude__lte", 90), ("longitude__gte", -180), ("longitude__lte", 180)),
                            _connector="OR",
                        ),
                        name="city_place_is_on_earth",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("needs_two", models.BooleanField(default=True, editable=False, verbose_name="needs two of the staff")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "submitted"),
                            ("under_review", "under review"),
                            ("information_asked", "more information asked"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="submitted",
                        editable=False,
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="post")),
                ("department", models.CharField(blank=True, max_length=120, verbose_name="department")),
                (
                    "kind",
                    models.CharField(
                        choices=[("elected", "Elected"), ("policy", "Policy"), ("practitioner", "Practitioner")],
                        max_length=20,
                        verbose_name="kind of work",
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), blank=True, default=list, verbose_name="languages"
                    ),
                ),
                ("head_knows", models.BooleanField(default=False, verbose_name="the city's head knows")),
                ("signatory", models.CharField(blank=True, max_length=200, verbose_name="who signs for the city")),
                ("has_mandate", models.BooleanField(default=False, verbose_name="the applicant signs for the city")),
                ("second_contact", models.CharField(blank=True, max_length=200, verbose_name="second contact")),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("local-strategy-and-action-planning", "Local strategy and action planning"),
                                ("local-prevention-networks", "Local prevention networks"),
                                ("local-risk-and-needs-assessment", "Local risk and needs assessment"),
                                ("community-engagement-and-social-cohesion", "Community engagement and social cohesion"),
                                ("youth-engagement", "Youth engagement"),
                                ("education-and-critical-thinking", "Education and critical thinking"),
                                ("counter-narratives-and-communications", "Counter-narratives and communications"),
                                ("polarisation-and-hate", "Polarisation and hate"),
                                ("online-harms-and-disinformation", "Online harms and disinformation"),
                                ("refugees-and-displacement", "Refugees and displacement"),
                                ("public-private-partnerships", "Public-private partnerships"),
                                ("gender-equality", "Gender equality"),
                                ("family-and-psychosocial-support", "Family and psychosocial support"),
                                ("disengagement-and-reintegration", "Disengagement and reintegration"),
                                ("crisis-response-and-victims", "Crisis response and victims"),
                            ],
                            max_length=60,
                        ),
                        blank=True,
                        default=list,
                        verbose_name="themes of interest",
                    ),
                ),
                ("message", models.TextField(blank=True, max_length=2000, verbose_name="in the applicant's words")),
                ("in_directory", models.BooleanField(default=False, verbose_name="shown in the directory")),
                ("wants_newsletter", models.BooleanField(default=False, verbose_name="receives the newsletter")),
                ("open_to_peers", models.BooleanField(default=False, verbose_name="may be contacted by peers")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="language of mails")),
                ("decided_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="decided")),
                ("submitted_at", models.DateTimeField(auto_now_add=True, verbose_name="submitted")),
                (
                    "applicant",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="applicant",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "first_approver",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="first of two",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="members.application"
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.city",
                        verbose_name="city",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="application",
            name="city",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="members.city", verbose_name="city"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="city",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_cityevent" ("country", "id", "is_public", "is_sample", "kind", "latitude", "longitude", "name", "other_names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "population", "population_band", "region", "slug", "time_zone", "website") VALUES (NEW."country", NEW."id", NEW."is_public", NEW."is_sample", NEW."kind", NEW."latitude", NEW."longitude", NEW."name", NEW."other_names", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."population", NEW."population_band", NEW."region", NEW."slug", NEW."time_zone", NEW."website"); RETURN NULL;',
                    hash="3955786d6c1381e336ac28a3546ccffd80032bc8",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6d9c2",
                    table="members_city",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="city",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_public" IS DISTINCT FROM (NEW."is_public") OR OLD."is_sample" IS DISTINCT FROM (NEW."is_sample") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."latitude" IS DISTINCT FROM (NEW."latitude") OR OLD."longitude" IS DISTINCT FROM (NEW."longitude") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."other_names" IS DISTINCT FROM (NEW."other_names") OR OLD."population" IS DISTINCT FROM (NEW."population") OR OLD."population_band" IS DISTINCT FROM (NEW."population_band") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."website" IS DISTINCT FROM (NEW."website"))',
                    func='INSERT INTO "members_cityevent" ("country", "id", "is_public", "is_sample", "kind", "latitude", "longitude", "name", "other_names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "population", "population_band", "region", "slug", "time_zone", "website") VALUES (NEW."country", NEW."id", NEW."is_public", NEW."is_sample", NEW."kind", NEW."latitude", NEW."longitude", NEW."name", NEW."other_names", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."population", NEW."population_band", NEW."region", NEW."slug", NEW."time_zone", NEW."website"); RETURN NULL;',
                    hash="f91c605437d053743da8d848e763a6769e6ec68f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b2c2d",
                    table="members_city",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="cityevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context"
            ),
        ),
        migrations.AddField(
            model_name="cityevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="members.city"
            ),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(fields=["saved"], name="draft_saved"),
        ),
        migrations.AddField(
            model_name="applicationevent",
            name="draft",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.draft",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="draft",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="application",
                to="members.draft",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="city",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="members.city", verbose_name="city"
            ),
        ),
        migrations.AddField(
            model_name="membershipevent",
            name="city",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.city",
                verbose_name="city",
            ),
        ),
        migrations.AddField(
            model_name="membershipevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context"
            ),
        ),
        migrations.AddField(
            model_name="membershipevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="members.membership"
            ),
        ),
        migrations.AddField(
            model_name="official",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="official", to=settings.AUTH_USER_MODEL, verbose_name="account"
            ),
        ),
        migrations.AddField(
            model_name="officialevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context"
            ),
        ),
        migrations.AddField(
            model_name="officialevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="members.official"
            ),
        ),
        migrations.AddField(
            model_name="officialevent",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="city",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="members.city", verbose_name="city"
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="official",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="members.official", verbose_name="official"
            ),
        ),
        migrations.AddField(
            model_name="postevent",
            name="city",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.city",
                verbose_name="city",
            ),
        ),
        migrations.AddField(
            model_name="postevent",
            name="official",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.official",
                verbose_name="official",
            ),
        ),
        migrations.AddField(
            model_name="postevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context"
            ),
        ),
        migrations.AddField(
            model_name="postevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="members.post"
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))), name="user_mail_is_lower_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="applicationtransition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("to_state__in", ("approved", "declined", "withdrawn"))),
                fields=("subject",),
                name="application_one_decision",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("state__in", ("submitted", "under_review", "information_asked"))),
                fields=["submitted_at"],
                name="application_queue",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("submitted", "under_review", "information_asked"))),
                fields=("applicant", "city"),
                name="application_one_open_per_person_and_city",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", False), ("decided_by__isnull", False), ("state__in", ("approved", "declined", "withdrawn"))
                    ),
                    models.Q(("decided_at", None), ("decided_by", None), ("state__in", ("submitted", "under_review", "information_asked"))),
                    _connector="OR",
                ),
                name="application_decided_has_a_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    ("needs_two", False),
                    models.Q(("first_approver__isnull", False), models.Q(("first_approver", models.F("decided_by")), _negated=True)),
                    _connector="OR",
                ),
                name="application_new_city_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "declined"]), _negated=True),
                    models.Q(("decided_by", models.F("applicant")), _negated=True),
                    _connector="OR",
                ),
                name="application_not_decided_by_its_applicant",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_applicationevent" ("applicant_id", "city_id", "decided_at", "decided_by_id", "department", "draft_id", "first_approver_id", "has_mandate", "head_knows", "id", "in_directory", "kind", "language", "languages", "message", "needs_two", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_contact", "signatory", "state", "submitted_at", "themes", "title", "wants_newsletter") VALUES (NEW."applicant_id", NEW."city_id", NEW."decided_at", NEW."decided_by_id", NEW."department", NEW."draft_id", NEW."first_approver_id", NEW."has_mandate", NEW."head_knows", NEW."id", NEW."in_directory", NEW."kind", NEW."language", NEW."languages", NEW."message", NEW."needs_two", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."second_contact", NEW."signatory", NEW."state", NEW."submitted_at", NEW."themes", NEW."title", NEW."wants_newsletter"); RETURN NULL;',
                    hash="f50abaac2cff261e0f9c2bc5acfa6a331f1d0f22",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1f4b2",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "members_applicationevent" ("applicant_id", "city_id", "decided_at", "decided_by_id", "department", "draft_id", "first_approver_id", "has_mandate", "head_knows", "id", "in_directory", "kind", "language", "languages", "message", "needs_two", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_contact", "signatory", "state", "submitted_at", "themes", "title", "wants_newsletter") VALUES (NEW."applicant_id", NEW."city_id", NEW."decided_at", NEW."decided_by_id", NEW."department", NEW."draft_id", NEW."first_approver_id", NEW."has_mandate", NEW."head_knows", NEW."id", NEW."in_directory", NEW."kind", NEW."language", NEW."languages", NEW."message", NEW."needs_two", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."second_contact", NEW."signatory", NEW."state", NEW."submitted_at", NEW."themes", NEW."title", NEW."wants_newsletter"); RETURN NULL;',
                    hash="5a9fe7b68b3aa58876444380c2ce92b9735c75fd",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_da26f",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("left", None), ("left__gte", models.F("joined")), _connector="OR"), name="membership_left_after_joining"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("city", "="),
                    (
                        models.Func(
                            "joined",
                            "left",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                            function="DATERANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="membership_one_at_a_time",
                violation_error_message="The city is a member in this time already.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_membershipevent" ("city_id", "id", "is_founding", "joined", "left", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."city_id", NEW."id", NEW."is_founding", NEW."joined", NEW."left", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="bcdabd013b544942fb164d1238e5ff57d5b47c9d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_20243",
                    table="members_membership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "members_membershipevent" ("city_id", "id", "is_founding", "joined", "left", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."city_id", NEW."id", NEW."is_founding", NEW."joined", NEW."left", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="121902f54880aac4a9b0dd610a9b4f583e6c3fef",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f5071",
                    table="members_membership",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="official",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_officialevent" ("id", "in_directory", "languages", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "themes", "user_id", "wants_newsletter") VALUES (NEW."id", NEW."in_directory", NEW."languages", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."themes", NEW."user_id", NEW."wants_newsletter"); RETURN NULL;',
                    hash="e89cdc10a166aafded3c1217325a2ba7c408f90b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_43e38",
                    table="members_official",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="official",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "members_officialevent" ("id", "in_directory", "languages", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "themes", "user_id", "wants_newsletter") VALUES (NEW."id", NEW."in_directory", NEW."languages", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."themes", NEW."user_id", NEW."wants_newsletter"); RETURN NULL;',
                    hash="e7f1e7efeaf3e23aa0a078b0751509e8cc9389ae",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0e2d4",
                    table="members_official",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"), name="post_ends_after_it_began"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)), fields=("official", "city"), name="post_one_open_per_person_and_city"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_postevent" ("city_id", "department", "has_mandate", "id", "is_lead", "kind", "official_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "title", "until") VALUES (NEW."city_id", NEW."department", NEW."has_mandate", NEW."id", NEW."is_lead", NEW."kind", NEW."official_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."since", NEW."title", NEW."until"); RETURN NULL;',
                    hash="ff73b33b8fda532a2000f5dc674ae2c3daa32cea",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ad967",
                    table="members_post",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="post",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "members_postevent" ("city_id", "department", "has_mandate", "id", "is_lead", "kind", "official_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "title", "until") VALUES (NEW."city_id", NEW."department", NEW."has_mandate", NEW."id", NEW."is_lead", NEW."kind", NEW."official_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."since", NEW."title", NEW."until"); RETURN NULL;',
                    hash="7da148bea30bfbdf13b45b88481785d8f9a29135",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ee5d0",
                    table="members_post",
                    when="AFTER",
                ),
            ),
        ),
    ]
