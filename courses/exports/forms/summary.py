"""Forms of figures: H the table of districts and the ledger of classes."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from courses import attendance, supervision
from courses import policy as policies
from courses.exports.asking import Ask, hours, in_pieces, share
from courses.exports.sheets import Book, Column, meanings, sheet_of
from courses.models import (
    Completion,
    CountEntry,
    Enrolment,
    FollowUp,
    Line,
    RoomCount,
    Signal,
    TrainingClass,
)
from courses.tally import By as Cut
from courses.tally import DistrictRow, Scope, breakdown, certified_q, for_year, refuse_when_drifted

LINES = (Line.SKILLS, Line.ENTREPRENEURSHIP)
WOMAN = "2"
BEGUN = (
    TrainingClass.Status.RUNNING,
    TrainingClass.Status.ASSESSING,
    TrainingClass.Status.CLOSED,
    TrainingClass.Status.ARCHIVED,
)


@dataclass(frozen=True)
class Place:
    """One district of a year: the figures of the tally, and what is counted beside them."""

    row: DistrictRow
    people: dict[Line, int]
    begun: int
    certified: int
    working: dict[str, int]
    cuts: dict[tuple[str, str], int]

    def of(self, line: Line, what: str) -> Any:
        return getattr(self.row.lines[line], what)

    def cut(self, dimension: str, value: str) -> int:
        return self.cuts.get((dimension, value), 0)

    @property
    def online(self) -> int:
        return self.cut(Cut.ONLINE, "online") + self.cut(Cut.ONLINE, "blended")


def _of_line(line: Line) -> list[Column[Place]]:
    name = {"line": line.label}
    return [
        Column(_("%(line)s目标") % name, lambda row: row.of(line, "target") or ""),
        Column(_("%(line)s合格人次") % name, lambda row: row.of(line, "verified")),
        Column(_("%(line)s合格人数") % name, lambda row: row.people[line]),
        Column(
            _("%(line)s完成率") % name,
            lambda row: share(row.of(line, "verified"), row.of(line, "target") or 0),
        ),
    ]


def _columns_h(categories: dict[str, str], brands: dict[str, str], gone: str) -> list[Column[Place]]:
    return [
        Column(_("排名"), lambda row: row.row.rank, _("按技能培训完成率，其次按创业培训完成率")),
        Column(_("区市"), lambda row: row.row.district.label),
        *[column for line in LINES for column in _of_line(line)],
        Column(_("时序进度"), lambda _row: gone, _("全年天数已过的比例")),
        Column(_("开班数"), lambda row: row.begun, _("本年开班、已开课的班次")),
        Column(
            _("报名人次"), lambda row: row.row.enrolled, _("本年结束的班次里，现在有席位、班还没开、结业还没有提出的")
        ),
        Column(_("在训人次"), lambda row: row.row.in_training, _("本年结束的班次里，现在班已开、结业还没有提出的席位")),
        Column(
            _("待核人次"),
            lambda row: row.row.pending,
            _("本年结束的班次里，老师已提出或机构已提交、区市还没有批准的结业"),
        ),
        *[_cut_column(Cut.CATEGORY, value, label) for value, label in categories.items()],
        *[_cut_column(Cut.BRAND, value, label) for value, label in brands.items() if value],
        Column(_("线上人次"), lambda row: row.online, _("有线上学时的")),
        Column(_("女性人次"), lambda row: row.cut(Cut.SEX, WOMAN)),
        Column(_("获证人次"), lambda row: row.certified, _("本年结束的班次里，现在有效的证书")),
        Column(
            _("就业人数"),
            lambda row: row.working.get(FollowUp.Outcome.EMPLOYED, 0),
            _("本年结束的班次里，最近一次跟踪服务说已就业的人"),
        ),
        Column(
            _("创业人数"),
            lambda row: row.working.get(FollowUp.Outcome.BUSINESS, 0),
            _("本年结束的班次里，最近一次跟踪服务说已创业的人"),
        ),
    ]


def _cut_column(dimension: Cut, value: str, label: str) -> Column[Place]:
    return Column(_("其中：%(what)s") % {"what": label}, lambda row: row.cut(dimension, value))


@dataclass(frozen=True)
class ClassRow:
    """One class of the ledger of classes."""

    row: TrainingClass
    members: int
    attended: int
    scheduled: int
    passed: int
    seen: int
    signals: int


COLUMNS_CLASSES: tuple[Column[ClassRow], ...] = (
    Column(_("班级编号"), lambda one: one.row.number),
    Column(_("机构"), lambda one: one.row.institution.label),
    Column(_("区市"), lambda one: one.row.district.label),
    Column(_("课程"), lambda one: one.row.course.label),
    Column(_("开班日期"), lambda one: one.row.starts_on.isoformat()),
    Column(_("结束日期"), lambda one: one.row.ends_on.isoformat()),
    Column(_("人数"), lambda one: one.members, _("已录取的学员")),
    Column(_("课时"), lambda one: hours(one.scheduled, of=one.row), _("没有取消的课次")),
    Column(_("出勤率"), lambda one: share(one.attended, one.scheduled * one.members), _("全班出勤分钟 ÷ 应出勤分钟")),
    Column(_("合格数"), lambda one: one.passed, _("已记入计数账的人次，减去冲减")),
    Column(_("检查次数"), lambda one: one.seen, _("到教室清点人数的次数")),
    Column(_("异常数"), lambda one: one.signals, _("各课次的待看事项，每类每课一件")),
    Column(_("状态"), lambda one: one.row.get_status_display()),
)


def districts(ask: Ask) -> Book:
    """H. 培训情况汇总表和班次台账 of a year; `for_year` is the only source of its figures.

    Refused with ReportLocked while the last check found a difference, with ExportRefused beyond one's own district.
    """
    refuse_when_drifted()
    today = policies.local_date(ask.now)
    found = for_year(year=ask.year, scope=Scope(ask.district or None), as_of=None, today=today)
    categories = _labels(ask, Cut.CATEGORY)
    columns = _columns_h(categories, _labels(ask, Cut.BRAND), share(found.share, 1000))
    rows = _places(ask, found.districts)
    ledger = sheet_of(name=_("班次台账"), columns=COLUMNS_CLASSES, rows=_classes(ask))
    definitions = [
        (_("合格人次"), _("区市已批准、已记入计数账的结业；同一模块或同一职业等级一人只计一次")),
        (_("合格人数"), _("不同的人；各区市的人数不能相加")),
        (_("数据截至"), found.as_of.isoformat()),
        *meanings(columns),
        *meanings(COLUMNS_CLASSES),
    ]
    sheets = [sheet_of(name=_("汇总"), columns=columns, rows=rows), ledger]
    title = _("培训情况汇总表-%(year)s") % {"year": ask.year}
    return Book(title, sheets, definitions, total=len(rows) + _classes_of(ask).count())


def _labels(ask: Ask, by: Cut) -> dict[str, str]:
    """The values of a dimension that anything is counted for, with their names."""
    scope = Scope(ask.district or None)
    found = breakdown(year=ask.year, scope=scope, by=by, today=policies.local_date(ask.now))
    return {one.value: one.label for one in found.slices}


def _places(ask: Ask, rows: tuple[DistrictRow, ...]) -> list[Place]:
    today = policies.local_date(ask.now)
    begun = dict(
        _classes_of(ask).filter(status__in=BEGUN).order_by().values_list("district__key").annotate(Count("pk"))
    )
    certified, working = _certified(ask), _working(ask)
    found = []
    for row in rows:
        key = row.district.key
        own = for_year(year=ask.year, scope=Scope(key), as_of=None, today=today)
        found.append(
            Place(
                row=row,
                people={line: own.lines[line].people for line in LINES},
                begun=begun.get(key, 0),
                certified=certified.get(key, 0),
                working=working.get(key, {}),
                cuts=_cuts(ask, key),
            )
        )
    return found


def _cuts(ask: Ask, district: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for by in (Cut.CATEGORY, Cut.BRAND, Cut.ONLINE, Cut.SEX):
        told = breakdown(year=ask.year, scope=Scope(district), by=by, today=policies.local_date(ask.now))
        found |= {(by.value, one.value): one.total for one in told.slices}
    return found


def _certified(ask: Ask) -> dict[str, int]:
    of_class = "enrolment__training_class"
    rows = Completion.objects.filter(certified_q(), **{f"{of_class}__ends_on__range": ask.year_days})
    return dict(rows.order_by().values_list(f"{of_class}__district__key").annotate(Count("pk")))


def _working(ask: Ask) -> dict[str, dict[str, int]]:
    of_class = "enrolment__training_class"
    ended = Completion.objects.filter(**{f"{of_class}__ends_on__range": ask.year_days})
    approved = ended.filter(status=Completion.Status.APPROVED)
    return supervision.working_of(completions=approved, district=f"{of_class}__district__key")


def _classes_of(ask: Ask) -> Any:
    return ask.classes.exclude(status__in=TrainingClass.UNAPPROVED).filter(starts_on__range=ask.year_days)


def _classes(ask: Ask) -> Any:
    """Each class with what was attended in it; fifty at a time, so that a year of them fits in memory."""
    rows = _classes_of(ask).select_related("course", "institution", "district", "policy").order_by("number")
    for piece in in_pieces(rows, 50):
        numbers = [row.number for row in piece]
        admitted = Enrolment.objects.filter(training_class__in=piece, status=Enrolment.Status.ADMITTED)
        members = list(admitted.select_related("training_class"))
        standing = attendance.of_enrolments(enrolments=members, now=ask.now)
        passed = _sums(CountEntry.objects.filter(class_number__in=numbers).values_list("class_number"), Sum("amount"))
        of_class = "lesson__training_class__number"
        seen = _sums(RoomCount.objects.filter(**{f"{of_class}__in": numbers}).values_list(of_class), Count("pk"))
        kinds = Signal.objects.filter(**{f"{of_class}__in": numbers}, version=1)
        signals = _sums(kinds.values_list(of_class), Count("pk"))
        for row in piece:
            own = [standing[one.pk] for one in members if one.training_class_id == row.pk]
            yield ClassRow(
                row=row,
                members=len(own),
                attended=sum(one.attended for one in own),
                scheduled=own[0].scheduled if own else 0,
                passed=passed.get(row.number, 0),
                seen=seen.get(row.number, 0),
                signals=signals.get(row.number, 0),
            )


def _sums(rows: Any, told: Any) -> dict[str, int]:
    return dict(rows.order_by().annotate(told=told))
