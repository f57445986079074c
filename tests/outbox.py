"""What the house has mailed, as it stands in the outbox."""

from post_office.models import Email


def outbox() -> list[Email]:
    """Every mail, the oldest first: `to`, `subject`, `message` (its text), `html_message`."""
    return list(Email.objects.order_by("pk"))
