"""The door for gunicorn. It stays shut while the environment is not fit: nothing is served with a known secret."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "strongcities.settings")

application = get_wsgi_application()

from strongcities.checks import check_environment  # noqa: E402  the settings are there only now

if faults := check_environment(None):
    sys.exit("\n".join(str(fault) for fault in faults))
