"""What waits at the desk about camps: results to bring out, and by when."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from courses import policy, selection
from courses.models import Enrolment, TrainingClass
from courses.turns import Turn
from courses.web.desk.rows import Check, Row


def result_rows(classes: QuerySet[TrainingClass]) -> list[Row]:
    """One row a camp: what its result waits for."""
    with_papers = Enrolment.objects.filter(
        training_class=OuterRef("pk"), status=Enrolment.Status.CANDIDATE, pitches__isnull=False
    )
    proposed = Min("selections__proposed_at", filter=Q(selections__status="proposed"))
    listed = classes.annotate(proposed=proposed, has_papers=Exists(with_papers))
    return [_result_row(each) for each in listed]


def _result_row(each: Any) -> Row:
    since = each.proposed or each.enrol_until or each.approved_at
    row = Row(Turn.SELECTION_RESULT, each, since=since)
    ready = _("全部评完，待提出结果") if each.has_papers else _("没有人交项目材料，请提出结果或取消班次")
    words = _("结果待确认") if each.proposed else ready
    row.checks.append(Check("wait", words, _("须逐项看")))
    return row


def set_camp_deadlines(camps: list[Row], now: datetime) -> None:
    """The last day on which a result can be confirmed and its notice still be over before the start."""
    if not camps:
        return
    today = policy.local_date(now)
    last = max(row.training_class.starts_on for row in camps)
    first = min(today, *(row.training_class.starts_on for row in camps)) - timedelta(days=60)
    calendar = policy.calendar_between(start=first, end=max(today, last) + timedelta(days=60))
    for row in camps:
        row.due = selection.last_day_to_confirm(training_class=row.training_class, calendar=calendar)
        row.days_left = policy.working_days_left(today=today, due=row.due, calendar=calendar)
