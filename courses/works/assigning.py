"""分评: the works of a class that wait are given to one reviewer from outside, who hears of it."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from courses import access, audit, notices, policy
from courses.models import OutboxMessage, TrainingClass, User, Work, WorkAssignment
from courses.works.refusals import WorkRefusal, WorkRefused

TOLD = "works_assigned"


def given(*, user: User, now: datetime) -> QuerySet[Work]:
    """What a reviewer still sees of what was given to them: all that waits, and what was judged within
    `judged_shown_days` or belongs to a class that is not over. Nobody keeps a list of everybody they ever judged."""
    since = now - timedelta(days=policy.current(on=policy.local_date(now)).judged_shown_days)
    still_open = ~Q(enrolment__training_class__status__in=TrainingClass.OVER)
    judged = ~Q(grade="") & (Q(judged_at__gt=since) | still_open)
    return access.visible_works(user=user, now=now).filter(Work.WAITS | judged)


def assign(*, by: User, training_class: TrainingClass, reviewer: User, now: datetime) -> int:
    """Give every work of the class that waits to this reviewer, also those that another has; gives how many.

    Refused with WorkRefused: no reviewer from outside, oneself, nothing waits. A work that the reviewer handed in stays
    where it is. The reviewer is told once a day, with the first that is given: learners hand in one by one, a district
    gives class after class, and who judges beside another job wants one sitting and not ten messages. The page has them
    all; each day with something new has its message.
    """
    holds = access.may(user=reviewer, permission=access.Permission.JUDGE_WORKS, now=now)
    if not holds or not access.is_outside(by=reviewer, training_class=training_class, now=now):
        raise WorkRefused(WorkRefusal.NO_EXPERT)
    if by.pk == reviewer.pk:
        raise WorkRefused(WorkRefusal.SAME_PERSON)
    waits = Work.objects.filter(Work.WAITS, enrolment__training_class=training_class).exclude(by=reviewer)
    with transaction.atomic():
        # One who assigns after the other: a work has one reviewer.
        TrainingClass.objects.select_for_update(no_key=True).get(pk=training_class.pk)
        held = WorkAssignment.objects.filter(ended_at__isnull=True)
        rows = list(waits.exclude(pk__in=held.filter(reviewer=reviewer).values("work")))
        if not rows:
            raise WorkRefused(WorkRefusal.NOTHING_WAITS)
        held.filter(work__in=rows).update(ended_at=now)
        WorkAssignment.objects.bulk_create([WorkAssignment(work=row, reviewer=reviewer, by=by, at=now) for row in rows])
        detail = {"reviewer": reviewer.username, "works": len(rows)}
        audit.record(by=by, verb="works_assigned", target=training_class, now=now, detail=detail)
        _tell(reviewer, now)
    return len(rows)


def _tell(reviewer: User, now: datetime) -> None:
    """By phone where there is one. Names neither class nor learner: what it leads to is behind the sign-in."""
    # Two districts that give at one moment: the second sees what the first wrote.
    held = User.objects.select_for_update(no_key=True).get(pk=reviewer.pk)
    today = datetime.combine(policy.local_date(now), time.min, tzinfo=policy.CITY_TIME)
    if not OutboxMessage.objects.filter(user=held, kind=TOLD, created_at__gte=today).exists():
        notices.queue(kind=TOLD, channel="sms", user=held, to=held.phone, params={}, now=now)
