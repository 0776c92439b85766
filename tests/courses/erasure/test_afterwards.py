"""What somebody said after a class goes with their record; nobody calls or asks them any more."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from courses import attendance, erasure, supervision, turns
from courses.models import CallBack, CallBackLine, Completion, FollowUp, IdentityDraft, Learner, Reveal
from courses.supervision import Answers, CallBackRefusal, CallBackRefused, FollowUpRefusal, FollowUpRefused, Said
from tests.courses.erasure.conftest import found
from tests.factories import people
from tests.factories.erasure import NAME, certified, closed, erased

pytestmark = pytest.mark.django_db
EMPLOYER, CODE, WISH, NOTE = "知秋海产行", "91370600MA3C0000X2", "想贷款买冷柜", "说在上海带孙子"


def asked(learner: Learner, *, now: datetime) -> tuple[Completion, FollowUp, datetime]:
    """A completion whose first moment of follow-up was answered, and the hour after."""
    certificate, _later = certified(learner, now=now)
    closed(certificate)
    supervision.plan_due(now=now)
    done = Completion.objects.select_related("enrolment__training_class").get(pk=certificate.completion_id)
    row = FollowUp.objects.filter(completion=done).order_by("months")[0]
    said = Said("business", EMPLOYER, CODE, row.opens_at.date(), 2, WISH)
    supervision.enter(by=people.user(), follow_up=row, said=said, now=row.opens_at)
    return done, row, row.opens_at + timedelta(hours=1)


def drawn(done: Completion, *, now: datetime) -> CallBackLine:
    of_class = done.enrolment.training_class
    made = CallBack.objects.create(
        number="HF1", training_class=of_class, seed="s", population=1, population_hash="h", drawn_at=now
    )
    return CallBackLine.objects.create(code="L1", call_back=made, place=1, enrolment=done.enrolment)


def test_what_was_said_is_emptied_and_the_figures_stay(now: datetime) -> None:
    learner = people.learner(now=now, name=NAME)
    done, row, later = asked(learner, now=now)
    line = drawn(done, now=later)
    said = Answers(is_learner=True, attended=True, days=1, as_taught=False, charged=False, note=NOTE)
    supervision.answer(by=people.user(), line=line, said=said, now=later)
    assert len(found(EMPLOYER, CODE, WISH, NOTE)) == 4
    erased(learner, now=later)
    assert found(EMPLOYER, CODE, WISH, NOTE) == set()
    row.refresh_from_db()
    line.refresh_from_db()
    assert (row.outcome, row.jobs, row.registered_on) == ("business", 2, None)
    assert (line.result, line.days) == ("doubtful", 1)


def test_half_a_proof_of_who_one_is_goes(now: datetime) -> None:
    learner = people.learner(now=now, verified=False)
    IdentityDraft.objects.create(learner=learner, answers={"name": NAME}, updated_at=now)
    erased(learner, now=now)
    assert not IdentityDraft.objects.exists()


def test_nobody_is_asked_any_more_and_no_moment_is_planned_anew(now: datetime) -> None:
    learner = people.learner(now=now)
    _done, row, later = asked(learner, now=now)
    stale = FollowUp.objects.select_related("completion__enrolment__learner").get(pk=row.pk)
    erased(learner, now=later)
    assert [one.months for one in FollowUp.objects.all()] == [row.months]
    with pytest.raises(FollowUpRefused) as refused:
        supervision.enter(by=people.user(), follow_up=stale, said=Said("employed", EMPLOYER), now=later)
    assert refused.value.code == FollowUpRefusal.NOT_OPEN
    FollowUp.objects.all().delete()
    assert supervision.plan_due(now=later) == 0


def test_nobody_is_called_any_more(now: datetime) -> None:
    learner = people.learner(now=now)
    done, _row, later = asked(learner, now=now)
    line = drawn(done, now=later)
    assert list(turns.to_call()) == [line]
    erased(learner, now=later)
    assert list(turns.to_call()) == []
    line = CallBackLine.objects.select_related("enrolment__learner", "call_back__training_class").get()
    by, fine = people.user(), Answers(is_learner=True, attended=True)
    for deed in (
        lambda: supervision.answer(by=by, line=line, said=fine, now=later),
        lambda: supervision.unreachable(by=by, line=line, now=later),
        lambda: supervision.number_of_call_back(by=by, line=line, now=later),
    ):
        with pytest.raises(CallBackRefused) as refused:
            deed()
        assert refused.value.code == CallBackRefusal.ERASED
    assert not Reveal.objects.exists()


def test_old_lists_say_that_a_record_was_erased_and_leave_no_name_blank(now: datetime) -> None:
    learner = people.learner(now=now, name=NAME)
    done, _row, later = asked(learner, now=now)
    erased(learner, now=later)
    # As it stands when the files of the class have run out.
    Learner.objects.filter(pk=learner.pk).update(name="")
    learner.refresh_from_db()
    assert (learner.shown_name, learner.masked_name) == ("已注销", "已注销")
    with translation.override("en"):
        assert learner.shown_name == "Erased"
    a_class = done.enrolment.training_class
    with CaptureQueriesContext(connection) as spent:
        register = attendance.register(training_class=a_class)
    assert {row.name for row in register} == {"已注销"}
    assert len(spent) == 3
    lesson = a_class.lessons.select_related("training_class").order_by("number")[0]
    assert [row.name for row in attendance.roster(lesson=lesson)] == ["已注销"]


def test_who_never_said_their_name_has_none_and_was_not_erased(now: datetime) -> None:
    learner = people.learner(now=now, verified=False)
    Learner.objects.filter(pk=learner.pk).update(name="")
    learner.refresh_from_db()
    assert (learner.shown_name, learner.masked_name) == ("", "")


def test_an_entry_of_the_very_moment_goes_in_the_night(now: datetime) -> None:
    learner = people.learner(now=now)
    _done, row, later = asked(learner, now=now)
    erased(learner, now=later)
    FollowUp.objects.filter(pk=row.pk).update(employer=EMPLOYER)
    erasure.sweep(now=later + timedelta(hours=9))
    assert found(EMPLOYER) == set()
