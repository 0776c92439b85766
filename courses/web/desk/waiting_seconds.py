"""What one person began and another decides: scores, undercut completions, revocations, certificates; what is left to
finish; what comes after a class; and what concerns the whole city."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses import access, privacy, turns
from courses import policy as policies
from courses.models import (
    Card,
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
from courses.turns import OF_CARDS, OF_CITY, OF_RESTS, Turn, Wanted
from courses.web.desk.rows import Check, Row

SHOWN = ("course__kind", "district", "institution", "submitted_by", "policy")
MATTERS_OF: dict[Turn, QuerySet[Any]] = {
    Turn.MERGE_REVIEW: MergeProposal.objects.all(),
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
OF_ERASURES = (Turn.ERASURE_REVIEW, Turn.ERASURE_TELL)


def begun_rows(kind: Turn, user: User, now: datetime, wanted: Wanted) -> list[Row]:
    """One row a class or a matter of the city. One statement where nothing waits, two where something does."""
    if kind in OF_CARDS:
        # Conditions on registrations ask for nothing but their institution, as those on cards do.
        return _matters(kind, user, now, of=wanted.registrations)
    if kind in OF_CITY:
        return _matters(kind, user, now) if wanted.is_everything else []
    scope = access.visible_classes(user=user, now=now, permission=turns.PERMISSION[kind]).filter(wanted.classes)
    totals = turns.begun(turn=kind, by=user, classes=scope, now=now)
    if not totals:
        return []
    rows = []
    for key, each in TrainingClass.objects.select_related(*SHOWN).in_bulk(list(totals)).items():
        many, since = totals[key]
        row = Row(kind, each, since=since)
        row.checks.append(Check("wait", _words(kind, many), "" if kind in OF_RESTS else _("须逐项看")))
        rows.append(row)
    return rows


def _words(kind: Turn, many: int) -> str:
    words = {
        Turn.WORK_REVIEW: ngettext("%(count)s 份成果待评定", "%(count)s 份成果待评定", many),
        Turn.SCORE_REVIEW: ngettext("%(count)s 处成绩修改", "%(count)s 处成绩修改", many),
        Turn.UNDERCUT_REVIEW: ngettext("%(count)s 人不再符合条件", "%(count)s 人不再符合条件", many),
        Turn.REVOCATION_REVIEW: ngettext("%(count)s 份撤销待决定", "%(count)s 份撤销待决定", many),
        Turn.CERTIFICATE_REVIEW: ngettext("%(count)s 份撤证或换发", "%(count)s 份撤证或换发", many),
        Turn.SHEET_CONFIRM: ngettext("%(count)s 张签到表", "%(count)s 张签到表", many),
        Turn.REGISTER_CONFIRM: ngettext("考勤文件，%(count)s 人", "考勤文件，%(count)s 人", many),
        Turn.MAKE_UP_ANSWER: ngettext("%(count)s 份补课", "%(count)s 份补课", many),
        Turn.MAKE_UP_COUNT: ngettext("%(count)s 份补课", "%(count)s 份补课", many),
        Turn.CERTIFICATE_ISSUE: ngettext("%(count)s 张证书待发", "%(count)s 张证书待发", many),
        Turn.GROUP_LIST: ngettext("%(count)s 份团报待名单", "%(count)s 份团报待名单", many),
        Turn.TELL: ngettext("%(count)s 人没有收到通知，请当面告知", "%(count)s 人没有收到通知，请当面告知", many),
        Turn.CALL_BACK: ngettext("%(count)s 人待回访", "%(count)s 人待回访", many),
        Turn.FOLLOW_UP: ngettext("%(count)s 人待跟踪", "%(count)s 人待跟踪", many),
    }
    return words[kind] % {"count": many}


def _matters(kind: Turn, user: User, now: datetime, *, of: Q | None = None) -> list[Row]:
    starter = STARTERS.get(kind, "proposed_by")
    rows = turns.my_matters(turn=kind, user=user).select_related(starter)
    if kind in OF_CARDS:
        rows = rows.filter(of or Q()).select_related("institution__district")
    if kind in (Turn.MONTH_CLOSE, Turn.YEAR_CLOSE):
        rows = rows.defer("snapshot")
    found = []
    for matter in rows:
        row = Row(kind, matter, since=getattr(matter, turns.since_of(turn=kind)))
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
