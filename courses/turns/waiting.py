"""What waits for somebody at the desk, and what waits for others."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from courses import access, selection
from courses.access import Permission
from courses.models import Enrolment, Registration, Selection, TrainingClass, User
from courses.turns import city
from courses.turns.asked import WAITS, Asked, asked
from courses.turns.kinds import (
    AFTERWARDS,
    EVERYTHING,
    FOLLOWED,
    OF_CAMPS,
    OF_CARDS,
    OF_CITY,
    OF_CLASSES,
    OF_INSTITUTIONS,
    OF_PRESENCE,
    OF_PROOFS,
    OF_REGISTRATIONS,
    OF_REVIEWERS,
    OF_SEATS,
    OF_SECONDS,
    PERMISSION,
    Turn,
    Wanted,
    word,
)

Status = TrainingClass.Status


def kinds_for(*, user: User, now: datetime) -> tuple[Turn, ...]:
    """The turns that this person takes at the desk; none for those who only read."""
    granted = access.permissions(user=user, now=now)
    of_classes = (*OF_REVIEWERS, *OF_SECONDS, *OF_CAMPS, *OF_INSTITUTIONS, *OF_SEATS)
    taken = (*of_classes, Turn.REGISTRATION_MEND, *OF_CITY, *AFTERWARDS)
    return tuple(turn for turn in taken if PERMISSION[turn] in granted)


def mine(*, turn: Turn, user: User, now: datetime, wanted: Wanted = EVERYTHING) -> QuerySet[TrainingClass]:
    """The classes of `wanted` that wait for this person in this way; none where it is no class that waits."""
    if turn not in OF_CLASSES:
        return TrainingClass.objects.none()
    return _at(turn, access.class_scope(user=user, now=now, permission=PERMISSION[turn]) & wanted.classes, now, by=user)


def my_registrations(
    *, user: User, now: datetime, wanted: Wanted = EVERYTHING, turn: Turn = Turn.REGISTRATION_REVIEW
) -> QuerySet[Registration]:
    """The registrations of `wanted` that wait for this person's review, or were sent back to their institution."""
    of = Registration.Status
    status = of.RETURNED if turn == Turn.REGISTRATION_MEND else of.SUBMITTED
    return _handed_in(user, now, PERMISSION[turn], status).filter(wanted.registrations)


def count_mine(*, user: User, now: datetime) -> int:
    """How many things wait for this person, in one statement: a class twice when it waits in two ways."""
    kinds = kinds_for(user=user, now=now)
    found: list[QuerySet[Any, Any]] = []
    for turn in kinds:
        subject = "pk"
        if turn in OF_CITY:
            rows: QuerySet[Any] = city.mine(turn=turn, user=user)
        elif turn in OF_REGISTRATIONS:
            rows = my_registrations(turn=turn, user=user, now=now)
        elif step := asked(turn, access.class_scope(user=user, now=now, permission=PERMISSION[turn]), now):
            rows, subject = step.of(user), step.to_class
        else:
            rows = mine(turn=turn, user=user, now=now)
        rows = rows.order_by().values_list(subject, word(turn))
        found.append(rows if subject == "pk" else rows.distinct())
    return found[0].union(*found[1:], all=True).count() if found else 0


def elsewhere(
    *, user: User, now: datetime, wanted: Wanted = EVERYTHING
) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    """What waits for others in the classes and institutions that this person sees, longest first: the columns of
    Waiting.

    Who takes no turn at the desk, or none but of what comes after a class, follows none.
    """
    follows = bool(set(kinds_for(user=user, now=now)) - set(AFTERWARDS))
    seen = access.class_scope(user=user, now=now, permission=Permission.SEE_DESK) & wanted.classes
    files = _handed_in(user, now, Permission.SEE_DESK).filter(wanted.registrations)
    own = _handed_in(user, now, PERMISSION[Turn.REGISTRATION_REVIEW])
    found = [_waiting_files(files.exclude(pk__in=own.values("pk")) if follows else files.none())]
    for turn in FOLLOWED if follows else ():
        found += _of_others(turn, seen, user, now)
    found += city.elsewhere(user=user, kinds=_put_forward(user, now)) if wanted.is_everything else []
    return found[0].union(*found[1:], all=True).order_by("since", "subject", "turn")


def _put_forward(user: User, now: datetime) -> tuple[Turn, ...]:
    """What of the whole city's this person may begin: cards and corrections also where others alone decide, an
    objection too."""
    granted = access.permissions(user=user, now=now)
    begins = {Permission.PROPOSE_CARDS, Permission.RUN_CLASSES} & granted
    corrects = (Turn.CORRECTION_REVIEW,) if Permission.ENROL_AT_COUNTER in granted else ()
    return tuple(dict.fromkeys((*kinds_for(user=user, now=now), *(OF_CARDS if begins else ()), *corrects)))


