"""The policy that browsers are given: strict outside Wagtail's admin."""

import pytest
from django.test import Client

from cms.models import HomePage


def directives(header: str) -> dict[str, list[str]]:
    parts = (part.split() for part in header.split(";") if part.strip())
    return {name: sorted(values) for name, *values in parts}


@pytest.mark.parametrize("path", ["/", "/courses/", "/nothing-here/", "/cmsx/"])
def test_every_page_outside_the_admin_allows_nothing_inline(client: Client, site: HomePage, path: str) -> None:
    response = client.get(path)
    assert directives(response["Content-Security-Policy"]) == {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    assert response["Permissions-Policy"] == "geolocation=(), camera=(self), microphone=()"


def test_the_admin_may_write_inline_but_load_from_no_other_host(client: Client, site: HomePage) -> None:
    policy = directives(client.get("/cms/login/")["Content-Security-Policy"])
    assert policy["script-src"] == ["'self'", "'unsafe-inline'"]
    assert policy["object-src"] == ["'none'"]
    sources = {source for values in policy.values() for source in values}
    assert sources == {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}
