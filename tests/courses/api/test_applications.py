"""Applications by an institution: once per key, refused with a code, never more than what the schema names."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from courses.models import (
    AuditEvent,
    DocumentKind,
    EducationLevel,
    Enrolment,
    IdempotentAnswer,
    Learner,
    TrainingClass,
    User,
)
from courses.people import clients
from courses.people.clients import Scope
from tests.courses.api.conftest import Caller, Issue
from tests.factories import catalogue, people
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lists() -> None:
    catalogue.policy()
    DocumentKind.objects.get_or_create(
        key="resident", defaults={"name": "居民身份证", "name_en": "Resident identity card"}
    )
    EducationLevel.objects.get_or_create(key="31", defaults={"name": "大学专科", "name_en": "Junior college"})


@pytest.fixture
def school(caller: Issue) -> Caller:
    return caller(Scope.APPLICATIONS, institution=catalogue.institution())


@pytest.fixture
def open_class(now: datetime) -> TrainingClass:
    return training_class(now=now)


def person(**changes: Any) -> dict[str, Any]:
    return {
        "name": "王小强",
        "document_kind": "resident",
        "document_number": people.resident_number(serial=1),
        "phone": "199 0000 0001",
        "education": "31",
        "consent": True,
        **changes,
    }


def test_an_application_registers_the_person_and_takes_a_seat(
    school: Caller, open_class: TrainingClass, now: datetime
) -> None:
    response = school.apply(open_class.number, person())
    made = Enrolment.objects.get()
    assert response.status_code == 201
    assert response.json() == {"number": made.number, "status": "admitted", "arrival_no": 1}
    assert made.source == Enrolment.Source.API
    learner = made.learner
    assert (learner.name, learner.sex, learner.born_on, learner.phone, learner.verified_at, learner.user) == (
        "王小强",
        "1",
        date(1990, 1, 1),
        "19900000001",
        now,
        None,
    )
    assert learner.education is not None
    assert learner.education.key == "31"


def test_the_records_tell_which_system_it_was(school: Caller, open_class: TrainingClass) -> None:
    number = school.apply(open_class.number, person()).json()["number"]
    assert AuditEvent.objects.get(verb="api_answered").detail == {"client": "other", "status": 201, "number": number}


def test_the_same_key_and_body_get_the_same_answer_to_the_byte(school: Caller, open_class: TrainingClass) -> None:
    first, second = (school.apply(open_class.number, person(), key="a-1") for _ in range(2))
    assert (second.status_code, second.content) == (201, first.content)
    assert Enrolment.objects.count() == 1


def test_a_refusal_is_kept_with_its_key_as_well(school: Caller, open_class: TrainingClass) -> None:
    TrainingClass.objects.filter(pk=open_class.pk).update(status=TrainingClass.Status.CANCELLED)
    first = school.apply(open_class.number, person())
    TrainingClass.objects.filter(pk=open_class.pk).update(status=TrainingClass.Status.ENROLLING)
    second = school.apply(open_class.number, person())
    assert (first.status_code, first.json()["code"], second.content) == (409, "cancelled", first.content)
    assert school.apply(open_class.number, person(), key="2").status_code == 201


def test_the_same_key_with_another_body_or_class_is_refused(
    school: Caller, open_class: TrainingClass, now: datetime
) -> None:
    school.apply(open_class.number, person())
    other_class = training_class(now=now, first=now + timedelta(days=9))
    for response in (
        school.apply(open_class.number, person(name="王小刚")),
        school.apply(other_class.number, person()),
    ):
        assert (response.status_code, response.json()["code"]) == (422, "key_reused")
    assert Enrolment.objects.count() == 1


def test_keys_of_two_systems_do_not_meet(school: Caller, open_class: TrainingClass, caller: Issue) -> None:
    school.apply(open_class.number, person())
    second = caller(Scope.APPLICATIONS, institution=catalogue.institution(), name="second")
    response = second.apply(open_class.number, person(document_number=people.resident_number(serial=2)))
    assert (response.status_code, response.json()["arrival_no"]) == (201, 2)


@pytest.mark.parametrize("key", [None, "", "   "])
def test_without_a_key_nothing_is_done(key: str | None, school: Caller, open_class: TrainingClass) -> None:
    response = school.post(f"/classes/{open_class.number}/applications", json.dumps(person()), key)
    assert (response.status_code, response.json()["code"]) == (422, "key_missing")
    assert not Learner.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"document_number": "370699199001010017"}, "document_invalid"),
        ({"document_kind": "no-such"}, "document_invalid"),
        ({"education": "no-such"}, "unknown_choice"),
        ({"consent": False}, "consent_missing"),
        ({"phone": "0535 6600000"}, "landline"),
        ({"name": " "}, "name_missing"),
        ({"document_number": people.resident_number(born_on=date(2015, 1, 1), serial=1)}, "under_age"),
    ],
)
def test_a_refused_person_leaves_no_trace_but_the_answer(
    changes: dict[str, Any], code: str, school: Caller, open_class: TrainingClass
) -> None:
    response = school.apply(open_class.number, person(**changes))
    assert (response.status_code, response.json()["code"]) == (409, code)
    assert response.json()["sentence"]
    assert not Learner.objects.exists()
    open_class.refresh_from_db()
    assert (open_class.taken, open_class.arrivals) == (0, 0)


def test_a_second_application_of_one_person_is_refused(school: Caller, open_class: TrainingClass) -> None:
    school.apply(open_class.number, person())
    again = school.apply(open_class.number, person(), key="2")
    renamed = school.apply(open_class.number, person(name="王大强"), key="3")
    assert (again.status_code, again.json()["code"]) == (409, "already_enrolled")
    assert (renamed.status_code, renamed.json()["code"]) == (409, "name_differs")
    assert Learner.objects.count() == Enrolment.objects.count() == 1


def test_a_known_person_is_found_by_document(school: Caller, open_class: TrainingClass, now: datetime) -> None:
    known = people.learner(now=now, document=people.resident_number(serial=1))
    school.apply(open_class.number, person())
    assert Enrolment.objects.get().learner == known


@pytest.mark.parametrize(
    "extra", [{"status": "admitted"}, {"verified_at": "2020-01-01"}, {"user": 1}, {"institution": "J002"}]
)
def test_a_field_that_the_schema_does_not_name_is_refused(
    extra: dict[str, Any], school: Caller, open_class: TrainingClass
) -> None:
    response = school.apply(open_class.number, person(**extra))
    assert response.status_code == 422
    assert [(found["field"], found["problem"]) for found in response.json()["fields"]] == [
        (f"body.payload.{next(iter(extra))}", "extra_forbidden")
    ]
    assert not Learner.objects.exists()


def test_a_refusal_never_repeats_what_was_sent(school: Caller, open_class: TrainingClass) -> None:
    number = people.resident_number(serial=1)
    for wrong in (person(phone=["19900000001"]), person(name="王小强" * 30), person(document_number=number + "\x00")):
        response = school.apply(open_class.number, wrong)
        assert response.status_code == 422
        assert not {text for text in ("19900000001", "王小强", number) if text in response.content.decode()}


@pytest.mark.parametrize("body", ["", "{", "[]", "null", b"\xff\xfe", '{"name": "\\ud800"}'])
def test_a_body_that_cannot_be_read_is_refused(body: str | bytes, school: Caller, open_class: TrainingClass) -> None:
    response = school.post(f"/classes/{open_class.number}/applications", body, "1")
    assert response.status_code in {400, 422}
    assert response.json()["code"] == ("not_readable" if response.status_code == 400 else "not_valid")


def test_the_class_of_another_institution_is_not_found(school: Caller, now: datetime) -> None:
    laishan = catalogue.district("laishan", "莱山区", "370613")
    foreign = training_class(now=now, institution=catalogue.institution("J002", "莱山学校", laishan))
    assert school.apply(foreign.number, person()).status_code == 404
    assert not Learner.objects.exists()


def test_nobody_applies_with_a_token_to_read(caller: Issue, open_class: TrainingClass) -> None:
    assert caller(Scope.CLASSES, Scope.ATTENDANCE).apply(open_class.number, person()).status_code == 403


def test_who_submits_applications_belongs_to_an_institution(now: datetime) -> None:
    with pytest.raises(clients.ClientRefused) as refused:
        clients.issue(by=None, name="loose", scopes=[Scope.APPLICATIONS], now=now)
    assert refused.value.code == clients.ClientRefusal.INSTITUTION_MISSING


def test_answers_hold_no_person_and_go_after_a_week(school: Caller, open_class: TrainingClass, now: datetime) -> None:
    school.apply(open_class.number, person())
    kept = IdempotentAnswer.objects.get()
    assert set(kept.answer) == {"number", "status", "arrival_no"}
    assert clients.prune_answers(now=now + timedelta(days=6)) == 0
    assert clients.prune_answers(now=now + timedelta(days=7)) == 1


def test_no_login_is_opened_for_a_person_whom_somebody_else_registered(
    school: Caller, open_class: TrainingClass
) -> None:
    logins = User.objects.count()
    school.apply(open_class.number, person())
    assert User.objects.count() == logins
