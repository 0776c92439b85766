"""One citizen's whole way in, with numbers that nobody else has: afterwards they stand in no log and in no plain
column."""

import base64
import logging
import pickle
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from courses import attendance
from courses.models import (
    AuditEvent,
    Direction,
    DocumentKind,
    EducationLevel,
    Enrolment,
    Evidence,
    Learner,
    LearnerCategory,
    OutboxMessage,
)
from courses.notices.carriers import sent_in_memory
from courses.policy import Policy
from lms.logs import JsonFormatter
from tests.factories import catalogue, people
from tests.factories.classes import first_lesson, training_class
from tests.factories.identity import walk

pytestmark = pytest.mark.django_db

PHONE = "19973916248"
NAME = "欧阳验真"
DOCUMENT = people.resident_number(serial=739)
# Where a name may stand in plain (design §9); a phone or a document may nowhere.
NAMED = {("courses_learner", "name")}
NOT_OURS = {"django_migrations", "sqlite_sequence"}


@dataclass
class Trace:
    """What the way in left behind. `logs` as production writes them, `raw` before anything was blanked out."""

    logs: str
    raw: str
    code: str


class RawFormatter(logging.Formatter):
    """Everything a record carries, so that the blanking cannot hide a careless line."""

    def format(self, record: logging.LogRecord) -> str:
        # The framework hands its request along; no handler of ours writes it.
        fields = {name: value for name, value in vars(record).items() if name != "request"}
        text = f"{record.name} {record.getMessage()} {fields}"
        return text + (self.formatException(record.exc_info) if record.exc_info else "")


@pytest.fixture
def cache_in_the_database(settings: Settings) -> None:
    """As one machine has it without Redis; the suite's own cache is memory."""
    kept = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "lms_cache"}
    settings.CACHES = {**settings.CACHES, "default": kept, "moment": kept}
    call_command("createcachetable", verbosity=0)


@pytest.fixture
def listening() -> Iterator[tuple[StringIO, StringIO]]:
    """The root logger with production's handler, and beside it one that blanks nothing out."""
    root = logging.getLogger()
    heard = (StringIO(), StringIO())
    handlers = [logging.StreamHandler(stream) for stream in heard]
    for handler, formatter in zip(handlers, (JsonFormatter(), RawFormatter()), strict=True):
        handler.setFormatter(formatter)
        root.addHandler(handler)
    yield heard
    for handler in handlers:
        root.removeHandler(handler)


@pytest.fixture
def trace(cache_in_the_database: None, listening: tuple[StringIO, StringIO], now: datetime) -> Trace:
    """Phone, code, 实名, enrolment and check-in through the pages, with a refusal on each of them."""
    lists = {
        "kind": DocumentKind.objects.create(key="resident", name="居民身份证", name_en="Resident identity card").key,
        "education": EducationLevel.objects.create(key="61", name="高中", name_en="High school").key,
        "category": LearnerCategory.objects.create(key="other", name="其他", name_en="Other").key,
        "district": catalogue.district().key,
    }
    made = training_class(now=now, first=now + timedelta(hours=2))
    lesson, client = first_lesson(made), Client(raise_request_exception=False)
    sent_in_memory.clear()
    with time_machine.travel(now, tick=False) as clock:
        client.post("/account/", {"phone": f"{PHONE}0"})
        client.post("/account/", {"phone": PHONE})
        client.post("/account/", {"phone": PHONE})
        code = str(sent_in_memory[-1].params["code"])
        client.post("/account/code/", {"code": f"{(int(code) + 1) % 10**6:06d}"})
        client.post("/account/code/", {"code": code})
        said = {"name": NAME, "number": DOCUMENT, "consent": "on", **lists}
        walk(client, {**said, "number": f"{DOCUMENT}0"})
        walk(client, said)
        for _ in range(2):
            client.post(f"/my/enrol/{made.number}/")
        clock.move_to(lesson.starts_at)
        scanned = attendance.issue(lesson=lesson, direction=Direction.IN, policy=Policy(), now=lesson.starts_at)
        client.get(f"/C/{scanned.text}")
        for _ in range(2):
            client.post("/C/")
        client.get("/my/")
        client.get(f"/no/such/page/?phone={PHONE}&document={DOCUMENT}")
    return Trace(listening[0].getvalue(), listening[1].getvalue(), code)


def test_the_way_in_was_really_walked(trace: Trace) -> None:
    learner = Learner.objects.get(name=NAME)
    assert (learner.phone, learner.documents.get().number) == (PHONE, DOCUMENT)
    assert Enrolment.objects.get().status == Enrolment.Status.ADMITTED
    assert Evidence.objects.get().learner == learner
    routes = set(re.findall(r'"route": "([^"]*)"', trace.logs))
    assert {
        "account/",
        "account/code/",
        "my/identity/",
        "my/identity/<slug:name>/",
        "my/enrol/<slug:number>/",
        "C/",
    } <= routes
    assert {"login_code", "enrolment_admitted"} & set(OutboxMessage.objects.values_list("kind", flat=True))


def test_no_log_line_carries_the_phone_the_document_the_name_or_the_code(trace: Trace) -> None:
    for secret in (PHONE, DOCUMENT, NAME):
        assert secret not in trace.logs
        assert secret not in trace.raw
    assert re.search(rf"(?<!\d){trace.code}(?!\d)", trace.logs) is None


def cells() -> Iterator[tuple[str, str, str]]:
    """(table, column, value) of every row of every table, as the database holds it."""
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - NOT_OURS):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    text = (
                        bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)
                    )
                    yield table, column, text


def test_no_column_of_any_table_holds_the_phone_or_the_document_in_plain(trace: Trace) -> None:
    held = {(table, column) for table, column, text in cells() for secret in (PHONE, DOCUMENT) if secret in text}
    assert held == set()


def test_the_name_stands_where_it_belongs_and_nowhere_else(trace: Trace) -> None:
    escaped = NAME.encode("unicode_escape").decode()
    assert {(table, column) for table, column, text in cells() if NAME in text or escaped in text} == NAMED


def test_sessions_hold_nobody_once_they_are_opened(trace: Trace) -> None:
    opened = [session.get_decoded() for session in Session.objects.all()]
    assert opened
    assert not [secret for secret in (PHONE, DOCUMENT, NAME, trace.code) if secret in repr(opened)]


def test_the_cache_holds_nobody_once_it_is_opened(trace: Trace) -> None:
    caches["default"].set("canary", PHONE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM lms_cache")
        opened = {key: repr(pickle.loads(base64.b64decode(value))) for key, value in cursor.fetchall()}
    found = {key for key, value in opened.items() if any(secret in key + value for secret in (PHONE, DOCUMENT, NAME))}
    assert [key.rpartition(":")[2] for key in found] == ["canary"]


def test_audit_details_hold_codes_and_numbers_alone(trace: Trace) -> None:
    events: list[dict[str, Any]] = list(AuditEvent.objects.values("verb", "by_name", "target", "detail"))
    assert {"login_opened", "identity_verified", "enrolment_applied"} <= {event["verb"] for event in events}
    assert not [event for event in events for secret in (PHONE, DOCUMENT, NAME) if secret in str(event)]


def test_a_message_is_unreadable_in_its_row_and_a_used_code_is_gone(trace: Trace) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM courses_outboxmessage")
        rows = str(cursor.fetchall())
    assert not [secret for secret in (PHONE, DOCUMENT, NAME) if secret in rows]
    assert [message.params for message in OutboxMessage.objects.filter(kind="login_code", status="sent")] == [{}]
