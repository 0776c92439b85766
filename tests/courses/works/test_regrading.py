"""A judgement that was wrong is put right by two people, with its reason, and what rests on it follows."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from pypdf.generic import TextStringObject

from courses import completion, notices
from courses.completion import CompletionRefused, undercut
from courses.models import AuditEvent, Completion, Enrolment, Learner, OutboxMessage, Regrade, Work
from courses.works import WorkRefusal, WorkRefused, regrading
from tests.courses.rosters.conftest import private_folder
from tests.courses.works.test_works import judged, link, login, own, plan
from tests.factories import papers, people

__all__ = ["own", "private_folder"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder")]
LATER = timedelta(days=3)


def asked(work: Work, grade: str, now: datetime, *, by=None, reason: str = "看错了附件") -> Regrade:
    return regrading.ask(by=by or people.user(), work=work, grade=grade, reason=reason, now=now)


def agreed(work: Work, grade: str, now: datetime) -> None:
    regrading.decide(by=people.user(), regrade=asked(work, grade, now), agree=True, now=now)


def refusal(work: Work, now: datetime, **said) -> str:
    with pytest.raises(WorkRefused) as refused:
        asked(work, said.pop("grade", "pass"), now, **said)
    return str(refused.value.code)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_one_asks_another_agrees_and_both_grades_stay_on_record(own: Enrolment, now: datetime) -> None:
    work = plan(own, now)
    judged(work, "excellent", now)
    first = "测算清楚。"
    Work.objects.filter(pk=work.pk).update(note=first)
    change = asked(fresh(work), "fail", now)
    assert fresh(work).grade == "excellent"
    regrading.decide(by=people.user(), regrade=change, agree=True, now=now)
    assert (fresh(work).grade, fresh(work).note) == ("fail", "看错了附件")
    kept = list(Regrade.objects.values_list("was", "was_note", "grade", "status"))
    assert kept == [("excellent", first, "fail", "held")]
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[-2:] == ["regrade_asked", "regrade_agreed"]


def test_who_asks_does_not_decide_and_what_is_not_agreed_changes_nothing(own: Enrolment, now: datetime) -> None:
    work, by = plan(own, now), people.user()
    judged(work, "pass", now)
    change = asked(fresh(work), "fail", now, by=by)
    with pytest.raises(WorkRefused) as refused:
        regrading.decide(by=by, regrade=change, agree=True, now=now)
    assert refused.value.code == WorkRefusal.OWN_CHANGE
    regrading.decide(by=people.user(), regrade=change, agree=False, now=now)
    assert fresh(work).grade == "pass"
    with pytest.raises(WorkRefused) as again:
        regrading.decide(by=people.user(), regrade=change, agree=True, now=now)
    assert again.value.code == WorkRefusal.NOTHING_ASKED


def test_what_cannot_be_asked_for(own: Enrolment, now: datetime) -> None:
    work = plan(own, now)
    assert refusal(work, now) == WorkRefusal.NOT_JUDGED
    judged(work, "pass", now)
    work = fresh(work)
    assert refusal(work, now) == WorkRefusal.SAME_GRADE
    assert refusal(work, now, grade="fail", reason=" ") == WorkRefusal.REASON_MISSING
    assert refusal(work, now, grade="good") == WorkRefusal.GRADE_MISSING
    assert refusal(work, now, grade="fail", by=login(own)) == WorkRefusal.SAME_PERSON
    assert refusal(work, now, grade="fail", by=own.training_class.trainers.get()) == WorkRefusal.NOT_OUTSIDE
    asked(work, "fail", now)
    assert refusal(work, now, grade="excellent") == WorkRefusal.CHANGE_WAITS


def test_a_version_that_another_followed_keeps_its_grade(own: Enrolment, now: datetime) -> None:
    first = plan(own, now)
    judged(first, "fail", now, note="缺成本测算")
    change = asked(fresh(first), "pass", now)
    plan(own, now, content=papers.pdf(Lang=TextStringObject("zh")))
    assert refusal(fresh(first), now) == WorkRefusal.NOT_NEWEST
    with pytest.raises(WorkRefused) as refused:
        regrading.decide(by=people.user(), regrade=change, agree=True, now=now)
    assert refused.value.code == WorkRefusal.NOT_NEWEST
    regrading.decide(by=people.user(), regrade=change, agree=False, now=now)


def of_changes() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind__startswith="work_regraded").order_by("pk"))


def test_the_learner_is_told_once_of_a_change_that_holds_and_of_nothing_else(own: Enrolment, now: datetime) -> None:
    work = plan(own, now)
    judged(work, "excellent", now)
    dropped = asked(fresh(work), "pass", now)
    regrading.decide(by=people.user(), regrade=dropped, agree=False, now=now)
    change = asked(fresh(work), "fail", now)
    assert not of_changes()
    regrading.decide(by=people.user(), regrade=change, agree=True, now=now)
    with pytest.raises(WorkRefused):
        regrading.decide(by=people.user(), regrade=change, agree=True, now=now)
    (row,) = of_changes()
    assert (row.kind, row.channel, row.training_class) == ("work_regraded_fail", "site", own.training_class)
    assert "已改评为不合格，原因：看错了附件。原来的评定仍保留" in notices.told(learner=own.learner)[0].text


def test_who_has_no_login_is_told_by_phone_and_who_has_neither_by_the_institution(
    own: Enrolment, now: datetime
) -> None:
    work = plan(own, now, by=people.user())
    judged(work, "fail", now, note="缺测算")
    Learner.objects.filter(pk=own.learner_id).update(user=None)
    agreed(fresh(work), "pass", now)
    assert [row.channel for row in of_changes()] == ["sms"]
    Learner.objects.filter(pk=own.learner_id).update(phone="")
    agreed(fresh(work), "excellent", now)
    assert "work_regraded_excellent" in {row.kind for row in notices.unheard(now=now)}


def submitted(own: Enrolment, now: datetime) -> tuple[Completion, Work]:
    work = plan(own, now)
    for one in (work, link(own, now)):
        judged(one, "pass", now)
    done = completion.propose(by=people.user(), enrolment=own, now=now)
    completion.submit(by=people.user(), completion=done, now=now)
    return done, fresh(work)


def test_a_submitted_completion_is_not_approved_on_a_grade_that_was_taken_back(own: Enrolment, now: datetime) -> None:
    later = now + LATER
    done, work = submitted(own, later)
    agreed(work, "fail", later)
    with pytest.raises(CompletionRefused) as refused:
        completion.approve(by=people.user(), completion=done, now=later)
    assert "创业计划书" in refused.value.sentence


def test_an_approved_completion_shows_that_its_grade_was_changed(own: Enrolment, now: datetime) -> None:
    later = now + LATER
    done, work = submitted(own, later)
    completion.approve(by=people.user(), completion=done, now=later)
    agreed(work, "fail", later + timedelta(minutes=1))
    assert undercut.tend(now=later + timedelta(minutes=2)) == 1
    found = done.undercuts.get()
    assert [row["code"] for row in found.lost] == ["plan"]
    assert [(row["what"], row["kind"], row["value"]) for row in found.rows] == [("grade", "plan", "fail")]


def test_who_asked_for_another_grade_does_not_approve_the_count(own: Enrolment, now: datetime) -> None:
    later, by = now + LATER, people.user()
    done, work = submitted(own, later)
    regrading.decide(by=people.user(), regrade=asked(work, "excellent", later, by=by), agree=True, now=later)
    with pytest.raises(CompletionRefused):
        completion.approve(by=by, completion=done, now=later)
    completion.approve(by=people.user(), completion=done, now=later)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("regrade_has_reason", {"reason": ""}),
        ("regrade_changes", {"grade": "pass"}),
        ("regrade_decided_by_someone", {"status": "held"}),
        ("regrade_two_people", {"status": "held", "decided_by": "by", "decided_at": "at"}),
    ],
)
def test_the_database_has_the_last_word(name: str, changes: dict[str, str], own: Enrolment, now: datetime) -> None:
    work = plan(own, now)
    judged(work, "pass", now)
    row = asked(fresh(work), "fail", now)
    known = {"by": row.by, "at": now}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Regrade.objects.update(**{key: known.get(value, value) for key, value in changes.items()})
