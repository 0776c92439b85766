"""Completions of the demo city, each through the domain's three doors, on its own day and by its own person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cms.demo.chance import dice
from cms.demo.classes import COUNTED, Office
from cms.demo.history import Staged
from courses import certificates, completion, seating
from courses.models import Card, Completion, Enrolment, TrainingClass, User

BACK = "第 3 次课有两位学员的签退要说明，请核对后再报。"
RED_REASON = "抽查当日到课 24 人中实到 16 人，低于八成。"
YELLOW_REASON = "抽查当日到课率 87%，低于九成。"
RED_CLASS, YELLOW_CLASS = 17, 23


def build_completions(*, staged: Sequence[Staged], staff: dict[str, User], now: datetime) -> None:
    over = [one for one in staged if one.run.state in {COUNTED, "proposed", "submitted", "sent_back"}]
    over.sort(key=lambda one: one.run.lessons[-1].ends_at)
    counted = [one for one in over if one.run.state == COUNTED]
    _show_card(counted[RED_CLASS % len(counted)].run.row, Card.Colour.RED, RED_REASON, staff["demo-inspector"])
    _show_card(counted[YELLOW_CLASS % len(counted)].run.row, Card.Colour.YELLOW, YELLOW_REASON, staff["demo-inspector"])
    for one in over:
        _carry(one, now)


def _show_card(row: TrainingClass, colour: str, reason: str, by: User) -> None:
    Card.objects.create(
        institution=row.institution,
        training_class=row,
        colour=colour,
        shown_on=row.ends_on - timedelta(days=1),
        by=by,
        reason=reason,
    )


def _carry(one: Staged, now: datetime) -> None:
    """As far as the scene goes: proposed the evening after, submitted a day later, approved within the week."""
    row, office, state = one.run.row, one.office, one.run.state
    throw = dice("carry", row.number)
    ended = one.run.lessons[-1].ends_at
    proposed_at = min(ended + timedelta(hours=20), now - timedelta(minutes=90))
    submitted_at = min(proposed_at + timedelta(hours=throw.randrange(4, 30)), now - timedelta(minutes=40))
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


def _propose(enrolments: Sequence[Enrolment], office: Office, now: datetime) -> list[Completion]:
    """Those who fulfil the rules; the others stay without a completion, and the class page says what they miss."""
    admitted = [row for row in enrolments if row.status == Enrolment.Status.ADMITTED]
    assessed = completion.assess_all(enrolments=admitted, now=now)
    passed = [row for row in admitted if assessed[row.pk].passed]
    return [completion.propose(by=office.trainer, enrolment=row, now=now) for row in passed]
