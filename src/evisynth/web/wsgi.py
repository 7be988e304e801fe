"""The WSGI application, for any standard server: evisynth.web.wsgi:application."""

import os

from django.core.wsgi import get_wsgi_application

from evisynth.store.scratch import own_scratch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evisynth.web.settings")
application = get_wsgi_application()
own_scratch()
