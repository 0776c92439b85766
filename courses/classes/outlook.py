"""What a change of an approved class would bring: the checks of its opening, run on the class as it would be."""

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Max

from courses import policy as policies
from courses.classes.clashes import Clash, ClashKind
from courses.classes.opening import CheckCode, Finding, Opening, approved_hours, findings_of, opening_of
from courses.models import ChangeRequest, Lesson, TrainingClass
from courses.policy import Level

CLASHES = (CheckCode.OVERLAP, CheckCode.ROOM_CLASH, CheckCode.TRAINER_CLASH, CheckCode.LEARNER_CLASH)
OF_ALL = (CheckCode.HOURS, CheckCode.SHARES, CheckCode.TRADE, CheckCode.TRAINERS)
OF_SEATS = (CheckCode.SIZE, CheckCode.CAPACITY, CheckCode.PROJECT)


@dataclass(frozen=True)
class Foreseen:
    """What a change would bring: the checks that fail with it, each with its level, and the clashes among them."""

    findings: list[Finding]
    clashes: list[Clash]


def foresee_change(*, request: ChangeRequest, now: datetime) -> Foreseen:
    """What a grant at this moment would find, for whoever decides; nothing is written."""
    training_class = TrainingClass.objects.select_related("course__kind").get(pk=request.training_class_id)
    policy = policies.of_class(training_class=training_class, on=policies.local_date(now))
    if request.enrol_until is not None:
        return Foreseen([], [])
    if request.seats is not None:
        training_class.seats = request.seats
        # Fewer people than before ask for no leave that the class did not have.
        codes = OF_SEATS if request.seats > (request.was_seats or 0) else ()
        found = findings_of(opening_of(training_class=training_class, now=now, policy=policy), codes=codes)
        return Foreseen([finding for finding in found if not finding.passed], [])
    lesson = wished(request, training_class)
    moved = None if request.cancels else lesson
    opening = opening_of(training_class=training_class, now=now, policy=policy, moved=moved)
    if request.cancels:
        opening = replace(opening, lessons=[one for one in opening.lessons if one.pk != lesson.pk])
    if opening.lessons:
        training_class.ends_on = policies.local_date(opening.lessons[-1].starts_at)
    return _found(lesson, request, opening)


def wished(request: ChangeRequest, training_class: TrainingClass) -> Lesson:
    """The lesson as it would be, in memory; one that is held after all is a new one, of what was to be taught."""
    lesson = Lesson.objects.select_related("venue").get(pk=request.of_lesson.pk)
    lesson.training_class = training_class
    if request.adds:
        last = training_class.lessons.aggregate(last=Max("number"))["last"]
        kept = {"title": lesson.title, "part": lesson.part, "materials": lesson.materials}
        lesson = Lesson(training_class=training_class, number=last + 1, **kept)
    lesson.starts_at, lesson.ends_at = request.wished
    lesson.venue, lesson.room, lesson.trainer = request.venue, request.room, request.trainer
    return lesson


def _found(lesson: Lesson, request: ChangeRequest, opening: Opening) -> Foreseen:
    """The checks that fail with this change and did not fail in the same words without it."""
    known = {finding.sentence for finding in _before(lesson, request, opening)}
    own = [] if request.cancels else [clash for clash in opening.clashes if lesson.number in _numbers(clash)]
    asked = findings_of(opening, codes=OF_ALL) if request.cancels else _asked_of(lesson, opening)
    found = [
        *(finding for finding in asked if finding.sentence not in known),
        *findings_of(replace(opening, clashes=own), codes=CLASHES),
    ]
    return Foreseen([_eased(finding, request, opening) for finding in found if not finding.passed], own)


def _before(lesson: Lesson, request: ChangeRequest, opening: Opening) -> list[Finding]:
    """What was found of the class without the change."""
    held = copy(opening.training_class)
    if request.adds:
        earlier = [one for one in opening.lessons if one is not lesson]
    elif request.cancels:
        earlier = sorted([*opening.lessons, lesson], key=lambda one: one.starts_at)
    else:
        was = copy(lesson)
        was.starts_at, was.ends_at = request.before
        was.venue, was.room, was.trainer = request.was_venue, request.was_room, request.was_trainer
        earlier = [was if one.pk == lesson.pk else one for one in opening.lessons]
    held.ends_on = policies.local_date(max(one.starts_at for one in earlier))
    venues = {**opening.venues, **({request.was_venue.pk: request.was_venue} if request.was_venue else {})}
    without = replace(opening, training_class=held, lessons=earlier, venues=venues)
    moves = not request.adds and not request.cancels
    return _asked_of(was, without) if moves else findings_of(without, codes=OF_ALL)


def _eased(finding: Finding, request: ChangeRequest, opening: Opening) -> Finding:
    """A lesson that is cancelled leaves the class short of its hours until it is made up for, and each that makes up
    for it brings it nearer: that is told to whoever decides, and holds nothing up."""
    due = sum(approved_hours(opening.training_class)) * opening.policy.hour_minutes
    short = request.cancels or (request.adds and opening.minutes < due)
    return replace(finding, level=Level.WARN) if finding.code == CheckCode.HOURS and short else finding


def _asked_of(lesson: Lesson, opening: Opening) -> list[Finding]:
    """What a move can touch: the timetable as a whole, the lesson's day, and the lesson's own trainer and room."""
    day = policies.local_date(lesson.starts_at)
    of_the_day = [one for one in opening.lessons if policies.local_date(one.starts_at) == day]
    return [
        *findings_of(opening, codes=OF_ALL),
        *findings_of(replace(opening, lessons=of_the_day), codes=(CheckCode.DAY_HOURS,)),
        *findings_of(replace(opening, lessons=[lesson]), codes=(CheckCode.CERTIFICATES, CheckCode.CAPACITY)),
    ]


def _numbers(clash: Clash) -> set[int]:
    """Which lessons of the class a clash is about: both of an overlap within it, else its own."""
    mine, other = clash.mine.number, clash.other.number
    return {mine, other} if clash.kind == ClashKind.OVERLAP else {mine}
