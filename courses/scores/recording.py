"""成绩 are recorded by somebody who did not teach the class; once a completion is submitted, two people change them. Of
an erased record nothing is recorded or changed any more, and no change of it waits."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction
from django.db.models import Max

from courses import audit
from courses.models import ClassExaminer, Completion, Enrolment, Score, TrainingClass, User
from courses.scores.examiners import against_recording, in_force
from courses.scores.refusals import ScoreRefusal, ScoreRefused

# From here on somebody relies on the score.
RELIED_ON = (Completion.Status.SUBMITTED, Completion.Status.APPROVED)


def read_points(text: str) -> int:
    """87.5 → 875 tenths. Refused with ScoreRefused: no number, outside 0 to 100, more than one decimal."""
    try:
        tenths = Decimal(text.strip()) * 10
    except InvalidOperation:
        raise ScoreRefused(ScoreRefusal.OUT_OF_RANGE) from None
    if not tenths.is_finite() or tenths != int(tenths) or not 0 <= tenths <= 1000:
        raise ScoreRefused(ScoreRefusal.OUT_OF_RANGE)
    return int(tenths)


def record(
    *, by: User, enrolment: Enrolment, points: Mapping[str, int], reason: str = "", now: datetime
) -> list[Score]:
    """Write the parts that are new or different, in tenths of a point; gives those written.

    Before the completion is submitted they hold at once. Afterwards each is a change that waits for a second person;
    so is one of what a named examiner recorded, by anybody who is not named and in force.
    Refused with ScoreRefused: by a trainer of the class, by anybody but who is named to examine it, one's own, not
    admitted, no reason, a change that waits already, of an erased record.
    """
    if enrolment.status != Enrolment.Status.ADMITTED:
        raise ScoreRefused(ScoreRefusal.NOT_ADMITTED)
    with transaction.atomic():
        # Holds off whoever names an examiner or a trainer of the class at the same moment.
        training_class = TrainingClass.objects.select_for_update(no_key=True).get(pk=enrolment.training_class_id)
        if against := against_recording(by=by, training_class=training_class, now=now):
            raise ScoreRefused(against)
        # Holds off a submission at the same moment, which would rely on what is about to change.
        own = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
        examine = in_force(training_class=training_class, now=now)
        held = _as_recorded(own, examine)
        changed = {part: value for part, value in points.items() if held.get(part) != value}
        relied_on = Completion.objects.filter(enrolment=enrolment, status__in=RELIED_ON).exists()
        relied_on |= by.pk not in examine and _stands_by_examiner(own, changed)
        if changed:
            _refuse_erased(own)
            _refuse_own(by, own)
        if changed and relied_on and not reason.strip():
            raise ScoreRefused(ScoreRefusal.REASON_MISSING)
        status = Score.Status.ASKED if relied_on else Score.Status.HELD
        written = [_write(by, enrolment, part, value, status, reason, now) for part, value in changed.items()]
        if written:
            verb = "score_change_asked" if relied_on else "score_recorded"
            audit.record(by=by, verb=verb, target=enrolment, now=now, detail={"parts": sorted(changed)})
    return written


def _as_recorded(held: Enrolment, examine: set[int]) -> dict[str, int]:
    """By part, the tenths that hold; while somebody is named, what others recorded is recorded anew in that name."""
    rows = Score.objects.filter(enrolment=held, status=Score.Status.HELD).order_by("version")
    return {row.part: row.points for row in rows if not examine or row.by_id in examine}


def _stands_by_examiner(held: Enrolment, parts: Iterable[str]) -> bool:
    """Does a score that holds for one of these parts come from somebody who was ever named to examine the class?"""
    named = ClassExaminer.objects.filter(training_class=held.training_class_id).values_list("examiner", flat=True)
    rows = Score.objects.filter(enrolment=held, status=Score.Status.HELD, part__in=list(parts)).order_by("version")
    stands = {row.part: row.by_id for row in rows}
    return not set(stands.values()).isdisjoint(named)


def _refuse_erased(held: Enrolment) -> None:
    if held.learner.erased_at is not None:
        raise ScoreRefused(ScoreRefusal.ERASED)


def _refuse_own(by: User, held: Enrolment) -> None:
    if held.learner.user_id == by.pk:
        raise ScoreRefused(ScoreRefusal.OWN)


def _write(by: User, enrolment: Enrolment, part: str, value: int, status: str, reason: str, now: datetime) -> Score:
    last = Score.objects.filter(enrolment=enrolment, part=part).aggregate(last=Max("version"))["last"] or 0
    try:
        with transaction.atomic():
            return Score.objects.create(
                enrolment=enrolment, part=part, version=last + 1, points=value, status=status,
                reason=reason.strip()[:200], by=by, at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise ScoreRefused(ScoreRefusal.CHANGE_WAITS) from error


def decide(*, by: User, score: Score, agree: bool, now: datetime) -> None:
    """The second person lets a change hold, or not.

    Refused with ScoreRefused: by who asked, by a trainer of the class, one's own, an erased record, decided already.
    """
    if by.pk == score.by_id:
        raise ScoreRefused(ScoreRefusal.SAME_PERSON)
    if score.enrolment.training_class.trainers.filter(pk=by.pk).exists():
        raise ScoreRefused(ScoreRefusal.EXAMINER_TEACHES)
    to = Score.Status.HELD if agree else Score.Status.DROPPED
    with transaction.atomic():
        # Holds off an approval at the same moment, as in `record`.
        own = Enrolment.objects.select_for_update(no_key=True).get(pk=score.enrolment_id)
        _refuse_erased(own)
        _refuse_own(by, own)
        asked = Score.objects.filter(pk=score.pk, status=Score.Status.ASKED)
        if not asked.update(status=to, decided_by=by, decided_at=now):
            raise ScoreRefused(ScoreRefusal.NOTHING_ASKED)
        verb = "score_change_agreed" if agree else "score_change_dropped"
        audit.record(by=by, verb=verb, target=score.enrolment, now=now, detail={"part": score.part})


def standing(*, enrolments: Iterable[Enrolment]) -> dict[int, dict[str, int]]:
    """By enrolment and part, the tenths of a point that hold now; one statement."""
    held: dict[int, dict[str, int]] = {}
    rows = Score.objects.filter(enrolment__in=[row.pk for row in enrolments], status=Score.Status.HELD)
    for row in rows.order_by("version"):
        held.setdefault(row.enrolment_id, {})[row.part] = row.points
    return held


def waiting(*, training_class: TrainingClass) -> list[Score]:
    """Changes of a class's scores that wait for a second person."""
    rows = Score.objects.filter(Score.WAITS, enrolment__training_class=training_class)
    return list(rows.select_related("enrolment__learner", "by").order_by("at", "pk"))
