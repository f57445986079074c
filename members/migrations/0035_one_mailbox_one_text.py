"""Mail addresses that were kept with their domain in Unicode take the name service's form, as new ones do.

Where the other form is somebody's already, nothing is touched: which of two accounts stays is for people to say. The log names them.
"""

import logging

from django.db import migrations
from django.db.models import Q

log = logging.getLogger(__name__)
UNICODE = "[^ -~]"


def normal(address):
    """As members.mailboxes.normal was when this was written."""
    local, at, domain = address.strip().rpartition("@")
    try:
        domain = domain.lower().encode("idna").decode()
    except UnicodeError:
        domain = domain.lower()
    return f"{local.lower()}{at}{domain}"


def forth(apps, schema_editor):
    accounts(apps.get_model("members", "User"), apps.get_model("account", "EmailAddress"))
    changes(apps.get_model("members", "AddressChange").objects)
    invitations(apps.get_model("members", "Invitation").objects)


def accounts(user_model, address_model):
    for user in user_model.objects.filter(email__regex=UNICODE).order_by("pk"):
        email = normal(user.email)
        others = address_model.objects.filter(email__iexact=email, verified=True).exclude(user=user)
        if user_model.objects.filter(email=email).exists() or others.exists():
            log.warning("account %s keeps its address: another one has its mailbox", user.pk)
            continue
        user_model.objects.filter(pk=user.pk).update(email=email)
    for row in address_model.objects.filter(email__regex=UNICODE).order_by("pk"):
        email = normal(row.email)
        taken = address_model.objects.filter(email__iexact=email).filter(Q(user=row.user_id) | Q(verified=True))
        if not taken.exists() and not user_model.objects.filter(email=email).exclude(pk=row.user_id).exists():
            address_model.objects.filter(pk=row.pk).update(email=email)


def changes(rows):
    for change in rows.filter(Q(old__regex=UNICODE) | Q(new__regex=UNICODE)).order_by("pk"):
        old, new = normal(change.old), normal(change.new)
        kept = rows.filter(state="asked", confirmed__isnull=False, new=new).exclude(pk=change.pk)
        if old != new and not (change.state == "asked" and change.confirmed and kept.exists()):
            rows.filter(pk=change.pk).update(old=old, new=new)


def invitations(rows):
    for invitation in rows.filter(email__regex=UNICODE).order_by("pk"):
        email = normal(invitation.email)
        if invitation.state != "open" or not rows.filter(city=invitation.city_id, email=email, state="open").exists():
            rows.filter(pk=invitation.pk).update(email=email)


class Migration(migrations.Migration):
    dependencies = [("members", "0031_whole_places"), ("account", "0009_emailaddress_unique_primary_email")]
    operations = [migrations.RunPython(forth, migrations.RunPython.noop)]  # back: both forms are one mailbox
