"""补课: asked for, agreed to, witnessed there, counted here; minutes count once and never more than were missed."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from courses import attendance, classes
from courses.attendance import Hours, Mark, makeup
from courses.attendance.makeup import MakeUpRefusal, MakeUpRefused
from courses.models import Attendance, Enrolment, Evidence, Learner, Lesson, MakeUp, OutboxMessage, TrainingClass, User
from courses.notices.texts import text_of
from tests.courses.attendance.conftest import Room, leave, open_room, scan
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status = MakeUp.Status
DAY = 24 * 60
HEARD = 3 * DAY  # when the lesson is heard again, in minutes after the missed one began
OVER = HEARD + 181


@pytest.fixture
def there(room: Room) -> TrainingClass:
    """Another class of the course, whose first lesson has the topic of the missed one and is as long."""
    return training_class(now=room.at(-20000), first=room.at(HEARD), course=room.a_class.course)


def own(room: Room, learner: Learner) -> Enrolment:
    rows = Enrolment.objects.select_related("learner__user", "training_class__course", "training_class__policy")
    return rows.get(learner=learner, training_class=room.a_class)


def asked(room: Room, there: TrainingClass, learner: Learner, minutes: float = 200) -> MakeUp:
    said = {"missed": 1, "heard": f"{there.number}-1", "by": learner.user, "now": room.at(minutes)}
    return makeup.ask(enrolment=own(room, learner), **said)


def witnessed(room: Room, make_up: MakeUp, *, by: User | None = None, hours: Hours | None = None) -> MakeUp:
    makeup.answer(by=people.user(), make_up=make_up, agree=True, text="", now=room.at(300))
    hours = hours or Hours(time(9), time(12))
    makeup.witness(by=by or people.user(), make_up=make_up, hours=hours, now=room.at(OVER))
    return make_up


def refusal(deed: Any, **said: Any) -> str:
    with pytest.raises(MakeUpRefused) as caught, transaction.atomic():
        deed(**said)
    assert caught.value.sentence
    return str(caught.value.code)


def state(learner: Learner) -> tuple[str, int] | None:
    found = Attendance.objects.filter(learner=learner).first()
    return (found.status, found.minutes) if found else None


def test_a_missed_lesson_that_was_heard_elsewhere_counts_once_two_people_have_said_so(
    room: Room, there: TrainingClass
) -> None:
    learner = room.learner()
    row = witnessed(room, asked(room, there, learner))
    assert (state(learner), row.status) == (None, Status.WITNESSED)
    makeup.decide(by=people.user(), make_up=row, count=True, text="", now=room.at(OVER + 5))
    assert state(learner) == (Attendance.Status.PRESENT, 180)
    assert [(one.kind, one.claimed_at) for one in Evidence.objects.order_by("pk")] == [
        ("make_up", room.at(HEARD)),
        ("make_up", room.at(HEARD + 180)),
    ]
    assert Attendance.objects.get().by_hand
    assert list(attendance.differences(now=room.at(OVER + 6))) == []
    told = OutboxMessage.objects.filter(kind__startswith="make_up_").order_by("pk")
    assert list(told.values_list("kind", "learner")) == [
        ("make_up_agreed", learner.pk),
        ("make_up_counted", learner.pk),
    ]
    said = {"make_up": row, "count": True, "text": "", "now": room.at(OVER + 7)}
    assert refusal(makeup.decide, by=people.user(), **said) == MakeUpRefusal.ATTENDED


def change(at: Room, lesson: Lesson, **wanted: Any) -> None:
    """Granted by the desk's door, while the guests have not come yet."""
    if wanted:
        now_as_it_is = {"starts_at": lesson.starts_at, "ends_at": lesson.ends_at, "room": lesson.room}
        said = {**now_as_it_is, "trainer": lesson.trainer, **wanted}
        request = classes.ask_change(by=people.user(), lesson=lesson, reason="停电", now=at.at(400), **said)
    else:
        request = classes.ask_cancel(by=people.user(), lesson=lesson, reason="停电", now=at.at(400))
    attendance.decide_change(by=people.user(), request=request, grant=True, answer="", now=at.at(400))


def heard_of(learner: Learner) -> list[str]:
    """What a learner was told of make-ups after they were agreed to."""
    rows = OutboxMessage.objects.filter(learner=learner, kind__startswith="make_up_").exclude(kind="make_up_agreed")
    return [text_of(kind=row.kind, params=row.params, language="zh-hans") for row in rows.order_by("pk")]


