"""What one person began and another decides: scores, undercut completions, revocations, certificates; what is left to
finish; what comes after a class; and what concerns the whole city."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from courses import policy as policies
from courses import privacy, turns
from courses.models import (
    Card,
    Correction,
    ErasureRequest,
    Export,
    MergeProposal,
    MonthClose,
    RuleProposal,
    Sample,
    StaffRequest,
    TrainingClass,
    User,
    YearClose,
)
from courses.turns import OF_CARDS, OF_RESTS, OF_SEATS, Turn, Wanted
from courses.web.desk.rows import Check, Row

SHOWN = ("course__kind", "district", "institution", "submitted_by")
MATTERS_OF: dict[Turn, QuerySet[Any]] = {
    Turn.MERGE_REVIEW: MergeProposal.objects.all(),
    Turn.CORRECTION_REVIEW: Correction.objects.all(),
    Turn.ERASURE_REVIEW: ErasureRequest.objects.all(),
    Turn.ERASURE_TELL: ErasureRequest.objects.all(),
    Turn.RULE_REVIEW: RuleProposal.objects.all(),
    Turn.MONTH_CLOSE: MonthClose.objects.defer("snapshot"),
    Turn.YEAR_CLOSE: YearClose.objects.defer("snapshot"),
    Turn.SAMPLE_CHECK: Sample.objects.all(),
    Turn.EXPORT_REVIEW: Export.objects.all(),
    Turn.STAFF_REVIEW: StaffRequest.objects.all(),
    **dict.fromkeys(OF_CARDS, Card.objects.select_related("institution__district")),
}
# By whom each was begun, and what it waits for, where that is not to be confirmed.
STARTERS = {
    Turn.CORRECTION_REVIEW: "asked_by",
    Turn.SAMPLE_CHECK: "drawn_by",
    Turn.EXPORT_REVIEW: "asked_by",
    Turn.STAFF_REVIEW: "asked_by",
    Turn.ERASURE_REVIEW: "asked_by",
    Turn.ERASURE_TELL: "decided_by",
    Turn.CARD_ANSWER: "objected_by",
    Turn.CARD_WITHDRAWAL: "withdrawal_by",
}
WAITS = {
    Turn.SAMPLE_CHECK: gettext_lazy("待核查"),
    Turn.EXPORT_REVIEW: gettext_lazy("待同意"),
    Turn.ERASURE_TELL: gettext_lazy("未同意，待当面或书面告知"),
    Turn.CARD_ANSWER: gettext_lazy("申辩待答复"),
    Turn.CARD_WITHDRAWAL: gettext_lazy("撤回待确认"),
}
COUNTED: dict[Turn, Any] = {
    Turn.CHANGE_REVIEW: ngettext_lazy("%(count)s 份变更申请", "%(count)s 份变更申请", "count"),
    Turn.DISPUTE_REVIEW: ngettext_lazy("%(count)s 份考勤异议", "%(count)s 份考勤异议", "count"),
    Turn.TRANSFER_REQUEST: ngettext_lazy("%(count)s 份转班申请", "%(count)s 份转班申请", "count"),
    Turn.APPLICATION_REVIEW: ngettext_lazy("%(count)s 份报名待审核", "%(count)s 份报名待审核", "count"),
    Turn.CALL_IN: ngettext_lazy("%(count)s 人在候补，有空位", "%(count)s 人在候补，有空位", "count"),
    Turn.NO_SHOW: ngettext_lazy("%(count)s 人一直没有到课", "%(count)s 人一直没有到课", "count"),
    Turn.SELECTION_SCORE: ngettext_lazy("%(count)s 份申请待您评分", "%(count)s 份申请待您评分", "count"),
    Turn.WORK_REVIEW: ngettext_lazy("%(count)s 份成果待评定", "%(count)s 份成果待评定", "count"),
    Turn.SCORE_REVIEW: ngettext_lazy("%(count)s 处成绩修改", "%(count)s 处成绩修改", "count"),
    Turn.UNDERCUT_REVIEW: ngettext_lazy("%(count)s 人不再符合条件", "%(count)s 人不再符合条件", "count"),
    Turn.REVOCATION_REVIEW: ngettext_lazy("%(count)s 份撤销待决定", "%(count)s 份撤销待决定", "count"),
    Turn.CERTIFICATE_REVIEW: ngettext_lazy("%(count)s 份撤证或换发", "%(count)s 份撤证或换发", "count"),
    Turn.SHEET_CONFIRM: ngettext_lazy("%(count)s 张签到表", "%(count)s 张签到表", "count"),
    Turn.REGISTER_CONFIRM: ngettext_lazy("考勤文件，%(count)s 人", "考勤文件，%(count)s 人", "count"),
    Turn.PRESENCE_CONFIRM: ngettext_lazy("%(count)s 条补签待确认", "%(count)s 条补签待确认", "count"),
    Turn.MAKE_UP_ANSWER: ngettext_lazy("%(count)s 份补课", "%(count)s 份补课", "count"),
    Turn.MAKE_UP_COUNT: ngettext_lazy("%(count)s 份补课", "%(count)s 份补课", "count"),
    Turn.CERTIFICATE_ISSUE: ngettext_lazy("%(count)s 张证书待发", "%(count)s 张证书待发", "count"),
    Turn.GROUP_LIST: ngettext_lazy("%(count)s 份团报待名单", "%(count)s 份团报待名单", "count"),
    Turn.TELL: ngettext_lazy("%(count)s 人没有收到通知，请当面告知", "%(count)s 人没有收到通知，请当面告知", "count"),
    Turn.CALL_BACK: ngettext_lazy("%(count)s 人待回访", "%(count)s 人待回访", "count"),
    Turn.FOLLOW_UP: ngettext_lazy("%(count)s 人待跟踪", "%(count)s 人待跟踪", "count"),
}
SLOW = (Turn.CHANGE_REVIEW, Turn.DISPUTE_REVIEW)
# Their rows are not looked at one by one.
AT_ONCE = (*OF_RESTS, *OF_SEATS, Turn.TRANSFER_REQUEST, Turn.SELECTION_SCORE)
OF_ERASURES = (Turn.ERASURE_REVIEW, Turn.ERASURE_TELL)


def matter_rows(kind: Turn, user: User, now: datetime, wanted: Wanted) -> list[Row]:
    """One row a matter of the whole city, or a card."""
    if kind in OF_CARDS:
        # Conditions on registrations ask for nothing but their institution, as those on cards do.
        return _matters(kind, user, now, of=wanted.registrations)
    return _matters(kind, user, now) if wanted.is_everything else []


def begun_rows(kinds: Iterable[Turn], user: User, now: datetime, wanted: Wanted) -> list[Row]:
    """One row a class and kind. One statement a kind, and one for the classes of all."""
    totals = {kind: turns.begun(turn=kind, by=user, wanted=wanted, now=now) for kind in kinds}
    keys = {key for found in totals.values() for key in found}
    classes = {each.pk: each for each in TrainingClass.objects.filter(pk__in=keys)}
    changes = turns.ASKED_CHANGES.filter(asked_by=user) if Turn.CHANGE_REVIEW in totals else turns.ASKED_CHANGES.none()
    asked_by_me = set(changes.values_list("training_class", flat=True))
    rows = []
    for kind, found in totals.items():
        for key, (many, since) in found.items():
            row = Row(kind, classes[key], since=since, own=kind == Turn.CHANGE_REVIEW and key in asked_by_me)
            note = "" if kind in AT_ONCE else _("须逐项看")
            row.checks.append(Check("slow" if kind in SLOW else "wait", str(COUNTED[kind] % {"count": many}), note))
            rows.append(row)
    return rows


def _matters(kind: Turn, user: User, now: datetime, *, of: Q | None = None) -> list[Row]:
    starter = STARTERS.get(kind, "proposed_by")
    rows = turns.my_matters(turn=kind, user=user).select_related(starter)
    if kind in OF_CARDS:
        rows = rows.filter(of or Q()).select_related("institution__district")
    if kind in (Turn.MONTH_CLOSE, Turn.YEAR_CLOSE):
        rows = rows.defer("snapshot")
    found, since = [], turns.since_of(turn=kind)
    for matter in rows:
        row = Row(kind, matter, since=getattr(matter, since))
        row.submitter = privacy.mask_name(getattr(matter, starter).name)
        row.checks.append(Check("wait", _matter_words(kind, matter), _("须逐项看")))
        if kind in OF_ERASURES:
            row.due = matter.due_on
        found.append(row)
    _count_days(found, policies.local_date(now))
    return found


def _count_days(rows: list[Row], today: date) -> None:
    """How many working days each that is due still has, by one calendar for all."""
    days = [row.due for row in rows if row.due]
    if not days:
        return
    calendar = policies.calendar_between(start=min(today, *days), end=max(today, *days))
    for row in rows:
        if row.due:
            row.days_left = policies.working_days_left(today=today, due=row.due, calendar=calendar)


def _matter_words(kind: Turn, matter: Any) -> str:
    if kind == Turn.ERASURE_REVIEW:
        return str(matter.get_status_display())
    return str(WAITS.get(kind, _("待确认")))
