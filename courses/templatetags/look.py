"""Marks of the look for templates: stylesheets, icons, motifs, lighthouse, water, seats, status marks."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from courses.templatetags.draw import waves

register = template.Library()

IMAGES = Path(__file__).resolve().parents[2] / "static" / "img"
OUTER = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
# The colours of the drawn files and the theme's name for each, so that a motif inside a page follows the theme.
THEMED = {
    "#06364C": "var(--m-deep)",
    "#0B4F6C": "var(--m-bohai)",
    "#1B7A8C": "var(--m-tide)",
    "#8A1538": "var(--m-wine)",
    "#F4F1EA": "var(--m-paper)",
}


@lru_cache(maxsize=256)
def drawing(name: str) -> str:
    """What stands inside the <svg> of static/img/<name>.svg. An unknown name is a FileNotFoundError."""
    found = OUTER.search((IMAGES / f"{name}.svg").read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{name}.svg holds no drawing")
    return found.group(1).strip()


def themed(name: str) -> str:
    inner = drawing(name)
    for colour, variable in THEMED.items():
        inner = inner.replace(colour, variable)
    return inner


@register.simple_tag
@lru_cache(maxsize=256)
def stylesheets(*names: str) -> SafeString:
    """`{% stylesheets "table" "pages/enrolment" %}`: one link each; a bare name is a component."""
    paths = (static(f"css/{name if '/' in name else f'components/{name}'}.css") for name in names)
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((path,) for path in paths))


@register.simple_tag
@lru_cache(maxsize=256)
def scripts(*names: str) -> SafeString:
    """`{% scripts "double-submit" %}`: deferred files from static/js."""
    return format_html_join("\n", '<script src="{}" defer></script>', ((static(f"js/{name}.js"),) for name in names))


def framed(classes: str, *, box: str, width: int, height: int, inner: str) -> SafeString:
    """One of our own drawings in its <svg>, hidden from screen readers: a word always stands beside it."""
    return format_html(
        '<svg class="{}" viewBox="{}" width="{}" height="{}" aria-hidden="true">{}</svg>',
        classes,
        box,
        width,
        height,
        mark_safe(inner),  # noqa: S308
    )


@register.simple_tag
def icon(name: str, size: int = 24, extra: str = "") -> SafeString:
    """A 24-grid icon in the colour of the text, always beside a word."""
    inner = drawing(f"icons/{name}")
    return framed(f"ic {extra}".strip(), box="0 0 24 24", width=size, height=size, inner=inner)


@register.simple_tag
def mark(size: int = 44, lit: bool = True, plain: bool = False) -> SafeString:
    """The mark in the colour of the text; `lit=False` greys the beam (no network), `plain` uses one colour."""
    inner = drawing("mark").replace("#06364C", "currentColor")
    beam = "currentColor" if plain else "var(--lamp)" if lit else "#8795A0"
    inner = inner.replace("#F2B233", beam)
    return framed("mark", box="0 0 44 44", width=size, height=size, inner=inner)


@register.simple_tag
def motif(name: str, on: str = "", water: bool = True, depth: int = 0) -> SafeString:
    """One of wok, rig, hull, chip, sprout, screen. `on="sea"` for deep grounds, `water=False` leaves the sea out,
    `depth` lowers it."""
    inner = themed(f"motifs/{name}")
    if not water:
        inner = inner[: inner.rindex("</g><path") + 4] if "</g><path" in inner else inner
    if depth:
        inner = f'<g transform="translate(0 {depth})">{inner}</g>'
    classes = f"motif on-{on}" if on else "motif"
    return framed(classes, box="0 0 240 170", width=240, height=170, inner=inner)


@register.simple_tag
def roll_picture(name: str, size: int = 100) -> SafeString:
    """A picture of the roll-call, on light ground in every theme; its word stands beside it."""
    return framed("roll-picture", box="0 0 100 100", width=size, height=size, inner=drawing(f"rollcall/{name}"))


@register.simple_tag
def lighthouse(height: int = 276, lit: bool = True, on: str = "sea") -> SafeString:
    """The lighthouse, `on="sea"` in shell white, `on="paper"` in deep; `lit=False` leaves the lamp an outline."""
    inner = drawing("lighthouse")
    if on == "paper":
        inner = inner.replace("#F4F1EA", "var(--m-deep)").replace("#0B4F6C", "var(--shell)")
    if not lit:
        inner = inner.replace('fill="#F2B233"', 'fill="none"')
    width = round(int(height) * 80 / 276)
    return framed("lighthouse", box="-40 -270 80 276", width=width, height=height, inner=inner)


@register.simple_tag
def lighthouse_inner() -> SafeString:
    """The shapes of the lighthouse on paper, to stand inside a picture's own <svg>."""
    inner = drawing("lighthouse").replace("#F4F1EA", "var(--m-deep)").replace("#0B4F6C", "var(--shell)")
    return mark_safe(inner)  # noqa: S308


