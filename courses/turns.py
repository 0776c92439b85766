"""Whose turn it is: what waits for somebody at the desk, what waits for others, and what somebody has handled.

A turn is an open step of one class: the class or a change of it is to be reviewed or mended, or its completions are
to be handed in, approved or proposed anew; a learner waits for an answer on leave or a dispute, or asks to change
class; the applications of a camp are to be scored, or its result to be brought out; or it is an institution's
registration that is to be reviewed. It belongs to everybody who holds the permission for that class or institution – of
a camp to those who may still take the step, since nobody scores twice or confirms what they had a hand in; to all
others who see it it is somebody else's. A draft that was never handed in waits for its own institution and for nobody
else.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, Expression, F, IntegerField, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from courses import access, selection
from courses.access import Permission
from courses.models import (
    ApprovalLine,
    ChangeRequest,
    ClassEvent,
    Completion,
    Dispute,
    Enrolment,
    Institution,
    InstitutionEvent,
    LeaveRequest,
    Registration,
    ScoreSheet,
    Selection,
    TrainingClass,
    TransferRequest,
    User,
)

Status = TrainingClass.Status
CLASS = "enrolment__training_class"
# What learners ask for while they have the seat that they want to change.
WISHES = TransferRequest.objects.filter(
    status=TransferRequest.Status.ASKED, enrolment__status=Enrolment.Status.ADMITTED
)
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
    SELECTION_SCORE = "selection_score"
    SELECTION_RESULT = "selection_result"
    COMPLETION_SUBMIT = "completion_submit"
    TRANSFER_REQUEST = "transfer_request"
    CLASS_MEND = "class_mend"
    COMPLETION_MEND = "completion_mend"
    DISPUTE_REVIEW = "dispute_review"
    DISPUTE_ANSWER = "dispute_answer"
    LEAVE_REVIEW = "leave_review"


OF_REVIEWERS = (Turn.CLASS_REVIEW, Turn.CHANGE_REVIEW, Turn.COMPLETION_REVIEW, Turn.REGISTRATION_REVIEW)
# Two steps of a camp: its applications are scored, its result is put forward and confirmed.
OF_CAMPS = (Turn.SELECTION_SCORE, Turn.SELECTION_RESULT)
OF_INSTITUTIONS = (Turn.COMPLETION_SUBMIT, Turn.DISPUTE_REVIEW, Turn.TRANSFER_REQUEST, Turn.CLASS_MEND)
OF_CLASSES = tuple(turn for turn in Turn if turn != Turn.REGISTRATION_REVIEW)
# A trainer proposes anew, answers and decides on leave under 我的班; at the desk that is always somebody else's turn.
PERMISSION = {
    Turn.REGISTRATION_REVIEW: Permission.REVIEW,
    Turn.CLASS_REVIEW: Permission.REVIEW,
    Turn.CHANGE_REVIEW: Permission.REVIEW,
    Turn.COMPLETION_REVIEW: Permission.REVIEW,
    Turn.SELECTION_SCORE: Permission.REVIEW,
    Turn.SELECTION_RESULT: Permission.REVIEW,
    Turn.COMPLETION_SUBMIT: Permission.RUN_CLASSES,
    Turn.TRANSFER_REQUEST: Permission.RUN_CLASSES,
    Turn.CLASS_MEND: Permission.RUN_CLASSES,
    Turn.COMPLETION_MEND: Permission.TEACH,
    Turn.DISPUTE_REVIEW: Permission.RUN_CLASSES,
    Turn.DISPUTE_ANSWER: Permission.TEACH,
    Turn.LEAVE_REVIEW: Permission.TEACH,
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


class Of(StrEnum):
    """What a deed was done to."""

    CLASS = "class"
    COMPLETIONS = "completions"
    CAMP = "camp"
    REGISTRATION = "registration"


class Handled(NamedTuple):
    """What somebody did, the last time: to a class, to `people` of its completions or applications, or to a
    registration, whose `subject` is the event that tells of it."""

    subject: int
    status: str
    people: int
    at: datetime
    of: str


def kinds_for(*, user: User, now: datetime) -> tuple[Turn, ...]:
    """The turns that this person takes at the desk; none for those who only read."""
    granted = access.permissions(user=user, now=now)
    return tuple(turn for turn in (*OF_REVIEWERS, *OF_CAMPS, *OF_INSTITUTIONS) if PERMISSION[turn] in granted)


def mine(*, turn: Turn, user: User, now: datetime, wanted: Wanted = EVERYTHING) -> QuerySet[TrainingClass]:
    """The classes of `wanted` that wait for this person in this way; none where it is no class that waits."""
    scope = access.visible_classes(user=user, now=now, permission=PERMISSION[turn])
    return _at(turn, scope.filter(wanted.classes), now, by=user) if turn in OF_CLASSES else scope.none()


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
    found = [_waiting(turn, _of_others(turn, seen, user, now), now) for turn in OF_CLASSES]
    found.append(_waiting_files(files.exclude(pk__in=own.values("pk"))))
    return found[0].union(*found[1:], all=True).order_by("since", "subject", "turn")


def handled(
    *, user: User, now: datetime, wanted: Wanted = EVERYTHING
) -> QuerySet[Any, tuple[int, str, int, datetime, str]]:
    """What this person did to classes, completions, camps and registrations that they still see, latest first: the
    columns of Handled.

    One line a subject and deed. The opening of enrolment, which follows an approval by itself, is no deed of its own.
    """
    seen = access.visible_classes(user=user, now=now, permission=Permission.SEE_DESK).filter(wanted.classes)
    classes = seen.values("pk")
    files = access.visible_institutions(user=user, now=now, permission=Permission.SEE_DESK)
    parts = [*_completion_deeds(user, classes), *_camp_deeds(user, classes), _file_deeds(user, files, wanted)]
    return _class_deeds(user, classes).union(*parts, all=True).order_by("-last", "subject", "deed")


def _class_deeds(user: User, classes: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    events = ClassEvent.objects.filter(by=user, training_class__in=classes)
    deeds = events.exclude(from_status=Status.APPROVED, to_status=Status.ENROLLING)
    return _told(deeds, Of.CLASS, F("training_class"), F("to_status"), Value(0, IntegerField()), Max("at"))


def _completion_deeds(user: User, classes: QuerySet[Any, Any]) -> list[QuerySet[Any, Any]]:
    own = Completion.objects.filter(**{f"{CLASS}__in": classes})
    deeds = (
        ("submitted", _word(Completion.Status.SUBMITTED)),
        ("approved", _word(Completion.Status.APPROVED)),
        ("sent_back", SENT_BACK),
    )
    return [
        _told(own.filter(**{f"{step}_by": user}), Of.COMPLETIONS, F(CLASS), deed, Count("pk"), Max(f"{step}_at"))
        for step, deed in deeds
    ]


def _camp_deeds(user: User, classes: QuerySet[Any, Any]) -> list[QuerySet[Any, Any]]:
    sheets = ScoreSheet.objects.filter(reviewer=user, **{f"{CLASS}__in": classes})
    results = Selection.objects.filter(training_class__in=classes)
    scored = _told(sheets, Of.CAMP, F(CLASS), _word(SCORED), Count("enrolment", distinct=True), Max("at"))
    deeds = (("proposed", "proposed"), ("confirmed", "published"), ("returned", "returned"))
    nobody = Value(0, IntegerField())
    return [
        scored,
        *(
            _told(
                results.filter(**{f"{step}_by": user}),
                Of.CAMP,
                F("training_class"),
                _word(Selection.Status(deed)),
                nobody,
                Max(f"{step}_at"),
            )
            for step, deed in deeds
        ),
    ]


def _file_deeds(user: User, files: QuerySet[Institution], wanted: Wanted) -> QuerySet[Any, Any]:
    """A registration handed in, approved or sent back; the last event of each version stands for it."""
    of_file = Registration.objects.filter(institution__in=files.values("pk")).filter(wanted.registrations)
    events = InstitutionEvent.objects.filter(
        by=user, institution__in=of_file.values("institution"), verb__in=[status.value for status in OF_FILES]
    )
    rows = events.order_by().values("institution", "version", deed=F("verb"))
    told = rows.annotate(subject=Max("pk"), people=Value(0, IntegerField()), last=Max("at"), of=_word(Of.REGISTRATION))
    return told.values_list("subject", "deed", "people", "last", "of")


def _told(
    rows: QuerySet[Any], of: Of, subject: F, deed: Expression | F, people: Expression, last: Max
) -> QuerySet[Any, Any]:
    told: QuerySet[Any] = rows.order_by().values(subject=subject, deed=deed)
    told = told.annotate(people=people, last=last, of=_word(of))
    return told.values_list("subject", "deed", "people", "last", "of")


class _Asked(NamedTuple):
    """Rows that ask for a decision, with the way from each to its class and what says since when."""

    rows: QuerySet[Any]
    to_class: str
    since: str


def _asked(turn: Turn, now: datetime) -> _Asked | None:
    """What stands behind a turn that a request brings about; of several of one class the first asked counts."""
    if turn == Turn.CHANGE_REVIEW:
        return _Asked(ASKED, "lesson__training_class", "asked_at")
    if turn == Turn.TRANSFER_REQUEST:
        return _Asked(WISHES, CLASS, "asked_at")
    if turn == Turn.LEAVE_REVIEW:
        return _Asked(LeaveRequest.objects.filter(status=LeaveRequest.Status.ASKED), CLASS, "asked_at")
    if turn == Turn.DISPUTE_ANSWER:
        return _Asked(Dispute.objects.filter(status=Dispute.Status.RAISED), CLASS, "raised_at")
    if turn == Turn.DISPUTE_REVIEW:
        return _Asked(Dispute.objects.filter(ripe_disputes(now=now)), CLASS, "raised_at")
    return None


def ripe_disputes(*, now: datetime) -> Q:
    """Those that the institution may decide: answered, or left without an answer for too long."""
    return Q(status__in=Dispute.OPEN, decide_from__lte=now)


def _at(turn: Turn, scope: QuerySet[TrainingClass], now: datetime, by: User | None = None) -> QuerySet[TrainingClass]:
    """The classes of a scope at this step; the steps of a camp are `by`'s alone, or anybody's."""
    asked = _asked(turn, now)
    if asked is not None:
        return scope.filter(pk__in=asked.rows.values(asked.to_class))
    if turn == Turn.CLASS_REVIEW:
        return scope.filter(status=Status.SUBMITTED)
    if turn == Turn.CLASS_MEND:
        return scope.filter(status__in=(Status.RETURNED, Status.DRAFT))
    if turn == Turn.SELECTION_SCORE:
        return scope.filter(pk__in=_to_score(by, now).values("training_class"))
    if turn == Turn.SELECTION_RESULT:
        confirms = selection.to_confirm(by=by, now=now).values("pk")
        return scope.filter(Q(pk__in=selection.to_propose(now=now).values("pk")) | Q(pk__in=confirms))
    return scope.filter(pk__in=_waiting_completions(turn).values(CLASS))


def _waiting_completions(turn: Turn) -> QuerySet[Completion]:
    """Those at this step; what lies in a batch that takes effect by itself waits for nobody."""
    rows = Completion.objects.filter(status=WAITS[turn])
    if turn != Turn.COMPLETION_REVIEW:
        return rows
    return rows.exclude(pk__in=ApprovalLine.objects.filter(is_open=True).values("completion"))


def _to_score(by: User | None, now: datetime) -> QuerySet[Enrolment]:
    return selection.unscored() if by is None else selection.to_score(by=by, now=now)


def _of_others(turn: Turn, seen: QuerySet[TrainingClass], user: User, now: datetime) -> QuerySet[TrainingClass]:
    own = access.visible_classes(user=user, now=now, permission=PERMISSION[turn])
    if turn in OF_CAMPS:
        own = _at(turn, own, now, by=user)
    return _at(turn, seen, now).exclude(pk__in=own.values("pk")).exclude(status=Status.DRAFT)


def _waiting(
    turn: Turn, classes: QuerySet[TrainingClass], now: datetime
) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    asked = _asked(turn, now)
    if turn in WAITS:
        rows: QuerySet[Any] = (
            _waiting_completions(turn)
            .filter(**{f"{CLASS}__in": classes.values("pk")})
            .order_by()
            .values(subject=F(CLASS))
            .annotate(people=Count("pk"), since=SINCE[turn])
        )
    elif asked is not None:
        rows = (
            asked.rows.filter(**{f"{asked.to_class}__in": classes.values("pk")})
            .order_by()
            .values(subject=F(asked.to_class))
            .annotate(people=Value(0, IntegerField()), since=Min(asked.since))
        )
    elif turn in OF_CAMPS:
        # From the earliest of those who wait for it, else from the day on which it could be put forward.
        since: Any = Min("enrolments__applied_at", filter=Q(enrolments__status=Enrolment.Status.CANDIDATE))
        if turn == Turn.SELECTION_RESULT:
            proposed = Max("selections__proposed_at", filter=Q(selections__status=Selection.Status.PROPOSED))
            since = Coalesce(proposed, "enrol_until", "approved_at")
        rows = classes.order_by().values(subject=F("pk")).annotate(people=Value(0, IntegerField()), since=since)
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


# Camps whose applications somebody has scored.
SCORED = "scored"
OF_FILES = (Registration.Status.SUBMITTED, Registration.Status.APPROVED, Registration.Status.RETURNED)
# An approved completion is revoked, any other is returned, and may have moved on since.
SENT_BACK = Case(
    When(status=Completion.Status.REVOKED, then=_word(Completion.Status.REVOKED)),
    default=_word(Completion.Status.RETURNED),
)
