"""What a class's change of status means for its seats."""

import ast
from datetime import datetime, timedelta

import pytest

from courses import enrolment, notices, seating
from courses.classes import ClassRefused
from courses.models import AuditEvent, Enrolment, LearnerCategory, OutboxMessage, TrainingClass, TransferRequest
from courses.notices.texts import text_of
from courses.policy import local_date
from tests.architecture.trees import modules, place, tree
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, first_lesson, training_class

pytestmark = pytest.mark.django_db
Of = TrainingClass.Status
Status = Enrolment.Status
Why = Enrolment.Why
# Statements: whether it was held, the class and its event, its enrolments, their ends, one message each in one
# statement, the bookings, what was asked of its lessons; and its course and trainers, who are told too.
CANCELLATION = 29


def move(a_class: TrainingClass, to: Of, now: datetime, reason: str = "场地停用") -> None:
    seating.advance(by=people.user(), training_class=a_class, to=to, reason=reason, now=now)


def told(kind: str) -> list[object]:
    return sorted(OutboxMessage.objects.filter(kind=kind).values_list("learner", flat=True))


def states() -> dict[str, tuple[str, str]]:
    return {row.number: (row.status, row.why) for row in Enrolment.objects.all()}


def test_cancelling_ends_every_live_enrolment_and_tells_exactly_those(now: datetime) -> None:
    a_class = training_class(now=now, seats=2, mode=TrainingClass.Mode.REVIEWED)
    gone, admitted, offered, waits = (enrolled(training_class=a_class, now=now) for _ in range(4))
    enrolment.withdraw(by=gone.learner.user, enrolment=gone, reason="", now=now)
    enrolment.admit(by=people.user(), enrolment=admitted, now=now)
    last = enrolled(training_class=a_class, now=now)
    elsewhere = enrolled(training_class=training_class(now=now, first=now + timedelta(days=9)), now=now)
    concerned = [admitted, offered, waits, last]
    held = [state for state, _why in states().values()]
    assert sorted(held) == ["admitted", "admitted", "offered", "waitlisted", "waitlisted", "withdrawn"]
    move(a_class, Of.CANCELLED, now)
    for row in concerned:
        row.refresh_from_db()
        assert (row.status, row.why, row.reason) == (Status.WITHDRAWN, Why.CLASS_CANCELLED, "场地停用")
        assert AuditEvent.objects.filter(verb="enrolment_withdrawn", target=row.number).count() == 1
    assert told("class_cancelled") == sorted(row.learner_id for row in concerned)
    gone.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (gone.why, elsewhere.status) == ("", Status.ADMITTED)
    a_class.refresh_from_db()
    assert (a_class.taken, a_class.waiting) == (0, 0)
    assert enrolment.occupancy_differences() == []


def test_a_cancelled_seat_no_longer_keeps_its_learner_out_of_another_class(now: datetime) -> None:
    a_class = training_class(now=now)
    row = enrolled(training_class=a_class, now=now)
    move(a_class, Of.CANCELLED, now)
    other = training_class(now=now)
    assert enrolment.check(learner=row.learner, training_class=other, now=now).may_apply


def test_the_message_of_a_cancelled_class_says_the_reason_and_the_day_in_either_language(now: datetime) -> None:
    a_class = training_class(now=now)
    enrolled(training_class=a_class, now=now)
    move(a_class, Of.CANCELLED, now)
    row = OutboxMessage.objects.get(kind="class_cancelled")
    said = text_of(kind=row.kind, params=row.params, language="zh-hans")
    assert said.startswith("「中式烹调师（四级）」已取消，原定 9 月 15 日 开课，您的报名随之结束。原因：场地停用。")
    assert "15 Sep" in text_of(kind=row.kind, params=row.params, language="en")


def test_who_was_just_imported_hears_of_the_cancellation_and_not_of_a_seat_after_it(now: datetime) -> None:
    a_class = training_class(now=now)
    learners = [people.learner(now=now) for _ in range(2)]
    seats = [seating.Seat(learner, None) for learner in learners]
    seating.give_many(seats=seats, training_class=a_class, source=Enrolment.Source.IMPORT, by=None, now=now)
    move(a_class, Of.CANCELLED, now + timedelta(minutes=5))
    assert told("enrolment_admitted") == []
    assert told("class_cancelled") == sorted(learner.pk for learner in learners)