def guests(room: Room, there: TrainingClass) -> tuple[Learner, Learner, Learner]:
    """One who may come, one who waits for the answer, and one who took it back."""
    agreed, waits, back = room.learner(), room.learner(), room.learner()
    rows = [asked(room, there, learner) for learner in (agreed, waits, back)]
    makeup.answer(by=people.user(), make_up=rows[0], agree=True, text="", now=room.at(300))
    makeup.take_back(make_up=rows[2], by=people.user(), now=room.at(300))
    return agreed, waits, back


def test_guests_who_may_come_hear_that_the_lesson_moved_and_nobody_else_does(room: Room, there: TrainingClass) -> None:
    agreed, waits, back = guests(room, there)
    lesson = there.lessons.get(number=1)
    change(room, lesson, starts_at=room.at(HEARD + 60), ends_at=room.at(HEARD + 240), room="8 教室")
    [told] = heard_of(agreed)
    assert told.startswith("您为「中式烹调师（四级）」第 1 次课补课，要去听的课有变更：原定 ")
    assert "10:00" in told
    assert "8 教室" in told
    assert (heard_of(waits), heard_of(back)) == ([], [])
    assert {row.status for row in MakeUp.objects.all()} == {Status.AGREED, Status.ASKED, Status.WITHDRAWN}


def test_of_a_lesson_that_is_cancelled_no_wish_is_left_and_the_learner_may_ask_anew(
    room: Room, there: TrainingClass
) -> None:
    agreed, waits, back = guests(room, there)
    lesson = there.lessons.get(number=1)
    change(room, lesson)
    for learner in (agreed, waits):
        assert heard_of(learner) == [
            "您为「中式烹调师（四级）」第 1 次课补课，要去听的课已取消，原因：停电。不用去了，请在「我的课次」另选一次。"
        ]
    assert heard_of(back) == []
    ended = MakeUp.objects.filter(status=Status.CALLED_OFF)
    assert sorted(ended.values_list("enrolment__learner", flat=True)) == sorted([agreed.pk, waits.pk])
    other = training_class(now=room.at(-20000), first=room.at(HEARD), course=room.a_class.course)
    assert asked(room, other, agreed, minutes=500).status == Status.ASKED


def everybody(room: Room, there: TrainingClass) -> tuple[Learner, Learner, set[Learner]]:
    """Who may come and who waits for the answer, and all others near the class: one who took it back, one who was
    there already, one who makes up a lesson in a third class, and a learner of the visited class itself."""
    agreed, waits, back = guests(room, there)
    third = training_class(now=room.at(-20000), first=room.at(HEARD), course=room.a_class.course)
    elsewhere = room.learner()
    makeup.answer(by=people.user(), make_up=asked(room, third, elsewhere), agree=True, text="", now=room.at(300))
    seen = room.learner()
    MakeUp.objects.filter(pk=asked(room, there, seen).pk).update(
        status=Status.WITNESSED, came_at=room.at(HEARD), left_at=room.at(HEARD + 60), witnessed_by=people.user(),
        witnessed_at=room.at(HEARD + 200),
    )  # fmt: skip
    member = enrolled(training_class=there, now=room.at(-9000)).learner
    return agreed, waits, {back, elsewhere, seen, member}


def moved(room: Room, there: TrainingClass, to: TrainingClass.Status, minutes: float = 400) -> dict[str, list[int]]:
    """By kind, whom this one step told, each as often as they were."""
    before = set(OutboxMessage.objects.values_list("pk", flat=True))
    attendance.advance(by=people.user(), training_class=there, to=to, reason="停电", now=room.at(minutes))
    told: dict[str, list[int]] = {}
    for row in OutboxMessage.objects.exclude(pk__in=before).exclude(learner=None).order_by("learner"):
        told.setdefault(row.kind, []).append(row.learner_id)
    return told


def test_of_a_class_that_is_cancelled_exactly_its_open_guests_hear_once_and_may_ask_elsewhere(
    room: Room, there: TrainingClass
) -> None:
    agreed, waits, others = everybody(room, there)
    member = there.enrolments.get().learner_id
    assert moved(room, there, TrainingClass.Status.CANCELLED) == {
        "make_up_called_off": sorted([agreed.pk, waits.pk]),
        "class_cancelled": [member],
    }
    assert heard_of(waits) == [
        "您为「中式烹调师（四级）」第 1 次课补课，要去听的课已取消，原因：停电。不用去了，请在「我的课次」另选一次。"
    ]
    ended = MakeUp.objects.filter(status=Status.CALLED_OFF).values_list("enrolment__learner", flat=True)
    assert set(ended) == {agreed.pk, waits.pk}
    assert not {one.pk for one in others} & set(ended)
    other = training_class(now=room.at(-20000), first=room.at(HEARD), course=room.a_class.course)
    assert asked(room, other, agreed, minutes=500).status == Status.ASKED


