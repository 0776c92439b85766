"""What somebody found in a room that they counted: who was not there, who sat there for whom, and what follows."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import completion, supervision
from courses.models import (
    Attendance,
    AuditEvent,
    Completion,
    Enrolment,
    Lesson,
    RoomCheck,
    RoomCount,
    Signal,
    User,
)
from courses.supervision import CheckRefusal, CheckRefused, Inspected
from courses.web import signals
from tests.factories import people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def inspector() -> User:
    return people.user()


@pytest.fixture
def lesson(now: datetime, inspector: User) -> Lesson:
    """A lesson that goes on, of a class of three, whose heads were counted."""
    made = training_class(now=now - timedelta(days=9), first=now - timedelta(minutes=30))
    for _ in range(3):
        enrolled(training_class=made, now=now - timedelta(days=9))
    found = Lesson.objects.select_related("training_class").filter(training_class=made).order_by("number")[0]
    supervision.begin_count(by=inspector, lesson=found, now=now)
    supervision.count_room(by=inspector, lesson=found, counted=1, now=now)
    return found


def numbers(lesson: Lesson) -> list[str]:
    rows = Enrolment.objects.filter(training_class=lesson.training_class).order_by("arrival_no")
    return list(rows.values_list("number", flat=True))


def refusal(lesson: Lesson, inspected: Inspected, *, by: User, now: datetime) -> CheckRefusal:
    with pytest.raises(CheckRefused) as refused:
        supervision.record_check(by=by, lesson=lesson, inspected=inspected, now=now)
    assert refused.value.sentence
    return refused.value.code  # type: ignore[return-value]


def test_the_absent_and_the_impostors_are_kept_by_name_with_the_conclusion(
    now: datetime, lesson: Lesson, inspector: User
) -> None:
    first, second, _third = numbers(lesson)
    inspected = Inspected("serious", [second], [first], True, False, "有人  替课", "责令整改")
    check = supervision.record_check(by=inspector, lesson=lesson, inspected=inspected, now=now)
    lines = check.lines.order_by("enrolment__arrival_no").values_list("enrolment__number", "what")
    assert list(lines) == [(first, "impostor"), (second, "absent")]
    kept = (check.conclusion, check.teacher_matches, check.course_matches, check.found, check.handling, check.version)
    assert kept == ("serious", True, False, "有人 替课", "责令整改", 1)
    assert check.room_count == RoomCount.objects.get()
    assert not Attendance.objects.exists()
    assert AuditEvent.objects.get(verb="room_checked").detail["conclusion"] == "serious"


def test_a_correction_is_a_new_version_and_the_newest_holds(now: datetime, lesson: Lesson, inspector: User) -> None:
    fine, mend = Inspected("fine"), Inspected("mend", found="教师换人")
    first = supervision.record_check(by=inspector, lesson=lesson, inspected=fine, now=now)
    second = supervision.record_check(by=inspector, lesson=lesson, inspected=mend, now=now)
    assert (first.version, second.version) == (1, 2)
    assert list(supervision.current_checks(RoomCheck.objects.all())) == [second]


def test_only_who_counted_writes_it(now: datetime, lesson: Lesson) -> None:
    assert refusal(lesson, Inspected("fine"), by=people.user(), now=now) == CheckRefusal.NOT_COUNTED


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"conclusion": ""}, CheckRefusal.CONCLUSION_MISSING),
        ({"conclusion": "mend", "found": "  "}, CheckRefusal.FOUND_MISSING),
        ({"conclusion": "fine", "teacher_matches": False}, CheckRefusal.NOT_FINE),
        ({"conclusion": "fine", "course_matches": False}, CheckRefusal.NOT_FINE),
        ({"conclusion": "fine", "absent": ["B0"]}, CheckRefusal.NOT_A_MEMBER),
    ],
)
def test_half_a_record_is_refused_and_nothing_is_kept(
    now: datetime, lesson: Lesson, inspector: User, said: dict[str, object], code: CheckRefusal
) -> None:
    assert refusal(lesson, Inspected(**said), by=inspector, now=now) == code  # type: ignore[arg-type]
    first = numbers(lesson)[0]
    both = Inspected("mend", [first], [first], found="有人替课")
    assert refusal(lesson, both, by=inspector, now=now) == CheckRefusal.BOTH
    assert refusal(lesson, Inspected("fine", impostors=[first]), by=inspector, now=now) == CheckRefusal.NOT_FINE
    assert not RoomCheck.objects.exists()


def test_the_database_keeps_no_finding_without_words(now: datetime, lesson: Lesson, inspector: User) -> None:
    said = {"room_count": RoomCount.objects.get(), "by": inspector, "at": now}
    for number, values in enumerate(({"conclusion": "serious"}, {"conclusion": "bad", "found": "x"})):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoomCheck.objects.create(number=f"JC{number}", **said, **values)


def test_what_a_record_says_against_the_register_is_a_signal_that_holds_the_named_and_a_correction_opens_it_anew(
    now: datetime, inspector: User
) -> None:
    done, later = submitted(now=now)
    lesson = Lesson.objects.select_related("training_class").get()
    learner, during = done.enrolment.learner, lesson.starts_at + timedelta(minutes=60)
    count = RoomCount.objects.create(
        lesson=lesson, counted=0, register_here=1, register_awaiting=0, due=1, by=inspector, at=during
    )
    record_check(inspector, lesson, Inspected("mend", [done.enrolment.number], found="有人不在"), later)
    # Found before the record, the signals are behind: nobody is approved until they are looked for again.
    assert completion.pending(completions=[done], now=later) != {}
    assert supervision.compute_due(now=later) == 1
    first = Signal.objects.get(kind="room_check")
    assert (first.figures, [row["learner"] for row in first.rows]) == (
        {"absent": 1, "present": 1, "impostors": 0},
        [learner.number],
    )
    assert "room_check" in completion.held(completions=[done], now=later)[done.pk]
    [told] = signals.told([first])
    assert told.sum.startswith("到教室检查时点名缺席 1 人，其中考勤记为当时在课的 1 人；冒名 0 人。")
    assert (told.lines[0].receipt, told.lines[0].detail) == (
        RoomCheck.objects.get().number,
        "检查时不在教室，考勤记为在课",
    )
    for signal in Signal.objects.all():
        supervision.look_at(by=people.user(), signal=signal, text="已核对", now=later)
    assert completion.held(completions=[done], now=later) == {}
    posed = Inspected("serious", impostors=[done.enrolment.number], found="他人冒名")
    record_check(inspector, lesson, posed, later + timedelta(minutes=5))
    assert supervision.compute_due(now=later + timedelta(minutes=6)) == 1
    second = Signal.objects.filter(kind="room_check").latest("version")
    assert (second.version, second.figures) == (2, {"absent": 0, "present": 0, "impostors": 1})
    assert completion.held(completions=[done], now=later) == {done.pk: ["room_check"]}
    # Nothing follows of itself.
    assert Attendance.objects.get(lesson=lesson).minutes > 0
    assert (Completion.objects.get().status, count.checks.count()) == ("submitted", 2)


def record_check(by: User, lesson: Lesson, inspected: Inspected, at: datetime) -> None:
    supervision.record_check(by=by, lesson=lesson, inspected=inspected, now=at)