def test_the_category_that_an_import_states_is_frozen_at_admission_and_judged_there(now: datetime) -> None:
    """The list says that the learner is employed; the learner's own record says unemployed, before and after."""
    employee, unemployed = category("employee"), category("unemp")
    course = catalogue.course(kind=catalogue.kind("mgr", module="mgr", letter="M"))
    a_class = training_class(now=now, course=course, mode=TrainingClass.Mode.REVIEWED)
    learner = people.learner(now=now)
    learner.category = unemployed
    learner.save()
    seats = [seating.Seat(learner, employee.pk)]
    [row] = seating.give_many(seats=seats, training_class=a_class, source=Enrolment.Source.IMPORT, by=None, now=now)
    enrolment.admit(by=people.user(), enrolment=row, now=now)
    stored = Enrolment.objects.select_related("category").get()
    assert (stored.status, stored.category) == (Status.ADMITTED, employee)


def category(key: str) -> LearnerCategory:
    made, _created = LearnerCategory.objects.get_or_create(key=key, defaults={"name": key, "name_en": key})
    return made


def test_a_cancellation_that_is_refused_ends_nothing_and_tells_nobody(now: datetime) -> None:
    a_class = training_class(now=now)
    row = enrolled(training_class=a_class, now=now)
    with pytest.raises(ClassRefused):
        move(a_class, Of.CANCELLED, now, reason=" ")
    row.refresh_from_db()
    assert row.status == Status.ADMITTED
    assert told("class_cancelled") == []


def test_a_failure_to_tell_leaves_the_class_as_it_was(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    a_class = training_class(now=now)
    row = enrolled(training_class=a_class, now=now)

    def fails(**_values: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("courses.seating.telling.notices.queue_many", fails)
    with pytest.raises(RuntimeError):
        move(a_class, Of.CANCELLED, now)
    row.refresh_from_db()
    assert (row.status, TrainingClass.objects.get().status) == (Status.ADMITTED, Of.ENROLLING)


def test_suspending_keeps_seats_and_places_and_tells_their_holders(now: datetime) -> None:
    a_class = training_class(now=now, seats=1)
    rows = [enrolled(training_class=a_class, now=now) for _ in range(2)]
    move(a_class, Of.SUSPENDED, now)
    assert [state for state, _why in states().values()] == [Status.ADMITTED, Status.WAITLISTED]
    assert told("class_suspended") == sorted(row.learner_id for row in rows)


def test_resuming_tells_them_and_gives_what_was_freed_meanwhile_to_who_waits(now: datetime) -> None:
    a_class = training_class(now=now, seats=1)
    first, second, third = (enrolled(training_class=a_class, now=now) for _ in range(3))
    move(a_class, Of.SUSPENDED, now)
    assert enrolment.withdraw(by=first.learner.user, enrolment=first, reason="", now=now) == []
    second.refresh_from_db()
    assert (second.status, second.why) == (Status.WAITLISTED, Why.CLASS_SUSPENDED)
    move(a_class, Of.ENROLLING, now, reason="")
    assert states() == {
        first.number: (Status.WITHDRAWN, ""),
        second.number: (Status.OFFERED, ""),
        third.number: (Status.WAITLISTED, ""),
    }
    assert told("class_resumed") == sorted([second.learner_id, third.learner_id])
    assert enrolment.occupancy_differences() == []


def test_its_trainers_hear_of_each_stop_and_of_going_on_and_nobody_elses(now: datetime) -> None:
    trainer, other, silent = people.user(), people.user(), people.user()
    for who, phone in ((trainer, "19900000001"), (other, "19900000002")):
        who.phone = phone
        who.save()
    a_class = training_class(now=now, trainers=[trainer, silent])
    training_class(now=now, first=now + timedelta(days=9), trainers=[other])
    move(a_class, Of.SUSPENDED, now)
    move(a_class, Of.ENROLLING, now, reason="")
    move(a_class, Of.CANCELLED, now)
    rows = OutboxMessage.objects.filter(kind__endswith="_trainer", channel="sms").order_by("pk")
    assert [(row.kind, row.to) for row in rows] == [
        ("class_suspended_trainer", trainer.phone),
        ("class_resumed_trainer", trainer.phone),
        ("class_cancelled_trainer", trainer.phone),
    ]
    said = [text_of(kind=row.kind, params=row.params, language="zh-hans") for row in rows]
    assert said[0] == (
        f"您任课的「中式烹调师（四级）」暂停，班次 {a_class.number}。原因：场地停用。先不用去上课，恢复后会通知您。"
    )
    assert "resumed" in text_of(kind=rows[1].kind, params=rows[1].params, language="en")
    for who in (trainer, silent):
        assert len(notices.told_staff(user=who)) == 3, "who has no phone reads it on the site as well"
    assert len(notices.told_staff(user=other)) == 0


def test_a_draft_that_is_dropped_tells_no_trainer(now: datetime) -> None:
    trainer = people.user()
    trainer.phone = "19900000001"
    trainer.save()
    move(training_class(now=now, trainers=[trainer], approved=False), Of.CANCELLED, now)
    assert not OutboxMessage.objects.exists()


def test_a_suspended_class_can_be_cancelled_and_is_not_called_resumed(now: datetime) -> None:
    a_class = training_class(now=now)
    enrolled(training_class=a_class, now=now)
    move(a_class, Of.SUSPENDED, now)
    move(a_class, Of.CANCELLED, now)
    assert (len(told("class_cancelled")), told("class_resumed")) == (1, [])


def test_the_statements_of_a_cancellation_do_not_grow_with_the_class(now: datetime, django_assert_num_queries) -> None:
    for many in (2, 6):
        a_class = training_class(now=now, seats=many)
        for _ in range(many):
            enrolled(training_class=a_class, now=now)
        with django_assert_num_queries(CANCELLATION):
            move(a_class, Of.CANCELLED, now)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"enrol_until": timedelta(minutes=-1)}, Why.ENROLMENT_CLOSED),
        ({"status": Of.RUNNING}, Why.CLASS_BEGUN),
        ({"starts_on": timedelta(days=-1)}, Why.CLASS_BEGUN),
    ],
)
def test_nobody_moves_up_after_the_end_of_enrolment_and_staff_read_why(
    change: dict[str, object], why: Why, now: datetime
) -> None:
    a_class = training_class(now=now, seats=1)
    first, second, third = (enrolled(training_class=a_class, now=now) for _ in range(3))
    OutboxMessage.objects.all().delete()
    moments = {"enrol_until": now, "starts_on": now.date()}
    values = {key: moments[key] + by if isinstance(by, timedelta) else by for key, by in change.items()}
    TrainingClass.objects.filter(pk=a_class.pk).update(**values)
    enrolment.withdraw(by=people.user(), enrolment=first, reason="换班", now=now)
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.status, second.why, third.why) == (Status.WAITLISTED, why, "")
    assert set(OutboxMessage.objects.values_list("kind", flat=True)) == {"enrolment_withdrawn"}
    event = AuditEvent.objects.get(verb="enrolment_not_promoted")
    assert (event.target, event.detail["why"]) == (second.number, why)
    enrolment.promote_next(training_class_id=a_class.pk, now=now)
    assert AuditEvent.objects.filter(verb="enrolment_not_promoted").count() == 1
    assert enrolment.occupancy_differences() == []


