"""实名 as it is walked on the pages: one question after another, then the press at the end."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.test import Client

# Page → what of a whole set of answers is asked there.
PAGES = {
    "consent": {"consent": "consent", "document": "consent"},
    "name": {"name": "name"},
    "document": {"kind": "kind", "number": "number"},
    "district": {"answer": "district"},
    "education": {"answer": "education"},
    "category": {"answer": "category"},
}


def answer(client: Client, page: str, said: Mapping[str, Any], query: str = "") -> HttpResponse:
    fields = {field: said[word] for field, word in PAGES[page].items() if word in said}
    return client.post(f"/my/identity/{page}/{query}", fields)  # type: ignore[return-value]


def walk(client: Client, said: Mapping[str, Any], query: str = "") -> HttpResponse:
    """Every page in turn, then the end; gives what the last press led to."""
    for page in PAGES:
        answer(client, page, said, query)
    return client.post(f"/my/identity/{query}")  # type: ignore[return-value]
