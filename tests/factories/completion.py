"""Completions brought to a status through the domain's own doors: present at every lesson, proposed, submitted,
approved."""

from datetime import datetime, timedelta
from typing import Any

from courses import attendance, completion, supervision
from courses.attendance import Mark, Who
from courses.attendance.tickets import new_ticket
from courses.completion import revoking
from courses.models import Completion, CountEntry, Direction, Enrolment, Learner, Lesson, TrainingClass, User
from tests.factories import people
from tests.factories.classes import enrolled, training_class


def attended(
    enrolment: Enrolment, *, by: User, minutes_late: int = 0, alone: bool = False, looked: bool = True
) -> datetime:
    """Present and out at every lesson of the class, which is looked through when it is over, unless told otherwise;
    gives the moment an hour after the last. The trainer marks the arrival and the learner's phone scans out, so that
    two vouch for each; `alone`: the trainer marks both."""
    last = None
    for lesson in Lesson.objects.select_related("training_class").filter(training_class=enrolment.training_class_id):
        start, end = lesson.starts_at + timedelta(minutes=minutes_late), lesson.ends_at
        word = Mark.LATE if minutes_late else Mark.PRESENT
        attendance.mark(by=by, lesson=lesson, learner=enrolment.learner, as_=word, reason="no_phone", now=start)
        if alone or enrolment.learner.user_id is None:
            attendance.mark(by=by, lesson=lesson, learner=enrolment.learner, as_=Mark.OUT, reason="no_phone", now=end)
        else:
            scanned(enrolment, lesson, Direction.OUT, at=end)
        last = max(last or end, end)
    assert last
    if looked:
        looked_through(enrolment.training_class, at=last + timedelta(minutes=45))
    return last + timedelta(hours=1)


def scanned(enrolment: Enrolment, lesson: Lesson, direction: Direction, *, at: datetime) -> None:
    """The code of the wall, scanned and redeemed by the learner's phone within the same second."""
    ticket = new_ticket(lesson_code=lesson.code, direction=direction, device="", now=at)
    attendance.check_in(ticket=ticket, who=Who(user_id=enrolment.learner.user_id), now=at)


def looked_through(training_class: TrainingClass, *, at: datetime) -> None:
    """The signals of its lessons are found, as the sweep finds them."""
    for lesson in Lesson.objects.select_related("training_class__policy").filter(training_class=training_class):
        supervision.compute(lesson=lesson, now=at)


def submitted(
    *, now: datetime, learner: Learner | None = None, alone: bool = False, **fields: Any
) -> tuple[Completion, datetime]:
    """A completion that waits for its district, and the moment; its class has one lesson, tomorrow."""
    trainer, school = people.user(), people.user()
    made = training_class(now=now, trainers=[trainer], **{"lessons": 1, **fields})
    own = enrolled(training_class=made, now=now, learner=learner)
    later = attended(own, by=trainer, alone=alone)
    done = completion.propose(by=trainer, enrolment=own, now=later)
    completion.submit(by=school, completion=done, now=later)
    return done, later


def counted(*, now: datetime, learner: Learner | None = None, **fields: Any) -> tuple[CountEntry, datetime]:
    """An approved completion's line in the ledger, and the moment of the approval."""
    done, later = submitted(now=now, learner=learner, **fields)
    entry = completion.approve(by=people.user(), completion=done, now=later)
    assert entry is not None
    return entry, later


def revoked(done: Completion | None, *, now: datetime, reason: str = "冒名参训") -> CountEntry | None:
    """Taken back by two people who had no part in it; the −1 line, where it counted."""
    assert done is not None
    proposed = revoking.propose_revocation(by=people.user(), completion=done, reason=reason, now=now)
    return revoking.confirm_revocation(by=people.user(), revocation=proposed, now=now)
