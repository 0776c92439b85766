"""月报: one month as it was closed, or as it stands; page, workbook and letter are made of this and of nothing else."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from courses import dates
from courses import policy as policies
from courses.exports.asking import Ask
from courses.exports.refusals import ExportRefusal, ExportRefused
from courses.exports.sheets import Book, Formula, Pair, Sealed, Sheet
from courses.exports.writing import LANGUAGE
from courses.models import Line, MonthClose
from courses.tally import Scope, State, for_year, number_of, refuse_when_drifted
from courses.tally.figures import DistrictLine
from courses.tally.names import names_of
from courses.tally.pace import Marks, days_gone, days_in, expected_of, state_of
from courses.tally.settings import marks_of, rules_on
from courses.tally.snapshots import cuts_of, figures_of
from courses.tally.targets import targets_of

LINES = (Line.SKILLS, Line.ENTREPRENEURSHIP)
Rows = list[list[Any]]


@dataclass(frozen=True)
class LineFigures(DistrictLine):
    """人次 of one line: `verified` is the year's up to the month's end; `people` are 人 of the year, where counted."""

    month: int
    people: int | None = None

    @property
    def lead(self) -> int:
        return self.verified - self.expected


@dataclass(frozen=True)
class Placed:
    """One district with its rank among those of the report."""

    rank: int
    key: str
    name: str
    lines: dict[Line, LineFigures]


@dataclass(frozen=True)
class MonthlyReport:
    """`place` is what the report is of; `as_of` the last day of posting that it knows; `close` what sealed it."""

    year: int
    month: int
    district: str
    place: str
    last_day: date
    as_of: date
    close: MonthClose | None
    lines: dict[Line, LineFigures]
    districts: tuple[Placed, ...]
    cuts: dict[str, Rows]
    share: int
    marks: Marks

    @property
    def sealed(self) -> Sealed | None:
        """Of a closed month, whose files are the same for everybody."""
        return Sealed(self.number, self.close.closed_at) if self.close and self.close.closed_at else None

    @property
    def number(self) -> str:
        """YJ-2026-08 of a closed month."""
        return number_of(self.close) if self.close else ""

    def late(self, line: Line, *states: State) -> list[str]:
        """The names of the districts in one of these states, as ranked."""
        return [row.name for row in self.districts if row.lines[line].state in states]


def monthly_report(*, year: int, month: int, district: str, now: datetime, with_people: bool) -> MonthlyReport:
    """The figures of a month: those of its close where it was confirmed, else what is posted up to now.

    A district's report holds that district's rows of the same figures. 人 are counted from entries, which a page spares
    itself.
    """
    today = policies.local_date(now)
    last_day = min(date(year, month, monthrange(year, month)[1]), today)
    close = MonthClose.objects.filter(year=year, month=month, closed_at__isnull=False).first()
    if close is not None:
        figures, as_of = close.snapshot["figures"], close.cut_off
        targets = {(line, key): amount for line, key, amount in close.snapshot["targets"]}
    else:
        figures, as_of = cuts_of(year=year, month=month, cut_off=today), today
        targets = targets_of(year=year, as_of=None)
        if with_people:
            figures["people"] = _people(year, month, district, today)
    known = names_of(cut="district", close=close)
    marks = Marks(*close.snapshot["marks"]) if close else marks_of(rules_on(year=year, day=last_day))
    when = (year, last_day, marks)
    return MonthlyReport(
        year=year,
        month=month,
        district=district,
        place=known.get(district, district) if district else _("全市"),
        last_day=last_day,
        as_of=as_of,
        close=close,
        lines={line: _figures(figures, targets, line, district, when) for line in LINES},
        districts=_ranked(known, figures, targets, when, district),
        cuts={cut: rows for cut, rows in figures.items() if cut not in ("line", "people")},
        share=days_gone(year=year, today=last_day) * 1000 // days_in(year),
        marks=marks,
    )


def _people(year: int, month: int, district: str, today: date) -> Rows:
    """人 as a close has them, of this place; of the month that runs from the roll-up, of another from the entries."""
    if (year, month) != (today.year, today.month):
        return figures_of(year=year, month=month, cut_off=today)["people"]
    found = for_year(year=year, scope=Scope(district or None), as_of=None, today=today)
    return [[line.value, district, 0, row.people] for line, row in found.lines.items()]


def _figures(
    figures: dict[str, Rows],
    targets: dict[tuple[str, str], int],
    line: Line,
    district: str,
    when: tuple[int, date, Marks],
) -> LineFigures:
    """`when` is the year that the figures are of, the day that they are held against and its marks: none is gone of a
    year to come."""
    rows = {(row[0], row[1]): row for row in figures["district" if district else "line"]}
    people = {(row[0], row[1]): row[3] for row in figures.get("people", [])}
    _line, _value, month, year = rows.get((line.value, district), ("", "", 0, 0))
    target = targets.get((line.value, district))
    gone, length = days_gone(year=when[0], today=when[1]), days_in(when[0])
    return LineFigures(
        target=target,
        verified=year,
        expected=expected_of(target=target, gone=gone, length=length),
        state=state_of(verified=year, target=target, gone=gone, length=length, marks=when[2]),
        monthly=(),
        month=month,
        people=people.get((line.value, district), 0) if "people" in figures else None,
    )


def _ranked(
    known: dict[str, str],
    figures: dict[str, Rows],
    targets: dict[tuple[str, str], int],
    when: tuple[int, date, Marks],
    district: str,
) -> tuple[Placed, ...]:
    """Like the league: by share of the own skills target, then of the other, then by the list's order."""
    found = [
        (key, name, {line: _figures(figures, targets, line, key, when) for line in LINES})
        for key, name in known.items()
    ]
    found.sort(key=lambda row: tuple(-row[2][line].part for line in LINES))
    ranked = (Placed(rank, *row) for rank, row in enumerate(found, start=1))
    return tuple(row for row in ranked if district in ("", row.key))


