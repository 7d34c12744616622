"""WSGI entry point, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cog.settings")
os.environ.setdefault("SUIVI_PROCESS", "web")  # the time-outs of the pages (cog/settings.py)
application = get_wsgi_application()