def begun(*, turn: Turn, by: User, now: datetime, wanted: Wanted = EVERYTHING) -> dict[int, tuple[int, datetime]]:
    """By the id of each class of `wanted` that waits for this person because something was asked for or begun: how much
    of it they may decide, and since when."""
    scope = access.class_scope(user=by, now=now, permission=PERMISSION[turn]) & wanted.classes
    if turn == Turn.SELECTION_SCORE:
        step: Asked | None = Asked(selection.to_score(by=by, now=now), "training_class", "applied_at").where(scope)
    else:
        step = asked(turn, scope, now)
    assert step is not None
    rows = step.of(by).order_by().values(subject=F(step.to_class))
    told = rows.annotate(many=Count(step.each, distinct=True), since=step.earliest)
    return {row["subject"]: (row["many"], row["since"]) for row in told}


def _at(turn: Turn, where: Q, now: datetime, by: User | None = None) -> QuerySet[TrainingClass]:
    """The classes at this step that meet a condition; a camp's steps and second decisions are `by`'s alone, or
    anybody's."""
    step, scope = asked(turn, where, now), TrainingClass.objects.filter(where)
    if step is not None:
        return scope.filter(pk__in=step.of(by).order_by().values(step.to_class))
    if turn == Turn.CLASS_REVIEW:
        return scope.filter(status=Status.SUBMITTED)
    if turn == Turn.CLASS_MEND:
        return scope.filter(status__in=(Status.RETURNED, Status.DRAFT))
    if turn == Turn.SELECTION_SCORE:
        unscored = selection.unscored() if by is None else selection.to_score(by=by, now=now)
        camps = scope.filter(mode=TrainingClass.Mode.SELECTED)
        return camps.filter(Exists(unscored.filter(training_class=OuterRef("pk"))))
    confirms = selection.to_confirm(by=by, now=now).values("pk")
    return scope.filter(Q(pk__in=selection.to_propose(now=now).values("pk")) | Q(pk__in=confirms))


def _of_others(turn: Turn, seen: Q, user: User, now: datetime) -> list[QuerySet[Any, Any]]:
    """What of one turn waits for somebody else, as rows of `Waiting`; nothing where this person may take it all."""
    own = access.class_scope(user=user, now=now, permission=PERMISSION[turn])
    of_some = turn in (*OF_CAMPS, *OF_SECONDS, *OF_PRESENCE, *OF_PROOFS)
    if own == access.EVERYTHING and not of_some:
        return []
    where = seen & ~Q(status=Status.DRAFT)
    if not of_some:
        where &= ~own
    step = asked(turn, where, now)
    if step is None:
        classes = _at(turn, where, now)
        taken = _at(turn, own, now, by=user).values("pk")
        return [_waiting(turn, classes.exclude(pk__in=taken) if of_some else classes)]
    rows = step.rows
    if of_some:
        mine = asked(turn, own, now)
        assert mine is not None
        rows = rows.exclude(**{f"{step.to_class}__in": mine.of(user).order_by().values(step.to_class)})
    told = rows.order_by().values(subject=F(step.to_class))
    people = Count("pk") if turn in WAITS else Value(0, IntegerField())
    return [_columns(told.annotate(people=people, since=step.earliest), turn)]


def _waiting(turn: Turn, classes: QuerySet[TrainingClass]) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    """Classes that are at a step themselves."""
    if turn == Turn.SELECTION_SCORE:
        # From the earliest of those who wait for it.
        since: Any = Min("enrolments__applied_at", filter=Q(enrolments__status=Enrolment.Status.CANDIDATE))
    elif turn == Turn.SELECTION_RESULT:
        # Else from the day on which it could be put forward.
        proposed = Max("selections__proposed_at", filter=Q(selections__status=Selection.Status.PROPOSED))
        since = Coalesce(proposed, "enrol_until", "approved_at")
    else:
        returned = Max("events__at", filter=Q(events__to_status=Status.RETURNED))
        since = Coalesce(returned if turn == Turn.CLASS_MEND else "submitted_at", "created_at")
    rows = classes.order_by().values(subject=F("pk")).annotate(people=Value(0, IntegerField()), since=since)
    return _columns(rows, turn)


def _columns(rows: QuerySet[Any, Any], turn: Turn) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    columns: QuerySet[Any, tuple[int, str, int, datetime]] = rows.annotate(turn=word(turn)).values_list(
        "subject", "turn", "people", "since"
    )
    return columns


def _handed_in(
    user: User, now: datetime, permission: Permission, status: str = Registration.Status.SUBMITTED
) -> QuerySet[Registration]:
    institutions = access.visible_institutions(user=user, now=now, permission=permission)
    return Registration.objects.filter(status=status, institution__in=institutions.values("pk"))


def _waiting_files(files: QuerySet[Registration]) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    rows: QuerySet[Any] = files.order_by().values(subject=F("pk"))
    rows = rows.annotate(people=Value(0, IntegerField()), since=F("submitted_at"))
    return _columns(rows, Turn.REGISTRATION_REVIEW)
