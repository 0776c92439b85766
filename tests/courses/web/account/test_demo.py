"""/demo/: one press signs in, on this machine, under demo settings only."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, clear_url_caches, reverse
from django.utils import timezone

import lms.urls
from courses import attendance
from courses.models import Device, Evidence, Lesson
from tests.factories import classes, people

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def demo(settings: Any, moment: datetime) -> Iterator[None]:
    settings.DEMO = True
    importlib.reload(lms.urls)
    clear_url_caches()
    people.staff(role="city", username="demo-city", name="李科长", now=moment)
    people.user(username="real", name="不在演示里")
    learner = people.learner(name="王建国", now=moment)
    assert learner.user is not None
    type(learner.user).objects.filter(pk=learner.user.pk).update(username="demo-learner")
    yield
    settings.DEMO = False
    importlib.reload(lms.urls)
    clear_url_caches()


def test_the_page_lists_the_demo_accounts_by_role(demo: None, client: Client) -> None:
    groups = client.get("/demo/").context["groups"]
    assert [(group.name, [one["username"] for one in group.accounts]) for group in groups] == [
        ("学员", ["demo-learner"]),
        ("市级管理", ["demo-city"]),
    ]


def test_staff_come_in_with_the_second_factor(demo: None, client: Client) -> None:
    assert client.post("/demo/", {"username": "demo-city"})["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_a_learner_comes_in_with_a_bound_browser(demo: None, client: Client) -> None:
    assert client.post("/demo/", {"username": "demo-learner"})["Location"] == "/my/"
    assert Device.objects.get().learner.name == "王建国"


def test_nobody_else_can_be_entered(demo: None, client: Client) -> None:
    assert client.post("/demo/", {"username": "real"}).status_code == 404


@pytest.mark.parametrize(
    "elsewhere", [{"REMOTE_ADDR": "10.0.0.7"}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.7"}]
)
def test_other_machines_find_nothing(demo: None, client: Client, elsewhere: dict[str, str]) -> None:
    assert client.get("/demo/", **elsewhere).status_code == 404


@pytest.fixture
def running(demo: None) -> Lesson:
    """A lesson of the demo's trainer that began five minutes ago."""
    now = timezone.now()
    trainer = people.user(username="demo-trainer", name="刘老师")
    first = now - timedelta(minutes=5)
    row = classes.training_class(now=now - timedelta(days=2), first=first, lessons=1, minutes=60, trainers=[trainer])
    Lesson.objects.update(trainer=trainer)
    return classes.first_lesson(row)


def test_who_has_no_second_camera_opens_the_address_that_the_wall_shows(running: Lesson, client: Client) -> None:
    name = attendance.lesson_name(running)
    page = client.get("/demo/").content.decode()
    assert f'href="/demo/scan/{name}/"' in page
    address = client.get(f"/demo/scan/{name}/")["Location"]
    assert address.startswith(f"/C/{name}")
    assert client.get(address).status_code == 200
    assert Evidence.objects.count() == 0


def test_a_wall_that_shows_no_code_has_none_to_open(running: Lesson, client: Client) -> None:
    now = timezone.now()
    attendance.pause_wall(by=running.trainer, lesson=running, paused=True, now=now)
    assert client.get(f"/demo/scan/{attendance.lesson_name(running)}/")["Location"] == "/demo/"
    Lesson.objects.update(starts_at=now - timedelta(hours=3), ends_at=now - timedelta(hours=1))
    assert client.get(f"/demo/scan/{attendance.lesson_name(running)}/").status_code == 404
    assert "/demo/scan/" not in client.get("/demo/").content.decode()


@pytest.mark.parametrize("elsewhere", [{"REMOTE_ADDR": "10.0.0.7"}, {"HTTP_X_FORWARDED_FOR": "10.0.0.7"}])
def test_another_machine_gets_no_code(running: Lesson, client: Client, elsewhere: dict[str, str]) -> None:
    assert client.get(f"/demo/scan/{attendance.lesson_name(running)}/", **elsewhere).status_code == 404


@pytest.mark.parametrize(("name", "arguments"), [("demo", []), ("demo_scan", ["K7Q2MF"])])
def test_without_demo_settings_there_is_no_route(name: str, arguments: list[str], client: Client) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name, args=arguments)


def test_production_has_no_such_route() -> None:
    program = (
        "import django; django.setup()\n"
        "from django.urls import get_resolver\n"
        "print(sorted(str(one.pattern) for one in get_resolver().url_patterns if 'demo' in str(one.pattern)))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings.production", "SECRET_KEY": "x" * 60}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
