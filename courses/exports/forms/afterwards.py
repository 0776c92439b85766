"""Forms of what comes after a class: the call-backs of form I, and J whom to follow up and what became of them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import access, privacy
from courses import policy as policies
from courses.access import Permission
from courses.exports.asking import Ask, in_pieces
from courses.exports.sheets import Book, Column, Pair, Row, Sheet, Words, meanings, sheet_of
from courses.models import CallBackLine, FollowUp, Learner

Result = CallBackLine.Result
YES_NO: dict[bool | None, Words] = {True: _("是"), False: _("否"), None: ""}


NAMES_MASKED: Words = _("姓名遮住一部分，完整导出的除外")
# Beside a class and a number, words that somebody said or where they work would tell a masked name.
WITHHELD: Words = _("填了的写「已填」；内容只在完整导出里")
Cell = Callable[[Row], Any]


def moment(at: datetime | None) -> str:
    return at.astimezone(policies.CITY_TIME).strftime("%Y-%m-%d %H:%M") if at else ""


def _day(at: datetime) -> date:
    return policies.local_date(at)


def _name(of: Callable[[Row], Learner], *, whole: bool) -> Cell[Row]:
    return lambda row: of(row).shown_name if whole else of(row).masked_name


def _said(of: Cell[Row], *, whole: bool) -> Cell[Row]:
    return of if whole else lambda row: _("已填") if of(row) else ""


def _phone(*, whole: bool) -> Cell[CallBackLine]:
    if whole:
        return lambda row: row.enrolment.learner.surviving.phone
    return lambda row: privacy.mask_phone(row.enrolment.learner.surviving.phone)


def columns_called(*, whole: bool) -> tuple[Column[CallBackLine], ...]:
    return (
        Column(_("时间"), lambda row: moment(row.at)),
        Column(_("班级编号"), lambda row: row.call_back.training_class.number),
        Column(_("培训机构"), lambda row: row.call_back.training_class.institution.label),
        Column(_("学员"), _name(lambda row: row.enrolment.learner, whole=whole), NAMES_MASKED),
        Column(_("电话"), _phone(whole=whole), _("遮住一部分，完整导出的除外")),
        Column(_("是否本人"), lambda row: YES_NO[row.is_learner]),
        Column(_("是否参训"), lambda row: YES_NO[row.attended]),
        Column(_("天数"), lambda row: row.days, _("学员说上了几天")),
        Column(_("考勤天数"), lambda row: row.days_attended, _("回访那一刻考勤记录的到课天数")),
        Column(_("内容与计划相符"), lambda row: YES_NO[row.as_taught]),
        Column(_("是否收费"), lambda row: YES_NO[row.charged]),
        Column(_("满意度"), lambda row: row.satisfaction, _("1 到 5，5 为很满意")),
        Column(
            _("结论"),
            lambda row: row.get_result_display(),
            _("不符：与考勤相矛盾、内容与计划不符，或收了费；联系不上的单列，不算相符"),
        ),
        Column(_("说明"), _said(lambda row: row.note, whole=whole), WITHHELD),
        Column(_("回访人"), lambda row: row.by.name or row.by.username if row.by else ""),
    )


def called_back(ask: Ask) -> tuple[Sheet, int] | None:
    """The call-backs of the period in classes that this person may export, and how many; None for who may not see them,
    as nobody of the institution may."""
    if not access.may(user=ask.by, permission=Permission.SEE_CALL_BACKS, now=ask.now):
        return None
    drawn = access.visible_call_backs(user=ask.by, now=ask.now, permission=Permission.SEE_CALL_BACKS)
    rows = CallBackLine.objects.filter(call_back__in=drawn.values("pk"), call_back__training_class__in=ask.classes)
    rows = rows.filter(at__range=policies.moments_between(*ask.days)).order_by("at", "pk")
    needed = ("call_back__training_class__institution", "enrolment__learner__merge__kept", "by")
    found = (row for piece in in_pieces(rows.select_related(*needed)) for row in piece)
    columns, foot = columns_called(whole=ask.full), _sums(rows)
    return sheet_of(name=_("电话回访"), columns=columns, rows=found, foot=foot), rows.count()


def _sums(rows: QuerySet[CallBackLine]) -> list[Pair]:
    many = dict(rows.order_by().values_list("result").annotate(Count("pk")))
    return [(Result(result).label, many.get(result, 0)) for result in Result.values if result != Result.OPEN]


def _registered_on(row: FollowUp) -> str:
    return row.registered_on.isoformat() if row.registered_on else ""


def columns_j(*, whole: bool) -> tuple[Column[FollowUp], ...]:
    return (
        Column(_("学员"), _name(lambda row: row.completion.enrolment.learner, whole=whole), NAMES_MASKED),
        Column(_("学员编号"), lambda row: row.completion.enrolment.learner.number),
        Column(_("班级编号"), lambda row: row.completion.enrolment.training_class.number),
        Column(_("培训机构"), lambda row: row.completion.enrolment.training_class.institution.label),
        Column(_("结业日期"), lambda row: row.completion.enrolment.training_class.ends_on.isoformat()),
        Column(
            _("回访时点"),
            lambda row: _("%(months)s 个月") % {"months": row.months},
            _("班次结束后的第几个月，按政策版本"),
        ),
        Column(_("应回访日期"), lambda row: _day(row.opens_at).isoformat()),
        Column(_("就业创业状态"), lambda row: row.get_outcome_display(), _("还没有问的留空；联系不上的单列")),
        Column(_("单位或企业名称"), _said(lambda row: row.employer, whole=whole), WITHHELD),
        Column(_("统一社会信用代码"), _said(lambda row: row.credit_code, whole=whole), WITHHELD),
        Column(_("注册日期"), _said(_registered_on, whole=whole), WITHHELD),
        Column(_("带动就业人数"), lambda row: row.jobs),
        Column(_("服务需求"), _said(lambda row: row.wants, whole=whole), WITHHELD),
        Column(_("回访人"), lambda row: row.by.name or row.by.username if row.by else ""),
        Column(_("回访日期"), lambda row: _day(row.at).isoformat() if row.at else ""),
    )


def to_follow_up(ask: Ask) -> Book:
    """J. 跟踪服务记录: whom to ask from a day of this month on, and what became of those who were asked."""
    rows = FollowUp.objects.filter(FollowUp.COULD_BE_ASKED, completion__in=ask.approved)
    rows = rows.filter(opens_at__range=policies.moments_between(*ask.days))
    rows = rows.order_by("opens_at", "completion__number", "months")
    needed = ("completion__enrolment__learner", "completion__enrolment__training_class__institution", "by")
    found = (row for piece in in_pieces(rows.select_related(*needed)) for row in piece)
    columns = columns_j(whole=ask.full)
    sheet = sheet_of(name=_("跟踪服务"), columns=columns, rows=found)
    return Book(str(_("跟踪服务记录")), [sheet], meanings(columns), total=rows.count())
