"""The demo's own secret, and its accounts: told where somebody may want to sign in, and nowhere outside the demo."""

import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as house

from strongcities import demo, sealed
from strongcities.management.commands.run_local import Site

MAILS = {account.mail for account in demo.ACCOUNTS}
NOTE = re.compile(r'<section class="note".*?</section>', re.DOTALL)


def test_nobody_else_reads_the_secret_at_any_moment(tmp_path, monkeypatch):
    written = Path.write_text

    def watched(path, text, **more):
        length = written(path, text, **more)
        assert path.stat().st_mode & 0o077 == 0
        return length

    monkeypatch.setattr(Path, "write_text", watched)
    before = os.umask(0o022)
    try:
        key = demo.secret_key(tmp_path)
    finally:
        os.umask(before)
    assert len(key) >= 50
    assert demo.secret_key(tmp_path) == key
    other = demo.encryption_key(tmp_path)
    assert sealed.is_key(other)
    assert other not in key
    assert demo.encryption_key(tmp_path) == other


@pytest.mark.django_db
def test_the_sign_in_page_names_the_demo_s_accounts(client):
    (note,) = NOTE.findall(client.get("/account/login/").content.decode())
    assert set(re.findall(r"[\w.]+@example\.org", note)) == MAILS
    assert demo.PASSWORD in note
    assert [str(account.who) in note for account in demo.ACCOUNTS] == [True] * len(MAILS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("127.0.0.1:8104", "http://localhost:8104/account/login/?next=/hub/"),
        ("[::1]:81", "http://localhost:81/account/login/?next=/hub/"),
        ("localhost:8104", ""),
        ("testserver", ""),
    ],
)
def test_where_passkeys_need_a_name_the_page_leads_there(client, settings, host, named):
    page = client.get("/account/login/?next=/hub/", headers={"host": host}).content.decode()
    assert re.findall(r'an address with a name\. Here it is <a href="([^"]*)"', page) == ([named] if named else [])
    settings.DEMO = False
    settings.ALLOWED_HOSTS = ["*"]
    assert "an address with a name" not in client.get("/account/login/", headers={"host": host}).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/account/login/", "/ar/account/login/"])
def test_outside_the_demo_it_names_nothing_of_it(client, settings, path):
    assert demo.PASSWORD in client.get(path).content.decode()
    settings.DEMO = False
    page = client.get(path).content.decode()
    assert 'name="password"' in page
    assert demo.PASSWORD not in page
    assert demo.DOMAIN not in page
    assert not NOTE.search(page)


def test_the_terminal_names_the_same_accounts():
    said: list[str] = []
    runner: Any = SimpleNamespace(url="http://127.0.0.1:8000", logs=house.BASE_DIR / ".local/logs", say=said.append)
    Site.welcome(runner, "")
    text = "\n".join(said)
    assert set(re.findall(r"[\w.]+@example\.org", text)) == MAILS
    assert demo.PASSWORD in text
    assert [str(account.who) in text for account in demo.ACCOUNTS] == [True] * len(MAILS)
    for account in demo.ACCOUNTS:
        (line,) = [line for line in said if re.search(rf"\b{account.mail}", line)]
        assert line.endswith("/admin/" if account.is_staff else "/account/login/")


def test_the_readme_names_the_same_accounts():
    table = (house.BASE_DIR / "README.md").read_text().split("| In the demo | |")[1].split("\n\n")[0]
    assert set(re.findall(r"[\w.]+@example\.org", table)) == MAILS
    assert demo.PASSWORD in table
