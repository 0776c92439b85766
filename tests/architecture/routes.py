"""Every address of the service, read from the URL configuration itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from courses.access import PUBLIC_PREFIXES, THIRD_PARTY


@dataclass(frozen=True)
class Route:
    """`address` starts with a slash; `plain` says that it has no parameters, so that it can be asked for as it is."""

    address: str
    plain: bool
    view: Callable[..., Any]
    name: str

    @property
    def gate(self) -> str | None:
        """Of the callable that is called: a gate that another decorator covered up would not be seen."""
        return getattr(self.view, "gate", None)

    @property
    def declared(self) -> str | None:
        """The declared prefix under which it lies."""
        return next((p for p in (*THIRD_PARTY, *PUBLIC_PREFIXES) if self.address.startswith(p)), None)


def routes() -> list[Route]:
    return list(_walk(get_resolver(), "/", plain=True))


def _walk(resolver: URLResolver, before: str, *, plain: bool) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = entry.pattern
        text = str(pattern).removeprefix("^/").removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        simple = (
            plain and not pattern.converters and (isinstance(pattern, RoutePattern) or not set(text) & set("()[]?*+\\"))
        )
        if isinstance(entry, URLResolver):
            yield from _walk(entry, before + text, plain=simple)
        elif isinstance(entry, URLPattern):
            yield Route(before + text, simple, entry.callback, entry.name or "")