def test_of_a_class_that_is_suspended_and_resumed_exactly_those_hear_who_may_still_come(
    room: Room, there: TrainingClass
) -> None:
    agreed, waits, _others = everybody(room, there)
    member = there.enrolments.get().learner_id
    assert moved(room, there, TrainingClass.Status.SUSPENDED) == {
        "make_up_suspended": [agreed.pk],
        "class_suspended": [member],
    }
    wish = MakeUp.objects.select_related("heard__training_class", "enrolment__learner").get(enrolment__learner=waits)
    said = {"by": people.user(), "make_up": wish, "agree": True, "text": "", "now": room.at(410)}
    assert refusal(makeup.answer, **said) == MakeUpRefusal.SUSPENDED
    assert moved(room, there, TrainingClass.Status.ENROLLING, 420) == {
        "make_up_resumed": [agreed.pk],
        "class_resumed": [member],
    }
    stopped, resumed = heard_of(agreed)
    assert stopped.startswith("您为「中式烹调师（四级）」第 1 次课补课，要去听课的班暂停，原因：停电。9 月 17 日")
    assert resumed.startswith("您为「中式烹调师（四级）」第 1 次课补课，要去听课的班已恢复：9 月 17 日")
    # Once the lesson is over there is nothing left that they could miss.
    assert moved(room, there, TrainingClass.Status.SUSPENDED, OVER) == {"class_suspended": [member]}


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        (Hours(time(9, 30), time(10, 30)), 60),
        (Hours(time(9), time(10, 45)), 105),
        (Hours(time(9), time(10, 59)), 119),
        (Hours(time(9), time(12)), 120),
    ],
)
def test_no_more_counts_than_was_heard_or_than_was_missed(now: datetime, hours: Hours, minutes: int) -> None:
    room = open_room(now=now)
    Lesson.objects.filter(pk=room.lesson.pk).update(ends_at=room.at(120))
    there = training_class(now=room.at(-20000), first=room.at(HEARD), course=room.a_class.course)
    learner = room.learner()
    row = witnessed(room, asked(room, there, learner), hours=hours)
    makeup.decide(by=people.user(), make_up=row, count=True, text="", now=room.at(OVER))
    assert Attendance.objects.get().minutes == minutes


def test_who_saw_the_guest_does_not_count_the_hours_and_the_database_says_so_too(
    room: Room, there: TrainingClass
) -> None:
    by = people.user()
    row = witnessed(room, asked(room, there, room.learner()), by=by)
    said = {"make_up": row, "count": True, "text": "", "now": room.at(OVER)}
    assert refusal(makeup.decide, by=by, **said) == MakeUpRefusal.SAME_PERSON
    # Read before the guest was seen.
    row.status, row.witnessed_by_id = Status.AGREED, None
    turned_down = {**said, "count": False, "text": "没有来"}
    assert refusal(makeup.decide, by=by, **turned_down) == MakeUpRefusal.SAME_PERSON
    with pytest.raises(IntegrityError, match="makeup_two_people"), transaction.atomic():
        MakeUp.objects.filter(pk=row.pk).update(decided_by=by)
    assert not Evidence.objects.exists()


def test_the_policy_may_count_none(now: datetime) -> None:
    strict = catalogue.policy("strict", makeup_counts=False)
    room = open_room(now=now, policy=strict)
    there = training_class(now=room.at(-20000), first=room.at(HEARD), course=room.a_class.course)
    learner = room.learner()
    said = {"missed": 1, "heard": f"{there.number}-1", "by": learner.user, "now": room.at(200)}
    assert refusal(makeup.ask, enrolment=own(room, learner), **said) == MakeUpRefusal.NOT_ALLOWED


