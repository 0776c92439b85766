"""Liveness, readiness, metrics: with a database that is whole, empty, and not there."""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from courses.models import OutboxMessage
from courses.web import clock
from courses.web.public import health
from tests import ground
from tests.ground import ROOT, Ground

PROBE = """
import json, django
django.setup()
from django.test import Client
client = Client()
live, ready = client.get("/healthz"), client.get("/readyz")
print(json.dumps([live.status_code, ready.status_code, ready.json()]))
"""


def probe(place: Ground) -> tuple[int, int, dict[str, object]]:
    """What a process on this database says of itself: status of /healthz, status and parts of /readyz."""
    environment = place.environment("lms.settings.test")
    said = run([sys.executable, "-c", PROBE], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    live, ready, parts = json.loads(said.stdout.splitlines()[-1])
    return live, ready, parts


@pytest.mark.django_db
def test_liveness_asks_nobody(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_service_that_is_whole_is_ready_part_by_part() -> None:
    response = Client().get("/readyz")
    told = response.json()
    assert told.pop("clock_off_seconds") < 1
    assert (response.status_code, told) == (
        200,
        {
            "ready": True,
            "database": True,
            "migrations": True,
            "cache": True,
            "clock": True,
            "queue_age_seconds": 0.0,
            "queue_late": False,
        },
    )


@pytest.mark.django_db
def test_a_late_queue_is_told_and_does_not_take_the_service_away() -> None:
    now = datetime.now(UTC)
    OutboxMessage.objects.create(
        kind="login_code", channel=OutboxMessage.Channel.SMS, due_at=now - timedelta(minutes=6), created_at=now
    )
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["queue_late"]) == (200, True)
    assert response.json()["queue_age_seconds"] >= 360


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "ready"), [(-2, True), (-4, True), (4, True), (6, False), (-6, False)])
def test_a_server_whose_clock_is_more_than_five_seconds_off_from_the_databases_is_not_ready(
    seconds: int, ready: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_database_time", lambda: datetime.now(UTC) + timedelta(seconds=seconds))
    response = Client().get("/readyz")
    told = response.json()
    assert (response.status_code == 200, told["ready"], told["clock"]) == (ready,) * 3
    assert abs(seconds) - 1 < told["clock_off_seconds"] <= abs(seconds)
    measured = Client(REMOTE_ADDR="127.0.0.1").get("/metrics").content.decode()
    [line] = [one for one in measured.splitlines() if one.startswith("tideline_clock_off_seconds ")]
    assert abs(seconds) - 1 < float(line.split()[1]) <= abs(seconds)


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "ready"), [(-4000, True), (0, True), (4, True), (6, False), (3600, False)])
def test_a_server_whose_clock_was_set_back_since_it_began_is_not_ready(
    seconds: int, ready: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stood = datetime.now(UTC) + timedelta(seconds=seconds)
    monkeypatch.setattr(clock, "_seen", clock.Seen(stood, time.monotonic()))
    response = Client().get("/readyz")
    assert (response.status_code == 200, response.json()["clock"]) == (ready, ready)


def test_a_clock_that_has_come_again_to_where_it_stood_is_taken_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    began = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "_seen", clock.Seen(began, 0.0))
    told = [
        clock.is_set_back(now=began + timedelta(seconds=wall), ticks=ticks)
        for wall, ticks in ((10, 10.0), (-50, 15.0), (-10, 55.0), (14, 79.0), (15, 80.0), (16, 81.0))
    ]
    assert told == [False, True, True, True, False, False]


def test_without_its_tables_the_service_lives_and_is_not_ready() -> None:
    with ground.folder() as own, ground.empty(own) as place:
        live, ready, parts = probe(place)
    assert (live, ready) == (200, 503)
    assert {name: parts[name] for name in ("ready", "database", "migrations")} == {
        "ready": False,
        "database": True,
        "migrations": False,
    }


def test_without_a_database_the_service_lives_and_is_not_ready() -> None:
    with ground.folder() as own:
        gone = Ground(url=f"sqlite:///{own / 'no' / 'such' / 'folder' / 'db.sqlite3'}", name="gone", folder=own)
        live, ready, parts = probe(gone)
    assert (live, ready) == (200, 503)
    assert (parts["database"], parts["migrations"]) == (False, False)


@pytest.mark.django_db
def test_metrics_are_for_this_machine() -> None:
    response = Client(REMOTE_ADDR="127.0.0.1").get("/metrics")
    names = [line.split()[0] for line in response.content.decode().splitlines() if not line.startswith("#")]
    assert response.status_code == 200
    assert names[:4] == [
        "tideline_outbox_waiting",
        "tideline_outbox_age_seconds",
        "tideline_clock_off_seconds",
        "tideline_evidence_last_hour",
    ]
    assert {name.partition("{")[0] for name in names[4:]} <= {
        "tideline_requests_total",
        "tideline_requests_created",
        *(f"tideline_request_seconds_{part}" for part in ("bucket", "count", "sum", "created")),
    }


COUNTED = """
import os, sys, django
django.setup()
from django.test import Client
for _ in range(2):
    if not (child := os.fork()):
        Client().get("/verify/123456?who=13800001234")
        Client().get("/nowhere/13800001234/")
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
print(Client(REMOTE_ADDR="127.0.0.1").get("/metrics").content.decode())
"""


def test_what_several_processes_answered_is_counted_together_by_route_and_without_addresses(tmp_path: Path) -> None:
    with ground.fresh() as place:
        environment = place.environment("lms.settings.test", PROMETHEUS_MULTIPROC_DIR=str(tmp_path))
        said = run(
            [sys.executable, "-c", COUNTED], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
    lines = said.stdout.splitlines()
    assert 'tideline_requests_total{route="verify/<str:number>",status="2xx"} 2.0' in lines
    assert [line for line in lines if line.endswith('status="4xx"} 2.0')]
    assert 'tideline_request_seconds_count{route="verify/<str:number>"} 2.0' in lines
    assert "tideline_outbox_waiting 0.0" in lines
    assert "13800001234" not in said.stdout


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("203.0.113.9", {}, 404),
        ("203.0.113.9", {"Authorization": "Bearer wrong"}, 404),
        ("203.0.113.9", {"Authorization": "Bearer"}, 404),
        ("203.0.113.9", {"Authorization": "Bearer the-right-one"}, 200),
        # A proxy on this machine forwards the whole world.
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 404),
    ],
)
def test_metrics_elsewhere_need_the_token(
    address: str, headers: dict[str, str], status: int, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "the-right-one"
    assert Client(REMOTE_ADDR=address).get("/metrics", headers=headers).status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize("offered", ["", "Bearer ", "Bearer é"])
def test_without_a_configured_token_nobody_elsewhere_reads_metrics(offered: str, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    response = Client(REMOTE_ADDR="203.0.113.9").get("/metrics", headers={"Authorization": offered})
    assert response.status_code == 404


@pytest.mark.django_db
def test_a_token_that_is_no_plain_text_is_wrong_and_no_error(settings: Settings) -> None:
    settings.METRICS_TOKEN = "the-right-one"
    response = Client(REMOTE_ADDR="203.0.113.9").get("/metrics", headers={"Authorization": "Bearer é"})
    assert response.status_code == 404