@pytest.mark.parametrize("suspended_before", [False, True])
def test_who_has_no_seat_when_the_class_begins_is_told_once_and_waits_for_nothing_any_more(
    suspended_before: bool, now: datetime
) -> None:
    a_class = training_class(now=now, seats=2, mode=TrainingClass.Mode.REVIEWED)
    gone, admitted, offered, waits = (enrolled(training_class=a_class, now=now) for _ in range(4))
    enrolment.admit(by=people.user(), enrolment=admitted, now=now)
    enrolment.withdraw(by=gone.learner.user, enrolment=gone, reason="", now=now)
    if suspended_before:
        move(a_class, Of.SUSPENDED, now)
        move(a_class, Of.ENROLLING, now)
    move(a_class, Of.RUNNING, first_lesson(a_class).starts_at)
    assert states() == {
        gone.number: (Status.WITHDRAWN, ""),
        admitted.number: (Status.ADMITTED, ""),
        offered.number: (Status.REFUSED, Why.NOT_REACHED),
        waits.number: (Status.REFUSED, Why.NOT_REACHED),
    }
    assert told("not_reached") == sorted([offered.learner_id, waits.learner_id])
    assert told("enrolment_offered") == [], "an offer that nobody has heard of is not told of after its end"
    a_class.refresh_from_db()
    assert (a_class.taken, a_class.waiting) == (1, 0)
    assert enrolment.occupancy_differences() == []


def test_who_was_not_reached_hears_when_the_next_class_of_the_course_starts(now: datetime) -> None:
    a_class = training_class(now=now, seats=1)
    for days in (30, 20):
        training_class(now=now, course=a_class.course, first=now + timedelta(days=days))
    for _ in range(2):
        enrolled(training_class=a_class, now=now)
    move(a_class, Of.RUNNING, first_lesson(a_class).starts_at)
    message = OutboxMessage.objects.get(kind="not_reached_next")
    soonest = local_date(now + timedelta(days=20))
    assert message.params["next"] == soonest.isoformat()
    words = text_of(kind=message.kind, params=message.params, language="zh-hans")
    assert f"{soonest.month} 月 {soonest.day} 日 开课" in words


