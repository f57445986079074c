"""The permission to take out lists says that applications are among them."""

from django.db import migrations

WAS = "Can take out cities and officials as a file"
IS = "Can take out cities, officials and applications as a file"


def rename(apps, schema_editor):
    apps.get_model("auth", "Permission").objects.filter(codename="take_out_export", name=WAS).update(name=IS)


def name_back(apps, schema_editor):
    apps.get_model("auth", "Permission").objects.filter(codename="take_out_export", name=IS).update(name=WAS)


class Migration(migrations.Migration):
    dependencies = [("members", "0060_imports_replaced")]
    operations = [migrations.RunPython(rename, name_back)]
