"""What is said of a change of several lessons: one message to each person, naming the lessons."""

from collections.abc import Sequence
from datetime import datetime

from courses import notices
from courses.models import ChangeRequest, Enrolment, User

SMS = "sms"


def tell_of_several(*, rows: Sequence[ChangeRequest], now: datetime) -> None:
    """Learners who hold a seat, the trainers who gave these lessons and the one who gives them; times stay as they
    were. A trainer hears of those lessons alone that are or were theirs."""
    training_class, reason = rows[0].training_class, rows[0].reason
    said = {"course": training_class.course.name, "reason": reason}
    of_all = {**said, "numbers": _numbers(rows), "room": _rooms(rows)}
    seated = Enrolment.objects.filter(training_class=training_class, status__in=Enrolment.SEATED)
    for enrolment in seated.select_related("learner").order_by("arrival_no"):
        learner = enrolment.learner
        notices.queue(
            kind="lessons_changed", channel=SMS, params=of_all, now=now, to=learner.phone, learner=learner,
            training_class=training_class,
        )  # fmt: skip
    for trainer, theirs in _by_trainer(rows).items():
        own = {**said, "numbers": _numbers(theirs), "room": _rooms(theirs)}
        notices.tell_staff(user=trainer, kind="lessons_changed_trainer", params=own, now=now)


def _by_trainer(rows: Sequence[ChangeRequest]) -> dict[User, list[ChangeRequest]]:
    found: dict[User, list[ChangeRequest]] = {}
    for row in rows:
        for trainer in {row.was_trainer, row.trainer} - {None}:
            assert trainer is not None
            found.setdefault(trainer, []).append(row)
    return found


def _numbers(rows: Sequence[ChangeRequest]) -> str:
    return "、".join(str(row.of_lesson.number) for row in rows)


def _rooms(rows: Sequence[ChangeRequest]) -> str:
    return "、".join(dict.fromkeys(row.where for row in rows))
