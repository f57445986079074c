#!/usr/bin/env python
"""The project's own command line: `manage.py help` lists what it can do. Starts the embedded PostgreSQL where a command
needs a database and DATABASE_URL names none."""

import os
import sys
from pathlib import Path

from strongcities import postgres, processes

WITHOUT_DATABASE = {
    "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages", "stop_local", "version",
}  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "strongcities.settings")
    processes.follow_parent()
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    needs_none = command in WITHOUT_DATABASE or command.startswith("-") or {"-h", "--help"} & set(sys.argv)
    try:
        if not needs_none and not os.environ.get("DATABASE_URL", "").strip():
            postgres.ensure_running(Path(__file__).resolve().parent)
        from django.core.management import execute_from_command_line  # after the settings are named

        execute_from_command_line(sys.argv)
    except postgres.Refused as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
