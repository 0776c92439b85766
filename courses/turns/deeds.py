"""What somebody has handled: one line a subject and deed."""

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Expression, F, IntegerField, Max, Q, QuerySet, Value, When

from courses import access
from courses.access import Permission
from courses.models import (
    CallBackLine,
    CardStep,
    CertificateWithdrawal,
    ChangeRequest,
    ClassEvent,
    Completion,
    Correction,
    ErasureRequest,
    Evidence,
    Export,
    FollowUp,
    Institution,
    InstitutionEvent,
    MergeProposal,
    MonthClose,
    PaperEntry,
    Registration,
    Regrade,
    Revocation,
    RuleProposal,
    Sample,
    SampleLine,
    Score,
    ScoreSheet,
    Selection,
    StaffRequest,
    TrainingClass,
    Undercut,
    User,
    Work,
    YearClose,
)
from courses.turns.kinds import EVERYTHING, Of, Wanted, word

Status = TrainingClass.Status
CLASS = "enrolment__training_class"
# Put forward, whatever became of it.
ASKED, DRAWN, CHECKED, CLOSED, TAKEN_BACK = "asked", "drawn", "checked", "closed", "taken_back"
JUDGED, AGREED, TOLD = "judged", "agreed", "told"
# Learners whom somebody called, whether they answered or not.
CALLED = "called"
# Camps whose applications somebody has scored, sheets that somebody has entered.
SCORED, ENTERED = "scored", "entered"
OF_FILES = (Registration.Status.SUBMITTED, Registration.Status.APPROVED, Registration.Status.RETURNED)
# An approved completion is revoked, any other is returned, and may have moved on since.
SENT_BACK = Case(
    When(status=Completion.Status.REVOKED, then=word(Completion.Status.REVOKED)),
    default=word(Completion.Status.RETURNED),
)

# An export that was agreed to moves on by itself.
ANSWERED = Case(
    When(status=Export.Status.DROPPED, then=word(Export.Status.DROPPED)),
    default=word(AGREED),
)


def handled(
    *, user: User, now: datetime, wanted: Wanted = EVERYTHING
) -> QuerySet[Any, tuple[int, str, int, datetime, str]]:
    """What this person did to classes, completions and what hangs on them, camps and registrations that they still
    see, and to what concerns the whole city, latest first: the columns of Handled.

    One line a subject and deed. The opening of enrolment, which follows an approval by itself, is no deed of its own.
    """
    where = access.class_scope(user=user, now=now, permission=Permission.SEE_DESK) & wanted.classes
    files = access.visible_institutions(user=user, now=now, permission=Permission.SEE_DESK)
    parts = [
        *_change_deeds(user, where),
        *_completion_deeds(user, where),
        *_second_deeds(user, where),
        *_camp_deeds(user, where),
        *_sheet_deeds(user, where),
        *_register_deeds(user, where),
        *_later_deeds(user, where),
    ]
    parts += [_file_deeds(user, files, wanted), *(_city_deeds(user) if wanted.is_everything else [])]
    parts.append(_card_deeds(user, now, wanted))
    return _class_deeds(user, where).union(*parts, all=True).order_by("-last", "subject", "deed")


def _class_deeds(user: User, where: Q) -> QuerySet[Any, Any]:
    events = ClassEvent.objects.filter(access.under(where, "training_class"), by=user)
    deeds = events.exclude(from_status=Status.APPROVED, to_status=Status.ENROLLING)
    return _told(deeds, Of.CLASS, F("training_class"), F("to_status"), Value(0, IntegerField()), Max("at"))


def _change_deeds(user: User, where: Q) -> list[QuerySet[Any, Any]]:
    """Changes of approved classes, of a lesson or of their seats: asked for, and decided on those of others."""
    own = ChangeRequest.objects.filter(access.under(where, "training_class"))
    steps = (("asked", word(ASKED)), ("decided", F("status")))
    nobody = Value(0, IntegerField())
    return [
        _told(own.filter(**{f"{step}_by": user}), Of.CHANGES, F("training_class"), deed, nobody, Max(f"{step}_at"))
        for step, deed in steps
    ]


def _completion_deeds(user: User, where: Q) -> list[QuerySet[Any, Any]]:
    own = Completion.objects.filter(access.under(where, CLASS))
    deeds = (
        ("submitted", word(Completion.Status.SUBMITTED)),
        ("approved", word(Completion.Status.APPROVED)),
        ("sent_back", SENT_BACK),
    )
    return [
        _told(own.filter(**{f"{step}_by": user}), Of.COMPLETIONS, F(CLASS), deed, Count("pk"), Max(f"{step}_at"))
        for step, deed in deeds
    ]


