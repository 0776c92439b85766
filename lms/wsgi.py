import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from lms.checks import refuse_to_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")

application = get_wsgi_application()
if settings.SERVES_CITIZENS:
    refuse_to_start()
