"""The suite: fixed keys, no outside world, quick hashing."""

import base64

from lms.settings.base import *  # noqa: F403

SECRET_KEY = "a key for tests only, never used by a running service"
FIELD_KEYS = "k1:" + base64.urlsafe_b64encode(b"1" * 32).decode()
DIGEST_KEY = base64.urlsafe_b64encode(b"d" * 32).decode()
CERTIFICATE_KEYS = "c1:" + base64.urlsafe_b64encode(b"c" * 32).decode()
DEMO = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SMS_BACKEND = "memory"
LEDGER_ROOTS = ""
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"},
    "moment": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "moment"},
    "screens": CACHES["screens"],  # noqa: F405
    "tries": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "tries"},
}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_AUTOREFRESH = True
