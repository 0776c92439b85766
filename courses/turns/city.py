"""What waits about the whole city and no class: merges, corrections, closes, posts and exports with full numbers to be
confirmed, erasures to be received and decided, or told of in person, changes of the rules to be published, samples to
be checked, cards to be shown, answered for or withdrawn."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import F, IntegerField, QuerySet, Value

from courses import access
from courses.models import (
    Card,
    Correction,
    ErasureRequest,
    MergeProposal,
    MonthClose,
    RuleProposal,
    Sample,
    SampleLine,
    StaffRequest,
    User,
    YearClose,
)
from courses.turns.kinds import OF_CARDS, OF_CITY, Turn, word


class _Matter(NamedTuple):
    """The rows that wait, since when, who put each forward, and who else has had a part in it."""

    rows: QuerySet[Any]
    since: str
    part: str
    also: str = ""


def _matter(turn: Turn) -> _Matter:
    if turn == Turn.MERGE_REVIEW:
        waits = MergeProposal.objects.filter(status=MergeProposal.Status.PROPOSED)
        return _Matter(waits, "proposed_at", "proposed_by")
    if turn == Turn.CORRECTION_REVIEW:
        return _Matter(Correction.objects.filter(Correction.WAITS), "asked_at", "asked_by")
    if turn == Turn.ERASURE_REVIEW:
        return _Matter(ErasureRequest.objects.filter(status__in=ErasureRequest.OPEN), "asked_at", "received_by")
    if turn == Turn.ERASURE_TELL:
        return _Matter(ErasureRequest.objects.filter(ErasureRequest.UNTOLD), "decided_at", "")
    if turn == Turn.RULE_REVIEW:
        return _Matter(RuleProposal.objects.filter(status=RuleProposal.Status.PROPOSED), "proposed_at", "proposed_by")
    if turn == Turn.SAMPLE_CHECK:
        # Who drew by lot has no part in what was drawn.
        open_ones = SampleLine.objects.filter(result=SampleLine.Result.OPEN)
        return _Matter(Sample.objects.filter(pk__in=open_ones.values("sample")), "drawn_at", "")
    if turn == Turn.EXPORT_REVIEW:
        return _Matter(access.FULL_ASKED.all(), "asked_at", "asked_by")
    if turn == Turn.STAFF_REVIEW:
        return _Matter(StaffRequest.objects.filter(status=StaffRequest.Status.ASKED), "asked_at", "asked_by")
    if turn in OF_CARDS:
        return _card(turn)
    closes = MonthClose if turn == Turn.MONTH_CLOSE else YearClose
    return _Matter(closes.objects.filter(closed_at=None, taken_back_at=None), "proposed_at", "proposed_by")


def _card(turn: Turn) -> _Matter:
    if turn == Turn.CARD_REVIEW:
        waits = Card.objects.filter(status=Card.Status.PROPOSED)
        return _Matter(waits, "proposed_at", "proposed_by", also="room_check__by")
    if turn == Turn.CARD_ANSWER:
        return _Matter(Card.objects.filter(Card.UNANSWERED), "objected_at", "objected_by", also="proposed_by")
    return _Matter(Card.objects.filter(Card.WITHDRAWAL_ASKED), "withdrawal_at", "withdrawal_by")


def mine(*, turn: Turn, user: User) -> QuerySet[Any]:
    """What waits for somebody who holds the permission of this turn; none of what they put forward themselves."""
    matter = _matter(turn)
    rows = matter.rows
    for part in (matter.part, matter.also):
        rows = rows.exclude(**{part: user}) if part else rows
    return rows


def elsewhere(*, user: User, kinds: Iterable[Turn]) -> list[QuerySet[Any, Any]]:
    """What this person put forward and another decides, in the columns of Waiting."""
    found = []
    for turn in kinds:
        if turn in OF_CITY and _matter(turn).part:
            matter = _matter(turn)
            rows = matter.rows.filter(**{matter.part: user}).order_by().values(subject=F("pk"))
            rows = rows.annotate(people=Value(0, IntegerField()), since=F(matter.since), turn=word(turn))
            found.append(rows.values_list("subject", "turn", "people", "since"))
    return found


def since_of(*, turn: Turn) -> str:
    """The field that says since when."""
    return _matter(turn).since
