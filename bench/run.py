"""The measurements: `make bench` prints one table of figures, each from this run on this machine.

Speed is a ratio in one run, never a time to be asserted: `/hub/` is asked in turn with a constant view of the same
server, round by round, so that a slow moment of the machine slows both.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parent.parent
SIGN_IN = {"login": "official@example.org", "password": "strong-cities-demo"}


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def site(folder: Path, limit: float = 600) -> Iterator[tuple[int, float]]:
    """`make run` in `folder` on a free port. Gives the port and the seconds until the first page answered with 200."""
    port = free_port()
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "-s", "run"], cwd=folder, env={**os.environ, "PORT": str(port)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        while time.monotonic() - started < limit:
            if process.poll() is not None:
                raise SystemExit(f"make run ended with {process.returncode}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", "/")
                if connection.getresponse().status == 200:
                    break
            time.sleep(0.05)
        else:
            raise SystemExit("the site did not answer")
        yield port, time.monotonic() - started
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def fetch(port: int, path: str, cookie: str = "", encoding: str = "gzip") -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": encoding, "Host": f"127.0.0.1:{port}"})
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, {key.lower(): value for key, value in answer.getheaders()}, body


def signed_in_cookie(port: int) -> str:
    """Sign in as the demo's official and give the cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/account/login/")
    answer = connection.getresponse()
    page = answer.read().decode()
    cookies = "; ".join(value.split(";")[0] for key, value in answer.getheaders() if key.lower() == "set-cookie")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if token is None:
        raise SystemExit("no form to sign in with")
    body = urlencode({**SIGN_IN, "csrfmiddlewaretoken": token[1]})
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1:{port}/"}
    connection.request("POST", "/account/login/", body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        raise SystemExit(f"signing in answered {answer.status}")
    return "; ".join(value.split(";")[0] for key, value in answer.getheaders() if key.lower() == "set-cookie")


def rate(port: int, path: str, cookie: str, requests: int, clients: int) -> float:
    """Requests per second over `requests` in all, on `clients` connections that stay open. Every answer must be 200."""
    faults: list[int] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(requests // clients):
            connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                faults.append(answer.status)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(f"{path}: {len(faults)} answers were not 200 (first: {faults[0]})")
    return requests // clients * clients / (time.monotonic() - started)


def rates(port: int, rounds: int) -> list[tuple[str, str]]:
    cookie = signed_in_cookie(port)
    asked: dict[str, tuple[str, str]] = {
        "constant view (/healthz)": ("/healthz", ""),
        "/hub/ as a visitor": ("/hub/", ""),
        "/hub/ signed in": ("/hub/", cookie),
        "/hub/?q=families+school as a visitor": ("/hub/?q=families+school", ""),
        "/hub/?q=families+school signed in": ("/hub/?q=families+school", cookie),
    }
    found: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(rounds + 1):
        for name, (path, cookies) in asked.items():
            measured = rate(port, path, cookies, 400 if path == "/healthz" else 80, 4)
            if number:  # the first round warms up
                found[name].append(measured)
    constant = found["constant view (/healthz)"]
    rows = []
    for name, values in found.items():
        shares = [value / base for value, base in zip(values, constant, strict=True)]
        rows.append((name, f"{statistics.median(values):7.0f} requests/s   {statistics.median(shares):6.3f} of the constant view"))
    return rows


def weights(port: int) -> list[tuple[str, str]]:
    """Bytes over the line of HTML, CSS and JS for a first visit, as Chromium asks for them (gzip for pages, br for files)."""
    rows = []
    for path in ("/", "/cities/", "/hub/", "/join/"):
        status, headers, body = fetch(port, path)
        while status in {301, 302}:
            status, headers, body = fetch(port, urlsplit(headers["location"]).path)
        sizes = {"html": len(body), "css": 0, "js": 0}
        text = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        for match in set(re.findall(rb'(?:href|src)="(/static/[^"]+\.(?:css|js))"', text)):
            name = match.decode()
            sizes["css" if name.endswith(".css") else "js"] += len(fetch(port, name, encoding="br, gzip")[2])
        total = sum(sizes.values())
        rows.append((f"first visit to {path}", f"{total:7,} bytes   html {sizes['html']:,}, css {sizes['css']:,}, js {sizes['js']:,}"))
    return rows


def directory() -> list[tuple[str, str]]:
    """The directory with 10,000 member cities beside 100 (bench/cities.py)."""
    told = subprocess.run([sys.executable, str(ROOT / "bench" / "cities.py")], cwd=ROOT, check=True, capture_output=True, text=True)
    rows = []
    for name, sizes in json.loads(told.stdout.splitlines()[-1]).items():
        few, many = sizes["100"], sizes["10000"]
        rows.append((
            f"10,000 member cities beside 100: {name}",
            (f"statements {many['statements']} beside {few['statements']}   {many['constants'] / few['constants']:5.2f} times the time"
            f" ({many['ms']:.0f} ms beside {few['ms']:.0f})   {many['bytes']:,} bytes beside {few['bytes']:,}"
            f"   {many['marks']} marks beside {few['marks']}"),
        ))  # fmt: skip
    return rows


def staff() -> list[tuple[str, str]]:
    """What staff do, few beside many (bench/staff.py)."""
    told = subprocess.run([sys.executable, str(ROOT / "bench" / "staff.py")], cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(told.stdout.splitlines()[-1])
    few, many = found["queue"]["50"], found["queue"]["5000"]
    rows = [(
        "vetting queue, 5,000 waiting beside 50",
        (f"statements {many['statements']} beside {few['statements']}   {many['constants'] / few['constants']:5.2f} times the time"
         f" ({many['ms']:.0f} ms beside {few['ms']:.0f})"),
    )]  # fmt: skip
    few, many = found["merge"]["10"], found["merge"]["1000"]
    rows += [
        (
            f"merge of a city with 1,000 rows beside 10{', undone' if act else ''}",
            (
                f"statements {many[act + 'statements']} beside {few[act + 'statements']}"
                f"   {many[act + 'seconds'] * 1000:.0f} ms beside {few[act + 'seconds'] * 1000:.0f}, one transaction"
            ),
        )
        for act in ("", "undone ")
    ]
    for rows_of, figures in found["spreadsheet"].items():
        words = "   ".join(f"{act} {seconds:.2f} s" for act, seconds in figures.items())
        rows.append((f"spreadsheet of {int(rows_of):,} new cities", words))
    return rows


def doors() -> list[tuple[str, str]]:
    """A search that is counted beside one that isn't (bench/doors.py)."""
    told = subprocess.run([sys.executable, str(ROOT / "bench" / "doors.py")], cwd=ROOT, check=True, capture_output=True, text=True)
    return [
        (
            f"{path}, counted",
            f"{found['ratio']:5.3f} times the time uncounted ({found['counted']:.2f} ms beside {found['uncounted']:.2f})",
        )
        for path, found in json.loads(told.stdout.splitlines()[-1]).items()
    ]


def calendars() -> list[tuple[str, str]]:
    """A calendar of a thousand events (bench/calendars.py)."""
    told = subprocess.run([sys.executable, str(ROOT / "bench" / "calendars.py")], cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(told.stdout.splitlines()[-1])
    name = f"calendar of {found['events']:,} events"
    return [
        (
            name,
            f"{found['ms']:.0f} ms, {found['constants']:.1f} constant pages, {found['statements']} statements",
        ),
        (f"{name}, the first time in a process", f"{found['first_ms']:.0f} ms"),
        (f"{name}, unchanged", f"{found['unchanged_ms']:.1f} ms, {found['unchanged_constants']:.2f} constant pages"),
    ]


def seats() -> list[tuple[str, str]]:
    """Seats asked for by a thousand people, in the database alone (bench/seats.py) and through HTTP in storms (bench/storms.py), each way
    beside SELECT … FOR UPDATE. Either ends the run where one seat too many, or too few, was given."""
    rows = []
    for script in ("seats", "storms"):
        told = subprocess.run([sys.executable, str(ROOT / "bench" / f"{script}.py")], cwd=ROOT, check=True, capture_output=True, text=True)
        found = json.loads(told.stdout.splitlines()[-1]).items()
        rows += [(f"{script}: {way}", ", ".join(f"{figure:.2f} {name}" for name, figure in figures.items())) for way, figures in found]
    return rows


def alerts() -> list[tuple[str, str]]:
    """News of 10,000 saved searches (bench/alerts.py)."""
    told = subprocess.run([sys.executable, str(ROOT / "bench" / "alerts.py")], cwd=ROOT, check=True, capture_output=True, text=True)
    return [(f"saved searches: {name}", json.dumps(figures)) for name, figures in json.loads(told.stdout.splitlines()[-1]).items()]


def relevance(not_held: list[str]) -> list[tuple[str, str]]:
    """How good the hub's search is on judged questions, beside bm25s (bench/relevance.py). What it must be is not a question of the
    machine: what is not held is added to `not_held`."""
    told = subprocess.run([sys.executable, str(ROOT / "bench" / "relevance.py")], cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(told.stdout.splitlines()[-1])
    peers = {name: figure for name, figure in found.items() if name.startswith("bm25s")}
    not_held += [f"nDCG@10 is {found['hub']:.3f}, that of {name} {figure:.3f}" for name, figure in peers.items() if found["hub"] < figure]
    if found["hub, one letter changed"] < 0.97 * found["hub"]:
        not_held.append("one letter changed costs more than 3 % of nDCG@10")
    if found["empty"]:
        not_held.append(f"{found['empty']} questions find nothing")
    return [
        (f"nDCG@10 on Cranfield: {name}", f"{figure:.3f}" if isinstance(figure, float) else f"{figure}") for name, figure in found.items()
    ]


def million(not_held: list[str]) -> list[tuple[str, str]]:
    """The hub's search over a million practices (bench/million.py). Times are of this machine, and only told; which practices are shown
    is not: `not_held` gets what falls short of it."""
    told = subprocess.run([sys.executable, str(ROOT / "bench" / "million.py")], cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(told.stdout.splitlines()[-1])
    not_held += [
        f"of the ten best for {name} words {figures['survival']:.2f} are shown"
        for name, figures in found.items()
        if figures.get("survival", 1) < 0.95
    ]
    return [(f"a million practices: {name}", json.dumps(figures)) for name, figures in found.items()]


def cold_start() -> tuple[float, float]:
    """Seconds from a fresh clone to the first page, and again a second time. Asks the package index, as a newcomer does."""
    with tempfile.TemporaryDirectory(prefix="strongcities-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        try:
            with site(clone) as (_, cold):
                pass
            with site(clone) as (_, warm):
                pass
        finally:
            subprocess.run(["make", "-s", "stop"], cwd=clone, check=False, stdout=subprocess.DEVNULL)
        return cold, warm


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7, help="counted rounds of each request rate (default 7)")
    parser.add_argument("--no-cold", action="store_true", help="leave out the fresh clone, which asks the package index")
    parser.add_argument(
        "--million", action="store_true", help="the search over a million practices as well, which takes an hour and more to make"
    )
    parser.add_argument("--alerts", action="store_true", help="the news of 10,000 saved searches as well, which takes some minutes")
    parser.add_argument("--seats", action="store_true", help="twenty storms of a thousand people on the seats of an event: half an hour")
    options = parser.parse_args()
    rows: list[tuple[str, str]] = []
    measures: list[Callable[[int], list[tuple[str, str]]]] = [lambda port: rates(port, options.rounds), weights]
    with site(ROOT) as (port, _):
        for measure in measures:
            rows += measure(port)
    not_held: list[str] = []
    rows += directory() + staff() + doors() + calendars() + relevance(not_held)
    rows += seats() if options.seats else []
    rows += (alerts() if options.alerts else []) + (million(not_held) if options.million else [])
    with site(ROOT) as (_, warm):
        rows.append(("warm start of this folder to the first page", f"{warm:7.1f} s"))
    if not options.no_cold and shutil.which("git"):
        cold, warm = cold_start()
        rows += [("cold start, fresh clone to the first page", f"{cold:7.1f} s"), ("the same clone a second time", f"{warm:7.1f} s")]
    width = max(len(name) for name, _ in rows)
    sys.stdout.write("".join(f"{name:<{width}}  {figure}\n" for name, figure in rows))
    if not_held:
        raise SystemExit("Not held: " + "; ".join(not_held))


if __name__ == "__main__":
    main()
