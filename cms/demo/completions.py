"""Completions of the demo city, each through the domain's three doors, on its own day and by its own person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cms.demo.assessed import assess, hand_in_early
from cms.demo.cards import show_cards
from cms.demo.chance import dice
from cms.demo.classes import COUNTED, OVER, Office
from cms.demo.history import Staged
from cms.demo.telling import Telling
from cms.demo.timetable import office_hours
from courses import certificates, completion, seating, supervision
from courses import policy as policies
from courses.models import Completion, Enrolment, Lesson, Signal, TrainingClass, User

BACK = "请把实操考核的评分表送来，核对后再报。"
SEEN = "电话核对过，本人到课。"


def build_completions(*, staged: Sequence[Staged], staff: dict[str, User], telling: Telling, now: datetime) -> None:
    expert = staff["demo-expert"]
    over = [one for one in staged if one.run.state in OVER]
    over.sort(key=lambda one: one.run.lessons[-1].ends_at)
    show_cards([one for one in over if one.run.state == COUNTED], staff=staff, now=now)
    for one in telling.count(over):
        _carry(one, staff["demo-inspector"], expert, now)
    early = next(
        one for one in staged if one.run.state == "running" and completion.works_asked(one.run.row) == ["plan"]
    )
    hand_in_early(one=early, expert=expert, now=now - timedelta(hours=2))


def _carry(one: Staged, inspector: User, expert: User, now: datetime) -> None:
    """As far as the scene goes: assessed and proposed the evening after, submitted a day later, approved within
    the week."""
    row, office, state = one.run.row, one.office, one.run.state
    throw = dice("carry", row.number)
    ended = one.run.lessons[-1].ends_at
    proposed_at = min(ended + timedelta(hours=20), now - timedelta(minutes=90))
    submitted_at = min(office_hours(proposed_at + timedelta(hours=throw.randrange(4, 30))), now - timedelta(minutes=40))
    assess(one=one, expert=expert, now=proposed_at - timedelta(minutes=5))
    if state == "ended":
        return
    _look_through(row, by=inspector, now=proposed_at)
    proposals = _propose(one.enrolments, office, proposed_at)
    if state == "proposed":
        return
    for proposal in proposals:
        completion.submit(by=office.institution, completion=proposal, now=submitted_at)
    if state == "sent_back":
        for proposal in proposals[:3]:
            completion.send_back(by=office.district, completion=proposal, reason=BACK, now=now - timedelta(minutes=30))
    elif state == COUNTED:
        approved_at = min(submitted_at + timedelta(days=throw.randrange(1, 5)), now - timedelta(minutes=20))
        for proposal in proposals:
            completion.approve(by=office.district, completion=proposal, now=approved_at)
        to = TrainingClass.Status.CLOSED
        seating.advance(by=office.institution, training_class=row, to=to, now=approved_at)
        # The last few days' are left for the visitor to issue.
        if now - approved_at > timedelta(days=5):
            certificates.issue_class(by=office.institution, training_class=row, now=approved_at + timedelta(days=1))


def _look_through(row: TrainingClass, *, by: User, now: datetime) -> None:
    """What the evidence shows, and somebody's look at what would keep an approval waiting."""
    for lesson in Lesson.objects.select_related("training_class").filter(training_class=row):
        supervision.compute(lesson=lesson, now=now)
    holds = policies.of_class(training_class=row, on=policies.local_date(now)).holds
    for signal in Signal.objects.select_related("lesson__training_class").filter(
        lesson__training_class=row, kind__in=holds
    ):
        supervision.look_at(by=by, signal=signal, text=SEEN, now=now)


def _propose(enrolments: Sequence[Enrolment], office: Office, now: datetime) -> list[Completion]:
    """Those who fulfil the rules; the others stay without a completion, and the class page says what they miss."""
    admitted = [row for row in enrolments if row.status == Enrolment.Status.ADMITTED]
    return completion.propose_all(by=office.trainer, enrolments=admitted, now=now).done
