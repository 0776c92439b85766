"""Whose turn it is: what waits for somebody at the desk, what waits for others, and what somebody has handled.

A turn is an open step of one class: the class or a change of it is to be reviewed or mended, or its completions are
to be handed in, approved or proposed anew; or it is an institution's registration that is to be reviewed. It belongs to
everybody who holds the permission for that class or institution; to all others who see it it is somebody else's. A
draft that was never handed in waits for its own institution and for nobody else.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, F, IntegerField, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from courses import access
from courses.access import Permission
from courses.models import ApprovalLine, ChangeRequest, ClassEvent, Completion, Registration, TrainingClass, User

Status = TrainingClass.Status
CLASS = "enrolment__training_class"
ASKED = ChangeRequest.objects.filter(status=ChangeRequest.Status.ASKED)


class Wanted(NamedTuple):
    """What a list is narrowed to: conditions on classes, and the same in terms of registrations."""

    classes: Q = Q()
    registrations: Q = Q()


EVERYTHING = Wanted()


class Turn(StrEnum):
    REGISTRATION_REVIEW = "registration_review"
    CLASS_REVIEW = "class_review"
    CHANGE_REVIEW = "change_review"
    COMPLETION_REVIEW = "completion_review"
    COMPLETION_SUBMIT = "completion_submit"
    CLASS_MEND = "class_mend"
    COMPLETION_MEND = "completion_mend"


OF_REVIEWERS = (Turn.CLASS_REVIEW, Turn.CHANGE_REVIEW, Turn.COMPLETION_REVIEW, Turn.REGISTRATION_REVIEW)
OF_INSTITUTIONS = (Turn.COMPLETION_SUBMIT, Turn.CLASS_MEND)
OF_CLASSES = tuple(turn for turn in Turn if turn != Turn.REGISTRATION_REVIEW)
# A trainer proposes anew under 我的班; at the desk that is always somebody else's turn.
PERMISSION = {
    Turn.REGISTRATION_REVIEW: Permission.REVIEW,
    Turn.CLASS_REVIEW: Permission.REVIEW,
    Turn.CHANGE_REVIEW: Permission.REVIEW,
    Turn.COMPLETION_REVIEW: Permission.REVIEW,
    Turn.COMPLETION_SUBMIT: Permission.RUN_CLASSES,
    Turn.CLASS_MEND: Permission.RUN_CLASSES,
    Turn.COMPLETION_MEND: Permission.TEACH,
}
WAITS: dict[Turn, Completion.Status] = {
    Turn.COMPLETION_REVIEW: Completion.Status.SUBMITTED,
    Turn.COMPLETION_SUBMIT: Completion.Status.PROPOSED,
    Turn.COMPLETION_MEND: Completion.Status.RETURNED,
}
# Returns of before `sent_back_at` was kept know only when they were proposed.
SINCE: dict[Turn, Min | Coalesce] = {
    Turn.COMPLETION_REVIEW: Min("submitted_at"),
    Turn.COMPLETION_SUBMIT: Min("proposed_at"),
    Turn.COMPLETION_MEND: Coalesce(Min("sent_back_at"), Min("proposed_at")),
}


class Waiting(NamedTuple):
    """What waits, by the id of its class or, for its review, of the registration; `people` are the completions that
    wait, none where the class or the registration does."""

    subject: int
    turn: str
    people: int
    since: datetime


class Handled(NamedTuple):
    """What somebody did to a class or, where `people` is not 0, to that many of its completions; the last time."""

    training_class: int
    status: str
    people: int
    at: datetime


def kinds_for(*, user: User, now: datetime) -> tuple[Turn, ...]:
    """The turns that this person takes at the desk; none for those who only read."""
    granted = access.permissions(user=user, now=now)
    return tuple(turn for turn in (*OF_REVIEWERS, *OF_INSTITUTIONS) if PERMISSION[turn] in granted)


def mine(*, turn: Turn, user: User, now: datetime, wanted: Wanted = EVERYTHING) -> QuerySet[TrainingClass]:
    """The classes of `wanted` that wait for this person in this way; none where it is no class that waits."""
    scope = access.visible_classes(user=user, now=now, permission=PERMISSION[turn])
    return _at(turn, scope.filter(wanted.classes)) if turn in OF_CLASSES else scope.none()


def my_registrations(*, user: User, now: datetime, wanted: Wanted = EVERYTHING) -> QuerySet[Registration]:
    """The registrations of `wanted` that wait for this person's review."""
    return _handed_in(user, now, PERMISSION[Turn.REGISTRATION_REVIEW]).filter(wanted.registrations)


def count_mine(*, user: User, now: datetime) -> int:
    """How many things wait for this person, in one statement: a class twice when it waits in two ways."""
    kinds = kinds_for(user=user, now=now)
    found: list[QuerySet[Any, Any]] = [
        mine(turn=turn, user=user, now=now).order_by().values_list("pk", _word(turn))
        for turn in kinds
        if turn in OF_CLASSES
    ]
    if Turn.REGISTRATION_REVIEW in kinds:
        word = _word(Turn.REGISTRATION_REVIEW)
        found.append(my_registrations(user=user, now=now).order_by().values_list("pk", word))
    return found[0].union(*found[1:], all=True).count() if found else 0


