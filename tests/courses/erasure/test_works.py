"""What was said of somebody's work goes with their record; the grades stay, and nobody judges it any more."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from courses import access, erasure, policy, works
from courses.models import Enrolment, OutboxMessage, Post, Regrade, TrainingClass, Work
from courses.policy import DEFAULTS
from courses.turns.asked import asked as behind
from courses.turns.kinds import Turn
from courses.works import WorkRefusal, WorkRefused, assigning, regrading
from tests.courses.erasure.conftest import found
from tests.factories import people
from tests.factories.classes import enrolled, training_class
from tests.factories.erasure import NAME, erased

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example.com/zhiqiu"
FIRST, NOTE, WHY, ALSO = "欧阳知秋的店铺打不开", "店主孩子在住院", "欧阳知秋另交了截图", "欧阳知秋的截图是旧的"


@pytest.fixture
def own(now: datetime) -> Enrolment:
    """The seat of a class that asks for both works and is over without a completion."""
    made = training_class(now=now, lessons=1)
    document = {**DEFAULTS, "assessments": {made.kind_key: ["plan", "link"]}}
    made.policy = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    made.save()
    row = enrolled(training_class=made, now=now, learner=people.learner(now=now, name=NAME))
    TrainingClass.objects.filter(pk=made.pk).update(status=TrainingClass.Status.CLOSED)
    return Enrolment.objects.select_related("learner", "training_class__policy").get(pk=row.pk)


def handed_in(own: Enrolment, now: datetime) -> Work:
    assert own.learner.user is not None
    made = works.hand_in_link(enrolment=own, link=SHOP, by=own.learner.user, now=now)
    return Work.objects.select_related("enrolment__learner", "enrolment__training_class").get(pk=made.pk)


def judged(own: Enrolment, grade: str, note: str, now: datetime) -> Work:
    made = handed_in(own, now)
    works.judge(by=people.user(), work=made, grade=grade, note=note, now=now)
    made.refresh_from_db()
    return made


def asked(work: Work, grade: str, reason: str, now: datetime) -> Regrade:
    return regrading.ask(by=people.user(), work=work, grade=grade, reason=reason, now=now)


def test_what_was_said_of_a_work_goes_and_the_grades_stay(own: Enrolment, now: datetime) -> None:
    judged(own, "fail", FIRST, now)
    second = judged(own, "fail", NOTE, now)
    regrading.decide(by=people.user(), regrade=asked(second, "pass", WHY, now), agree=True, now=now)
    second.refresh_from_db()
    asked(second, "excellent", ALSO, now)
    assert {"courses_work.note", "courses_regrade.reason", "courses_regrade.was_note"} <= found(FIRST, NOTE, WHY, ALSO)
    erased(own.learner, now=now)
    assert found(SHOP, FIRST, NOTE, WHY, ALSO) == set()
    assert list(Work.objects.values_list("version", "grade", "note")) == [(1, "fail", "—"), (2, "pass", "")]
    assert list(Regrade.objects.values_list("was", "grade", "status")) == [
        ("fail", "pass", "held"),
        ("pass", "excellent", "asked"),
    ]


def refusal(deed: object, **said: object) -> str:
    with pytest.raises(WorkRefused) as refused:
        deed(**said)  # type: ignore[operator]
    return str(refused.value.code)


def test_nobody_judges_hands_in_or_changes_a_grade_of_an_erased_record(own: Enrolment, now: datetime) -> None:
    stale, by = handed_in(own, now), people.user()
    erased(own.learner, now=now)
    before = OutboxMessage.objects.count()
    assert refusal(works.judge, by=by, work=stale, grade="fail", note=NOTE, now=now) == WorkRefusal.ERASED
    Work.objects.update(grade="fail", note="—", reviewer=people.user(), judged_at=now)
    assert refusal(regrading.ask, by=by, work=stale, grade="pass", reason=WHY, now=now) == WorkRefusal.ERASED
    assert refusal(works.hand_in_link, enrolment=own, link=SHOP, by=by, now=now) == WorkRefusal.ERASED
    assert (OutboxMessage.objects.count(), found(NOTE, WHY, SHOP)) == (before, set())


def test_a_change_of_a_grade_waits_for_nobody_once_its_record_is_erased(own: Enrolment, now: datetime) -> None:
    work = judged(own, "fail", NOTE, now)
    change, found_behind = asked(work, "pass", WHY, now), behind(Turn.WORK_REVIEW, access.EVERYTHING, now)
    assert found_behind is not None
    waits = found_behind.rows
    assert (list(waits), regrading.waiting(training_class=own.training_class)) == ([work], [change])
    erased(own.learner, now=now)
    assert (list(waits.all()), regrading.waiting(training_class=own.training_class)) == ([], [])
    before = OutboxMessage.objects.count()
    for agree in (True, False):
        late = {"by": people.user(), "regrade": change, "agree": agree, "now": now}
        assert refusal(regrading.decide, **late) == WorkRefusal.ERASED
    change.refresh_from_db()
    assert (change.status, Work.objects.get().grade, OutboxMessage.objects.count()) == ("asked", "fail", before)
    assert found(WHY) == set()


def test_who_still_has_the_page_open_is_told_that_there_is_nothing_to_decide(
    own: Enrolment, now: datetime, client: Client, settings: Settings
) -> None:
    work = judged(own, "fail", NOTE, now)
    asked(work, "pass", WHY, now)
    settings.ENFORCE_SECOND_FACTOR = False
    officer = people.staff(role=Post.Role.CITY, now=now - timedelta(days=9))
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    number = own.training_class.number
    with time_machine.travel(now, tick=False):
        before = client.get(reverse("desk_works", args=[number])).content.decode()
        erased(own.learner, now=now)
        late = client.post(reverse("desk_work_regrade_decide", args=[number, work.code]), {"decision": "agree"})
        after = client.get(late["Location"]).content.decode()
    assert "等待确认的改评" in before
    assert "等待确认的改评" not in after
    assert "不用再提交、评定、改评或确认改评" in after


def test_a_work_of_an_erased_record_waits_for_nobody(own: Enrolment, now: datetime) -> None:
    work, expert = handed_in(own, now), people.staff(role=Post.Role.EXPERT, now=now - timedelta(days=9))
    found_behind = behind(Turn.WORK_REVIEW, access.EVERYTHING, now)
    assert found_behind is not None
    waits = found_behind.rows
    assigning.assign(by=people.user(), training_class=own.training_class, reviewer=expert, now=now)
    assert (list(waits), list(works.given(user=expert, now=now))) == ([work], [work])
    erased(own.learner, now=now)
    assert (list(waits.all()), list(works.given(user=expert, now=now))) == ([], [])
    again = {"by": people.user(), "training_class": own.training_class, "now": now}
    other = people.staff(role=Post.Role.EXPERT, now=now - timedelta(days=9))
    assert refusal(assigning.assign, reviewer=other, **again) == WorkRefusal.NOTHING_WAITS


def test_a_note_of_the_very_moment_goes_in_the_night(own: Enrolment, now: datetime) -> None:
    judged(own, "fail", FIRST, now)
    erased(own.learner, now=now)
    Work.objects.update(note=NOTE)
    erasure.sweep(now=now + timedelta(hours=9))
    assert found(NOTE) == set()
