"""What waits for somebody at the desk, and what waits for others."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from courses import access, enrolment, notices, selection
from courses.access import Permission
from courses.enrolment import Undecided
from courses.models import (
    ApprovalLine,
    CallBackLine,
    CertificateWithdrawal,
    ChangeRequest,
    Completion,
    Dispute,
    Enrolment,
    Evidence,
    FollowUp,
    GroupBooking,
    LeaveRequest,
    MakeUp,
    PaperEntry,
    Registration,
    Regrade,
    Revocation,
    Score,
    Selection,
    TrainingClass,
    TransferRequest,
    Undercut,
    User,
    Work,
)
from courses.turns import city
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
    OF_REGISTRATIONS,
    OF_REVIEWERS,
    OF_SEATS,
    OF_SECONDS,
    PERMISSION,
    Turn,
    Wanted,
    word,
)
from courses.turns.papers import uncertified

Status = TrainingClass.Status
CLASS = "enrolment__training_class"
# What learners ask for while they have the seat that they want to change.
WISHES = TransferRequest.objects.filter(
    status=TransferRequest.Status.ASKED, enrolment__status=Enrolment.Status.ADMITTED
)
ASKED = ChangeRequest.objects.filter(status=ChangeRequest.Status.ASKED)


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


def kinds_for(*, user: User, now: datetime) -> tuple[Turn, ...]:
    """The turns that this person takes at the desk; none for those who only read."""
    granted = access.permissions(user=user, now=now)
    of_classes = (*OF_REVIEWERS, *OF_SECONDS, *OF_CAMPS, *OF_INSTITUTIONS, *OF_SEATS)
    taken = (*of_classes, Turn.REGISTRATION_MEND, *OF_CITY, *AFTERWARDS)
    return tuple(turn for turn in taken if PERMISSION[turn] in granted)


def mine(*, turn: Turn, user: User, now: datetime, wanted: Wanted = EVERYTHING) -> QuerySet[TrainingClass]:
    """The classes of `wanted` that wait for this person in this way; none where it is no class that waits."""
    scope = access.visible_classes(user=user, now=now, permission=PERMISSION[turn])
    return _at(turn, scope.filter(wanted.classes), now, by=user) if turn in OF_CLASSES else scope.none()


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
        if turn in OF_CITY:
            rows: QuerySet[Any] = city.mine(turn=turn, user=user)
        elif turn in OF_REGISTRATIONS:
            rows = my_registrations(turn=turn, user=user, now=now)
        else:
            rows = mine(turn=turn, user=user, now=now)
        found.append(rows.order_by().values_list("pk", word(turn)))
    return found[0].union(*found[1:], all=True).count() if found else 0


def elsewhere(
    *, user: User, now: datetime, wanted: Wanted = EVERYTHING
) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    """What waits for others in the classes and institutions that this person sees, longest first: the columns of
    Waiting.

    Who takes no turn at the desk, or none but of what comes after a class, follows none.
    """
    seen = access.visible_classes(user=user, now=now, permission=Permission.SEE_DESK).filter(wanted.classes)
    files = _handed_in(user, now, Permission.SEE_DESK).filter(wanted.registrations)
    if not set(kinds_for(user=user, now=now)) - set(AFTERWARDS):
        seen, files = seen.none(), files.none()
    own = _handed_in(user, now, PERMISSION[Turn.REGISTRATION_REVIEW])
    found = [_waiting(turn, _of_others(turn, seen, user, now), now) for turn in FOLLOWED]
    found.append(_waiting_files(files.exclude(pk__in=own.values("pk"))))
    found += city.elsewhere(user=user, kinds=_put_forward(user, now)) if wanted.is_everything else []
    return found[0].union(*found[1:], all=True).order_by("since", "subject", "turn")


def _put_forward(user: User, now: datetime) -> tuple[Turn, ...]:
    """What of the whole city's this person may begin: cards also where others alone decide, an objection too."""
    begins = {Permission.PROPOSE_CARDS, Permission.RUN_CLASSES} & access.permissions(user=user, now=now)
    return tuple(dict.fromkeys((*kinds_for(user=user, now=now), *(OF_CARDS if begins else ()))))