def elsewhere(
    *, user: User, now: datetime, wanted: Wanted = EVERYTHING
) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    """What waits for others in the classes and institutions that this person sees, longest first: the columns of
    Waiting.

    Who takes no turn at the desk follows none.
    """
    seen = access.visible_classes(user=user, now=now, permission=Permission.SEE_DESK).filter(wanted.classes)
    files = _handed_in(user, now, Permission.SEE_DESK).filter(wanted.registrations)
    if not kinds_for(user=user, now=now):
        seen, files = seen.none(), files.none()
    own = _handed_in(user, now, PERMISSION[Turn.REGISTRATION_REVIEW])
    found = [_waiting(turn, _of_others(turn, seen, user, now)) for turn in OF_CLASSES]
    found.append(_waiting_files(files.exclude(pk__in=own.values("pk"))))
    return found[0].union(*found[1:], all=True).order_by("since", "subject", "turn")


def handled(*, user: User, now: datetime, wanted: Wanted = EVERYTHING) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    """What this person did to classes and completions that they still see, latest first: the columns of Handled.

    One line a class and deed. The opening of enrolment, which follows an approval by itself, is no deed of its own.
    """
    seen = access.visible_classes(user=user, now=now, permission=Permission.SEE_DESK).filter(wanted.classes)
    of_classes: QuerySet[Any, Any] = (
        ClassEvent.objects.filter(by=user, training_class__in=seen.values("pk"))
        .exclude(from_status=Status.APPROVED, to_status=Status.ENROLLING)
        .order_by()
        .values(of_class=F("training_class"), deed=F("to_status"), people=Value(0, IntegerField()))
        .annotate(last=Max("at"))
        .values_list("of_class", "deed", "people", "last")
    )
    own = Completion.objects.filter(**{f"{CLASS}__in": seen.values("pk")}).order_by()
    handed_in, approved, sent_back = (
        own.filter(**{f"{step}_by": user})
        .values(of_class=F(CLASS), deed=deed)
        .annotate(people=Count("pk"), last=Max(f"{step}_at"))
        .values_list("of_class", "deed", "people", "last")
        for step, deed in (
            ("submitted", _word(Completion.Status.SUBMITTED)),
            ("approved", _word(Completion.Status.APPROVED)),
            ("sent_back", SENT_BACK),
        )
    )
    return of_classes.union(handed_in, approved, sent_back, all=True).order_by("-last", "of_class", "deed")


def _at(turn: Turn, scope: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    if turn == Turn.CLASS_REVIEW:
        return scope.filter(status=Status.SUBMITTED)
    if turn == Turn.CLASS_MEND:
        return scope.filter(status__in=(Status.RETURNED, Status.DRAFT))
    if turn == Turn.CHANGE_REVIEW:
        return scope.filter(pk__in=ASKED.values("lesson__training_class"))
    return scope.filter(pk__in=_waiting_completions(turn).values(CLASS))


def _waiting_completions(turn: Turn) -> QuerySet[Completion]:
    """Those at this step; what lies in a batch that takes effect by itself waits for nobody."""
    rows = Completion.objects.filter(status=WAITS[turn])
    if turn != Turn.COMPLETION_REVIEW:
        return rows
    return rows.exclude(pk__in=ApprovalLine.objects.filter(is_open=True).values("completion"))


def _of_others(turn: Turn, seen: QuerySet[TrainingClass], user: User, now: datetime) -> QuerySet[TrainingClass]:
    own = access.visible_classes(user=user, now=now, permission=PERMISSION[turn])
    return _at(turn, seen).exclude(pk__in=own.values("pk")).exclude(status=Status.DRAFT)


def _waiting(turn: Turn, classes: QuerySet[TrainingClass]) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    if turn in WAITS:
        rows: QuerySet[Any] = (
            _waiting_completions(turn)
            .filter(**{f"{CLASS}__in": classes.values("pk")})
            .order_by()
            .values(subject=F(CLASS))
            .annotate(people=Count("pk"), since=SINCE[turn])
        )
    elif turn == Turn.CHANGE_REVIEW:
        rows = (
            ASKED.filter(lesson__training_class__in=classes.values("pk"))
            .order_by()
            .values(subject=F("lesson__training_class"))
            .annotate(people=Value(0, IntegerField()), since=Min("asked_at"))
        )
    else:
        returned = Max("events__at", filter=Q(events__to_status=Status.RETURNED))
        since = Coalesce(returned if turn == Turn.CLASS_MEND else "submitted_at", "created_at")
        rows = classes.order_by().values(subject=F("pk")).annotate(people=Value(0, IntegerField()), since=since)
    columns: QuerySet[Any, tuple[int, str, int, datetime]] = rows.annotate(turn=_word(turn)).values_list(
        "subject", "turn", "people", "since"
    )
    return columns


def _handed_in(user: User, now: datetime, permission: Permission) -> QuerySet[Registration]:
    institutions = access.visible_institutions(user=user, now=now, permission=permission)
    return Registration.objects.filter(status=Registration.Status.SUBMITTED, institution__in=institutions.values("pk"))


def _waiting_files(files: QuerySet[Registration]) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    rows: QuerySet[Any] = files.order_by().values(subject=F("pk"))
    rows = rows.annotate(people=Value(0, IntegerField()), since=F("submitted_at"))
    columns: QuerySet[Any, tuple[int, str, int, datetime]] = rows.annotate(
        turn=_word(Turn.REGISTRATION_REVIEW)
    ).values_list("subject", "turn", "people", "since")
    return columns


def _word(word: str) -> Value:
    return Value(str(word), CharField())


# An approved completion is revoked, any other is returned, and may have moved on since.
SENT_BACK = Case(
    When(status=Completion.Status.REVOKED, then=_word(Completion.Status.REVOKED)),
    default=_word(Completion.Status.RETURNED),
)
