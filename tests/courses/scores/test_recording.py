"""Scores: who records them, what they may be, and that two people change what somebody relies on."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from courses import scores
from courses.models import Completion, Enrolment, Score, User
from courses.scores import ScoreRefusal, ScoreRefused
from tests.factories import people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(now: datetime) -> Enrolment:
    return enrolled(training_class=training_class(now=now), now=now)


def submitted(own: Enrolment, now: datetime) -> None:
    Completion.objects.create(
        number="Z1", enrolment=own, status=Completion.Status.SUBMITTED, proposed_by=people.user(), proposed_at=now,
        proposed_reasoning={}, submitted_by=people.user(), submitted_at=now,
    )  # fmt: skip


def held(own: Enrolment) -> dict[str, int]:
    return scores.standing(enrolments=[own]).get(own.pk, {})


def record(own: Enrolment, now: datetime, *, by: User | None = None, reason: str = "", **points: int) -> list[Score]:
    return scores.record(by=by or people.user(), enrolment=own, points=points, reason=reason, now=now)


@pytest.mark.parametrize(("text", "tenths"), [("0", 0), ("100", 1000), ("59.9", 599), (" 60 ", 600), ("87.50", 875)])
def test_points_are_read_in_tenths(text: str, tenths: int) -> None:
    assert scores.read_points(text) == tenths


@pytest.mark.parametrize("text", ["", "合格", "-1", "100.1", "60.55", "NaN", "Infinity", "1e9", "六十"])
def test_what_is_no_score_is_refused(text: str) -> None:
    with pytest.raises(ScoreRefused) as refused:
        scores.read_points(text)
    assert refused.value.code == ScoreRefusal.OUT_OF_RANGE


def test_before_submission_the_newest_holds_and_the_older_stay(own: Enrolment, now: datetime) -> None:
    record(own, now, theory=550, practice=800)
    record(own, now, theory=720, practice=800)
    assert held(own) == {"theory": 720, "practice": 800}
    kept = Score.objects.filter(enrolment=own).values_list("part", "version", "points")
    assert set(kept) == {("theory", 1, 550), ("theory", 2, 720), ("practice", 1, 800)}


def test_who_trains_a_class_does_not_examine_it(own: Enrolment, now: datetime) -> None:
    trainer = own.training_class.trainers.get()
    with pytest.raises(ScoreRefused) as refused:
        record(own, now, by=trainer, theory=900)
    assert refused.value.code == ScoreRefusal.EXAMINER_TEACHES
    assert held(own) == {}


def test_after_submission_a_change_needs_a_reason_and_a_second_person(own: Enrolment, now: datetime) -> None:
    record(own, now, theory=550)
    submitted(own, now)
    with pytest.raises(ScoreRefused) as refused:
        record(own, now, theory=650)
    assert refused.value.code == ScoreRefusal.REASON_MISSING
    [asked] = record(own, now, theory=650, reason="漏加 10 分")
    assert held(own) == {"theory": 550}
    with pytest.raises(ScoreRefused) as same:
        scores.decide(by=asked.by, score=asked, agree=True, now=now)
    assert same.value.code == ScoreRefusal.SAME_PERSON
    scores.decide(by=people.user(), score=asked, agree=True, now=now)
    assert held(own) == {"theory": 650}


def test_a_change_that_nobody_agreed_to_changes_nothing_and_is_decided_once(own: Enrolment, now: datetime) -> None:
    record(own, now, theory=550)
    submitted(own, now)
    [asked] = record(own, now, theory=650, reason="漏加")
    with pytest.raises(ScoreRefused) as waits:
        record(own, now, theory=700, reason="再改")
    assert waits.value.code == ScoreRefusal.CHANGE_WAITS
    scores.decide(by=people.user(), score=asked, agree=False, now=now)
    with pytest.raises(ScoreRefused) as late:
        scores.decide(by=people.user(), score=asked, agree=True, now=now)
    assert late.value.code == ScoreRefusal.NOTHING_ASKED
    assert held(own) == {"theory": 550}


def test_who_is_not_admitted_gets_none(own: Enrolment, now: datetime) -> None:
    own.status = Enrolment.Status.WITHDRAWN
    with pytest.raises(ScoreRefused) as refused:
        record(own, now, theory=650)
    assert refused.value.code == ScoreRefusal.NOT_ADMITTED


def test_the_database_has_the_last_word(own: Enrolment, now: datetime) -> None:
    [row] = record(own, now, theory=650)
    for change in ({"points": 1001}, {"part": "wit"}, {"decided_by": row.by}, {"status": "asked"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Score.objects.filter(pk=row.pk).update(**change)


def test_who_trains_a_class_does_not_agree_to_a_change_either(own: Enrolment, now: datetime) -> None:
    record(own, now, theory=550)
    submitted(own, now)
    [asked] = record(own, now, theory=650, reason="漏加 10 分")
    with pytest.raises(ScoreRefused) as refused:
        scores.decide(by=own.training_class.trainers.get(), score=asked, agree=True, now=now)
    assert refused.value.code == ScoreRefusal.EXAMINER_TEACHES
    assert held(own) == {"theory": 550}
