"""A result: put forward by one person, confirmed by another, published for some days, settled into seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from courses import audit, notices, seating
from courses import policy as policies
from courses.models import Enrolment, Pitch, ScoreSheet, Selection, SelectionLine, TrainingClass, User
from courses.notices import Addressee
from courses.people.numbers import fresh
from courses.policy import Policy
from courses.refusals import Refused
from courses.seating import Below
from courses.selection.ranking import ARRIVAL, Criterion, Entry, Ranked, is_complete, mean_of, rank, sheet_of
from courses.selection.refusals import SelectionRefusal, SelectionRefused
from courses.selection.sheets import as_given, has_interest, hold_class, latest

Status = Selection.Status
Outcome = SelectionLine.Outcome
LETS_IN = (Outcome.CHOSEN, Outcome.RESERVE)
TOLD_AS = {Outcome.CHOSEN: "selection_chosen", Outcome.RESERVE: "selection_reserve"}


def current(*, training_class: TrainingClass) -> Selection | None:
    """The result that stands, else the last one that was sent back."""
    found = Selection.objects.filter(training_class=training_class).select_related("proposed_by", "confirmed_by")
    return found.exclude(status=Status.RETURNED).first() or found.first()


def propose(*, by: User, training_class: TrainingClass, now: datetime) -> Selection:
    """Put the ranking of a class forward as it stands; from here on nobody applies and nothing is scored.

    Refused with SelectionRefused: the class does not enrol by rank, its deadline is still to come, a result stands,
    nobody applied, or an application with project papers is not scored completely.
    """
    with transaction.atomic():
        held = hold_class(training_class.pk)
        _ready(held, now)
        policy = policies.of_class(training_class=held, on=policies.local_date(now))
        lines = _ranking(held, policy)
        made = Selection.objects.create(
            number=fresh(prefix="P"), training_class=held, status=Status.PROPOSED, proposed_by=by, proposed_at=now
        )
        SelectionLine.objects.bulk_create(
            [
                SelectionLine(
                    selection=made,
                    enrolment_id=line.key,
                    rank=line.rank,
                    points=line.points,
                    outcome=line.outcome,
                    tie=line.tie,
                )
                for line in lines
            ]
        )
        if held.enrol_until is None:
            TrainingClass.objects.filter(pk=held.pk).update(enrol_until=now)
        detail = {"class": held.number, "lines": len(lines)}
        audit.record(by=by, verb="selection_proposed", target=made, now=now, detail=detail)
    return made


def _ready(training_class: TrainingClass, now: datetime) -> None:
    enrols = training_class.status == TrainingClass.Status.ENROLLING
    if not enrols or training_class.mode != TrainingClass.Mode.SELECTED:
        raise SelectionRefused(SelectionRefusal.NOT_ENROLLING)
    if training_class.enrol_until is not None and training_class.enrol_until > now:
        raise SelectionRefused(SelectionRefusal.STILL_OPEN)
    if Selection.objects.filter(training_class=training_class, status__in=Selection.LIVE).exists():
        raise SelectionRefused(SelectionRefusal.RESULT_STANDS)


def _ranking(training_class: TrainingClass, policy: Policy) -> list[Ranked]:
    """The ranking of those who apply now."""
    rows = list(Enrolment.objects.filter(training_class=training_class, status=Enrolment.Status.CANDIDATE))
    if not rows:
        raise SelectionRefused(SelectionRefusal.NOBODY)
    held = latest(enrolments=rows)
    with_pitch = set(Pitch.objects.filter(enrolment__in=rows).values_list("enrolment", flat=True))
    entries = [Entry(row.pk, row.arrival_no, as_given(held[row.pk]), row.pk in with_pitch) for row in rows]
    gap = policy.selection_gap
    missing = sum(one.has_pitch and not is_complete(given=one.given, gap=gap) for one in entries)
    if missing:
        raise SelectionRefused(SelectionRefusal.INCOMPLETE, count=missing)
    sheet = sheet_of(kind=training_class.kind_key, policy=policy)
    return rank(entries=entries, sheet=sheet, seats=training_class.seats, pass_points=policy.selection_pass)


def confirm(*, by: User, selection: Selection, now: datetime) -> None:
    """Publish a result for the working days of the policy, and tell everybody of their own.

    Refused with SelectionRefused: not waiting for it, by who put it forward, scored in it, took papers
    down for it or has an interest, somebody withdrew since, or the notice would outlast the days until the start.
    """
    with transaction.atomic():
        training_class = hold_class(selection.training_class_id)
        _may_confirm(by, selection, training_class, now)
        policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
        lines = _lines(selection)
        if [(line.key, line.points, line.outcome) for line in _ranking(training_class, policy)] != [
            (line.enrolment_id, line.points, line.outcome) for line in lines
        ]:
            raise SelectionRefused(SelectionRefusal.CHANGED)
        today = policies.local_date(now)
        until = policies.working_days_after(start=today, days=policy.public_notice_days)
        if until >= training_class.starts_on:
            raise SelectionRefused(SelectionRefusal.TOO_LATE, until=until, starts=training_class.starts_on)
        values = {"confirmed_by": by, "confirmed_at": now, "published_on": today, "notice_until": until}
        _move(selection, Status.PROPOSED, Status.PUBLISHED, **values)
        audit.record(by=by, verb="selection_confirmed", target=selection, now=now, detail={"until": until.isoformat()})
        _tell_results(lines, until, now)


def last_day_to_confirm(*, training_class: TrainingClass, calendar: dict[date, str]) -> date:
    """The latest day on which `confirm` lets a notice begin. `calendar`: from sixty days before the start on."""
    days = policies.of_class(training_class=training_class, on=training_class.starts_on).public_notice_days
    day = training_class.starts_on - timedelta(days=1)
    while policies.working_days_after(start=day, days=days, calendar=calendar) >= training_class.starts_on:
        day -= timedelta(days=1)
    return day


def _may_confirm(by: User, selection: Selection, training_class: TrainingClass, now: datetime) -> None:
    if selection.proposed_by_id == by.pk:
        raise SelectionRefused(SelectionRefusal.SAME_PERSON)
    if has_interest(user=by, training_class=training_class, now=now):
        raise SelectionRefused(SelectionRefusal.OWN_INTEREST)
    if ScoreSheet.objects.filter(enrolment__training_class=training_class, reviewer=by).exists():
        raise SelectionRefused(SelectionRefusal.SCORED_IT)
    if Pitch.objects.filter(enrolment__training_class=training_class, by=by).exists():
        raise SelectionRefused(SelectionRefusal.ENTERED_ONE)


def send_back(*, by: User, selection: Selection, reason: str, now: datetime) -> None:
    """Take a result back with the reason, also while it is published; who had been told of it is told of this.

    Scoring may be corrected again and a new result put forward. Refused with SelectionRefused: no reason, or settled.
    """
    if not reason.strip():
        raise SelectionRefused(SelectionRefusal.REASON_MISSING)
    with transaction.atomic():
        hold_class(selection.training_class_id)
        was = Status(Selection.objects.values_list("status", flat=True).get(pk=selection.pk))
        if was not in (Status.PROPOSED, Status.PUBLISHED):
            raise SelectionRefused(SelectionRefusal.WRONG_STATUS, status=was.label)
        values = {"returned_by": by, "returned_at": now, "reason": reason.strip()[:200]}
        _move(selection, was, Status.RETURNED, **values)
        audit.record(by=by, verb="selection_returned", target=selection, now=now, detail={"from": was})
        if was == Status.PUBLISHED:
            candidates = [line for line in _lines(selection) if line.enrolment.status == Enrolment.Status.CANDIDATE]
            _tell("selection_returned", candidates, {}, now)


def settle(*, selection: Selection, now: datetime, by: User | None = None) -> None:
    """Give the seats by rank once the notice is over; who withdrew meanwhile is passed over.

    Refused with SelectionRefused while the notice runs or where it is not published, with SeatingRefused where the
    class does not enrol.
    """
    with transaction.atomic():
        training_class = hold_class(selection.training_class_id)
        until = selection.notice_until
        if until is not None and policies.local_date(now) <= until:
            raise SelectionRefused(SelectionRefusal.NOTICE_RUNS, until=until)
        _move(selection, Status.PUBLISHED, Status.SETTLED, settled_at=now)
        lines = [line for line in _lines(selection) if line.enrolment.status == Enrolment.Status.CANDIDATE]
        seating.give_by_rank(
            training_class=training_class,
            ranked=[line.enrolment for line in lines if line.outcome in LETS_IN],
            below=[Below(line.enrolment, _kept_words(line)) for line in lines if line.outcome not in LETS_IN],
            by=by or selection.confirmed_by,
            now=now,
        )
        audit.record(by=by, verb="selection_settled", target=selection, now=now)


def settle_due(*, now: datetime) -> int:
    """Settle every result whose notice is over and whose class still enrols; how many."""
    due = Selection.objects.filter(
        status=Status.PUBLISHED,
        notice_until__lt=policies.local_date(now),
        training_class__status=TrainingClass.Status.ENROLLING,
    ).select_related("confirmed_by")
    settled = 0
    for selection in due:
        try:
            settle(selection=selection, now=now)
        except Refused:
            # Sent back, or the class stopped, since the list was read; it is looked at again tomorrow.
            continue
        settled += 1
    return settled


def _move(selection: Selection, at: Status, to: Status, **values: object) -> None:
    if not Selection.objects.filter(pk=selection.pk, status=at).update(status=to, **values):
        now_at = Status(Selection.objects.values_list("status", flat=True).get(pk=selection.pk))
        raise SelectionRefused(SelectionRefusal.WRONG_STATUS, status=now_at.label)
    for name, value in {"status": to, **values}.items():
        setattr(selection, name, value)


def _lines(selection: Selection) -> list[SelectionLine]:
    found = SelectionLine.objects.filter(selection=selection).order_by("rank")
    return list(found.select_related("enrolment__learner__user", "enrolment__training_class__course"))


def _kept_words(line: SelectionLine) -> str:
    """A reason is kept in the language of the house, whoever's request brought it about."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(Outcome(line.outcome).label)


