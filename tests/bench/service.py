"""Settings of the measured service: production as it is, without the collected static files that no request here
needs, and without the second factor of the officers who read beside the check-ins."""

from lms.settings.production import *  # noqa: F403

STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
ENFORCE_SECOND_FACTOR = False
