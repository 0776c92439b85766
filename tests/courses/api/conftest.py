"""Other systems at the door: a caller with a token for each."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from courses.models import ApiClient, District, Institution
from courses.people import clients
from courses.people.clients import Scope


@dataclass(frozen=True)
class Caller:
    client: ApiClient
    token: str

    def get(self, path: str, **query: str) -> HttpResponse:
        return Client().get(f"/api/v1{path}", query, headers={"Authorization": f"Bearer {self.token}"})

    def apply(self, number: str, body: dict[str, Any], key: str = "1") -> HttpResponse:
        return self.post(f"/classes/{number}/applications", json.dumps(body), key)

    def post(self, path: str, body: str | bytes, key: str | None) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key is not None else {})
        return Client().post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


Issue = Callable[..., Caller]


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def caller(now: datetime) -> Issue:
    def issue(
        *scopes: Scope, institution: Institution | None = None, district: District | None = None, name: str = "other"
    ) -> Caller:
        made, token = clients.issue(
            by=None, name=name, scopes=scopes, institution=institution, district=district, now=now
        )
        return Caller(made, token)

    return issue