class _Asked(NamedTuple):
    """Rows that ask for a decision, with the way from each to its class and what says since when; who is named in one
    of `parts` has had theirs. They are counted by `each`."""

    rows: QuerySet[Any]
    to_class: str
    since: str
    parts: tuple[str, ...] = ()
    each: str = "pk"

    def of(self, by: User | None) -> QuerySet[Any]:
        """What this person may decide; all of it where nobody is asked about."""
        rows = self.rows
        if by is not None:
            for part in self.parts:
                rows = rows.exclude(**{part: by.pk})
        return rows


def _asked(turn: Turn, classes: QuerySet[TrainingClass], now: datetime) -> _Asked | None:
    """What stands behind a turn that a request brings about; of several of one class the first asked counts."""
    if turn == Turn.CHANGE_REVIEW:
        return _Asked(ASKED, "training_class", "asked_at")
    if turn == Turn.TRANSFER_REQUEST:
        return _Asked(WISHES, CLASS, "asked_at")
    if turn in OF_SEATS:
        return _Asked(enrolment.undecided(of=Undecided(turn), classes=classes, now=now), "training_class", "applied_at")
    if turn == Turn.LEAVE_REVIEW:
        return _Asked(LeaveRequest.objects.filter(status=LeaveRequest.Status.ASKED), CLASS, "asked_at")
    if turn == Turn.DISPUTE_ANSWER:
        return _Asked(Dispute.objects.filter(status=Dispute.Status.RAISED), CLASS, "raised_at")
    if turn == Turn.DISPUTE_REVIEW:
        return _Asked(Dispute.objects.filter(ripe_disputes(now=now)), CLASS, "raised_at")
    return _begun(turn, now)


def _begun(turn: Turn, now: datetime) -> _Asked | None:
    """What stands behind a turn of `OF_SECONDS`, `OF_PRESENCE`, `OF_RESTS` or `AFTERWARDS`."""
    return _second(turn) or _of_presence(turn) or _rest(turn, now) or _afterwards(turn, now)


def _afterwards(turn: Turn, now: datetime) -> _Asked | None:
    """Learners who were drawn and not called yet; moments of asking that have come and are not over."""
    if turn == Turn.CALL_BACK:
        return _Asked(to_call(), "call_back__training_class", "call_back__drawn_at")
    if turn == Turn.FOLLOW_UP:
        due = FollowUp.objects.filter(open_follow_ups(now=now), outcome="")
        return _Asked(due, f"completion__{CLASS}", "opens_at")
    return None


def to_call() -> QuerySet[CallBackLine]:
    """Learners who were drawn and not called yet; nobody is called whose record was erased."""
    return CallBackLine.objects.filter(result=CallBackLine.Result.OPEN, enrolment__learner__erased_at__isnull=True)


def open_follow_ups(*, now: datetime) -> Q:
    """Moments of asking that have come and are not over, of completions that stand; answered ones among them. Who was
    erased is asked nothing any more."""
    stands = Q(completion__status=Completion.Status.APPROVED, completion__enrolment__learner__erased_at__isnull=True)
    return stands & Q(opens_at__lte=now, closes_at__gt=now)


def _second(turn: Turn) -> _Asked | None:
    """What one person has begun about a learner of a class, and another decides."""
    if turn == Turn.WORK_REVIEW:
        return _Asked(_to_judge(), CLASS, "waits_since", ("waits_by",))
    if turn == Turn.SCORE_REVIEW:
        return _Asked(Score.objects.filter(status=Score.Status.ASKED), CLASS, "at", ("by",))
    if turn == Turn.UNDERCUT_REVIEW:
        return _Asked(Undercut.objects.filter(status=Undercut.Status.OPEN), f"completion__{CLASS}", "found_at")
    if turn == Turn.REVOCATION_REVIEW:
        rows = Revocation.objects.filter(status=Revocation.Status.PROPOSED)
        return _Asked(rows, f"completion__{CLASS}", "proposed_at", ("proposed_by", "completion__approved_by"))
    if turn == Turn.CERTIFICATE_REVIEW:
        asked = CertificateWithdrawal.objects.filter(status=CertificateWithdrawal.Status.ASKED)
        return _Asked(asked, f"certificate__completion__{CLASS}", "asked_at", ("asked_by",))
    return None


def _to_judge() -> QuerySet[Work]:
    """Works that nobody has judged, and judgements that somebody wants changed: whose each is, and since when."""
    asked = Regrade.objects.filter(work=OuterRef("pk"), status=Regrade.Status.ASKED)
    return Work.objects.filter(Q(grade="") | Exists(asked)).annotate(
        waits_by=Coalesce(Subquery(asked.values("by_id")), F("by_id"), output_field=BigIntegerField()),
        waits_since=Coalesce(Subquery(asked.values("at")), F("at")),
    )


