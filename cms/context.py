"""Who runs the site, for the official bar and the footer of every page."""

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from cms.memory import remembered
from cms.models import OfficialSettings
from courses.dates import speaks_english


def official(request: HttpRequest) -> dict[str, Any]:
    """`official` for templates: looked up only where a page shows it."""
    return {"official": SimpleLazyObject(lambda: _of_request(request))}


def _of_request(request: HttpRequest) -> dict[str, str]:
    held: dict[str, str] | None = getattr(request, "_official", None)
    if held is None:
        held = named(remembered("official", entered))
        held["stamp"] = sha256("\n".join(held.values()).encode()).hexdigest()[:12]
        request._official = held  # type: ignore[attr-defined]
    return held


def named(given: dict[str, str]) -> dict[str, str]:
    """What was entered over the defaults; on an English page the English of a name, where there is one.

    A name that was entered in Chinese alone stands under no English name of the installation.
    """
    held = {**defaults(), **given}
    for name in OfficialSettings.IN_ENGLISH:
        english = given.get(f"{name}_en", "" if name in given else held.get(f"{name}_en", ""))
        if speaks_english() and english:
            held[name] = english
    return held


def defaults() -> dict[str, str]:
    """What stands there until an editor enters something else; the environment names the bureau."""
    bureau = settings.OFFICIAL["bureau"]
    return {
        "host": bureau,
        "host_en": settings.OFFICIAL["bureau_en"],
        "undertaker": "",
        "phone": "0535-000 0000",
        "hours": _("工作日 8:30–17:00"),
        "site_code": "3706000000",
        "icp": "",
        "police": "",
        "find_error_url": "/contact/",
        "privacy_url": "/privacy/",
        "accessibility_url": "/accessibility/",
        "help_url": "/help/",
        "contact_url": "/contact/",
        **settings.OFFICIAL,
    }


def entered() -> dict[str, str]:
    """The fields that an editor filled in on the default site."""
    row = OfficialSettings.objects.filter(site__is_default_site=True).values(*OfficialSettings.FIELDS).first()
    return {name: value for name, value in (row or {}).items() if value}
