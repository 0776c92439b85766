"""What the demo learners were told, as rows that are sent already, and the phone that one of them is known by."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cms.demo.history import Staged
from courses.models import OutboxMessage, User, Work
from courses.people import devices

PHONE_OF, PHONE, BOUND_DAYS = "demo-learner", "安卓手机，微信", 40


def settle_grades(*, made: Sequence[Work], by: User, now: datetime) -> None:
    """What was said of works at this moment of the past went out at once; whom nothing reaches was told in person."""
    learners = {work.enrolment.learner_id for work in made}
    told = OutboxMessage.objects.filter(kind__startswith="work_judged", learner__in=learners, created_at=now)
    told.filter(channel=OutboxMessage.Channel.SMS).update(status=OutboxMessage.Status.SENT, attempts=1, sent_at=now)
    unheard = told.filter(channel=OutboxMessage.Channel.SITE, learner__user__isnull=True)
    unheard.update(told_at=now, told_by=by, told_how=OutboxMessage.How.IN_PERSON)


def tell_guests(*, staged: Sequence[Staged], now: datetime) -> None:
    for one in staged:
        if not one.run.guest:
            continue
        enrolment = one.enrolments[0]
        at = enrolment.applied_at
        OutboxMessage.objects.create(
            kind=f"enrolment_{enrolment.status}",
            channel=OutboxMessage.Channel.SMS,
            learner=enrolment.learner,
            to=enrolment.learner.phone,
            params={  # type: ignore[misc]
                "course": one.run.row.course.name,
                "starts": one.run.starts_on.isoformat(),
                "number": enrolment.number,
                "place": 0,
                "reason": "",
            },
            status=OutboxMessage.Status.SENT,
            attempts=1,
            due_at=at,
            sent_at=at + timedelta(seconds=2),
            created_at=at,
        )
    walker = next(one.enrolments[0].learner for one in staged if one.run.guest == PHONE_OF)
    devices.bind(learner=walker, label=PHONE, now=now - timedelta(days=BOUND_DAYS))