def _second_deeds(user: User, where: Q) -> list[QuerySet[Any, Any]]:
    """Works, scores, undercut completions, revocations and certificates: what was begun, and what was decided."""
    of_class = f"completion__{CLASS}"
    scores = Score.objects.filter(access.under(where, CLASS), reason__gt="")
    found = Undercut.objects.filter(access.under(where, of_class))
    taken = Revocation.objects.filter(access.under(where, of_class))
    regrades = Regrade.objects.filter(access.under(where, f"work__{CLASS}"))
    papers = CertificateWithdrawal.objects.filter(access.under(where, f"certificate__{of_class}"))
    steps: tuple[tuple[QuerySet[Any], Of, str, Expression | F, str], ...] = (
        (Work.objects.filter(access.under(where, CLASS), reviewer=user), Of.WORKS, CLASS, word(JUDGED), "judged_at"),
        (regrades.filter(by=user), Of.WORKS, f"work__{CLASS}", word(ASKED), "at"),
        (regrades.filter(decided_by=user), Of.WORKS, f"work__{CLASS}", F("status"), "decided_at"),
        (scores.filter(by=user), Of.SCORES, CLASS, word(ASKED), "at"),
        (scores.filter(decided_by=user), Of.SCORES, CLASS, F("status"), "decided_at"),
        (found.filter(decided_by=user), Of.UNDERCUTS, of_class, F("status"), "decided_at"),
        (taken.filter(proposed_by=user), Of.REVOCATIONS, of_class, word(ASKED), "proposed_at"),
        (taken.filter(decided_by=user, status=Revocation.Status.DROPPED), Of.REVOCATIONS, of_class, F("status"),
         "decided_at"),
        (papers.filter(asked_by=user), Of.CERTIFICATES, f"certificate__{of_class}", word(ASKED), "asked_at"),
        (papers.filter(decided_by=user), Of.CERTIFICATES, f"certificate__{of_class}", F("status"), "decided_at"),
    )  # fmt: skip
    return [_told(rows, of, F(to_class), deed, Count("pk"), Max(at)) for rows, of, to_class, deed, at in steps]


def _city_deeds(user: User) -> list[QuerySet[Any, Any]]:
    merges, erasures = MergeProposal.objects.all(), ErasureRequest.objects.all()
    corrections = Correction.objects.exclude(what=Correction.What.PHONE)
    steps: list[tuple[QuerySet[Any], Of, str, Expression | F, str]] = [
        (merges.filter(proposed_by=user), Of.MERGE, "pk", word(ASKED), "proposed_at"),
        (merges.filter(decided_by=user), Of.MERGE, "pk", F("status"), "decided_at"),
        (corrections.filter(asked_by=user), Of.CORRECTION, "pk", word(ASKED), "asked_at"),
        (corrections.filter(decided_by=user), Of.CORRECTION, "pk", F("status"), "decided_at"),
        (erasures.filter(received_by=user), Of.ERASURE, "pk", word(ErasureRequest.Status.RECEIVED), "received_at"),
        (erasures.filter(decided_by=user), Of.ERASURE, "pk", F("status"), "decided_at"),
        (erasures.filter(told_by=user), Of.ERASURE, "pk", word(TOLD), "told_at"),
        (RuleProposal.objects.filter(proposed_by=user), Of.RULE, "pk", word(ASKED), "proposed_at"),
        (RuleProposal.objects.filter(decided_by=user), Of.RULE, "pk", F("status"), "decided_at"),
        (Sample.objects.filter(drawn_by=user), Of.SAMPLE, "pk", word(DRAWN), "drawn_at"),
        (SampleLine.objects.filter(checked_by=user), Of.SAMPLE, "sample", word(CHECKED), "checked_at"),
    ]
    for of, closes in ((Of.MONTH, MonthClose.objects.all()), (Of.YEAR, YearClose.objects.all())):
        steps += [
            (closes.filter(proposed_by=user), of, "pk", word(ASKED), "proposed_at"),
            (closes.filter(closed_by=user), of, "pk", word(CLOSED), "closed_at"),
            (closes.filter(taken_back_by=user), of, "pk", word(TAKEN_BACK), "taken_back_at"),
        ]
    full = Export.objects.filter(full=True)
    steps += [
        (full.filter(asked_by=user), Of.EXPORT, "pk", word(ASKED), "asked_at"),
        (full.filter(decided_by=user).exclude(asked_by=user), Of.EXPORT, "pk", ANSWERED, "decided_at"),
    ]
    staff = StaffRequest.objects.all()
    steps += [
        (staff.filter(asked_by=user), Of.STAFF, "pk", word(ASKED), "asked_at"),
        (staff.filter(decided_by=user), Of.STAFF, "pk", F("status"), "decided_at"),
    ]
    nobody = Value(0, IntegerField())
    return [_told(rows, of, F(subject), deed, nobody, Max(at)) for rows, of, subject, deed, at in steps]


