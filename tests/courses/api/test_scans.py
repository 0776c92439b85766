"""Registered scanners: one scan per key, at the lesson that is on where they stand."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from courses import attendance
from courses.attendance import PersonRefusal, PersonRefused, personal
from courses.models import Evidence, IdempotentAnswer, Learner, RefusedScan
from courses.people import devices
from courses.people.clients import ClientRefused, Scope
from tests.courses.api.conftest import Caller, Issue
from tests.courses.attendance.conftest import Room, open_room

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(now: datetime) -> Room:
    return open_room(now=now)


@pytest.fixture
def scanner(caller: Issue, room: Room) -> Caller:
    return caller(Scope.SCANS, institution=room.a_class.institution, name="门口")


def code(learner: Learner, now: datetime) -> str:
    device = devices.bind(learner=learner, label="Android", now=now)
    return personal.code_at(learner=learner, device=device, moment=now)


def post(scanner: Caller, key: str | None = "1", **body: Any) -> Any:
    return scanner.post("/scans", json.dumps(body), key)


def test_a_scan_is_recorded_with_a_masked_name(scanner: Caller, room: Room, now: datetime) -> None:
    answer = post(scanner, code=code(room.learner(), now), scanned_at="2026-09-14T08:59:00+08:00")
    told = answer.json()
    assert answer.status_code == 200
    assert (told["standing"], told["again"], told["name"], told["direction"]) == ("counts", False, "王*强", "in")
    assert told["class_number"] == room.a_class.number
    row = Evidence.objects.get()
    assert (row.origin, row.note, row.receipt) == (Evidence.Origin.API, "门口", told["receipt"])
    assert row.claimed_at == datetime.fromisoformat("2026-09-14T08:59:00+08:00")
    assert row.happened_at == now


def test_the_same_key_and_body_get_the_same_answer(scanner: Caller, room: Room, now: datetime) -> None:
    text = code(room.learner(), now)
    first, again = post(scanner, code=text), post(scanner, code=text)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (Evidence.objects.count(), IdempotentAnswer.objects.count()) == (1, 1)


def test_another_body_under_the_same_key_is_refused(scanner: Caller, room: Room, now: datetime) -> None:
    post(scanner, code=code(room.learner(), now))
    other = post(scanner, code=code(room.learner("李梅"), now))
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Evidence.objects.count() == 1


def test_without_a_key_nothing_is_recorded(scanner: Caller, room: Room, now: datetime) -> None:
    assert post(scanner, None, code=code(room.learner(), now)).json()["code"] == "key_missing"
    assert Evidence.objects.count() == 0


def test_a_second_key_for_the_same_person_gets_the_first_receipt(scanner: Caller, room: Room, now: datetime) -> None:
    text = code(room.learner(), now)
    first, second = post(scanner, "1", code=text).json(), post(scanner, "2", code=text).json()
    assert (second["again"], second["receipt"]) == (True, first["receipt"])


def test_a_refusal_is_kept_and_answered_alike(scanner: Caller, room: Room, now: datetime) -> None:
    first, again = post(scanner, code="0" * 20), post(scanner, code="0" * 20)
    assert (first.status_code, first.json()["code"], again.content) == (409, "old_code", first.content)
    assert RefusedScan.objects.count() == 1


def test_a_scanner_scans_at_its_own_institution_and_room_only(
    caller: Issue, room: Room, scanner: Caller, now: datetime
) -> None:
    from courses.models import ApiClient

    ApiClient.objects.filter(pk=scanner.client.pk).update(room="305 教室")
    assert post(scanner, code=code(room.learner(), now)).json()["code"] == "no_lesson"
    other = caller(Scope.ATTENDANCE, institution=room.a_class.institution, name="other")
    assert post(other, code="0" * 20).status_code == 403
    with pytest.raises(ClientRefused):
        caller(Scope.SCANS, name="nobody's")


def test_what_the_scanner_recorded_shows_on_the_roster(scanner: Caller, room: Room, now: datetime) -> None:
    post(scanner, code=code(room.learner(), now))
    assert [row.in_at for row in attendance.roster(lesson=room.lesson)] == [now]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("refused", PersonRefusal)
def test_each_refusal_is_answered_with_its_code_and_its_sentence(
    refused: PersonRefusal, language: str, scanner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"opens": "08:30", "closes": "12:00", "room": "205"}

    def refuse(**_asked: object) -> None:
        raise PersonRefused(refused, learner=None, **values)

    monkeypatch.setattr(attendance, "scan_person", refuse)
    headers = {"Authorization": f"Bearer {scanner.token}", "Idempotency-Key": "1", "Accept-Language": language}
    body = json.dumps({"code": "X"})
    answer = Client().post("/api/v1/scans", body, content_type="application/json", headers=headers)
    with override(language):
        sentence = PersonRefused(refused, learner=None, **values).sentence
    assert (answer.status_code, answer.json()) == (409, {"code": refused, "sentence": sentence})
