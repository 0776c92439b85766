"""The schema is public and true: schemathesis holds the service to it, in process and from a fixed seed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import hypothesis
import pytest
import schemathesis
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from courses.api.urls import api
from courses.models import DocumentKind, OutboxMessage, TrainingClass
from courses.people.clients import Scope
from lms.wsgi import application
from tests.courses.api.conftest import Issue
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db

CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance, content_type_conformance]
EXAMPLES = 25
OPERATIONS = [
    (method, path)
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
    for method in methods
]


def test_the_schema_names_every_operation() -> None:
    assert OPERATIONS == [
        ("get", "/api/v1/tally/{year}"),
        ("get", "/api/v1/tally/{year}/by/{dimension}"),
        ("get", "/api/v1/classes"),
        ("get", "/api/v1/classes/{number}"),
        ("get", "/api/v1/classes/{number}/attendance"),
        ("post", "/api/v1/classes/{number}/applications"),
        ("post", "/api/v1/messages/receipts"),
        ("post", "/api/v1/scans"),
        ("post", "/api/v1/certificates/check"),
    ]


RECEIPT = "sms-20260914-000123"


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Calls come in through the gateway of the process, which would close the test's own connection and its rows."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(now: datetime, kept_connection: None) -> TrainingClass:
    """A class with somebody in it and a message that a gateway took: every second call is led to them."""
    DocumentKind.objects.get_or_create(
        key="resident", defaults={"name": "居民身份证", "name_en": "Resident identity card"}
    )
    made = training_class(now=now)
    enrolled(training_class=made, now=now)
    OutboxMessage.objects.update(provider_receipt=RECEIPT)
    return made


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_one_that_the_schema_promises(
    method: str, path: str, mode: GenerationMode, known: TrainingClass, caller: Issue
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operation = schema[path][method.upper()]
    token = caller(*Scope, institution=known.institution).token
    statuses: list[int] = []

    @hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def hold(case: Any) -> None:
        if "number" in (case.path_parameters or {}) and len(statuses) % 2:
            case.path_parameters["number"] = known.number
        if isinstance(case.body, dict) and "receipt" in case.body and len(statuses) % 2:
            case.body["receipt"] = RECEIPT
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
        statuses.append(answer.status_code)

    hold()
    if mode is GenerationMode.POSITIVE:
        assert 401 not in statuses
        assert {200, 409} & set(statuses), "the calls never reached the work itself"
    else:
        assert {401, 422} & set(statuses), "nothing wrong was ever sent"


def resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    node = node.get("items", node)
    name = node.get("$ref", "").rpartition("/")[2]
    return schema["components"]["schemas"][name] if name else node


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_shows_an_example_of_what_goes_in_and_out(method: str, path: str) -> None:
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    operation = schema["paths"][path][method]
    bodies = [answer["content"] for answer in operation["responses"].values()]
    if "requestBody" in operation:
        bodies.append(operation["requestBody"]["content"])
    for content in bodies:
        assert resolve(schema, content["application/json"]["schema"])["examples"]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_asks_for_a_token(method: str, path: str) -> None:
    operation = api.get_openapi_schema(path_prefix="/api/v1/")["paths"][path][method]
    assert operation["security"] == [{"ClientToken": []}]
    call = getattr(Client(), method)
    address = path.format(year=2026, number="02F20260001", dimension="kind")
    assert call(address, content_type="application/json").status_code == 401


def test_the_schema_and_its_page_are_public() -> None:
    schema = Client().get("/api/v1/openapi.json")
    assert (schema.status_code, schema.json()["info"]["title"]) == (200, "潮线 Tideline")
    assert set(schema.json()["paths"]) == {path for _method, path in OPERATIONS}


def test_the_page_of_the_documentation_comes_from_this_host_alone_and_runs_under_the_policy() -> None:
    response = Client().get("/api/v1/docs")
    page = BeautifulSoup(response.content, "lxml")
    policy = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    assert (response.status_code, policy["script-src"], policy["style-src"]) == (200, "'self'", "'self'")
    addresses = [tag["src"] for tag in page.select("[src]")] + [tag["href"] for tag in page.select("link[href]")]
    assert len(addresses) == 5
    assert all(address.startswith("/static/ninja/") for address in addresses)
    assert all(finders.find(address.removeprefix("/static/")) for address in addresses)
    scripts = [tag for tag in page.select("script:not([src])") if tag.get("type") != "application/json"]
    handlers = [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on") or name == "style"]
    assert (scripts, page.select("style"), handlers) == ([], [], [])
    # Its badge would send the address of the schema to a validator at another host.
    assert '"validatorUrl": null' in response.content.decode()
