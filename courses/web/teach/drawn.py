"""Parts of a screen, each drawn once for the same facts: of a roster that somebody joined one row is new."""

from collections.abc import Hashable
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

KEPT = 8192


def drawn(template: str, **facts: Hashable) -> SafeString:
    """The template with these facts and nothing else, in the language of the moment."""
    return _drawn(template, get_language() or "", tuple(facts.items()))


@lru_cache(maxsize=KEPT)
def _drawn(template: str, _language: str, facts: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return mark_safe(render_to_string(template, dict(facts)))  # noqa: S308


def joined(parts: list[SafeString]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308
