"""What an applicant hands in, and what reviewers give it: versions are appended, the highest holds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from courses import access, audit
from courses import policy as policies
from courses.models import Enrolment, Pitch, ScoreSheet, Selection, TrainingClass, User
from courses.policy import Policy
from courses.selection.ranking import Criterion, Given, is_complete, points_of, points_of_sheet, sheet_of, wants_third
from courses.selection.refusals import SelectionRefusal, SelectionRefused

Status = Enrolment.Status
SUMMARY_MAX = 1000


class Stage(StrEnum):
    """How far the scoring of an application is, as this reader may know it."""

    NO_PITCH = "no_pitch"
    TO_SCORE = "to_score"
    THIRD = "third"
    ENTERED = "entered"
    WAITS = "waits"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Change:
    """A sheet that was corrected, or given although the points of others were visible already (`seen`)."""

    sheet: ScoreSheet
    before: ScoreSheet | None
    seen: bool


@dataclass(frozen=True)
class Candidate:
    """One application as one person sees it: of the others' sheets nothing before the scoring is complete."""

    enrolment: Enrolment
    pitch: Pitch | None
    mine: ScoreSheet | None
    stage: Stage
    given: tuple[Given, ...]

    @property
    def points(self) -> int | None:
        """Hundredths; None until the scoring is complete."""
        return points_of(given=self.given) if self.stage == Stage.COMPLETE else None


def hand_in(*, enrolment: Enrolment, title: str, summary: str, jobs: int, by: User, now: datetime) -> Pitch:
    """Keep the applicant's project papers, as a new version; `by` is the applicant, or who takes them down at the
    counter.

    Refused with SelectionRefused: nothing written, no candidate, scoring has begun, a result was put forward, or the
    applicant has written papers and somebody else would write over them.
    """
    title, summary = " ".join(title.split()), summary.strip()
    if not title or not summary:
        raise SelectionRefused(SelectionRefusal.PITCH_INCOMPLETE)
    with transaction.atomic():
        _hold_candidate(enrolment)
        if ScoreSheet.objects.filter(enrolment=enrolment).exists():
            raise SelectionRefused(SelectionRefusal.PITCH_SCORED)
        if by.pk != enrolment.learner.user_id and is_own_work(enrolment=enrolment):
            raise SelectionRefused(SelectionRefusal.PITCH_OWN)
        version = Pitch.objects.filter(enrolment=enrolment).count() + 1
        made = Pitch.objects.create(
            enrolment=enrolment,
            version=version,
            title=title[:60],
            summary=summary[:SUMMARY_MAX],
            jobs=jobs,
            by=by,
            at=now,
        )
        audit.record(by=by, verb="pitch_handed_in", target=enrolment, now=now, detail={"version": version})
    return made


def is_own_work(*, enrolment: Enrolment) -> bool:
    """Has the applicant written papers? Then nobody else writes over them."""
    own = enrolment.learner.user_id
    return own is not None and Pitch.objects.filter(enrolment=enrolment, by=own).exists()


def pitch_of(*, enrolment: Enrolment) -> Pitch | None:
    return Pitch.objects.filter(enrolment=enrolment).order_by("-version").first()