def _of_presence(turn: Turn) -> _Asked | None:
    """Signed sheets and registers in files that another person confirms; guests who ask to come; lessons heard
    elsewhere that the learner's own class has to count."""
    if turn == Turn.SHEET_CONFIRM:
        entered = PaperEntry.objects.filter(status=PaperEntry.Status.ENTERED)
        return _Asked(entered, "sheet__training_class", "entered_at", ("entered_by",))
    if turn == Turn.REGISTER_CONFIRM:
        rows = Evidence.objects.filter(Evidence.UNDECIDED_FILE)
        return _Asked(rows, "lesson__training_class", "received_at", ("by", "supersedes__by"), each="learner")
    if turn == Turn.MAKE_UP_ANSWER:
        return _Asked(MakeUp.objects.filter(status=MakeUp.Status.ASKED), "heard__training_class", "asked_at")
    if turn == Turn.MAKE_UP_COUNT:
        heard = MakeUp.objects.filter(status=MakeUp.Status.WITNESSED)
        return _Asked(heard, CLASS, "witnessed_at", ("witnessed_by",))
    return None


def _rest(turn: Turn, now: datetime) -> _Asked | None:
    if turn == Turn.TELL:
        return _Asked(notices.unheard(now=now), "training_class", "due_at", each="learner")
    if turn == Turn.CERTIFICATE_ISSUE:
        return _Asked(uncertified(), CLASS, "approved_at")
    if turn == Turn.GROUP_LIST:
        open_ones = GroupBooking.objects.filter(status=GroupBooking.Status.REQUESTED)
        return _Asked(open_ones, "training_class", "created_at")
    return None


def begun(*, turn: Turn, by: User, classes: QuerySet[TrainingClass], now: datetime) -> dict[int, tuple[int, datetime]]:
    """By the id of each class, how much of one of `OF_SECONDS`, `OF_PRESENCE`, `OF_RESTS` or `AFTERWARDS` this
    person may decide, and since when."""
    asked = _begun(turn, now)
    assert asked is not None
    rows = asked.of(by).filter(**{f"{asked.to_class}__in": classes.values("pk")}).order_by()
    many = Count(asked.each, distinct=True)
    told = rows.values(subject=F(asked.to_class)).annotate(many=many, since=Min(asked.since))
    return {row["subject"]: (row["many"], row["since"]) for row in told}


def ripe_disputes(*, now: datetime) -> Q:
    """Those that the institution may decide: answered, or left without an answer for too long."""
    return Q(status__in=Dispute.OPEN, decide_from__lte=now)


def _at(turn: Turn, scope: QuerySet[TrainingClass], now: datetime, by: User | None = None) -> QuerySet[TrainingClass]:
    """The classes of a scope at this step; a camp's steps and second decisions are `by`'s alone, or anybody's."""
    asked = _asked(turn, scope, now)
    if asked is not None:
        return scope.filter(pk__in=asked.of(by).values(asked.to_class))
    if turn == Turn.CLASS_REVIEW:
        return scope.filter(status=Status.SUBMITTED)
    if turn == Turn.CLASS_MEND:
        return scope.filter(status__in=(Status.RETURNED, Status.DRAFT))
    if turn == Turn.SELECTION_SCORE:
        unscored = selection.unscored() if by is None else selection.to_score(by=by, now=now)
        return scope.filter(pk__in=unscored.values("training_class"))
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


def _of_others(turn: Turn, seen: QuerySet[TrainingClass], user: User, now: datetime) -> QuerySet[TrainingClass]:
    own = access.visible_classes(user=user, now=now, permission=PERMISSION[turn])
    if turn in (*OF_CAMPS, *OF_SECONDS, *OF_PRESENCE):
        own = _at(turn, own, now, by=user)
    return _at(turn, seen, now).exclude(pk__in=own.values("pk")).exclude(status=Status.DRAFT)


def _waiting(
    turn: Turn, classes: QuerySet[TrainingClass], now: datetime
) -> QuerySet[Any, tuple[int, str, int, datetime]]:
    asked = _asked(turn, classes, now)
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
    columns: QuerySet[Any, tuple[int, str, int, datetime]] = rows.annotate(
        turn=word(Turn.REGISTRATION_REVIEW)
    ).values_list("subject", "turn", "people", "since")
    return columns
