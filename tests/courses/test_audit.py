"""The record of who did what: with the deed or not at all, and never rewritten."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from courses import audit, classes, enrolment
from courses.models import AuditEvent, TrainingClass
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


def test_an_event_says_who_when_what_and_on_which_row(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    by, target = people.user(username="li"), catalogue.course(number="k0001x")
    with django_assert_num_queries(1):
        made = audit.record(by=by, verb="looked_at", target=target, now=now, detail={"count": 3})
    made.refresh_from_db()
    assert (made.at, made.by_id, made.by_name, made.verb) == (now, by.pk, "li", "looked_at")
    assert (made.target_kind, made.target, made.detail) == ("course", "k0001x", {"count": 3})


def test_what_the_service_does_by_itself_has_no_name(now: datetime) -> None:
    made = audit.record(by=None, verb="swept", target=catalogue.district(), now=now)
    assert (made.by_id, made.by_name, made.target, made.detail) == (None, "", "370602", {})


@pytest.mark.parametrize("name", ["number", "receipt", "code", "key", "username"])
def test_a_row_is_named_by_what_the_public_calls_it(name: str) -> None:
    class Row:
        pk = 7

    row: Any = Row()
    assert audit.public_name(row) == "7"
    setattr(row, name, "x" * 60)
    assert audit.public_name(row) == "x" * 40


def test_a_deed_that_is_rolled_back_leaves_no_record(now: datetime) -> None:
    made = training_class(now=now, approved=False)
    events = AuditEvent.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012  the deed must have been done
        classes.submit(by=people.user(username="someone"), training_class=made, now=now)
        raise ZeroDivisionError
    assert AuditEvent.objects.count() == events
    assert TrainingClass.objects.get(pk=made.pk).status == TrainingClass.Status.DRAFT


def test_a_refused_deed_leaves_no_record(now: datetime) -> None:
    made = training_class(now=now)
    own = enrolled(training_class=made, now=now)
    events = AuditEvent.objects.count()
    with pytest.raises(enrolment.EnrolmentRefused):
        enrolment.apply(learner=own.learner, training_class=made, now=now)
    assert AuditEvent.objects.count() == events


def test_the_way_of_a_class_can_be_read_from_its_events(now: datetime) -> None:
    made = training_class(now=now)
    told = AuditEvent.objects.filter(target_kind="trainingclass", target=made.number)
    verbs = [
        "class_planned",
        "class_papers_filed",
        "commitment_accepted",
        "class_submitted",
        "class_approved",
        "class_enrolling",
    ]
    assert list(told.values_list("verb", flat=True)) == verbs
    planner, _filer, _promiser, submitter, approver, _opener = told.values_list("by_name", flat=True)
    assert planner == submitter != approver


def test_the_database_refuses_to_change_or_drop_an_event(now: datetime) -> None:
    made = audit.record(by=None, verb="swept", target=catalogue.district(), now=now)
    event = AuditEvent.objects.filter(pk=made.pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.update(verb="nothing")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.delete()
    assert event.get().verb == "swept"


def test_who_did_it_is_told_after_the_login_is_gone(now: datetime) -> None:
    leaver = people.user(username="leaver")
    made = audit.record(by=leaver, verb="looked_at", target=catalogue.district(), now=now)
    leaver.delete()
    made.refresh_from_db()
    assert made.by_name == "leaver"