def score(
    *, by: User, enrolment: Enrolment, scores: Mapping[str, int], now: datetime, remark: str = "", reason: str = ""
) -> ScoreSheet:
    """Give an application its sheet, or correct one's own with a reason.

    Until the scoring is complete nobody sees what others gave. What is corrected after that stands among the `changes`
    of the result, as given by one who had seen the other points, and whoever confirms the result reads it there.

    Refused with SelectionRefused: no candidate or no project papers, a result was put forward, the reviewer has an
    interest in it or took its papers down at the counter, a criterion is missing or out of its range, two agreeing
    sheets or three are there already, or a correction has no reason.
    """
    training_class = enrolment.training_class
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    sheet = sheet_of(kind=training_class.kind_key, policy=policy)
    if has_interest(user=by, training_class=training_class, now=now) or enrolment.learner.user_id == by.pk:
        raise SelectionRefused(SelectionRefusal.OWN_INTEREST)
    if not _fits(scores, sheet):
        raise SelectionRefused(SelectionRefusal.WRONG_SCORES)
    with transaction.atomic():
        _hold_candidate(enrolment)
        _refuse_papers(by, enrolment)
        held = latest(enrolments=[enrolment])[enrolment.pk]
        slot, version = _slot(by, held, policy, reason)
        made = ScoreSheet.objects.create(
            enrolment=enrolment,
            reviewer=by,
            slot=slot,
            version=version,
            scores={one.key: scores[one.key] for one in sheet},
            points=points_of_sheet(scores=scores, sheet=sheet),
            remark=remark.strip()[:200],
            reason=reason.strip()[:200] if version > 1 else "",
            at=now,
        )
        detail = {"slot": slot, "version": version, "seen": any(one.sheet == made for one in _seen_late(enrolment))}
        audit.record(by=by, verb="application_scored", target=enrolment, now=now, detail=detail)
    return made


def _refuse_papers(by: User, enrolment: Enrolment) -> None:
    """None are there to score, or the reviewer took one version of them down."""
    handed_in = set(Pitch.objects.filter(enrolment=enrolment).values_list("by", flat=True))
    if not handed_in:
        raise SelectionRefused(SelectionRefusal.NO_PITCH)
    if by.pk in handed_in:
        raise SelectionRefused(SelectionRefusal.ENTERED_IT)


def _slot(by: User, held: Sequence[ScoreSheet], policy: Policy, reason: str) -> tuple[int, int]:
    """The reviewer's place on this application and the version of the sheet to come."""
    mine = next((one for one in held if one.reviewer_id == by.pk), None)
    if mine is not None:
        if not reason.strip():
            raise SelectionRefused(SelectionRefusal.REASON_MISSING)
        return mine.slot, mine.version + 1
    if is_complete(given=as_given(held), gap=policy.selection_gap):
        raise SelectionRefused(SelectionRefusal.ENOUGH_SHEETS)
    return len(held) + 1, 1


def _fits(scores: Mapping[str, int], sheet: Sequence[Criterion]) -> bool:
    return bool(sheet) and all(type(scores.get(one.key)) is int and 0 <= scores[one.key] <= one.most for one in sheet)


def has_interest(*, user: User, training_class: TrainingClass, now: datetime) -> bool:
    """Who works for the institution of the class or teaches it neither scores nor confirms."""
    posts = access.held(user=user, now=now)
    works_there = any(post.institution_id == training_class.institution_id for post in posts if post.institution_id)
    return works_there or training_class.trainers.filter(pk=user.pk).exists()


def hold_class(training_class_id: int) -> TrainingClass:
    """Inside a transaction: scoring, results and withdrawals of one class come one after the other."""
    return TrainingClass.objects.select_for_update(of=("self",)).select_related("course").get(pk=training_class_id)


def _hold_candidate(enrolment: Enrolment) -> None:
    hold_class(enrolment.training_class_id)
    if not Enrolment.objects.filter(pk=enrolment.pk, status=Status.CANDIDATE).exists():
        raise SelectionRefused(SelectionRefusal.NOT_A_CANDIDATE)
    if Selection.objects.filter(training_class=enrolment.training_class_id, status__in=Selection.LIVE).exists():
        raise SelectionRefused(SelectionRefusal.RESULT_STANDS)


def latest(*, enrolments: Iterable[Enrolment]) -> dict[int, list[ScoreSheet]]:
    """The sheets that hold, by application and slot."""
    found: dict[int, dict[int, ScoreSheet]] = defaultdict(dict)
    pks = [one.pk for one in enrolments]
    for sheet in ScoreSheet.objects.filter(enrolment__in=pks).order_by("enrolment", "slot", "version"):
        found[sheet.enrolment_id][sheet.slot] = sheet
    return {pk: list(found[pk].values()) for pk in pks}


