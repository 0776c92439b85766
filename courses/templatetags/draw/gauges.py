"""Gauges: how much water stands at the staff.

They have no viewBox: lengths along the gauge are percentages, heights are pixels and type keeps its size, so the labels
do not shrink on a narrow phone. The fill is cut by a nested <svg>, which needs no ids.
"""

from html import escape

from courses.templatetags.draw.waves import number, points, water

WIDEST = 1400  # px of wave drawn; the frame cuts it


def percent(*, value: float, of: float) -> float:
    """Share in percent, between 0 and 100; nothing of nothing is 0."""
    if of <= 0:
        return 0
    return max(0.0, min(100.0, 100 * value / of))


def per_cent(*, value: float, of: float) -> str:
    return f"{percent(value=value, of=of):.2f}".rstrip("0").rstrip(".") + "%"


def divisions(*, target: int) -> int:
    """Labelled parts of a ruler: sixths or quarters where they are round numbers, else halves, else one."""
    for parts in (6, 4, 5, 2):
        if target % parts == 0 and len(str(target // parts).rstrip("0")) <= 2:
            return parts
    return 1


def waterline(*, share: str, tone: str, top: float, body: float, period: float, height: float) -> str:
    """Track and fill of one gauge, both with the same waves, the fill ending in a vertical cut."""
    outline = water(period=period, height=height, width=WIDEST, depth=body)
    box = f'y="{number(top)}" height="{number(body)}"'
    track = f'<svg {box} width="100%"><path class="track" d="{outline}"/></svg>'
    return f'{track}<svg {box} width="{share}"><path class="fill-{tone}" d="{outline}"/></svg>'


def ruler(*, target: int, top: float) -> str:
    """Ticks of 6 and 12 px, a label at each part; `minor` and `mid` labels make room on narrow screens, large type."""
    parts = divisions(target=target)
    small = 5 if parts > 1 else 10
    drawn = []
    for tick in range(parts * small + 1):
        at = per_cent(value=tick, of=parts * small)
        major = tick % small == 0
        drawn.append(
            f'<line class="tick" x1="{at}" x2="{at}" y1="{number(top)}" y2="{number(top + (12 if major else 6))}"/>'
        )
    for part in range(parts + 1):
        ends = part in {0, parts}
        kind = "" if ends else ' class="mid"' if part % 2 == 0 else ' class="minor"'
        anchor = "start" if part == 0 else "end" if part == parts else "middle"
        place = f'x="{per_cent(value=part, of=parts)}" y="{number(top + 14)}" dy="1em" text-anchor="{anchor}"'
        drawn.append(f"<text{kind} {place}>{target * part // parts:,}</text>")
    return "".join(drawn)


def staff(*, share: float, label: str, top: float, bottom: float) -> str:
    """The staff of today with its pennant; flag and words turn to the side where there is room."""
    left = share > 45
    shape = f'<path class="pennant" d="M0 {number(top)}l{points(-12 if left else 12, 6)}L{points(0, top + 12)}Z"/>'
    side, anchor = (-19, "end") if left else (19, "start")
    words = f'<text x="{side}" y="{number(top + 12)}" text-anchor="{anchor}">{escape(label)}</text>'
    pole = f'<path class="pole" d="M0 {number(top)}V{number(bottom)}"/>'
    return f'<svg class="staff" x="{share:.2f}%" overflow="visible">{pole}{shape}{words if label else ""}</svg>'


def gauge_large(*, value: int, target: int, expected: int | None, expected_label: str, tone: str, summary: str) -> str:
    """Tide gauge: body 44 + wave 10, ruler under it, staff where the pace line stands today. Counts in 人次."""
    share = per_cent(value=value, of=target)
    body = waterline(share=share, tone=tone, top=40, body=54, period=36, height=10)
    pole = (
        ""
        if expected is None
        else staff(share=percent(value=expected, of=target), label=expected_label, top=6, bottom=94)
    )
    frame = f'<svg class="gauge gauge-l" width="100%" role="img" aria-label="{escape(summary)}">'
    return f"{frame}{body}{ruler(target=target, top=94)}{pole}</svg>"


def gauge_medium(*, value: float, total: float, mark: float | None, mark_label: str, tone: str, summary: str) -> str:
    """A learner's hours: body 22 + wave 7 and one ink mark, labels 0, the mark and the whole under it."""
    share = per_cent(value=value, of=total)
    body = waterline(share=share, tone=tone, top=4, body=29, period=35, height=7)
    labels = ['<text x="0" y="40" dy="1em">0</text>']
    if mark is not None:
        at = percent(value=mark, of=total)
        place = per_cent(value=mark, of=total)
        labels.append(f'<line class="pole" x1="{place}" x2="{place}" y1="0" y2="37"/>')
        anchor, x = ("end", "100%") if at > 86 else ("middle", place)
        labels.append(f'<text class="mark" x="{x}" y="40" dy="1em" text-anchor="{anchor}">{escape(mark_label)}</text>')
    if mark is None or percent(value=mark, of=total) <= 86:
        whole = f"{total:.1f}".removesuffix(".0")
        labels.append(f'<text class="minor" x="100%" y="40" dy="1em" text-anchor="end">{whole}</text>')
    frame = f'<svg class="gauge gauge-m" width="100%" role="img" aria-label="{escape(summary)}">'
    return f"{frame}{body}{''.join(labels)}</svg>"


def gauge_wall(*, value: int, total: int, summary: str) -> str:
    """How full the room is, for the projector: body 26 + wave 10, no labels; the drawing scales with the wall."""
    outline = water(period=44.2, height=10, width=442, depth=36)
    track = f'<path class="track" d="{outline}"/>'
    fill = f'<svg width="{per_cent(value=value, of=total)}" height="36"><path class="fill-foam" d="{outline}"/></svg>'
    return f'<svg class="gauge-wall" viewBox="0 0 442 36" role="img" aria-label="{escape(summary)}">{track}{fill}</svg>'


def bar_small(*, value: float, target: float, expected: float | None, tone: str) -> str:
    """Flat bar for table rows, 10 px, with an ink tick where the pace stands; waves would be noise here."""
    tick = ""
    if expected is not None:
        at = per_cent(value=expected, of=target)
        tick = f'<line class="pole" x1="{at}" x2="{at}" y1="0" y2="18"/>'
    track = '<rect class="track" y="4" width="100%" height="10"/>'
    fill = f'<rect class="fill-{tone}" y="4" width="{per_cent(value=value, of=target)}" height="10"/>'
    return f'<svg class="bar" width="100%" height="18" aria-hidden="true">{track}{fill}{tick}</svg>'


def sparkline(*, values: list[float]) -> str:
    """The last weeks as one line, ending in a dot; heights are relative to the row's own range."""
    if not values:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = 84 / max(1, len(values) - 1)
    places = [(3 + step * index, 21 - 16 * (value - low) / span) for index, value in enumerate(values)]
    line = "L".join(points(x, y) for x, y in places)
    x, y = places[-1]
    dot = f'<circle cx="{number(x)}" cy="{number(y)}" r="3.5"/>'
    frame = '<svg class="spark" viewBox="0 0 92 26" width="92" height="26" aria-hidden="true">'
    return f'{frame}<path d="M{line}"/>{dot}</svg>'