def _camp_deeds(user: User, where: Q) -> list[QuerySet[Any, Any]]:
    sheets = ScoreSheet.objects.filter(access.under(where, CLASS), reviewer=user)
    results = Selection.objects.filter(access.under(where, "training_class"))
    scored = _told(sheets, Of.CAMP, F(CLASS), word(SCORED), Count("enrolment", distinct=True), Max("at"))
    deeds = (("proposed", "proposed"), ("confirmed", "published"), ("returned", "returned"))
    nobody = Value(0, IntegerField())
    return [
        scored,
        *(
            _told(
                results.filter(**{f"{step}_by": user}),
                Of.CAMP,
                F("training_class"),
                word(Selection.Status(deed)),
                nobody,
                Max(f"{step}_at"),
            )
            for step, deed in deeds
        ),
    ]


def _sheet_deeds(user: User, where: Q) -> list[QuerySet[Any, Any]]:
    """Signed sheets that somebody entered, and what was decided on those of others."""
    own = PaperEntry.objects.filter(access.under(where, "sheet__training_class"))
    nobody = Value(0, IntegerField())
    entered = own.filter(entered_by=user).exclude(status=PaperEntry.Status.WITHDRAWN)
    return [
        _told(entered, Of.SHEETS, F("sheet__training_class"), word(ENTERED), nobody, Max("entered_at")),
        *(
            _told(
                own.filter(decided_by=user, status=deed),
                Of.SHEETS,
                F("sheet__training_class"),
                word(deed),
                nobody,
                Max("decided_at"),
            )
            for deed in (PaperEntry.Status.CONFIRMED, PaperEntry.Status.RETURNED)
        ),
    ]


def _register_deeds(user: User, where: Q) -> list[QuerySet[Any, Any]]:
    """Registers that somebody sent as a file, and what was decided on those and on the late additions of others."""
    of_class, nobody = "lesson__training_class", Value(0, IntegerField())
    own = Evidence.objects.filter(access.under(where, of_class), by=user)
    decided = own.filter(kind__in=(Evidence.Kind.CONFIRM, Evidence.Kind.REJECT))
    files, added = (decided.filter(supersedes__kind=kind) for kind in (Evidence.Kind.IMPORT, Evidence.Kind.LATE))
    return [
        _told(
            own.filter(kind=Evidence.Kind.IMPORT), Of.REGISTERS, F(of_class), word(ENTERED), nobody, Max("received_at")
        ),
        _told(files, Of.REGISTERS, F(of_class), F("kind"), nobody, Max("received_at")),
        _told(added, Of.PRESENCE, F(of_class), F("kind"), nobody, Max("received_at")),
    ]


def _later_deeds(user: User, where: Q) -> list[QuerySet[Any, Any]]:
    """Learners called back, and those who completed asked what became of them."""
    of_class, of_done = "call_back__training_class", f"completion__{CLASS}"
    lines = CallBackLine.objects.filter(access.under(where, of_class), by=user)
    asked = FollowUp.objects.filter(access.under(where, of_done), by=user)
    return [
        _told(lines, Of.CALL_BACKS, F(of_class), word(CALLED), Count("pk"), Max("at")),
        _told(asked, Of.FOLLOW_UPS, F(of_done), word(CALLED), Count("pk"), Max("at")),
    ]


def _card_deeds(user: User, now: datetime, wanted: Wanted) -> QuerySet[Any, Any]:
    """Cards that somebody proposed, decided on or objected to, by the institution that they are about."""
    seen = access.visible_cards(user=user, now=now, permission=Permission.SEE_DESK)
    # Conditions on registrations ask for nothing but their institution, as those on cards do.
    steps = CardStep.objects.filter(by=user, card__in=seen.filter(wanted.registrations).values("pk"))
    return _told(steps, Of.CARD, F("card"), F("verb"), Value(0, IntegerField()), Max("at"))


def _file_deeds(user: User, files: QuerySet[Institution], wanted: Wanted) -> QuerySet[Any, Any]:
    """A registration handed in, approved or sent back; the last event of each version stands for it."""
    of_file = Registration.objects.filter(institution__in=files.values("pk")).filter(wanted.registrations)
    events = InstitutionEvent.objects.filter(
        by=user, institution__in=of_file.values("institution"), verb__in=[status.value for status in OF_FILES]
    )
    rows = events.order_by().values("institution", "version", deed=F("verb"))
    told = rows.annotate(subject=Max("pk"), people=Value(0, IntegerField()), last=Max("at"), of=word(Of.REGISTRATION))
    return told.values_list("subject", "deed", "people", "last", "of")


def _told(
    rows: QuerySet[Any], of: Of, subject: F, deed: Expression | F, people: Expression, last: Max
) -> QuerySet[Any, Any]:
    told: QuerySet[Any] = rows.order_by().values(subject=subject, deed=deed)
    told = told.annotate(people=people, last=last, of=word(of))
    return told.values_list("subject", "deed", "people", "last", "of")