def report_of(ask: Ask) -> MonthlyReport:
    """What somebody may see of the month. Refused with ReportLocked after a drift, with ExportRefused beyond it."""
    refuse_when_drifted()
    if ask.month is None:
        raise ExportRefused(ExportRefusal.NO_PERIOD)
    return monthly_report(year=ask.year, month=ask.month, district=ask.district, now=ask.now, with_people=True)


def mark_of(report: MonthlyReport) -> str:
    """已月结 YJ-2026-08, or 未月结 · 截至 2026-09-14."""
    if report.close:
        return _("已月结 %(number)s") % {"number": report.number}
    return _("未月结 · 截至 %(day)s") % {"day": report.as_of.isoformat()}


def book(ask: Ask) -> Book:
    """The workbook: values beside formulas that give the same, so that whoever doubts a sum can follow it. That of a
    closed month is official, and therefore in one language."""
    report = report_of(ask)
    if report.close is None:
        return _book(report)
    with translation.override(LANGUAGE):
        return _book(report_of(ask))


def _book(report: MonthlyReport) -> Book:
    definitions: list[Pair] = [
        (
            _("人次"),
            _("一次批准的结业计一次；同一人同一模块、同一职业等级只计一次，按各班批准时规则确定的计数日期归入月份"),
        ),
        (_("人数"), _("不同的人；各区市的人数不能相加")),
        (_("序时应到"), _("年度目标 × 截至当日已过天数 ÷ 全年天数，向下取整")),
        (_("完成率"), _("本年累计 ÷ 年度目标，向下保留一位")),
        (_("状态"), _states(report.marks)),
        (_("核对"), _("合计减已核，用公式算出，应当是 0")),
        (_("账目截至"), report.as_of.isoformat()),
        (_("来源"), _("月结快照，校验值 %(root)s") % {"root": report.close.root} if report.close else mark_of(report)),
    ]
    sheets = [_lines_sheet(report), _districts_sheet(report)]
    if not report.district:
        sheets += [_cut_sheet(cut, words, report) for cut, words in _cut_words().items()]
    title = _("月报-%(place)s-%(year)s-%(month)02d") % {
        "place": report.place, "year": report.year, "month": report.month,
    }  # fmt: skip
    return Book(title, sheets, definitions, mark=mark_of(report), sealed=report.sealed)


def _states(marks: Marks) -> str:
    return _("正常：不低于序时应到的 %(yellow)s%%；偏慢：低于 %(yellow)s%%；滞后：低于 %(red)s%%") % {
        "yellow": marks.yellow, "red": marks.red,
    }  # fmt: skip


def _cut_words() -> dict[str, str]:
    return {"institution": _("机构"), "kind": _("培训类型"), "brand": _("品牌")}


def _head(report: MonthlyReport) -> list[Pair]:
    period = dates.year_month(report.year, report.month)
    return [(_("月份"), period), (_("范围"), report.place), (_("状态"), mark_of(report))]


def _rate(year_cell: str, target_cell: str, figures: DistrictLine) -> Formula | str:
    if not figures.target:
        return ""
    return Formula(f"=INT({year_cell}*1000/{target_cell})/1000", figures.tenths / 1000, percent=True)