def _tell_results(lines: Sequence[SelectionLine], until: date, now: datetime) -> None:
    params = {"until": f"{until:%m-%d}"}
    for outcome, kind in TOLD_AS.items():
        _tell(kind, [line for line in lines if line.outcome == outcome], params, now)
    _tell("selection_not_chosen", [line for line in lines if line.outcome not in LETS_IN], params, now)


def _tell(kind: str, lines: Sequence[SelectionLine], params: dict[str, str], now: datetime) -> None:
    told = [
        Addressee(
            line.enrolment.learner,
            {
                "course": line.enrolment.training_class.course.name,
                "number": line.enrolment.number,
                "place": place,
                **params,
            },
            line.enrolment.training_class,
            line.enrolment.learner.phone,
        )
        for place, line in enumerate(lines, start=1)
    ]
    notices.queue_many(kind=kind, channel="sms", addressees=told, now=now, first_at=now)


def published(*, on: date) -> QuerySet[Selection]:
    """The results whose notice runs on a day, the newest first."""
    running = Selection.objects.filter(status=Status.PUBLISHED, published_on__lte=on, notice_until__gte=on)
    return running.select_related(
        "training_class__course", "training_class__district", "training_class__institution"
    ).order_by("-published_on", "number")


def lines_of(*, selection: Selection) -> list[SelectionLine]:
    """A result in the order of rank, for whoever may see it."""
    return _lines(selection)


@dataclass(frozen=True)
class Own:
    """What an applicant is told of a result: the own line and the own means by criterion, nobody else's."""

    line: SelectionLine
    pass_points: int
    means: list[tuple[Criterion, Fraction]]
    tie: str


def own_result(*, enrolment: Enrolment, now: datetime) -> Own | None:
    """None until a result that holds this application is published."""
    line = (
        SelectionLine.objects.filter(enrolment=enrolment, selection__status__in=(Status.PUBLISHED, Status.SETTLED))
        .select_related("selection")
        .first()
    )
    if line is None:
        return None
    training_class = enrolment.training_class
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    sheet = sheet_of(kind=training_class.kind_key, policy=policy)
    given = as_given(latest(enrolments=[enrolment])[enrolment.pk])
    means = [(one, mean_of(given=given, key=one.key)) for one in sheet] if given else []
    return Own(line, policy.selection_pass, means, tie_words(line=line, sheet=sheet))


def tie_words(*, line: SelectionLine, sheet: Sequence[Criterion]) -> str:
    """What decided among equal points: the label of a criterion, "arrival", or nothing."""
    if line.tie == ARRIVAL:
        return ARRIVAL
    return next((one.label for one in sheet if one.key == line.tie), "")
