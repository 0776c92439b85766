"""What waits for somebody: classes to approve or mend, completions to approve or hand in, registrations to review.

A row stands for one class or registration, since that is what is opened; it counts the person-times that its click
would move.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import policy, privacy, turns
from courses.classes import checks_of, deadline_after
from courses.models import (
    Attendance,
    Card,
    Completion,
    Evidence,
    Registration,
    ReviewEscalation,
    TrainingClass,
    User,
)
from courses.turns import (
    OF_CAMPS,
    OF_CITY,
    OF_REGISTRATIONS,
    Turn,
    Waiting,
    Wanted,
)
from courses.web.desk.rows import Check, Row
from courses.web.desk.waiting_seats import result_rows, set_camp_deadlines
from courses.web.desk.waiting_seconds import COUNTED, MATTERS_OF, SHOWN, begun_rows, matter_rows

Status = TrainingClass.Status
OF_OPENINGS = (Turn.CLASS_REVIEW, Turn.CLASS_MEND)
SHOWN_FILE = ("institution__district", "submitted_by")


def rows(*, user: User, now: datetime, wanted: Wanted) -> list[Row]:
    """Everything that waits for this person within `wanted`, nearest deadline first. What a row tells of its class, and
    the checks of classes and completions, take long: `checked` brings them to those that are shown.

    The number of statements does not depend on the number of rows.
    """
    kinds = turns.kinds_for(user=user, now=now)
    found = begun_rows([kind for kind in kinds if kind in COUNTED], user, now, wanted)
    for kind in kinds:
        if kind in OF_CITY:
            found += matter_rows(kind, user, now, wanted)
        elif kind in OF_REGISTRATIONS:
            files = turns.my_registrations(user=user, now=now, wanted=wanted, turn=kind).select_related(*SHOWN_FILE)
            found += [_registration_row(kind, registration, user) for registration in files]
        elif kind not in COUNTED:
            found += _class_rows(kind, user, now, wanted)
    _set_deadlines(found, now)
    return sorted(found, key=lambda row: (row.due or date.max, row.since, row.number))


def _class_rows(kind: Turn, user: User, now: datetime, wanted: Wanted) -> list[Row]:
    classes = turns.mine(turn=kind, user=user, now=now, wanted=wanted)
    if kind in OF_OPENINGS:
        return [_class_row(kind, training_class) for training_class in classes]
    return result_rows(classes) if kind in OF_CAMPS else _completion_rows(kind, classes, user)


def followed(*, waits: Iterable[Waiting], now: datetime) -> list[Row]:
    """What waits for others, in the order given; how long a reviewer has left stands on it, and no checks."""
    listed = list(waits)
    apart = (Turn.REGISTRATION_REVIEW, *OF_CITY)
    files = Registration.objects.select_related(*SHOWN_FILE)
    subjects: dict[str, dict[int, Any]] = {}
    for turn in {one.turn for one in listed if one.turn in apart}:
        rows = files if turn == Turn.REGISTRATION_REVIEW else MATTERS_OF[Turn(turn)]
        subjects[turn] = rows.in_bulk([one.subject for one in listed if one.turn == turn])
    keys = [one.subject for one in listed if one.turn not in apart]
    classes = TrainingClass.objects.select_related(*SHOWN).in_bulk(keys)
    found = []
    for one in listed:
        subject = subjects.get(one.turn, classes)[one.subject]
        found.append(Row(Turn(one.turn), subject, since=one.since, people=one.people))
    _set_deadlines(found, now)
    return found


def _registration_row(kind: Turn, registration: Registration, user: User) -> Row:
    by = registration.submitted_by
    assert registration.submitted_at is not None
    if kind == Turn.REGISTRATION_MEND:
        row = Row(kind, registration, since=registration.decided_at or registration.submitted_at)
        row.checks.append(Check("slow", _("已退回，待改")))
        return row
    row = Row(
        kind,
        registration,
        since=registration.submitted_at,
        own=registration.submitted_by_id == user.pk,
        submitter=privacy.mask_name(by.name) if by else "",
    )
    words = _("首次备案") if registration.version == 1 else _("备案变更")
    row.checks.append(Check("slow", words, _("须逐项看")))
    return row


def _class_row(kind: Turn, training_class: TrainingClass) -> Row:
    row = Row(kind, training_class, since=training_class.submitted_at or training_class.created_at)
    if kind == Turn.CLASS_MEND:
        returned = training_class.status == Status.RETURNED
        row.checks.append(Check("slow", _("已退回，待改")) if returned else Check("none", _("草稿，未提交")))
    return row


def _completion_rows(kind: Turn, classes: QuerySet[TrainingClass], user: User) -> list[Row]:
    """One row a class, with how many completions miss a requirement and whether this person had a hand in one."""
    review = kind == Turn.COMPLETION_REVIEW
    step = Completion.Status.SUBMITTED if review else Completion.Status.PROPOSED
    totals = {
        total["enrolment__training_class"]: total
        for total in Completion.objects.filter(status=step, enrolment__training_class__in=classes.values("pk"))
        .exclude(approval_lines__is_open=True)
        .order_by()
        .values("enrolment__training_class")
        .annotate(
            people=Count("pk"),
            met=Count("pk", filter=Q(**{f"{step}_reasoning__passed": True})),
            own=Count("pk", filter=Q(proposed_by=user) | Q(submitted_by=user)),
            since=Min(f"{step}_at"),
            submitter=Min(f"{step}_by__name"),
        )
    }
    marked = set(
        Evidence.objects.filter(by=user, lesson__training_class__in=totals).values_list(
            "lesson__training_class", flat=True
        )
    )
    return [
        Row(
            kind,
            training_class,
            since=total["since"],
            people=total["people"],
            unmet=total["people"] - total["met"],
            own=review and (total["own"] > 0 or training_class.pk in marked),
            submitter=privacy.mask_name(total["submitter"] or ""),
        )
        for training_class in classes
        if (total := totals.get(training_class.pk))
    ]


def _set_deadlines(found: Iterable[Row], now: datetime) -> None:
    """The last working day for a decision: `review_days` after it was handed in, of an application what its learner was
    told (`application_days`). Institutions have no other."""
    set_camp_deadlines([row for row in found if row.kind in OF_CAMPS], now)
    listed = [row for row in found if row.kind in (*turns.OF_REVIEWERS, Turn.APPLICATION_REVIEW)]
    if not listed:
        return
    today = policy.local_date(now)
    first = min(policy.local_date(row.since) for row in listed)
    calendar = policy.calendar_between(start=first, end=today + timedelta(days=60))
    days = policy.current(on=today).review_days
    for row in listed:
        handed_in_on = policy.local_date(row.since)
        told = deadline_after(handed_in_on=handed_in_on, days=_days(row, days, today), today=today, calendar=calendar)
        row.due, row.days_left = told.due_on, told.days_left


def _days(row: Row, review_days: int, today: date) -> int:
    if row.kind != Turn.APPLICATION_REVIEW:
        return review_days
    return policy.of_class(training_class=row.training_class, on=today).application_days


def checked(*, found: list[Row], now: datetime) -> list[Row]:
    """The same rows, each with its class and what is remarked on it."""
    _bring_classes([row for row in found if isinstance(row.subject, TrainingClass)])
    reviewed = [row for row in found if row.kind == Turn.CLASS_REVIEW]
    completed = [row for row in found if row.kind in (Turn.COMPLETION_REVIEW, Turn.COMPLETION_SUBMIT)]
    if reviewed:
        _check_classes(reviewed, now)
    if completed:
        _check_completions(completed, now)
    return found


def _bring_classes(listed: list[Row]) -> None:
    """Course, district and institution of each, and who handed its opening in; one statement."""
    whole = TrainingClass.objects.select_related(*SHOWN).in_bulk({row.training_class.pk for row in listed})
    for row in listed:
        row.subject = whole[row.training_class.pk]
        by = row.training_class.submitted_by
        if row.kind in OF_OPENINGS and by is not None:
            row.submitter = privacy.mask_name(by.name)


def _check_classes(listed: list[Row], now: datetime) -> None:
    """The failed checks of each opening, and whether its review ran late."""
    findings = checks_of(training_classes=[row.training_class for row in listed], now=now)
    escalated = set(
        ReviewEscalation.objects.filter(
            training_class__in=findings, submitted_at=F("training_class__submitted_at")
        ).values_list("training_class_id", flat=True)
    )
    for row in listed:
        if row.training_class.pk in escalated:
            row.checks.append(Check("late", _("逾期未审，已上报市级")))
        for finding in findings[row.training_class.pk]:
            if not finding.passed:
                row.checks.append(Check("no" if finding.blocks else "slow", str(finding.fails), finding.sentence))
        if not row.checks:
            row.checks.append(Check("done", _("开班检查全部通过")))


def _check_completions(listed: list[Row], now: datetime) -> None:
    pks = [row.training_class.pk for row in listed]
    shares = _by_hand_shares(pks)
    red = set(
        Card.objects.filter(Card.STANDS, training_class__in=pks, colour=Card.Colour.RED).values_list(
            "training_class_id", flat=True
        )
    )
    for row in listed:
        held = policy.of_class(training_class=row.training_class, on=policy.local_date(now))
        share = shares.get(row.training_class.pk, 0)
        if row.unmet:
            words = ngettext("%(count)s 人未达条件", "%(count)s 人未达条件", row.unmet) % {"count": row.unmet}
            row.checks.append(Check("slow", words, _("须逐项看")))
        if share > held.manual_share_flag:
            words = _("手工登记 %(share)s%%，超过 %(flag)s%%") % {"share": share, "flag": held.manual_share_flag}
            row.checks.append(Check("slow", words, _("须逐项看")))
        if row.training_class.pk in red:
            row.checks.append(Check("no", _("班次有红牌，批准后不计数"), _("须逐项看")))
        if not row.checks:
            words = ngettext("%(count)s 人全部达到条件", "%(count)s 人全部达到条件", row.people)
            row.checks.append(Check("done", words % {"count": row.people}))


def _by_hand_shares(pks: list[int]) -> dict[int, int]:
    """Percent of each class's attendance that a person entered by hand, rounded down."""
    totals = (
        Attendance.objects.filter(lesson__training_class__in=pks)
        .order_by()
        .values("lesson__training_class")
        .annotate(every=Count("pk"), hand=Count("pk", filter=Q(by_hand=True)))
        .annotate(pk_of_class=F("lesson__training_class"))
    )
    return {total["pk_of_class"]: total["hand"] * 100 // total["every"] for total in totals}
