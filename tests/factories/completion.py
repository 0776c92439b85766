"""Completions brought to a status through the domain's own doors: present at every lesson, proposed, submitted,
approved."""

from datetime import datetime, timedelta
from typing import Any

from courses import attendance, completion
from courses.attendance import Mark
from courses.completion import revoking
from courses.models import Completion, CountEntry, Enrolment, Learner, Lesson, User
from tests.factories import people
from tests.factories.classes import enrolled, training_class


def attended(enrolment: Enrolment, *, by: User, minutes_late: int = 0) -> datetime:
    """Mark one learner present and out at every lesson of the class; gives the moment after the last."""
    last = None
    for lesson in Lesson.objects.select_related("training_class").filter(training_class=enrolment.training_class_id):
        start, end = lesson.starts_at + timedelta(minutes=minutes_late), lesson.ends_at
        word = Mark.LATE if minutes_late else Mark.PRESENT
        attendance.mark(by=by, lesson=lesson, learner=enrolment.learner, as_=word, reason="no_phone", now=start)
        attendance.mark(by=by, lesson=lesson, learner=enrolment.learner, as_=Mark.OUT, reason="no_phone", now=end)
        last = max(last or end, end)
    assert last
    return last + timedelta(hours=1)


def submitted(*, now: datetime, learner: Learner | None = None, **fields: Any) -> tuple[Completion, datetime]:
    """A completion that waits for its district, and the moment; its class has one lesson, tomorrow."""
    trainer, school = people.user(), people.user()
    made = training_class(now=now, trainers=[trainer], **{"lessons": 1, **fields})
    own = enrolled(training_class=made, now=now, learner=learner)
    later = attended(own, by=trainer)
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
