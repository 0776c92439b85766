"""The figures of `tally.for_year` laid out for a page: measures with sentence and curve, league, soundings."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import dates
from courses.exports.monthly import state_word
from courses.models import Line
from courses.tally import DistrictRow, LineTally, State, YearTally
from courses.web.desk.entries import entries_url

TONES = {Line.SKILLS: "tide", Line.ENTREPRENEURSHIP: "bohai"}


@dataclass(frozen=True)
class Measure:
    """One target: its figures, where its rows lie, and the points of its curve."""

    label: str
    tone: str
    tally: LineTally
    url: str
    staff: str
    sentences: list[str]
    state: str
    lead_words: str
    compared: str
    this_year: list[tuple[date, int]]
    last_year: list[tuple[date, int]]
    today: date | None
    forecast: tuple[int, int, int] | None
    share: str


@dataclass(frozen=True)
class Cell:
    """One line of one district in the league."""

    verified: int
    target: int | None
    expected: int
    percent: str
    state: str
    word: str
    tone: str
    url: str


def breakdown_url(**filters: object) -> str:
    """The address of a breakdown."""
    return _list_url("tally_breakdown", **filters)


@dataclass(frozen=True)
class LeagueRow:
    rank: int
    name: str
    url: str
    cells: list[Cell]
    pending: int
    rejected: int
    steps_url: str
    proof: str
    proof_url: str
    weekly: tuple[int, ...]


def tenths(thousandths: int) -> str:
    """738 → 73.8%"""
    return f"{thousandths // 10}.{thousandths % 10}%"


@dataclass(frozen=True)
class StageRow:
    """The figures of now of one line, each with the list behind it; `label` names the kinds beside the targets."""

    label: str
    cells: list[tuple[str, int, str]]


STAGES: tuple[tuple[str, str | Promise, str, str], ...] = (
    ("pending", gettext_lazy("待核，区市未批准"), "desk_completions", "pending"),
    ("in_training", gettext_lazy("在训，班已开"), "desk_classes", "in_training"),
    ("enrolled", gettext_lazy("已报名，班未开"), "desk_classes", "enrolling"),
    ("certified", gettext_lazy("已发证，证书有效"), "desk_completions", "certified"),
)


def stage_rows(*, tally: YearTally, district: str) -> list[StageRow]:
    """By line; kinds beside the targets only where there is anything of them. None of a past day."""
    kept = {"year": tally.year, "district": district}
    found = []
    for line, stage in tally.stages.items():
        cells = [
            (str(words), getattr(stage, name), _list_url(view, status=status, line=line.value, **kept))
            for name, words, view, status in STAGES
        ]
        if line != Line.OWN or any(count for _words, count, _url in cells):
            label = _("单列，不计入目标") if line == Line.OWN else str(line.label)
            found.append(StageRow(label, cells))
    return found


def _list_url(view: str, **filters: object) -> str:
    return f"{reverse(view)}?{urlencode({key: value for key, value in filters.items() if value not in (None, '')})}"


def measures(*, tally: YearTally, district: str, as_of: date | None) -> list[Measure]:
    return [_measure(tally, line, district, as_of) for line in tally.lines]


def _measure(tally: YearTally, line: Line, district: str, as_of: date | None) -> Measure:
    row = tally.lines[line]
    running = tally.as_of.year == tally.year
    over = tally.as_of.year > tally.year
    pace = row.pace
    return Measure(
        label=str(line.label),
        tone=TONES[line],
        tally=row,
        url=entries_url(year=tally.year, line=line.value, district=district, as_of=as_of),
        staff=_("今日序时 %(count)s") % {"count": f"{row.expected_today:,}"} if running and row.expected_today else "",
        sentences=_sentences(row, running=running),
        state=row.state.value,
        lead_words=_lead(row),
        compared=_compared(row),
        this_year=points(tally.year, row.monthly, None if over else tally.as_of),
        last_year=points(tally.year - 1, row.last_year, None) if any(row.last_year) else [],
        today=tally.as_of if running else None,
        forecast=(pace.low, pace.year_end, pace.high) if pace and running and row.verified else None,
        share=tenths(tally.share),
    )


def _lead(row: LineTally) -> str:
    if row.target is None or row.pace is None:
        return _("未设目标")
    if row.verified >= row.target:
        return _("已完成目标")
    if row.lead == 0:
        return _("与进度持平")
    if row.lead > 0:
        return _("快于进度")
    # The word says what the colour does: behind the line, and not yet so far that the policy calls it slow.
    return _("接近进度") if row.state == State.OK else _("慢于进度")


def _compared(row: LineTally) -> str:
    """Against what was verified by the same day of last year; nothing where nothing was by then."""
    if row.then <= 0:
        return ""
    more = row.verified - row.then
    words = (
        _("去年同日已核 %(then)s，今年多 %(count)s 人次。")
        if more >= 0
        else _("去年同日已核 %(then)s，今年少 %(count)s 人次。")
    )
    return words % {"then": f"{row.then:,}", "count": f"{abs(more):,}"}


def _sentences(row: LineTally, *, running: bool) -> list[str]:
    """What the number means, in the pattern of the look: distance, then where this year's speed leads."""
    pace = row.pace
    if pace is None or row.target is None:
        return []
    if row.verified >= row.target:
        return [_("超出 %(count)s 人次。") % {"count": f"{row.verified - row.target:,}"}]
    lead = row.lead
    distance = _("多 %(count)s 人次。") if lead > 0 else _("少 %(count)s 人次。")
    said = [distance % {"count": f"{abs(lead):,}"}] if lead else []
    if running and pace.reached_on:
        said.append(_("按今年平均速度，%(day)s达到目标。") % {"day": dates.day(pace.reached_on)})
    elif running and pace.gap:
        values = {"gap": f"{pace.gap:,}", "more": f"{pace.per_week:,}"}
        said.append(_("按今年平均速度，年底缺口 %(gap)s；此后每周需比现在多 %(more)s 人次。") % values)
    return said