def test_only_what_was_missed_and_is_suggested_may_be_asked_for_and_once(room: Room, there: TrainingClass) -> None:
    learner, came = room.learner(), room.learner("李梅")
    scan(room, came, 0)
    leave(room, came, 180)
    said = {"missed": 1, "by": learner.user, "now": room.at(200)}
    other = training_class(now=room.at(-20000), first=room.at(HEARD))
    for who, heard in ((learner, f"{other.number}-1"), (learner, "x"), (came, f"{there.number}-1")):
        assert refusal(makeup.ask, enrolment=own(room, who), heard=heard, **said) == MakeUpRefusal.NOT_OFFERED
    row = asked(room, there, learner)
    heard = f"{there.number}-1"
    assert refusal(makeup.ask, enrolment=own(room, learner), heard=heard, **said) == MakeUpRefusal.ALREADY_ASKED
    makeup.take_back(make_up=row, by=learner.user, now=room.at(201))
    assert asked(room, there, learner).status == Status.ASKED


@pytest.mark.parametrize(
    ("minutes", "hours", "code"),
    [
        (HEARD + 179, Hours(time(9), time(12)), MakeUpRefusal.NOT_BEGUN),
        (HEARD + 180 + DAY + 1, Hours(time(9), time(12)), MakeUpRefusal.TOO_LATE),
        (OVER, None, MakeUpRefusal.WRONG_TIMES),
        (OVER, Hours(time(8), time(12)), MakeUpRefusal.WRONG_TIMES),
        (OVER, Hours(time(12), time(9)), MakeUpRefusal.WRONG_TIMES),
    ],
)
def test_the_visited_class_says_when_within_its_own_hours(
    room: Room, there: TrainingClass, minutes: int, hours: Hours | None, code: MakeUpRefusal
) -> None:
    row = asked(room, there, room.learner())
    makeup.answer(by=people.user(), make_up=row, agree=True, text="", now=room.at(300))
    said = {"make_up": row, "hours": hours, "now": room.at(minutes)}
    assert refusal(makeup.witness, by=people.user(), **said) == code


def test_a_lesson_that_a_suspended_class_did_not_hold_is_never_witnessed(room: Room, there: TrainingClass) -> None:
    row = asked(room, there, room.learner())
    makeup.answer(by=people.user(), make_up=row, agree=True, text="", now=room.at(300))
    moved(room, there, TrainingClass.Status.SUSPENDED)
    said = {"make_up": row, "hours": Hours(time(9), time(12))}
    assert refusal(makeup.witness, by=people.user(), now=room.at(OVER), **said) == MakeUpRefusal.NOT_HELD
    moved(room, there, TrainingClass.Status.ENROLLING, OVER + 1)
    assert refusal(makeup.witness, by=people.user(), now=room.at(OVER + 2), **said) == MakeUpRefusal.NOT_HELD
    assert MakeUp.objects.get().status == Status.AGREED


def test_a_lesson_of_a_class_that_went_on_before_it_is_witnessed(room: Room, there: TrainingClass) -> None:
    row = asked(room, there, room.learner())
    moved(room, there, TrainingClass.Status.SUSPENDED, 250)
    moved(room, there, TrainingClass.Status.ENROLLING, 280)
    assert witnessed(room, row).status == Status.WITNESSED


