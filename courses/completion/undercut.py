"""依据有变: an approved completion that its class's rules no longer bear out, shown to people with its rows and sum.

A change of a score or a grade that was agreed to, a correction of a mark, a ruling on a dispute may come after the
approval. Nothing follows of itself: somebody keeps the completion with a reason, or proposes the revocation that
another decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses.completion.assessing import Assessment, assess_all
from courses.completion.deciding import refuse_interested
from courses.completion.refusals import CompletionRefusal, CompletionRefused
from courses.completion.revoking import propose_revocation
from courses.models import (
    ChangeRequest,
    Completion,
    Enrolment,
    Evidence,
    Regrade,
    Revocation,
    Score,
    Undercut,
    User,
)
from courses.people.numbers import fresh
from courses.refusals import Refused

Status = Undercut.Status
Lost = dict[str, Any]
CHUNK = 500


class UndercutRefusal(StrEnum):
    APPROVER = "approver"
    DECIDED = "decided"


class UndercutRefused(Refused):
    sentences = {
        UndercutRefusal.APPROVER: _("这条结业由您批准，是否照旧须由他人决定，未保存。请交他人办理。"),
        UndercutRefusal.DECIDED: _("这一条已经办结，未改动。请刷新后再看。"),
    }


def lost(*, stored: Mapping[str, Any] | None, current: Assessment) -> list[Lost]:
    """Each requirement that the reasoning of the approval met and that is not met now; pure.

    `then` and `value` against `threshold`: minutes of attendance, tenths of a point, otherwise numbers of rows.
    """
    then = {row["code"]: row for row in stored["findings"]} if stored else {}
    return [
        {
            "code": str(row.code),
            "then": then[row.code]["value"],
            "value": row.value,
            "threshold": row.threshold,
        }
        for row in current.findings
        if row.code in then and then[row.code]["met"] and not row.met
    ]


def compare(*, completions: Sequence[Completion], now: datetime) -> dict[int, list[Lost]]:
    """What each approved completion has lost by now, by its id; a constant number of queries. Wants `NEEDED`."""
    current = assess_all(enrolments=[row.enrolment for row in completions], now=now)
    return {row.pk: lost(stored=row.approved_reasoning, current=current[row.enrolment_id]) for row in completions}


NEEDED = ("enrolment__learner", "enrolment__training_class__policy")


def tend(*, now: datetime) -> int:
    """Compare every completion about which something was written since its approval; gives how many came to light.

    A finding that changed is shown anew, one that is gone is closed, one that somebody decided on stays decided for as
    long as it is the same.
    """
    added = 0
    for rows in _chunks(_touched()):
        found = compare(completions=rows, now=now)
        last = {one.completion_id: one for one in Undercut.objects.filter(completion__in=rows).order_by("pk")}
        added += sum(_keep(row, found[row.pk], last.get(row.pk), now) for row in rows)
    revoked = Undercut.objects.filter(status=Status.OPEN).exclude(completion__status=Completion.Status.APPROVED)
    for row in revoked.select_related("completion").order_by("pk"):
        _rewrite(row, "undercut_passed", now, status=Status.PASSED)
    return added


def _touched() -> QuerySet[Completion]:
    """Approved, and something about it was written since: a mark, a score, a grade, the timetable, the seat."""
    marks = Evidence.objects.filter(
        learner=OuterRef("enrolment__learner"),
        lesson__training_class=OuterRef("enrolment__training_class"),
        received_at__gt=OuterRef("approved_at"),
    )
    held = Score.objects.filter(enrolment=OuterRef("enrolment"), status=Score.Status.HELD)
    scored = held.filter(Q(at__gt=OuterRef("approved_at")) | Q(decided_at__gt=OuterRef("approved_at")))
    regraded = Regrade.objects.filter(
        work__enrolment=OuterRef("enrolment"), status=Regrade.Status.HELD, decided_at__gt=OuterRef("approved_at")
    )
    shown = Undercut.objects.filter(completion=OuterRef("pk"), status=Status.OPEN)
    moved = ChangeRequest.objects.filter(
        lesson__training_class=OuterRef("enrolment__training_class"), decided_at__gt=OuterRef("approved_at")
    )
    left = ~Q(enrolment__status=Enrolment.Status.ADMITTED)
    news = Exists(marks) | Exists(scored) | Exists(regraded) | Exists(moved) | Exists(shown)
    return _approved().filter(news | left)


def _approved() -> QuerySet[Completion]:
    """Of an erased record nothing can be said any more."""
    return Completion.objects.filter(status=Completion.Status.APPROVED, enrolment__learner__erased_at__isnull=True)


def _chunks(rows: QuerySet[Completion]) -> Iterator[list[Completion]]:
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        some = Completion.objects.filter(pk__in=keys[start : start + CHUNK])
        yield list(some.select_related(*NEEDED).order_by("pk"))


def _keep(row: Completion, found: list[Lost], last: Undercut | None, now: datetime) -> bool:
    """Write what is new; whether it is."""
    opened = last is not None and last.status == Status.OPEN
    if last is not None and last.lost == found and last.status != Status.PASSED:
        return False
    if opened:
        assert last is not None
        if found:
            return _rewrite(last, "undercut_changed", now, lost=found, rows=since(row), found_at=now)
        _rewrite(last, "undercut_passed", now, status=Status.PASSED)
        return False
    if not found:
        return False
    assert row.approved_by_id is not None
    try:
        with transaction.atomic():
            made = Undercut.objects.create(
                number=fresh(prefix="Y"), completion=row, approved_by_id=row.approved_by_id, lost=found,
                rows=since(row), found_at=now,
            )  # fmt: skip
            audit.record(by=None, verb="completion_undercut", target=made, now=now, detail={"completion": row.number})
    except IntegrityError:
        return False
    return True


def _rewrite(row: Undercut, verb: str, now: datetime, **changes: Any) -> bool:
    """What the sweep found of one that was shown before, with its event; nothing where somebody decided meanwhile."""
    with transaction.atomic():
        if not Undercut.objects.filter(pk=row.pk, status=Status.OPEN).update(**changes):
            return False
        detail = {"completion": row.completion.number}
        audit.record(by=None, verb=verb, target=row, now=now, detail=detail)
    return True


def since(completion: Completion) -> list[dict[str, Any]]:
    """What was written about a completion since its approval, oldest first: marks, scores, grades, the timetable.

    Four statements. Each row has `what`, `at` and the numbers to look it up by; no name stands in it.
    """
    own, begun = completion.enrolment, completion.approved_at
    assert begun is not None
    marks = Evidence.objects.filter(
        learner=own.learner_id, lesson__training_class=own.training_class_id, received_at__gt=begun
    )
    scores = Score.objects.filter(enrolment=own, status=Score.Status.HELD)
    grades = Regrade.objects.filter(work__enrolment=own, status=Regrade.Status.HELD, decided_at__gt=begun)
    moves = ChangeRequest.objects.filter(lesson__training_class=own.training_class_id, decided_at__gt=begun)
    rows = [
        *(
            _row("evidence", row.received_at, number=row.receipt, kind=row.kind, lesson=row.lesson.number)
            for row in marks.select_related("lesson")
        ),
        *(
            _row("score", row.decided_at or row.at, number=str(row.version), kind=row.part, value=row.points)
            for row in scores.filter(Q(at__gt=begun) | Q(decided_at__gt=begun))
        ),
        *(
            _row("grade", at, number=str(row.work.version), kind=row.work.part, value=row.grade)
            for row in grades.select_related("work")
            if (at := row.decided_at) is not None
        ),
        *(
            _row("change", at, number=row.number, kind=row.status, lesson=row.of_lesson.number)
            for row in moves.select_related("lesson")
            if (at := row.decided_at) is not None
        ),
    ]
    return sorted(rows, key=lambda row: (row["at"], row["number"]))


def _row(what: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {"what": what, "at": at.isoformat(), **more}


def keep(*, by: User, undercut: Undercut, note: str, now: datetime) -> None:
    """The completion stays as it is, for a reason. The same finding is not shown again.

    Refused with CompletionRefused without a reason and by whoever had a part in the completion; with UndercutRefused by
    who approved it, or when it is decided.
    """
    said = _reasoned(note)
    if by.pk == undercut.approved_by_id:
        raise UndercutRefused(UndercutRefusal.APPROVER)
    refuse_interested(by=by, completion=undercut.completion)
    with transaction.atomic():
        _decide(undercut, Status.KEPT, by, said, now)
        audit.record(by=by, verb="undercut_kept", target=undercut, now=now)


def confirm(*, by: User, undercut: Undercut, note: str, now: datetime) -> Revocation:
    """It is so: the revocation is proposed, on which somebody else decides; until then the nightly check is red.

    Who approved the completion may say so as well. Refused with CompletionRefused without a reason, with
    UndercutRefused when it is decided, with RevocationRefused when the completion is no longer approved.
    """
    said = _reasoned(note)
    with transaction.atomic():
        completion = Completion.objects.select_for_update(no_key=True).get(pk=undercut.completion_id)
        waits = completion.revocations.filter(status=Revocation.Status.PROPOSED).first()
        proposed = waits or propose_revocation(by=by, completion=completion, reason=said, now=now)
        _decide(undercut, Status.CONFIRMED, by, said, now, revocation=proposed)
        detail = {"revocation": proposed.number}
        audit.record(by=by, verb="undercut_confirmed", target=undercut, now=now, detail=detail)
    return proposed


def _reasoned(note: str) -> str:
    said = " ".join(note.split())[:200]
    if not said:
        raise CompletionRefused(CompletionRefusal.REASON_MISSING)
    return said


def _decide(
    undercut: Undercut, to: str, by: User, note: str, now: datetime, revocation: Revocation | None = None
) -> None:
    """One conditional update decides between rivals."""
    changes = {"status": to, "decided_by": by, "decided_at": now, "note": note, "revocation": revocation}
    if not Undercut.objects.filter(pk=undercut.pk, status=Status.OPEN).update(**changes):
        raise UndercutRefused(UndercutRefusal.DECIDED)
    for name, value in changes.items():
        setattr(undercut, name, value)


def named(*, now: datetime) -> Iterator[tuple[str, str]]:
    """(row, what differs) for each approved completion that its rules no longer bear out, whatever people decided."""
    for rows in _chunks(_approved()):
        for key, found in compare(completions=rows, now=now).items():
            if found:
                number = next(row.number for row in rows if row.pk == key)
                told = ", ".join(f"{one['code']} {one['then']} then, {one['value']} of {one['threshold']} now"
                                 for one in found)  # fmt: skip
                yield f"completion {number}", told


def confirmed_differences() -> Iterator[tuple[str, str]]:
    """(row, what differs) where somebody said that it is so and nobody has decided on the revocation yet."""
    held = Undercut.objects.filter(
        status=Status.CONFIRMED,
        completion__status=Completion.Status.APPROVED,
        revocation__status=Revocation.Status.PROPOSED,
    )
    for number, revocation in held.order_by("pk").values_list("completion__number", "revocation__number"):
        yield f"completion {number}", f"undercut as confirmed, counts until revocation {revocation} is decided"
