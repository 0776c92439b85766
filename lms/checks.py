"""Deployment mistakes refuse to start: under `lms.settings.production` each of these is an error, not a warning."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

WEAK_KEY_LENGTH = 50


@register(Tags.security, deploy=True)
def refuse_dangerous_defaults(app_configs: Sequence[Any] | None, **_kwargs: Any) -> list[CheckMessage]:
    found = [*_keys_and_doors(), *_what_it_runs_on()]
    return [Error(text, hint=hint, id=f"lms.{number}") for wrong, number, text, hint in found if wrong]


# Whether it is wrong, the number of the check, what is wrong, what to do.
Finding = tuple[bool, str, str, str]


def _keys_and_doors() -> list[Finding]:
    carrier = settings.SMS_BACKEND
    return [
        (
            len(settings.SECRET_KEY) < WEAK_KEY_LENGTH,
            "E001",
            "SECRET_KEY is missing or short.",
            "Generate one of 50 characters or more.",
        ),
        (
            _keys_are_unusable(),
            "E002",
            "FIELD_KEYS is missing or cannot be read: nothing personal could be stored.",
            "See deploy/env.example.",
        ),
        (
            _cannot_sign(),
            "E010",
            "CERTIFICATE_KEYS is missing or cannot be read: no certificate could be issued.",
            "See deploy/env.example.",
        ),
        (settings.DEBUG, "E003", "DEBUG is on.", "Unset DEBUG."),
        (settings.DEMO, "E004", "The demo doors are open.", "DEMO belongs to lms.settings.dev."),
        (
            carrier in ("console", "memory"),
            "E005",
            f"SMS_BACKEND is {carrier}: login codes would reach a log instead of a phone.",
            "Set SMS_BACKEND=http and SMS_GATEWAY_URL.",
        ),
        (
            carrier == "http" and not settings.SMS_GATEWAY_URL,
            "E006",
            "SMS_GATEWAY_URL is missing.",
            "Set the gateway's address.",
        ),
    ]


def _what_it_runs_on() -> list[Finding]:
    return [
        (
            _is_sqlite() and not getattr(settings, "SQLITE_ACCEPTED", False),
            "E007",
            "The database is SQLite.",
            "Set DATABASE_URL, or SQLITE_ACCEPTED=1 for a small city on one machine.",
        ),
        (not settings.ALLOWED_HOSTS, "E008", "ALLOWED_HOSTS is empty.", "Name the hosts that the service answers to."),
        (
            _citizens_share_the_public_bucket(),
            "E009",
            "Files about citizens would lie in the bucket of public pictures, or in none.",
            "Set S3_BUCKET and S3_PRIVATE_BUCKET to two buckets, the second closed to the public.",
        ),
    ]


def _keys_are_unusable() -> bool:
    from courses.privacy.keys import KeysRefused, ring

    try:
        ring()
    except KeysRefused:
        return True
    return False


def _cannot_sign() -> bool:
    from django.core.exceptions import ImproperlyConfigured

    from courses.certificates.signing import secret_keys

    try:
        return not secret_keys()
    except ImproperlyConfigured:
        return True


def _citizens_share_the_public_bucket() -> bool:
    public, private = settings.S3_BUCKET, settings.S3_PRIVATE_BUCKET
    return bool(public or private) and (not public or not private or public == private)


def _is_sqlite() -> bool:
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


def refuse_to_start() -> None:
    """Called when a process begins to serve; `manage.py check --deploy` tells the same beforehand."""
    problems = refuse_dangerous_defaults(None)
    if problems:
        raise SystemExit("\n".join(f"{problem.id}: {problem.msg} {problem.hint}" for problem in problems))