def _lines_sheet(report: MonthlyReport) -> Sheet:
    header = [
        _("目标线"), _("年度目标"), _("本月人次"), _("本年累计"), _("完成率"), _("序时应到"), _("比序时多"), _("本年人数"),
        _("状态"),
    ]  # fmt: skip
    head = _head(report)
    rows = []
    for at, (line, own) in enumerate(report.lines.items(), start=len(head) + 2):
        lead = Formula(f"=D{at}-F{at}", own.lead)
        rate = _rate(f"D{at}", f"B{at}", own)
        rows.append(
            [
                str(line.label), own.target or 0, own.month, own.verified, rate, own.expected, lead, own.people or 0,
                state_word(own.state),
            ]
        )  # fmt: skip
    return Sheet(_("月报"), header, rows, head)


def state_word(state: State) -> str:
    return {State.OK: _("正常"), State.SLOW: _("偏慢"), State.LATE: _("滞后"), State.NO_TARGET: _("未设目标")}[state]


# The columns of one line in the table of districts: target, month, year, rate, state.
WIDTH = 5


def _letter(place: int) -> str:
    return chr(ord("A") + place)


def _districts_sheet(report: MonthlyReport) -> Sheet:
    """The league, its sums as formulas, what the ledger says of the whole, and the difference."""
    head = _head(report)
    first = len(head) + 2
    header = [_("名次"), _("区市")] + [
        str(words) % {"line": line.label}
        for line in LINES
        for words in (_("%(line)s目标"), _("%(line)s本月"), _("%(line)s累计"), _("%(line)s完成率"), _("%(line)s状态"))
    ]
    rows: list[list[Any]] = []
    for at, placed in enumerate(report.districts, start=first):
        row: list[Any] = [placed.rank, placed.name]
        for place, line in enumerate(LINES):
            own, column = placed.lines[line], 2 + place * WIDTH
            rate = _rate(f"{_letter(column + 2)}{at}", f"{_letter(column)}{at}", own)
            row += [own.target or 0, own.month, own.verified, rate, state_word(own.state)]
        rows.append(row)
    last = first + len(rows) - 1
    return Sheet(_("区市"), header, [*rows, *_proved(report, first, last)], head)


def _proved(report: MonthlyReport, first: int, last: int) -> list[list[Any]]:
    """合计, 已核 and 核对 under the league; a target is set for the city by itself, so its sum is shown only."""
    total: list[Any] = ["", _("合计")]
    said: list[Any] = ["", _("已核")]
    apart: list[Any] = ["", _("核对")]
    for place, line in enumerate(LINES):
        own, column = report.lines[line], 2 + place * WIDTH
        names = [_letter(column + offset) for offset in range(3)]
        sums = [
            sum(getattr(row.lines[line], what) or 0 for row in report.districts)
            for what in ("target", "month", "verified")
        ]
        values = [own.target or 0, own.month, own.verified]
        total += [
            *(Formula(f"=SUM({name}{first}:{name}{last})", told) for name, told in zip(names, sums, strict=True)),
            "",
            "",
        ]
        said += [*values, "", ""]
        differences = [
            Formula(f"={name}{last + 1}-{name}{last + 2}", told - value)
            for name, told, value in zip(names[1:], sums[1:], values[1:], strict=True)
        ]
        apart += ["", *differences, "", ""]
    return [total, said, apart]


def _cut_sheet(cut: str, words: str, report: MonthlyReport) -> Sheet:
    """One dimension, line after line, each with its sum as a formula, the line's figure and the difference."""
    names = names_of(cut=cut, close=report.close)
    head = _head(report)
    at = len(head) + 2
    rows: list[list[Any]] = []
    own = report.cuts.get(cut, [])
    for line in LINES:
        begun = at
        for _line, value, month, year in (row for row in own if row[0] == line.value):
            rows.append([str(line.label), value, names.get(value) or value or _("没有品牌"), month, year])
            at += 1
        told = [sum(row[place] for row in own if row[0] == line.value) for place in (2, 3)]
        figures = (report.lines[line].month, report.lines[line].verified)
        sums = [
            Formula(f"=SUM({name}{begun}:{name}{at - 1})", value) if at > begun else 0
            for name, value in zip("DE", told, strict=True)
        ]
        apart = [
            Formula(f"={name}{at}-{name}{at + 1}", value - figure)
            for name, value, figure in zip("DE", told, figures, strict=True)
        ]
        rows += [[str(line.label), "", _("合计"), *sums]]
        rows += [[str(line.label), "", _("已核"), *figures]]
        rows += [[str(line.label), "", _("核对"), *apart]]
        at += 3
    return Sheet(words, [_("目标线"), _("代码"), words, _("本月人次"), _("本年累计")], rows, head)
