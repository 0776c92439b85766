"""What somebody found in a room that they counted: who was not there, who sat there for whom, and what follows."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import supervision
from courses.models import Attendance, AuditEvent, Enrolment, Lesson, RoomCheck, RoomCount, User
from courses.supervision import CheckRefusal, CheckRefused, Inspected
from tests.factories import people
from tests.factories.classes import enrolled, training_class

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