@register.simple_tag
def empty_sea() -> SafeString:
    """The water at the foot of the picture of an empty list."""
    body = waves.water(period=45, height=9, width=180, depth=120, x=-10, y=92)
    foam = waves.crests(period=45, height=6, width=180, x=-30, y=106)
    return mark_safe(f'<path class="sea" d="{body}"/><path class="foam" d="{foam}"/>')  # noqa: S308


@register.simple_tag
def seal(size: int = 120) -> SafeString:
    """The wine seal of the service. It is no official stamp and carries no characters."""
    return framed("seal", box="0 0 120 120", width=size, height=size, inner=drawing("seal"))


@register.simple_tag
def water(name: str) -> SafeString:
    """A strip of sea by name: hero, hero-phone, band, next, head, foot, go, wait, stop, wall, sheet."""
    return mark_safe(waves.sea_svg(name=name))  # noqa: S308


# Shape beside the word, so that colour is never needed: the shapes stay apart in black print.
SHAPES = {
    "dot": '<circle cx="8" cy="8" r="6.5"/>',
    "tick": '<path class="line" d="M1.5 8.5l4.5 4.5L14.5 3"/>',
    "triangle": '<path d="M8 1L15.5 14.5H.5Z"/>',
    "square": '<path d="M1.5 1.5H14.5V14.5H1.5Z"/>',
    "ring": '<circle class="line" cx="8" cy="8" r="5.5"/>',
    "cross": '<path class="line" d="M2.5 2.5l11 11M13.5 2.5l-11 11"/>',
    "half": '<circle class="line" cx="8" cy="8" r="6"/><path d="M8 2a6 6 0 0 0 0 12z"/>',
}
STATUSES = {
    "ok": "dot",
    "done": "tick",
    "slow": "triangle",
    "wait": "triangle",
    "late": "square",
    "none": "ring",
    "no": "cross",
    "half": "half",
}


@register.simple_tag
def status(kind: str, word: Any = "") -> SafeString:
    """Shape and word: ok ●, done ✓, slow or wait ▲, late ■, none ○, no ✕, half ◐."""
    return _status(kind, conditional_escape(word))


@lru_cache(maxsize=256)
def _status(kind: str, word: SafeString) -> SafeString:
    """Lists have one a row, in a dozen kinds."""
    shape = mark_safe(SHAPES[STATUSES[kind]])  # noqa: S308
    sign = format_html('<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">{}</svg>', shape)
    return format_html('<span class="st st-{}">{}{}</span>', kind, sign, word)


@register.simple_tag
def seats(taken: int, total: int, limit: int = 60) -> SafeString:
    """Seats one by one, filled = taken, open = free; above `limit` each mark stands for several. Words say it too."""
    share = -(-int(total) // int(limit)) if total else 1
    marks = -(-int(total) // share)
    filled = min(marks, -(-int(taken) // share)) if taken < total else marks
    free = total - taken
    tone = "full" if free <= 0 else "few" if free <= max(2, total // 10) else "free"
    body = mark_safe("<i></i>" * filled + '<i class="f"></i>' * (marks - filled))  # noqa: S308
    return format_html('<span class="seats seats-{}" aria-hidden="true">{}</span>', tone, body)


@register.filter
def section(path: str) -> str:
    """/courses/syb/ → courses: what decides which link of the navigation is the current one."""
    return path.lstrip("/").partition("/")[0]


@register.simple_tag(takes_context=True)
def nav_link(context: template.Context, url: str, label: Any, classes: str = "", exact: bool = False) -> SafeString:
    """A list item with its link, marked as the current page where the address lies under it (`exact`: only on it)."""
    request = context.get("request")
    path = getattr(request, "path", "")
    current = path == url if exact else path.startswith(url)
    here = mark_safe(' aria-current="page"') if current else ""
    look = format_html(' class="{}"', classes) if classes else ""
    return format_html('<li><a href="{}"{}{}>{}</a></li>', url, look, here, label)
