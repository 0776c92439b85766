"""Gauges, curves, tables of depth and the learner's path. Arguments are plain numbers, dates and dicts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from courses.templatetags.draw import gauges, pace, path

register = template.Library()

DEPTHS = (4.0, 7.0, 9.5, 12.0)


@register.simple_tag
def gauge_large(
    value: int, target: int, expected: int | None = None, expected_label: str = "", tone: str = "tide"
) -> SafeString:
    """Tide gauge of a yearly target in 人次, with the staff at `expected` (what the straight pace asks today)."""
    label = expected_label
    if expected is not None and not label:
        label = _("今日序时 %(count)s") % {"count": f"{expected:,}"}
    summary = _("已核 %(value)s，目标 %(target)s") % {"value": f"{value:,}", "target": f"{target:,}"}
    summary = f"{summary}，{label}" if label else summary
    drawn = gauges.gauge_large(
        value=value, target=target, expected=expected, expected_label=label, tone=tone, summary=summary
    )
    return mark_safe(drawn)  # noqa: S308


@register.simple_tag
def gauge_medium(
    value: float, total: float, mark: float | None = None, mark_label: str = "", unit: str = "", tone: str = "tide"
) -> SafeString:
    """Hours of a learner out of `total`, with the mark that completes (`mark_label`: 「32 合格」)."""
    summary = _("%(value)s，共 %(total)s%(unit)s") % {"value": f"{value:g}", "total": f"{total:g}", "unit": unit}
    summary = f"{summary}，{mark_label}" if mark_label else summary
    drawn = gauges.gauge_medium(value=value, total=total, mark=mark, mark_label=mark_label, tone=tone, summary=summary)
    return mark_safe(drawn)  # noqa: S308


@register.simple_tag
def gauge_wall(value: int, total: int) -> SafeString:
    """How many of `total` people, for the projector."""
    summary = _("%(value)s，共 %(total)s%(unit)s") % {"value": value, "total": total, "unit": ""}
    return mark_safe(gauges.gauge_wall(value=value, total=total, summary=summary))  # noqa: S308


@register.simple_tag
def bar_small(value: float, target: float, expected: float | None = None, tone: str = "tide") -> SafeString:
    """Flat bar of a table row; the figures stand in the row, so the drawing is silent."""
    drawn = gauges.bar_small(value=value, target=target, expected=expected, tone=tone)
    return mark_safe(drawn)  # noqa: S308


@register.simple_tag
def sparkline(values: Iterable[float]) -> SafeString:
    return mark_safe(gauges.sparkline(values=list(values)))  # noqa: S308


@register.inclusion_tag("components/pace_chart.html")
def pace_chart(
    *,
    year: int,
    target: int,
    this_year: Sequence[tuple[date, int]],
    today: date | None = None,
    last_year: Sequence[tuple[date, int]] = (),
    forecast: tuple[int, int, int] | None = None,
    tone: str = "tide",
    caption: str = "",
) -> dict[str, Any]:
    """Cumulative 人次 against the straight pace, with legend and table twin; `forecast` is (low, middle, high)."""
    measure = pace.Pace(year, target, today, this_year, last_year, forecast)
    summary = _("%(caption)s进度图，下方有同样内容的表格") % {"caption": caption}
    return {
        "plot": mark_safe(pace.plot(pace=measure, tone=tone, summary=summary, today_label=_("今天"))),  # noqa: S308
        "axis": mark_safe(pace.axis(pace=measure)),  # noqa: S308
        "year_end": mark_safe(pace.year_end(pace=measure, label=_("年底"))),  # noqa: S308
        "rows": pace.month_rows(pace=measure),
        "tone": tone,
        "caption": caption,
        "has_last_year": bool(last_year),
        "forecast": forecast,
    }


def depth(value: float | None, steps: Sequence[float]) -> str:
    """The class of a cell: heat-1 (shallow) to heat-5, empty for a month to come."""
    return "" if value is None else f"heat-{1 + sum(value >= step for step in steps)}"


@register.inclusion_tag("components/heat_table.html")
def heat_table(
    rows: Iterable[Mapping[str, Any]],
    columns: Iterable[str],
    caption: str,
    steps: Sequence[float] = DEPTHS,
    total_label: str = "",
    first_label: str = "",
) -> dict[str, Any]:
    """Soundings: the value printed in each cell, five steps of bohai.

    A row is {name, url?, values: [number or None], urls?: one for each value, total?}.
    """
    shaded = [
        {
            **row,
            "cells": [
                (value, depth(value, steps), url)
                for value, url in zip(row["values"], row.get("urls", repeat("")), strict=False)
            ],
        }
        for row in rows
    ]
    return {
        "rows": shaded,
        "columns": list(columns),
        "caption": caption,
        "total_label": total_label,
        "first_label": first_label,
    }


@register.inclusion_tag("components/learner_path.html")
def learner_path(beads: Iterable[Mapping[str, Any]], hour: int) -> dict[str, Any]:
    """Lessons as beads: {state, title, number?, when?, minutes?, status?, word?, url?, action?}; `hour`: minutes of 学时.

    States: done, absent, next, coming, exam, certificate, certified.
    The line into the next row is solid where the lesson is over, dotted where it is to come.
    """
    listed = list(beads)
    drawn = []
    for place, item in enumerate(listed):
        last = place == len(listed) - 1
        line = "" if last else path.segment(passed=item["state"] in path.PASSED)
        shape = path.bead(state=item["state"])
        drawn.append({**item, "segment": mark_safe(line), "bead": mark_safe(shape)})  # noqa: S308
    return {"beads": drawn, "hour": hour}
