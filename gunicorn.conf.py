"""How gunicorn serves the site, in a container and under `make run` alike. WEB_WORKERS and WEB_THREADS size it."""

import os
import warnings
from typing import Any

from gunicorn.http import message

from strongcities import logs, processes
from strongcities.environment import env_int

wsgi_app = "strongcities.wsgi:application"
bind = os.environ.get("BIND", "0.0.0.0:8000")  # in its container; `make run` listens on this machine only
workers = env_int("WEB_WORKERS", 2, least=1, most=64)
threads = env_int("WEB_THREADS", 4, least=1, most=64)
worker_class = "gthread"  # slow lines hold a thread, not a process
preload_app = True
timeout = 30
graceful_timeout = 10
keepalive = 5
# A thread is soon free again from a statement that runs away or waits for a lock. A name of its own for what settings.py
# reads: a migration or make_sample, told PAGE_SECONDS by the same .env, may take minutes.
page_seconds = env_int("PAGE_SECONDS", 20, least=1, most=600)
raw_env = [f"STATEMENT_SECONDS={page_seconds}"]
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112  heartbeats never wait for a disk
control_socket_disable = True

# A search of 10,000 words of six letters, or of 10,000 characters of nine bytes each in the address, gets the site's own
# answer. gunicorn caps the setting at 8,190 whatever it says, and knows beyond it only "no limit", which would let a line
# fill the memory.
message.MAX_REQUEST_LINE = limit_request_line = 100_000

accesslog = None  # the site logs its requests itself, without personal data (strongcities/logs.py)
logconfig_dict = logs.configuration(
    level="INFO",
    loggers={
        "gunicorn.error": {"level": "WARNING", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "ERROR", "handlers": [], "propagate": False},
    },
)


def when_ready(server: Any) -> None:
    # The thread that waits for the runner's end does nothing but wait, so forking beside it is safe.
    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
    processes.follow_parent()


def post_fork(server: Any, worker: Any) -> None:
    if lifeline := os.environ.get(processes.LIFELINE):
        processes.register(f"web worker of {lifeline.split(':')[1]}")
