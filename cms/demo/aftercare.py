"""After the classes of the demo city: learners called back, and some asked what became of them."""

from datetime import datetime, timedelta

from cms.demo.chance import dice
from cms.demo.timetable import last_office_hours, office_hours
from courses import supervision
from courses.models import CallBackLine, FollowUp, Post, TrainingClass, User
from courses.policy import local_date
from courses.supervision import Answers, Said

# Classes that ended this lately are drawn from; who was drawn in the last days waits for the visitor.
DRAWN, LEFT = timedelta(days=60), timedelta(days=12)
EMPLOYERS = ("蓬莱海工装备公司", "芝罘湾酒店", "黄渤海电子厂", "福山鲁菜馆")
CONTRADICTS = Answers(is_learner=True, attended=True, days=1, as_taught=True, charged=False, note="说只去了一天。")
FINE = Answers(is_learner=True, attended=True, as_taught=True, charged=False, satisfaction=5)
# So many are asked; the others stand in the institutions' lists.
ASKED = 120
OUTCOMES = (
    FollowUp.Outcome.EMPLOYED,
    FollowUp.Outcome.EMPLOYED,
    FollowUp.Outcome.BUSINESS,
    FollowUp.Outcome.LOOKING,
    FollowUp.Outcome.UNREACHABLE,
)


def look_after(*, staff: dict[str, User], now: datetime) -> None:
    _call_back(staff["demo-inspector"], now)
    _follow_up(now)


def _call_back(by: User, now: datetime) -> None:
    today = local_date(now)
    over = TrainingClass.objects.filter(status=TrainingClass.Status.CLOSED, ends_on__gte=today - DRAWN)
    contradicted = False
    for row in over.filter(ends_on__lt=today - timedelta(days=1)).order_by("ends_on", "pk"):
        since = now - (today - row.ends_on) + timedelta(days=1)
        drawn = supervision.draw(training_class=row, now=since)
        if drawn is None or today - row.ends_on < LEFT:
            continue
        lines = CallBackLine.objects.filter(call_back=drawn)
        for line in lines.select_related("call_back__training_class", "enrolment__learner"):
            at = office_hours(since + timedelta(days=1, minutes=10 * line.place))
            if dice("call back", row.number, line.place).random() < 0.15:
                supervision.unreachable(by=by, line=line, now=at)
                continue
            said = FINE if contradicted else CONTRADICTS
            kept = supervision.answer(by=by, line=line, said=said, now=at)
            contradicted = contradicted or kept.result == CallBackLine.Result.DOUBTFUL


def _follow_up(now: datetime) -> None:
    supervision.plan_due(now=now)
    due = FollowUp.objects.filter(opens_at__lte=now, closes_at__gt=now, outcome="")
    needed = ("completion__enrolment__learner", "completion__enrolment__training_class")
    clerks = {
        post.institution_id: post.user
        for post in Post.objects.filter(role=Post.Role.INSTITUTION).select_related("user")
    }
    for row in due.select_related(*needed).order_by("opens_at", "pk")[:ASKED]:
        own = row.completion.enrolment
        throw = dice("follow up", own.training_class.number, own.arrival_no)
        outcome = throw.choice(OUTCOMES)
        employer = throw.choice(EMPLOYERS) if outcome in FollowUp.WORKING else ""
        by = clerks.get(own.training_class.institution_id)
        at = last_office_hours(min(row.opens_at + timedelta(days=throw.randrange(2, 20), hours=10), now))
        if by is not None and at >= row.opens_at:
            supervision.enter(by=by, follow_up=row, said=Said(outcome=outcome, employer=employer), now=at)
