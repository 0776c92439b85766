"""One machine, loopback, demo doors open."""

from lms.settings.base import *  # noqa: F403

DEBUG = env.bool("DEBUG", default=True)  # noqa: F405
DEMO = True
# Certificates and messages carry the address at which this machine answers.
WAGTAILADMIN_BASE_URL = env("PUBLIC_ORIGIN", default=f"http://127.0.0.1:{env('PORT', default='8000')}")  # noqa: F405
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *ALLOWED_HOSTS]  # noqa: F405

# A newcomer meets the pages that citizens meet.
MIDDLEWARE = [*MIDDLEWARE, "courses.web.errors.OwnPages"]  # noqa: F405

# The window belongs to the newcomer: plain lines, and only what asks for attention beside the SMS codes.
QUIET = ("lms.access", "celery", "kombu", "django_tasks", "wagtail", "modelsearch", "fontTools")
LOGGING = {
    **LOGGING,  # noqa: F405
    "formatters": {"json": {"()": "lms.logs.LineFormatter"}},
    "loggers": {**LOGGERS, **{name: {"level": "WARNING"} for name in QUIET}},  # noqa: F405
}
