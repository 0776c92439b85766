"""Many applications admitted at once: what is foreseen, and that it is done one by one by one rule, or not at all."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import enrolment
from courses.enrolment import Code, EnrolmentRefusal, EnrolmentRefused, Foresight, many
from courses.models import AuditEvent, Enrolment, Learner, OutboxMessage, TrainingClass
from tests.factories import people
from tests.factories.classes import enrolled, training_class
from tests.factories.ledger import counted

pytestmark = pytest.mark.django_db
Status = Enrolment.Status


@pytest.fixture
def reviewed(now: datetime) -> TrainingClass:
    return training_class(now=now, seats=3, mode=TrainingClass.Mode.REVIEWED)


def applied(reviewed: TrainingClass, now: datetime, *, number: int = 3) -> list[Enrolment]:
    return [enrolled(training_class=reviewed, now=now) for _ in range(number)]


def block(row: Enrolment, now: datetime) -> None:
    """By now a rule stands against this learner."""
    counted(learner=row.learner, key="occupation:chinese-cook:4", now=now)


def codes(ahead: Foresight) -> list[str]:
    return [row.refusal.code.value if row.refusal else "" for row in ahead.rows]


def statuses(*rows: Enrolment) -> list[str]:
    found = dict(Enrolment.objects.values_list("pk", "status"))
    return [found[row.pk] for row in rows]


def test_those_whom_no_rule_blocks_are_admitted_in_order_of_arrival_and_each_is_told(
    now: datetime, reviewed: TrainingClass
) -> None:
    first, second, third = applied(reviewed, now)
    block(second, now)
    waits = enrolled(training_class=reviewed, now=now)
    OutboxMessage.objects.all().delete()
    chosen = [third, second, first]
    ahead = enrolment.foresee(by=people.user(), enrolments=chosen, now=now)
    assert codes(ahead) == ["", Code.SAME_MODULE, ""]
    officer = people.user()
    result = enrolment.admit_all(by=officer, enrolments=chosen, seen=ahead.seal, now=now)
    assert result.done == [first, third]
    assert [(row.enrolment, row.refusal.code) for row in result.refused if row.refusal] == [(second, Code.SAME_MODULE)]
    assert statuses(first, second, third, waits) == ["admitted", "applied", "admitted", "waitlisted"]
    told = OutboxMessage.objects.order_by("pk").values_list("kind", "learner")
    assert list(told) == [("enrolment_admitted", first.learner_id), ("enrolment_admitted", third.learner_id)]
    deeds = AuditEvent.objects.filter(verb="enrolment_admitted", by_id=officer.pk).order_by("pk")
    assert [deed.detail["arrival_no"] for deed in deeds] == [1, 3]
    assert enrolment.occupancy_differences() == []


def test_what_is_foreseen_of_each_is_what_admitting_it_alone_does(now: datetime, reviewed: TrainingClass) -> None:
    rows = applied(reviewed, now)
    block(rows[1], now)
    waits = enrolled(training_class=reviewed, now=now)
    ahead = enrolment.foresee(by=people.user(), enrolments=[*rows, waits], now=now)
    done = []
    for row in (*rows, waits):
        try:
            enrolment.admit(by=people.user(), enrolment=row, now=now)
            done.append("")
        except EnrolmentRefused as refusal:
            done.append(refusal.code.value)
    assert codes(ahead) == done == ["", Code.SAME_MODULE, "", EnrolmentRefusal.WRONG_STATUS]


def test_foreseeing_writes_nothing_and_takes_one_statement_and_one_for_each(
    now: datetime, reviewed: TrainingClass
) -> None:
    by = people.user()
    applied(reviewed, now)
    rows = list(Enrolment.objects.select_related("learner", "category", "training_class__course"))
    enrolment.foresee(by=by, enrolments=rows, now=now)
    with CaptureQueriesContext(connection) as spent:
        enrolment.foresee(by=by, enrolments=rows, now=now)
    assert [query["sql"].split()[0] for query in spent] == ["SELECT"] * 4


@pytest.mark.parametrize("change", ["decided", "blocked", "phone"])
def test_nobody_is_admitted_once_other_consequences_would_stand_there(
    change: str, now: datetime, reviewed: TrainingClass
) -> None:
    first, second, _third = applied(reviewed, now)
    ahead = enrolment.foresee(by=people.user(), enrolments=[first, second], now=now)
    if change == "decided":
        enrolment.refuse(by=people.user(), enrolment=second, reason="材料不全", now=now)
    elif change == "blocked":
        block(second, now)
    else:
        Learner.objects.filter(pk=second.learner_id).update(phone="", user=None)
    rows = list(Enrolment.objects.filter(pk__in=[first.pk, second.pk]).select_related("learner", "training_class"))
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.admit_all(by=people.user(), enrolments=rows, seen=ahead.seal, now=now)
    assert refused.value.code == EnrolmentRefusal.OUTLOOK_CHANGED
    assert statuses(first) == ["applied"]


def test_others_than_were_shown_are_not_admitted(now: datetime, reviewed: TrainingClass) -> None:
    first, second, third = applied(reviewed, now)
    seal = enrolment.foresee(by=people.user(), enrolments=[first, second], now=now).seal
    for chosen in ([first], [first, second, third], [first, third]):
        with pytest.raises(EnrolmentRefused) as refused:
            enrolment.admit_all(by=people.user(), enrolments=chosen, seen=seal, now=now)
        assert refused.value.code == EnrolmentRefusal.OUTLOOK_CHANGED
    assert statuses(first, second, third) == ["applied"] * 3


def test_where_none_can_be_admitted_that_is_said(now: datetime, reviewed: TrainingClass) -> None:
    [row] = applied(reviewed, now, number=1)
    block(row, now)
    for chosen in ([], [row]):
        seal = enrolment.foresee(by=people.user(), enrolments=chosen, now=now).seal
        with pytest.raises(EnrolmentRefused) as refused:
            enrolment.admit_all(by=people.user(), enrolments=chosen, seen=seal, now=now)
        assert refused.value.code == EnrolmentRefusal.NOTHING_CHOSEN


def test_who_is_decided_on_between_two_is_named_and_holds_up_nobody(
    now: datetime, reviewed: TrainingClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = rows = applied(reviewed, now)
    admit = many.admit

    def after_somebody_else(*, enrolment: Enrolment, **said: object) -> None:
        if enrolment == second:
            Enrolment.objects.filter(pk=second.pk).update(status=Status.WITHDRAWN, decided_at=now)
        admit(enrolment=enrolment, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(many, "admit", after_somebody_else)
    seal = enrolment.foresee(by=people.user(), enrolments=rows, now=now).seal
    result = enrolment.admit_all(by=people.user(), enrolments=rows, seen=seal, now=now)
    assert result.done == [first, third]
    assert [(row.enrolment, row.refusal.code) for row in result.refused if row.refusal] == [
        (second, EnrolmentRefusal.WRONG_STATUS)
    ]
