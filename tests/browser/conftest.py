"""A real Chromium against the running site.

Every page that a test opens through `browse` is watched: an error on the console, a blocked script or style, or a request
to another host fails the test at its end.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, Response, sync_playwright

from members.demo import make_people
from tests.cast import secretariat

DATA = Path(__file__).resolve().parents[2] / "data"
AXE = {"preload": False, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Chromium's own chatter with the outside is switched off: a test asks nobody but the site.
SWITCHES = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Playwright's own event loop runs in this thread, which Django would take for an asynchronous caller, and which keeps
    # others (the worker of test_jobs) from running theirs: so it ends with the tests of this folder.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as play:
        try:
            browser = play.chromium.launch(executable_path=found, args=SWITCHES)
        except Error:
            if os.environ.get("CI"):
                raise
            pytest.skip("no Chromium is here: tools/browser.sh fetches one")
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def content(transactional_db) -> None:
    """The real cities and practices, and the demo's people."""
    call_command("import_cities", str(DATA / "founding_cities.csv"), verbosity=0)
    call_command("import_practices", str(DATA / "practices.jsonl"), verbosity=0)
    secretariat()
    make_people()


@dataclass
class Watched:
    """A page, what went wrong on it, and the site it belongs to."""

    page: Page
    base: str
    scripts: bool
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def hear(self) -> None:
        """Wait for all that the console has said so far."""
        with self.page.expect_console_message(lambda message: message.text == "heard"):
            self.page.evaluate("console.log('heard')")

    @contextmanager
    def faults(self) -> Iterator[None]:
        """What goes wrong in here is the test's doing: a line that is gone, a server that is busy."""
        before = list(self.wrong)
        yield
        self.hear()
        self.wrong[:] = before

    def check(self, *, but: str = "") -> None:
        """What axe finds on the page as it stands, `but` for one rule, and sideways scrolling at 360 px. Needs scripts."""
        if not self.scripts:
            return
        self.hear()
        before = list(self.wrong)
        findings = Axe().run(self.page, options=AXE).response["violations"]
        self.hear()
        self.wrong[:] = before  # axe tries styles on the page, which the policy forbids: that is not the page's fault
        told = [finding for finding in findings if finding["id"] != but]
        self.wrong += [f"{self.page.url}: axe {finding['id']}: {finding['nodes'][0]['html'][:120]}" for finding in told]
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": 360, "height": 740})
        wide = self.page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 1:
            self.wrong.append(f"{self.page.url}: scrolls sideways by {wide} px at 360 px")
        if size:
            self.page.set_viewport_size(size)


def watch(watched: Watched, host: str) -> None:
    """Write down what goes wrong on the page: errors, answers that are none, requests to others than `host`."""
    page, wrong = watched.page, watched.wrong

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(f"{page.url}: {message.text}")

    def answered(answer: Response) -> None:
        if answer.status >= 400:
            wrong.append(f"{page.url}: {answer.url} answers {answer.status}")

    def asked(request: Request) -> None:
        if request.url.startswith("http") and urlsplit(request.url).netloc != host:
            wrong.append(f"{page.url}: asks {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("response", answered)
    page.on("request", asked)


@pytest.fixture
def browse(chromium: Browser, live_server) -> Iterator[Callable[..., Watched]]:
    opened: list[Watched] = []

    def open_one(*, scripts: bool = True, language: str = "en", dark: bool = False, zone: str = "UTC") -> Watched:
        context = chromium.new_context(
            locale=language,
            timezone_id=zone,
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            viewport={"width": 1280, "height": 900},
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        watched = Watched(page, live_server.url, scripts)
        watch(watched, urlsplit(live_server.url).netloc)
        opened.append(watched)
        return watched

    yield open_one
    wrong = [line for watched in opened for line in watched.wrong]
    for watched in opened:
        watched.page.context.close()
    assert wrong == [], "\n".join(dict.fromkeys(wrong))