def test_a_class_that_was_suspended_after_its_row_was_read_neither_agrees_nor_is_asked(
    room: Room, there: TrainingClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner, other = room.learner(), room.learner()
    asked(room, there, learner)
    named = MakeUp.objects.select_related("heard__training_class", "enrolment__learner")
    row, offer = named.get(), makeup.Offer(room.lesson, there.lessons.get(number=1))
    moved(room, there, TrainingClass.Status.SUSPENDED)
    said = {"by": people.user(), "make_up": row, "agree": True, "text": "", "now": room.at(410)}
    assert row.heard.training_class.status == TrainingClass.Status.ENROLLING
    assert refusal(makeup.answer, **said) == MakeUpRefusal.SUSPENDED
    monkeypatch.setattr(makeup, "_offered", lambda *read: offer)
    wish = {"enrolment": own(room, other), "missed": 1, "heard": f"{there.number}-1", "now": room.at(410)}
    assert refusal(makeup.ask, by=other.user, **wish) == MakeUpRefusal.NOT_OFFERED


def test_a_guest_who_takes_back_while_the_class_is_cancelled_does_not_hold_it_up(
    room: Room, there: TrainingClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = room.learner(), room.learner()
    rows = [asked(room, there, learner) for learner in (first, second)]
    read = makeup._guests

    def taken_back_meanwhile(which: Any) -> list[MakeUp]:
        found = read(which)
        makeup.take_back(make_up=rows[0], by=people.user(), now=room.at(400))
        return found

    monkeypatch.setattr(makeup, "_guests", taken_back_meanwhile)
    assert moved(room, there, TrainingClass.Status.CANCELLED) == {"make_up_called_off": [second.pk]}
    found = MakeUp.objects.order_by("pk").values_list("status", flat=True)
    assert list(found) == [Status.WITHDRAWN, Status.CALLED_OFF]


def test_an_absence_that_was_marked_by_hand_gives_way_and_an_attendance_does_not(
    room: Room, there: TrainingClass
) -> None:
    away, added = room.learner("王一"), room.learner("王二")
    attendance.mark(by=room.trainer, lesson=room.lesson, learner=away, as_=Mark.ABSENT, reason="x", now=room.at(60))
    second = training_class(now=room.at(-20000), first=room.at(HEARD), course=room.a_class.course)
    rows = [witnessed(room, asked(room, at, one)) for at, one in ((there, away), (second, added))]
    scanned = attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=added, as_=Mark.PRESENT, reason="no_phone", now=room.at(400)
    )
    assert scanned.receipt
    makeup.decide(by=people.user(), make_up=rows[0], count=True, text="", now=room.at(OVER))
    assert state(away) == (Attendance.Status.PRESENT, 180)
    said = {"make_up": rows[1], "count": True, "text": "", "now": room.at(OVER)}
    assert refusal(makeup.decide, by=people.user(), **said) == MakeUpRefusal.ATTENDED
    assert list(attendance.differences(now=room.at(OVER + 1))) == []


def test_nobody_is_in_two_rooms_at_once(room: Room, there: TrainingClass) -> None:
    learner = room.learner()
    row = witnessed(room, asked(room, there, learner))
    busy = training_class(now=room.at(-20000), first=room.at(HEARD + 60))
    seat = enrolled(training_class=busy, now=room.at(-10000), learner=people.learner(now=room.at(-10000)))
    Enrolment.objects.filter(pk=seat.pk).update(learner=learner)
    lesson = Lesson.objects.select_related("training_class").filter(training_class=busy)[0]
    attendance.mark(
        by=people.user(), lesson=lesson, learner=learner, as_=Mark.PRESENT, reason="no_phone", now=room.at(HEARD + 70)
    )
    said = {"make_up": row, "count": True, "text": "", "now": room.at(OVER)}
    assert refusal(makeup.decide, by=people.user(), **said) == MakeUpRefusal.ELSEWHERE


def test_one_pair_of_hours_makes_up_one_lesson(room: Room, there: TrainingClass) -> None:
    """Two classes say that they had the same guest from nine to twelve."""
    learner = room.learner()
    row = witnessed(room, asked(room, there, learner))
    third = training_class(now=room.at(-20000), first=room.at(HEARD), course=room.a_class.course)
    second = Lesson.objects.get(training_class=room.a_class, number=2)
    hours = {"came_at": row.came_at, "left_at": row.left_at, "witnessed_by": people.user()}
    other = MakeUp.objects.create(
        code="OTHER", enrolment=row.enrolment, missed=second, heard=third.lessons.get(number=1),
        asked_at=room.at(200), status=Status.WITNESSED, **hours,
    )  # fmt: skip
    said = {"count": True, "text": "", "now": room.at(OVER)}
    for one in (row, other):
        assert refusal(makeup.decide, by=people.user(), make_up=one, **said) == MakeUpRefusal.SAME_HOURS
    makeup.decide(by=people.user(), make_up=other, count=False, text="当时在另一班", now=room.at(OVER))
    makeup.decide(by=people.user(), make_up=row, **said)
    assert state(learner) == (Attendance.Status.PRESENT, 180)


def test_a_refusal_says_why_and_nobody_decides_on_themselves(room: Room, there: TrainingClass) -> None:
    learner = room.learner()
    row = asked(room, there, learner)
    said = {"make_up": row, "agree": False, "now": room.at(210)}
    assert refusal(makeup.answer, by=people.user(), text=" ", **said) == MakeUpRefusal.REASON_MISSING
    assert learner.user is not None
    assert refusal(makeup.answer, by=learner.user, text="满了", **said) == MakeUpRefusal.OWN
    makeup.answer(by=people.user(), text="满了", **said)
    assert refusal(makeup.take_back, make_up=row, by=learner.user, now=room.at(220)) == MakeUpRefusal.DECIDED
    later = timedelta(minutes=1)
    assert asked(room, there, learner, 230).asked_at == room.at(229) + later