def changes(*, training_class: TrainingClass) -> list[Change]:
    """What was corrected in a class, and what was given with the other points in sight, in order of time.

    Only of applications whose scoring is complete: of others nobody sees what anybody gave.
    """
    rows = ScoreSheet.objects.filter(enrolment__training_class=training_class).order_by("pk")
    found, complete = _walk(rows.select_related("enrolment__training_class", "reviewer"))
    return [one for one in found if one.sheet.enrolment_id in complete]


def _seen_late(enrolment: Enrolment) -> list[Change]:
    rows = ScoreSheet.objects.filter(enrolment=enrolment).order_by("pk")
    return [one for one in _walk(rows.select_related("enrolment__training_class"))[0] if one.seen]


def _walk(rows: Iterable[ScoreSheet]) -> tuple[list[Change], set[int]]:
    """Sheets in the order given: from an application's first complete scoring on, its points were in sight. Gives the
    changes, and the applications that are complete in the end."""
    held: dict[int, dict[int, ScoreSheet]] = defaultdict(dict)
    visible: set[int] = set()
    complete: set[int] = set()
    found = []
    for sheet in rows:
        of_one, key = held[sheet.enrolment_id], sheet.enrolment_id
        if sheet.version > 1 or key in visible:
            found.append(Change(sheet, of_one.get(sheet.slot), key in visible))
        of_one[sheet.slot] = sheet
        training_class = sheet.enrolment.training_class
        policy = policies.of_class(training_class=training_class, on=policies.local_date(sheet.at))
        complete.discard(key)
        if is_complete(given=as_given(of_one.values()), gap=policy.selection_gap):
            visible.add(key)
            complete.add(key)
    return found, complete


def as_given(sheets: Iterable[ScoreSheet]) -> tuple[Given, ...]:
    return tuple(Given(one.points, one.scores) for one in sheets)


def candidates(*, training_class: TrainingClass, by: User, now: datetime) -> list[Candidate]:
    """The applications of a class in the order of arrival. Three statements, whatever their number."""
    return candidates_of(training_classes=[training_class], by=by, now=now)[training_class.pk]


def candidates_of(*, training_classes: Sequence[TrainingClass], by: User, now: datetime) -> dict[int, list[Candidate]]:
    """The same for many classes, by class."""
    today = policies.local_date(now)
    numbers = {one.pk: policies.of_class(training_class=one, on=today) for one in training_classes}
    rows = list(
        Enrolment.objects.filter(training_class__in=list(numbers), status=Status.CANDIDATE)
        .select_related("learner", "category")
        .order_by("arrival_no")
    )
    held = latest(enrolments=rows)
    versions = list(Pitch.objects.filter(enrolment__in=rows).select_related("by").order_by("version"))
    pitches = {one.enrolment_id: one for one in versions}
    own = {one.enrolment_id for one in versions if one.by_id == by.pk}
    found: dict[int, list[Candidate]] = {pk: [] for pk in numbers}
    for row in rows:
        pk = row.training_class_id
        seen = _seen(row, pitches.get(row.pk), held[row.pk], by, numbers[pk])
        entered = row.pk in own and seen.stage in (Stage.TO_SCORE, Stage.THIRD)
        found[pk].append(replace(seen, stage=Stage.ENTERED) if entered else seen)
    return found


def _seen(row: Enrolment, pitch: Pitch | None, held: Sequence[ScoreSheet], by: User, policy: Policy) -> Candidate:
    mine = next((one for one in held if one.reviewer_id == by.pk), None)
    given = as_given(held)
    if pitch is None:
        stage = Stage.NO_PITCH
    elif is_complete(given=given, gap=policy.selection_gap):
        stage = Stage.COMPLETE
    elif mine is not None:
        stage = Stage.WAITS
    else:
        stage = Stage.THIRD if wants_third(given=given, gap=policy.selection_gap) else Stage.TO_SCORE
    return Candidate(row, pitch, mine, stage, given if stage == Stage.COMPLETE else ())