def points(year: int, monthly: tuple[int, ...], until: date | None) -> list[tuple[date, int]]:
    """Cumulative 人次 at each month's end, and at `until` for the month that runs."""
    points: list[tuple[date, int]] = []
    total = 0
    for month, told in enumerate(monthly, start=1):
        if until is not None and (year, month) > (until.year, until.month):
            break
        total += told
        end = date(year, month, monthrange(year, month)[1])
        points.append((min(end, until) if until is not None else end, total))
    return points


def league(*, tally: YearTally, as_of: date | None) -> list[LeagueRow]:
    return [
        LeagueRow(
            rank=row.rank,
            name=row.district.label,
            url=entries_url(year=tally.year, district=row.district.key, as_of=as_of),
            cells=[_cell(tally, row, line, as_of) for line in row.lines],
            pending=row.pending,
            rejected=row.rejected,
            steps_url=f"{reverse('desk_completions')}?year={tally.year}&district={row.district.key}",
            proof=tenths(row.proofs.tenths) if row.proofs.tenths is not None else "–",
            proof_url=breakdown_url(year=tally.year, by="proof", district=row.district.key, as_of=as_of),
            weekly=row.weekly,
        )
        for row in tally.districts
    ]


def _cell(tally: YearTally, row: DistrictRow, line: Line, as_of: date | None) -> Cell:
    own = row.lines[line]
    return Cell(
        verified=own.verified,
        target=own.target,
        expected=own.expected,
        percent=tenths(own.tenths) if own.target else "–",
        state=own.state.value,
        word=state_word(own.state),
        tone="wine" if own.state == State.LATE else TONES[line],
        url=entries_url(year=tally.year, line=line.value, district=row.district.key, as_of=as_of),
    )


def steps_url(*, tally: YearTally, district: str, status: str) -> str:
    """The list behind 待核 or 退回 of the whole scope."""
    return _list_url("desk_completions", status=status, year=tally.year, district=district)


def totals(*, tally: YearTally, district: str, as_of: date | None) -> list[Cell]:
    """The last row of the league: the whole scope."""
    return [
        Cell(
            verified=row.verified,
            target=row.target,
            expected=row.expected_today or 0,
            percent=tenths(row.verified * 1000 // row.target) if row.target else "–",
            state=row.state.value,
            word=state_word(row.state),
            tone="wine" if row.state == State.LATE else TONES[line],
            url=entries_url(year=tally.year, line=line.value, district=district, as_of=as_of),
        )
        for line, row in tally.lines.items()
    ]


def soundings(*, tally: YearTally, line: Line, as_of: date | None) -> list[dict[str, Any]]:
    """Each district's months in percent of its own yearly target; None for a month to come or without a target."""
    last = 12 if tally.as_of.year > tally.year else tally.as_of.month if tally.as_of.year == tally.year else 0
    rows = []
    for row in tally.districts:
        own = row.lines[line]
        if not own.target:
            continue
        values = [
            _percent(told, own.target) if month <= last else None for month, told in enumerate(own.monthly, start=1)
        ]
        of_month = [
            entries_url(year=tally.year, line=line.value, district=row.district.key, month=month, as_of=as_of)
            for month in range(1, 13)
        ]
        total = _percent(own.verified, own.target)
        url = entries_url(year=tally.year, line=line.value, district=row.district.key, as_of=as_of)
        rows.append({"name": row.district.label, "url": url, "values": values, "urls": of_month, "total": total})
    return rows


def _percent(told: int, target: int) -> Decimal:
    return (Decimal(told * 100) / target).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
