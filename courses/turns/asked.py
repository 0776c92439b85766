"""The rows behind each turn: what asks for a decision, which class it is of, since when, and who has had their part."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from courses import access, enrolment, notices
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
    Regrade,
    Revocation,
    Score,
    TrainingClass,
    TransferRequest,
    Undercut,
    User,
    Work,
)
from courses.turns.kinds import OF_PROOFS, OF_SEATS, Turn
from courses.turns.papers import uncertified

CLASS = "enrolment__training_class"
# What learners ask for while they have the seat that they want to change.
WISHES = TransferRequest.objects.filter(
    status=TransferRequest.Status.ASKED, enrolment__status=Enrolment.Status.ADMITTED
)
# A suspended class grants no change until it goes on, and one that is over grants none at all.
ASKED_CHANGES = ChangeRequest.objects.filter(enrolment.GRANTABLE, status=ChangeRequest.Status.ASKED)


# Whose a row of evidence is already: `attendance/marks.py` `hands`, as a condition.
HANDS = ("by", "supersedes__by", "kit_entry__by", "supersedes__kit_entry__by", "learner__user")
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


class Asked(NamedTuple):
    """Rows that ask for a decision, with the way from each to its class and what says since when; who is named in one
    of `parts` has had theirs, as has who meets the condition that `parted` gives for a person. They are counted by
    `each`."""

    rows: QuerySet[Any]
    to_class: str
    since: str | Min | Coalesce
    parts: tuple[str, ...] = ()
    each: str = "pk"
    parted: Callable[[User], Q] | None = None

    @property
    def earliest(self) -> Min | Coalesce:
        return Min(self.since) if isinstance(self.since, str) else self.since

    def where(self, condition: Q) -> "Asked":
        """Those of the classes that meet a condition."""
        return self._replace(rows=self.rows.filter(access.under(condition, self.to_class)))

    def of(self, by: User | None) -> QuerySet[Any]:
        """What this person may decide; all of it where nobody is asked about."""
        rows = self.rows
        if by is not None:
            for part in self.parts:
                rows = rows.exclude(**{part: by.pk})
            if self.parted is not None:
                rows = rows.exclude(self.parted(by))
        return rows


def asked(turn: Turn, where: Q, now: datetime) -> Asked | None:
    """What stands behind a turn in the classes that meet a condition; of several of one class the first asked counts.

    None where it is the class itself that is at a step.
    """
    if turn in OF_SEATS:
        # Who never came is looked for class by class.
        rows = enrolment.undecided(of=Undecided(turn), where=where, now=now)
        return Asked(rows, "training_class", "applied_at", parted=_proved_by if turn in OF_PROOFS else None)
    found = _requested(turn, now) or _begun(turn, now)
    return found and found.where(where)


def _proved_by(by: User) -> Q:
    return enrolment.proved_by(by=by)


def _requested(turn: Turn, now: datetime) -> Asked | None:
    """What a learner or an institution asks for, and completions on their way."""
    if turn in WAITS:
        return Asked(_waiting_completions(turn), CLASS, SINCE[turn])
    if turn == Turn.CHANGE_REVIEW:
        return Asked(ASKED_CHANGES, "training_class", "asked_at", each="bundle")
    if turn == Turn.TRANSFER_REQUEST:
        return Asked(WISHES, CLASS, "asked_at")
    if turn == Turn.LEAVE_REVIEW:
        return Asked(LeaveRequest.objects.filter(status=LeaveRequest.Status.ASKED), CLASS, "asked_at")
    if turn == Turn.DISPUTE_ANSWER:
        return Asked(Dispute.objects.filter(status=Dispute.Status.RAISED), CLASS, "raised_at")
    if turn == Turn.DISPUTE_REVIEW:
        return Asked(Dispute.objects.filter(ripe_disputes(now=now)), CLASS, "raised_at")
    return None


def _begun(turn: Turn, now: datetime) -> Asked | None:
    """What stands behind a turn of `OF_SECONDS`, `OF_PRESENCE`, `OF_RESTS` or `AFTERWARDS`."""
    return _second(turn) or _of_presence(turn) or _rest(turn, now) or _afterwards(turn, now)


def _afterwards(turn: Turn, now: datetime) -> Asked | None:
    """Learners who were drawn and not called yet; moments of asking that have come and are not over."""
    if turn == Turn.CALL_BACK:
        return Asked(to_call(), "call_back__training_class", "call_back__drawn_at")
    if turn == Turn.FOLLOW_UP:
        due = FollowUp.objects.filter(open_follow_ups(now=now), outcome="")
        return Asked(due, f"completion__{CLASS}", "opens_at")
    return None


def to_call() -> QuerySet[CallBackLine]:
    """Learners who were drawn and not called yet; nobody is called whose record was erased."""
    return CallBackLine.objects.filter(result=CallBackLine.Result.OPEN, enrolment__learner__erased_at__isnull=True)


def open_follow_ups(*, now: datetime) -> Q:
    """Moments of asking that have come and are not over, of completions that stand; answered ones among them. Who was
    erased is asked nothing any more."""
    stands = Q(completion__status=Completion.Status.APPROVED, completion__enrolment__learner__erased_at__isnull=True)
    return stands & Q(opens_at__lte=now, closes_at__gt=now)


def _second(turn: Turn) -> Asked | None:
    """What one person has begun about a learner of a class, and another decides."""
    if turn == Turn.WORK_REVIEW:
        return Asked(_to_judge(), CLASS, "waits_since", ("waits_by",))
    if turn == Turn.SCORE_REVIEW:
        return Asked(Score.objects.filter(Score.WAITS), CLASS, "at", ("by",))
    if turn == Turn.UNDERCUT_REVIEW:
        return Asked(Undercut.objects.filter(status=Undercut.Status.OPEN), f"completion__{CLASS}", "found_at")
    if turn == Turn.REVOCATION_REVIEW:
        rows = Revocation.objects.filter(status=Revocation.Status.PROPOSED)
        return Asked(rows, f"completion__{CLASS}", "proposed_at", ("proposed_by", "completion__approved_by"))
    if turn == Turn.CERTIFICATE_REVIEW:
        asked = CertificateWithdrawal.objects.filter(status=CertificateWithdrawal.Status.ASKED)
        return Asked(asked, f"certificate__completion__{CLASS}", "asked_at", ("asked_by",))
    return None


def _to_judge() -> QuerySet[Work]:
    """Works that nobody has judged, and judgements that somebody wants changed: whose each is, and since when."""
    asked = Regrade.objects.filter(Regrade.WAITS, work=OuterRef("pk"))
    return Work.objects.filter(Work.WAITS | Exists(asked)).annotate(
        waits_by=Coalesce(Subquery(asked.values("by_id")), F("by_id"), output_field=BigIntegerField()),
        waits_since=Coalesce(Subquery(asked.values("at")), F("at")),
    )


def _of_presence(turn: Turn) -> Asked | None:
    """Signed sheets, registers in files and late additions that another person confirms; guests who ask to come;
    lessons heard elsewhere that the learner's own class has to count."""
    if turn == Turn.SHEET_CONFIRM:
        entered = PaperEntry.objects.filter(status=PaperEntry.Status.ENTERED)
        return Asked(entered, "sheet__training_class", "entered_at", ("entered_by",))
    if turn == Turn.REGISTER_CONFIRM:
        rows = Evidence.objects.filter(Evidence.UNDECIDED_FILE)
        return Asked(rows, "lesson__training_class", "received_at", ("by", "supersedes__by"), each="learner")
    if turn == Turn.PRESENCE_CONFIRM:
        return Asked(Evidence.objects.filter(Evidence.UNDECIDED_LATE), "lesson__training_class", "received_at", HANDS)
    if turn == Turn.MAKE_UP_ANSWER:
        return Asked(MakeUp.objects.filter(status=MakeUp.Status.ASKED), "heard__training_class", "asked_at")
    if turn == Turn.MAKE_UP_COUNT:
        heard = MakeUp.objects.filter(status=MakeUp.Status.WITNESSED)
        return Asked(heard, CLASS, "witnessed_at", ("witnessed_by",))
    return None


def _rest(turn: Turn, now: datetime) -> Asked | None:
    if turn == Turn.TELL:
        return Asked(notices.unheard(now=now), "training_class", "due_at", each="learner")
    if turn == Turn.CERTIFICATE_ISSUE:
        return Asked(uncertified(), CLASS, "approved_at")
    if turn == Turn.GROUP_LIST:
        # A suspended class takes no list, and its bookings wait for nobody until it goes on.
        open_ones = GroupBooking.objects.filter(
            status=GroupBooking.Status.REQUESTED, training_class__status=TrainingClass.Status.ENROLLING
        )
        return Asked(open_ones, "training_class", "created_at")
    return None


def ripe_disputes(*, now: datetime) -> Q:
    """Those that the institution may decide: answered, or left without an answer for too long."""
    return Q(status__in=Dispute.OPEN, decide_from__lte=now)


def _waiting_completions(turn: Turn) -> QuerySet[Completion]:
    """Those at this step; what lies in a batch that takes effect by itself waits for nobody."""
    rows = Completion.objects.filter(status=WAITS[turn])
    if turn != Turn.COMPLETION_REVIEW:
        return rows
    return rows.exclude(pk__in=ApprovalLine.objects.filter(is_open=True).values("completion"))
