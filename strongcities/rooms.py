"""The staff's rooms as the admin's first page and its side column have them: in groups by what they are for, each record with a
sentence of what it is. A record that is missing here stands under "Other", and a test finds it.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_lazy as _

# (address on the first page, group, {record: what it is}), in this order.
ROOMS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    (
        "joining",
        _("Joining"),
        {
            "members.Application": _("Who asks to join, for which city, and what speaks for and against it."),
            "members.Invitation": _("Mails by which a city asked a colleague in, and what became of them."),
            "members.CityDomain": _("Mail domains that a city vouches for: whoever has a mailbox there needs no other approval."),
            "members.Reason": _("Questions and refusals kept ready, in every language."),
        },
    ),
    (
        "people",
        _("People"),
        {
            "members.Official": _("Who they are, what they show of themselves, and whether they may be written to."),
            "members.Post": _("Who holds which function in which city, from when to when."),
            "members.Vacancy": _("Member cities that have nobody to admit colleagues and act for them."),
            "members.Report": _("What members told us is wrong: words written to them, a person’s page, a city’s."),
        },
    ),
    (
        "cities",
        _("Cities and bodies"),
        {
            "members.City": _("Every authority that is here, member or not, with its names, its place and its memberships."),
            "members.CityChange": _("What lead officials changed on their cities’ pages, with the way back."),
            "members.Merge": _("Two records of one city made one; for thirty days they can be made two again."),
            "members.Body": _("The Steering Committee and the Advisory Board: who has a seat, from when to when."),
        },
    ),
    (
        "hub",
        _("Hub"),
        {
            "hub.Practice": _("What cities did, described so that others can judge and adapt it."),
            "hub.SynonymGroup": _("Expressions that mean the same, in six languages: whoever asks for one finds them all."),
            "hub.Promotion": _("What stands above the results of a question for a time, picked by the Secretariat."),
            "hub.ThemeOrder": _("Which themes stand first in the hub, from when to when, by the network’s priorities."),
            "hub.Question": _("What readers ask the search for, once many have: figures, without who asked."),
        },
    ),
    (
        "events",
        _("Events"),
        {
            "events.Event": _("Summits, workshops and seminars: when, where and for whom, with their seats."),
            "events.Session": _("Programmes: what begins when, in which room, and who speaks."),
            "events.Question": _("What is asked of whoever registers, event by event."),
            "events.Registration": _("Who asks to take part, who has a seat, and who waits for one."),
            "events.EventInvitation": _("Who was invited to which event, and what they answered."),
            "events.Series": _("Events that follow each other, such as the annual summits."),
            "events.Photo": _("Photographs of events, with who took them and under which licence."),
            "events.Paper": _("Documents and links of events and their sessions, with who reads each."),
            "events.TravelRequest": _("Who asks for support with the journey, and what was granted."),
            "events.VisaLetter": _("Who needs a letter for a consulate, and whether one that a consulate asks about is good."),
        },
    ),
    (
        "signing-in",
        _("Signing in"),
        {
            "members.User": _("What people sign in with, and which of them are staff."),
            "members.AddressChange": _("Where somebody has lost their old mailbox, two of the staff vouch for the new one."),
            "members.SignOn": _("Cities whose people sign in by the city’s own system; two of the staff put it to use."),
            "socialaccount.SocialAccount": _("Which account belongs to whom in a city’s single sign-on."),
            "mfa.Authenticator": _("Apps and passkeys that confirm a sign-in. One that is lost is taken away here."),
            "auth.Group": _("What staff of each group may do here."),
        },
    ),
    (
        "in-and-out",
        _("In and out"),
        {
            "members.Import": _("Cities and officials brought in from a file: what it would change, and what it did."),
            "members.Export": _("Who took out which list, and when."),
            "post_office.Email": _("Every mail that the site sent, or could not send."),
        },
    ),
)


def grouped(models: dict[str, dict[str, Any]], home: str) -> list[dict[str, Any]]:
    """`models`, as the admin describes them, by their labels ("members.City"), in the groups of ROOMS: of the shape in which the
    admin has its apps. Those groups alone that have something in them; each is found at its own place on the page `home`."""
    left = dict(models)
    groups = []
    for place, name, records in ROOMS:
        found = [{**left.pop(label), "label": label, "says": says} for label, says in records.items() if label in left]
        groups.append((place, name, found))
    groups.append(("other", gettext("Other"), [{**model, "label": label, "says": ""} for label, model in left.items()]))
    return [
        {"name": name, "app_label": place, "app_url": f"{home}#{place}", "has_module_perms": True, "models": found}
        for place, name, found in groups
        if found
    ]
