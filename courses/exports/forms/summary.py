"""Forms of figures: H the table of districts and the ledger of classes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
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
    ProgrammeKind,
    RoomCount,
    Signal,
    TrainingClass,
)
from courses.tally import By as Cut
from courses.tally import (
    DistrictRow,
    LineTally,
    Scope,
    YearTally,
    breakdown,
    certified_q,
    for_year,
    refuse_when_drifted,
)
from courses.tally.figures import DistrictLine
from courses.tally.stages import Stage

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
    """One district of a year, or all of them: the figures of the tally, and what is counted beside them. `stages`,
    `begun` and `certified` are by line: kinds beside the targets stand in columns of their own."""

    rank: int | str
    name: str
    lines: Mapping[Line, DistrictLine | LineTally]
    people: Mapping[Line, int]
    stages: Mapping[Line, Stage]
    begun: Mapping[str, int]
    certified: Mapping[tuple[str, str], int]
    working: Mapping[str, int]
    cuts: Mapping[tuple[str, str], int]

    def of(self, line: Line, what: str) -> Any:
        return getattr(self.lines[line], what)

    def now(self, what: str) -> int:
        """A figure of now toward the targets."""
        return sum(getattr(self.stages[line], what) for line in LINES)

    def certified_of(self, *, kind: str = "", own: bool = False) -> int:
        return sum(
            told
            for (line, of_kind), told in self.certified.items()
            if (line == Line.OWN) == own and kind in ("", of_kind)
        )

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


COLUMNS_NOW: tuple[Column[Place], ...] = (
    Column(
        _("开班数"), lambda row: sum(row.begun.get(line, 0) for line in LINES), _("本年开班、已开课的班次，不含单列的")
    ),
    Column(
        _("报名人次"),
        lambda row: row.now("enrolled"),
        _("本年结束的班次里，现在有席位、班还没开、结业还没有提出的，不含单列的"),
    ),
    Column(
        _("在训人次"),
        lambda row: row.now("in_training"),
        _("本年结束的班次里，现在班已开、结业还没有提出的席位，不含单列的"),
    ),
    Column(
        _("待核人次"),
        lambda row: row.now("pending"),
        _("本年结束的班次里，老师已提出或机构已提交、区市还没有批准的结业，不含单列的"),
    ),
)
COLUMNS_OWN: tuple[Column[Place], ...] = (
    Column(_("单列开班数"), lambda row: row.begun.get(Line.OWN, 0), _("单列：不计入两项目标的培训类型")),
    Column(_("单列报名人次"), lambda row: row.stages[Line.OWN].enrolled),
    Column(_("单列在训人次"), lambda row: row.stages[Line.OWN].in_training),
    Column(_("单列待核人次"), lambda row: row.stages[Line.OWN].pending),
    Column(_("单列获证人次"), lambda row: row.certified_of(own=True)),
)


def _columns_h(
    categories: dict[str, str], brands: dict[str, str], kinds: dict[str, str], gone: str
) -> list[Column[Place]]:
    return [
        Column(_("排名"), lambda row: row.rank, _("按技能培训完成率，其次按创业培训完成率")),
        Column(_("区市"), lambda row: row.name),
        *[column for line in LINES for column in _of_line(line)],
        Column(_("时序进度"), lambda _row: gone, _("全年天数已过的比例")),
        *COLUMNS_NOW,
        *[_cut_column(Cut.CATEGORY, value, label) for value, label in categories.items()],
        *[_cut_column(Cut.BRAND, value, label) for value, label in brands.items() if value],
        Column(_("线上人次"), lambda row: row.online, _("有线上学时的")),
        Column(_("女性人次"), lambda row: row.cut(Cut.SEX, WOMAN)),
        Column(_("获证人次"), lambda row: row.certified_of(), _("本年结束的班次里，现在有效的证书，不含单列的")),
        *[_certified_column(kind, label) for kind, label in kinds.items()],
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
        *COLUMNS_OWN,
    ]


def _certified_column(kind: str, label: str) -> Column[Place]:
    return Column(_("获证：%(what)s") % {"what": label}, lambda row: row.certified_of(kind=kind))


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
    beside = _read_beside(ask)
    columns = _columns_h(_labels(ask, Cut.CATEGORY), _labels(ask, Cut.BRAND), beside.kinds, share(found.share, 1000))
    rows = [_place(ask, row, beside) for row in found.districts]
    if not ask.district:
        rows.append(_whole(ask, found, beside))
    ledger = sheet_of(name=_("班次台账"), columns=COLUMNS_CLASSES, rows=_classes(ask))
    definitions = [
        (_("合格人次"), _("区市已批准、已记入计数账的结业；同一模块或同一职业等级一人只计一次")),
        (_("合格人数"), _("不同的人；各区市的人数不能相加，全市的见「全市」一行")),
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


@dataclass(frozen=True)
class Beside:
    """What the tally does not tell: by district, begun classes by line, certified by line and kind, who works; and the
    kinds toward the targets that have certificates, by name."""

    begun: dict[str, dict[str, int]]
    certified: dict[str, dict[tuple[str, str], int]]
    working: dict[str, dict[str, int]]
    kinds: dict[str, str]


def _read_beside(ask: Ask) -> Beside:
    begun: dict[str, dict[str, int]] = defaultdict(dict)
    rows = _classes_of(ask).filter(status__in=BEGUN).order_by().values_list("district__key", "line")
    for district, line, told in rows.annotate(Count("pk")):
        begun[district][line] = told
    certified: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    of_class = "enrolment__training_class"
    papers = Completion.objects.filter(certified_q(), **{f"{of_class}__ends_on__range": ask.year_days}).order_by()
    for district, line, kind, told in papers.values_list(
        *(f"{of_class}__{name}" for name in ("district__key", "line", "kind_key"))
    ).annotate(Count("pk")):
        certified[district][line, kind] = told
    shown = {kind for own in certified.values() for line, kind in own if line != Line.OWN}
    kinds = {row.key: row.label for row in ProgrammeKind.objects.filter(key__in=shown)}
    return Beside(begun, certified, _working(ask), kinds)


def _place(ask: Ask, row: DistrictRow, beside: Beside) -> Place:
    key = row.district.key
    own = for_year(year=ask.year, scope=Scope(key), as_of=None, today=policies.local_date(ask.now))
    return Place(
        rank=row.rank,
        name=row.district.label,
        lines=row.lines,
        people={line: own.lines[line].people for line in LINES},
        stages=row.stages,
        begun=beside.begun.get(key, {}),
        certified=beside.certified.get(key, {}),
        working=beside.working.get(key, {}),
        cuts=_cuts(ask, key),
    )


def _whole(ask: Ask, found: YearTally, beside: Beside) -> Place:
    """全市: 人 are not the sum of the districts', as one person may be counted in two of them."""
    return Place(
        rank="",
        name=str(_("全市")),
        lines=found.lines,
        people={line: found.lines[line].people for line in LINES},
        stages=found.stages,
        begun=_added(beside.begun.values()),
        certified=_added(beside.certified.values()),
        working=supervision.working_at_all(completions=_approved(ask)),
        cuts=_cuts(ask, None),
    )


def _added(parts: Iterable[Mapping[Any, int]]) -> Counter[Any]:
    whole: Counter[Any] = Counter()
    for part in parts:
        whole.update(part)
    return whole


def _cuts(ask: Ask, district: str | None) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for by in (Cut.CATEGORY, Cut.BRAND, Cut.ONLINE, Cut.SEX):
        told = breakdown(year=ask.year, scope=Scope(district), by=by, today=policies.local_date(ask.now))
        found |= {(by.value, one.value): one.total for one in told.slices}
    return found


def _working(ask: Ask) -> dict[str, dict[str, int]]:
    return supervision.working_of(completions=_approved(ask), district="enrolment__training_class__district__key")


def _approved(ask: Ask) -> Any:
    ended = Completion.objects.filter(enrolment__training_class__ends_on__range=ask.year_days)
    return ended.filter(status=Completion.Status.APPROVED)


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