def test_a_class_that_nobody_set_going_ends_what_waits_once_its_first_day_is_over(now: datetime) -> None:
    a_class = training_class(now=now, seats=1)
    admitted, waits = (enrolled(training_class=a_class, now=now) for _ in range(2))
    assert seating.end_begun(now=now + timedelta(days=1)) == 0, "on the first day staff still fill what is free"
    later = now + timedelta(days=2)
    assert (seating.end_begun(now=later), seating.end_begun(now=later)) == (1, 0)
    assert states() == {admitted.number: (Status.ADMITTED, ""), waits.number: (Status.REFUSED, Why.NOT_REACHED)}
    assert told("not_reached") == [waits.learner_id]


def test_a_class_that_still_takes_newcomers_after_its_start_keeps_its_queue(now: datetime) -> None:
    a_class = training_class(now=now, seats=1, enrol_until=now + timedelta(days=4))
    for _ in range(2):
        enrolled(training_class=a_class, now=now)
    assert seating.end_begun(now=now + timedelta(days=2)) == 0


@pytest.mark.parametrize("to", [Of.CANCELLED, Of.RUNNING])
def test_a_wish_to_change_into_a_class_that_takes_nobody_any_more_ends_and_is_told(to: Of, now: datetime) -> None:
    there = training_class(now=now)
    own = enrolled(training_class=training_class(now=now, course=there.course), now=now)
    enrolment.ask_for_transfer(enrolment=own, to=there, reason="上班冲突", by=own.learner.user, now=now)
    move(there, to, first_lesson(there).starts_at)
    wish = TransferRequest.objects.get()
    assert (wish.status, enrolment.open_request(enrolment=own)) == (TransferRequest.Status.ENDED, None)
    assert told("transfer_ended") == [own.learner_id]
    own.refresh_from_db()
    assert own.status == Status.ADMITTED


@pytest.mark.parametrize(
    ("door", "through"), [("classes", "courses/seating/moves.py"), ("seating", "courses/attendance/moves.py")]
)
def test_the_low_doors_that_know_no_seats_or_no_guests_stand_open_to_nobody_else(door: str, through: str) -> None:
    """Screens go through `attendance.advance`; the ones below it alone would leave seats or guests behind. The demo
    city has no guests in classes that stop."""
    found = [
        place(path, node)
        for package in ("courses", "cms")
        for path in modules(package)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "advance" and ast.unparse(node.value) == door
    ]
    assert {where.split(":")[0] for where in found if not where.startswith("cms/demo/")} == {through}


@pytest.mark.parametrize(
    "change", [{"status": Of.SUSPENDED}, {"starts_on": timedelta(days=2), "ends_on": timedelta(days=3)}]
)
def test_a_class_put_off_or_suspended_since_it_was_looked_for_is_not_emptied(
    change: dict[str, object], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_class = training_class(now=now, seats=1)
    rows = [enrolled(training_class=a_class, now=now) for _ in range(2)]
    values = {key: now.date() + by if isinstance(by, timedelta) else by for key, by in change.items()}
    hold = enrolment.hold_class

    def rival_first(pk: int) -> None:
        TrainingClass.objects.filter(pk=pk).update(**values)
        hold(pk)

    monkeypatch.setattr(enrolment, "hold_class", rival_first)
    assert seating.end_begun(now=now + timedelta(days=2)) == 0
    assert [states()[row.number] for row in rows] == [(Status.ADMITTED, ""), (Status.WAITLISTED, "")]


def test_wishes_into_a_class_that_nobody_set_going_end_with_its_first_day(now: datetime) -> None:
    there = training_class(now=now)
    own = enrolled(training_class=training_class(now=now, course=there.course), now=now)
    wish = enrolment.ask_for_transfer(enrolment=own, to=there, reason="上班冲突", by=own.learner.user, now=now)
    for later in (now + timedelta(days=1), now + timedelta(days=2), now + timedelta(days=3)):
        assert seating.end_begun(now=later) == 0
    wish.refresh_from_db()
    assert (wish.status, wish.decided_at) == (TransferRequest.Status.ENDED, now + timedelta(days=2))
    assert told("transfer_ended") == [own.learner_id]
    own.refresh_from_db()
    assert own.status == Status.ADMITTED
