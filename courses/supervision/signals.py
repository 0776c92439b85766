"""待看: findings kept as rows, explained by who knows, looked at by who answers for it. Nothing follows of itself."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import attendance, audit
from courses import policy as policies
from courses.models import (
    Attendance,
    CallBackLine,
    Direction,
    Evidence,
    Lesson,
    PaperEntry,
    PaperLine,
    RollCall,
    RoomCheck,
    RoomCheckLine,
    RoomCount,
    Signal,
    SignalNote,
    SignalRun,
    User,
)
from courses.people.numbers import fresh
from courses.refusals import Refused
from courses.supervision import rules
from courses.supervision.inspecting import current_checks
from courses.supervision.rules import Facts

# What only the learner's own phone makes, or their signature on a sheet; a printed card may be in anybody's hand.
OWN_KINDS = (Evidence.Kind.WALL, Evidence.Kind.PERSONAL, Evidence.Kind.PAPER)


class NoteRefusal(StrEnum):
    NOTE_MISSING = "note_missing"
    LOOKED_AT = "looked_at"
    OWN_CLASS = "own_class"


class NoteRefused(Refused):
    sentences = {
        NoteRefusal.NOTE_MISSING: _("没有保存。请写一句您看到的情况。"),
        NoteRefusal.LOOKED_AT: _("没有再记。这条已经由别人看过，请刷新查看。"),
        NoteRefusal.OWN_CLASS: _("没有保存。自己任课的班由别人来看，您可以写说明。"),
    }


def compute(*, lesson: Lesson, now: datetime) -> list[Signal]:
    """Find anew what is worth a look about a lesson and keep what differs from what is known; gives what was added.

    Computed twice over the same rows, it adds nothing. A finding that changed is a new version, open again.
    """
    policy = policies.of_class(training_class=lesson.training_class, on=policies.local_date(now))
    with transaction.atomic():
        Lesson.objects.select_for_update(of=("self",), no_key=True).get(pk=lesson.pk)
        known = {row.kind: row for row in Signal.objects.filter(lesson=lesson).order_by("version")}
        added = []
        for found in rules.find(facts=facts_of(lesson=lesson, now=now), policy=policy, now=now):
            last = known.get(found.kind)
            if last is not None and (last.figures, last.rows) == (found.figures, found.rows):
                continue
            if found.kind == Signal.Kind.TWO_ROOMS:
                _look_again(found.rows)
            added.append(
                Signal.objects.create(
                    code=fresh(prefix="S"),
                    lesson=lesson,
                    kind=found.kind,
                    version=last.version + 1 if last else 1,
                    figures=found.figures,
                    rows=found.rows,
                    at=now,
                )
            )
        SignalRun.objects.update_or_create(lesson=lesson, defaults={"at": now})
    return added


def _look_again(rows: Sequence[dict[str, Any]]) -> None:
    """The other rooms are due anew: they may have been looked through when nothing of this was recorded."""
    for number, lesson in {(row["class"], row["lesson"]) for row in rows}:
        SignalRun.objects.filter(lesson__training_class__number=number, lesson__number=lesson).delete()


def facts_of(*, lesson: Lesson, now: datetime) -> Facts:
    """What the rules may ask of one lesson, in nine statements, two for each roll-call, two at the last lesson."""
    signed = _signed_out(lesson)
    calls = RollCall.objects.filter(lesson=lesson, ends_at__lte=now).order_by("pk")
    is_last = _is_last(lesson)
    return Facts(
        ends_at=lesson.ends_at,
        seen=[_seen(row) for row in _not_taken_back(lesson)],
        stood=[
            rules.Stood(
                row.learner.number, row.in_at, row.out_at, row.by_hand, tuple(row.reasons), row.learner_id in signed
            )
            for row in Attendance.objects.filter(lesson=lesson).select_related("learner").order_by("learner__number")
        ],
        called=[_called(call) for call in calls],
        counted=[
            rules.Counted(row.at, row.counted, row.register_here, row.register_awaiting)
            for row in RoomCount.objects.filter(lesson=lesson)
        ],
        elsewhere=_elsewhere(lesson),
        named=_named(lesson),
        vouched=_vouched(lesson) if is_last else (),
        called_back=_called_back(lesson) if is_last else (),
    )


def _signed_out(lesson: Lesson) -> set[int]:
    """Whose leaving stands on a sheet that somebody entered and nobody has checked yet."""
    lines = PaperLine.objects.filter(
        entry__sheet__lesson=lesson, entry__status=PaperEntry.Status.ENTERED, left_at__isnull=False
    )
    return set(lines.values_list("row__enrolment__learner", flat=True))


def _not_taken_back(lesson: Lesson) -> QuerySet[Evidence]:
    """Scans, answers to a roll-call, and the scans of phones whose owners the trainer named."""
    made = Q(kind__in=(*Evidence.SCANS, Evidence.Kind.ROLLCALL)) | Q(door_request__isnull=False)
    own = Evidence.objects.filter(made, lesson=lesson)
    return own.exclude(superseded_by__kind=Evidence.Kind.UNDO).select_related("learner").order_by("pk")


def _seen(row: Evidence) -> rules.Seen:
    return rules.Seen(row.learner.number, row.receipt, row.direction, row.happened_at, row.device, row.offset_ms)


def _called(call: RollCall) -> rules.Called:
    due, missing = attendance.who_answered(roll_call=call)
    return rules.Called(call.code, call.started_at, due, tuple(one.learner_number for one in missing))


def _elsewhere(lesson: Lesson) -> list[rules.Elsewhere]:
    came = Attendance.objects.filter(lesson=lesson, in_at__isnull=False)
    rows = (
        Attendance.objects.filter(
            learner__in=came.values("learner"),
            in_at__isnull=False,
            lesson__starts_at__lt=lesson.ends_at,
            lesson__ends_at__gt=lesson.starts_at,
        )
        .exclude(lesson=lesson)
        .select_related("learner", "lesson__training_class")
        .order_by("learner__number", "lesson__pk")
    )
    return [
        rules.Elsewhere(
            row.learner.number, row.lesson.training_class.number, row.lesson.number, row.lesson.room, row.in_at
        )
        for row in rows
        if row.in_at is not None
    ]


def _named(lesson: Lesson) -> list[rules.Named]:
    """Everybody whom the newest record of each head-count names."""
    newest = current_checks(RoomCheck.objects.filter(room_count__lesson=lesson))
    lines = RoomCheckLine.objects.filter(room_check__in=newest.order_by()).order_by("room_check", "pk")
    columns = ("room_check__number", "enrolment__learner__number", "room_check__room_count__at", "what")
    return [
        rules.Named(check, learner, at, what == RoomCheckLine.What.IMPOSTOR)
        for check, learner, at, what in lines.values_list(*columns)
    ]


def _is_last(lesson: Lesson) -> bool:
    """Whether the class has no later lesson."""
    planned = Lesson.objects.filter(training_class=lesson.training_class_id, status=Lesson.Status.PLANNED)
    return not planned.filter(starts_at__gt=lesson.starts_at).exists()


def _called_back(lesson: Lesson) -> list[rules.CalledBack]:
    """Everybody of the class who was reached on the phone, with what they said."""
    lines = CallBackLine.objects.filter(call_back__training_class=lesson.training_class_id)
    reached = lines.filter(result__in=CallBackLine.REACHED).order_by("place")
    columns = ("enrolment__learner__number", "at", "is_learner", "attended", "days", "days_attended")
    return [rules.CalledBack(*row) for row in reached.values_list(*columns)]


def _vouched(lesson: Lesson) -> list[rules.Vouched]:
    """For each who came to any lesson of a class, how often the own phone says so and who else does."""
    planned = Lesson.objects.filter(training_class=lesson.training_class_id, status=Lesson.Status.PLANNED)
    rows = (
        Evidence.objects.filter(lesson__in=planned.values("pk"), strength=Evidence.Strength.PROVED)
        .exclude(superseded_by__strength=Evidence.Strength.DENIED)
        .exclude(kind=Evidence.Kind.LEAVE)
        .exclude(reason__in=attendance.LEAVE_REASONS)
        .order_by("learner__number", "pk")
        .values_list("learner__number", "kind", "direction", "by", "ticket", "happened_at", "supersedes__kind")
    )
    own: dict[str, int] = {}
    staff: dict[str, set[int]] = {}
    first: dict[str, datetime] = {}
    for number, kind, direction, by, ticket, at, confirmed in rows:
        answered = kind == Evidence.Kind.ROLLCALL and by is None
        # Without network a phone's code leaves its own text in the row, a card does not.
        offline = kind == Evidence.Kind.OFFLINE and ticket is not None
        if kind in OWN_KINDS or confirmed in OWN_KINDS or answered or offline:
            own[number] = own.get(number, 0) + 1
        # A leaving written for many at once is no look at anybody.
        if by is not None and not (kind == Evidence.Kind.MANUAL and direction == Direction.OUT):
            staff.setdefault(number, set()).add(by)
        first.setdefault(number, at)
    return [
        rules.Vouched(number, own.get(number, 0), frozenset(staff.get(number, ())), at) for number, at in first.items()
    ]


def latest(signals: QuerySet[Signal], *, looked_at: bool | None = None) -> QuerySet[Signal, Any]:
    """Of each lesson and kind the version that holds, with `looked_at`: whether somebody did; all, or those only."""
    held = signals.exclude(Signal.newer()).annotate(looked_at=Signal.looked())
    return held if looked_at is None else held.filter(looked_at=looked_at)


def explain(*, by: User, signal: Signal, text: str, now: datetime) -> SignalNote:
    """Say what happened, as the trainer or the institution knows it. Refused with NoteRefused without a word."""
    return _note(by=by, signal=signal, text=text, closes=False, now=now)


def look_at(*, by: User, signal: Signal, text: str, now: datetime) -> SignalNote:
    """Say that it was looked at, and what was found.

    Refused with NoteRefused: without a word, looked at by another already, or a class of one's own.
    """
    if signal.lesson.training_class.trainers.filter(pk=by.pk).exists():
        raise NoteRefused(NoteRefusal.OWN_CLASS)
    return _note(by=by, signal=signal, text=text, closes=True, now=now)


def _note(*, by: User, signal: Signal, text: str, closes: bool, now: datetime) -> SignalNote:
    text = " ".join(text.split())[:200]
    if not text:
        raise NoteRefused(NoteRefusal.NOTE_MISSING)
    with transaction.atomic():
        Lesson.objects.select_for_update(of=("self",), no_key=True).get(pk=signal.lesson_id)
        if closes and SignalNote.objects.filter(signal=signal, closes=True).exists():
            raise NoteRefused(NoteRefusal.LOOKED_AT)
        made = SignalNote.objects.create(signal=signal, by=by, at=now, text=text, closes=closes)
        verb = "signal_looked_at" if closes else "signal_explained"
        audit.record(by=by, verb=verb, target=signal, now=now, detail={"kind": signal.kind})
    return made
