"""The typeface of the paper: what it can write, how wide a text is, and the part of it that a PDF takes along.

A character that it lacks is never printed as a box: `missing` names it before a number is given. Single characters that
people supplied (`supplying`) are written as though they were its own.
"""

import io
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import noto_cjk_sans_otc

FONT = Path(noto_cjk_sans_otc.__file__).with_name("NotoSansCJK-Regular.ttc")
# The face of the collection with the letter forms of the mainland.
FACE = 2
EM = 1000
MM_PER_POINT = 25.4 / 72
# In seconds since 1904, as typefaces count.
A_DAY = 3_600_000_000
# They would be dropped on the way to the paper, which would then say another name.
UNSEEN = {"Cc", "Cf", "Co", "Cn", "Cs", "Mn", "Me"}


class Supplied(NamedTuple):
    """A character from elsewhere: its width and the strokes of a pen, in thousandths of its height."""

    advance: int
    outline: list[Any]


_supplied: dict[str, Supplied] = {}


def use(glyphs: Mapping[str, Supplied]) -> None:
    """The characters that people supplied and confirmed, all of them. Other threads draw meanwhile: none that stays is
    away for a moment."""
    _supplied.update(glyphs)
    for gone in _supplied.keys() - glyphs.keys():
        del _supplied[gone]


def beyond(texts: Iterable[str]) -> list[str]:
    """The characters that the typeface itself cannot write, each once, in the order met."""
    seen = dict.fromkeys("".join(texts))
    return [one for one in seen if ord(one) not in _glyph_names() or unicodedata.category(one) in UNSEEN]


@lru_cache(maxsize=1)
def _face() -> Any:
    from fontTools.ttLib import TTFont

    return TTFont(FONT, fontNumber=FACE, lazy=True)


@lru_cache(maxsize=1)
def _glyph_names() -> dict[int, str]:
    names: dict[int, str] = _face().getBestCmap()
    return names


@lru_cache(maxsize=1)
def _advances() -> dict[str, tuple[int, int]]:
    advances: dict[str, tuple[int, int]] = _face()["hmtx"].metrics
    return advances


def missing(texts: Iterable[str]) -> list[str]:
    """The characters that cannot be written, each once, in the order met."""
    return [one for one in beyond(texts) if one not in _supplied]


def code_of(character: str) -> str:
    """𠮷 → U+20BB7."""
    return f"U+{ord(character):04X}"


def width(text: str, *, size: float) -> float:
    """Millimetres that a text takes at `size` points."""
    return sum(_advance(one) for one in text) * size * MM_PER_POINT / EM


def _advance(one: str) -> int:
    if one in _supplied:
        return _supplied[one].advance
    return _advances()[_glyph_names()[ord(one)]][0]


def path(text: str, *, x: float, y: float, size: float) -> str:
    """The strokes of a text in millimetres on the sheet, for a page whose reader may lack a character of it."""
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.pens.transformPen import TransformPen

    pen, scale = SVGPathPen(None, ntos=lambda number: f"{number:.3f}"), size * MM_PER_POINT / EM
    for one in text:
        _draw(one, TransformPen(pen, (scale, 0, 0, -scale, x, y)))
        x += _advance(one) * scale
    return str(pen.getCommands())


def strokes(glyph: Supplied, *, size: float) -> str:
    """One character alone, standing on the line at a fifth of the height of a square, as the path of a page."""
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.pens.transformPen import TransformPen

    pen, scale = SVGPathPen(None, ntos=lambda number: f"{number:.2f}"), size / EM
    _replay(glyph, TransformPen(pen, (scale, 0, 0, -scale, 0, size * 0.85)))
    return str(pen.getCommands())


def is_supplied(text: str) -> bool:
    return any(one in _supplied for one in text)


def _draw(one: str, pen: Any) -> None:
    if one not in _supplied:
        _glyph_set()[_glyph_names()[ord(one)]].draw(pen)
        return
    _replay(_supplied[one], pen)


def _replay(glyph: Supplied, pen: Any) -> None:
    for operation, points in glyph.outline:
        getattr(pen, operation)(*(tuple(point) for point in points))


def part(text: str) -> bytes:
    """A TrueType file with the glyphs of `text` and no other, so that every reader finds the text again.

    (The collection's own outlines embed as a keyed font, whose codes not every reader can turn back into characters.)
    """
    from fontTools.fontBuilder import FontBuilder

    own = {ord(one): _name(one) for one in sorted(set(text))}
    first: dict[str, str] = {}
    for point, name in own.items():
        first.setdefault(name, chr(point))
    glyphs = {".notdef": _outline(".notdef")} | {name: _written(one) for name, one in first.items()}
    widths = {".notdef": _advances()[".notdef"][0]} | {name: _advance(one) for name, one in first.items()}
    order = list(glyphs)
    font = FontBuilder(EM, isTTF=True)
    font.setupGlyphOrder(order)
    font.setupCharacterMap(own)
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics({name: (widths[name], getattr(glyphs[name], "xMin", 0)) for name in order})
    font.setupHorizontalHeader(ascent=1160, descent=-320)
    style = {"familyName": "Noto Sans CJK SC", "styleName": "Regular", "psName": "NotoSansCJKsc-Regular"}
    font.setupNameTable(style)
    font.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=1160, usWinDescent=320, sCapHeight=733)
    font.setupPost()
    # A file tells when it was made; the same certificate is the same file on every day.
    font.font["head"].created = font.font["head"].modified = A_DAY
    font.font.recalcTimestamp = False
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def _name(one: str) -> str:
    return f"supplied{ord(one):X}" if one in _supplied else _glyph_names()[ord(one)]


def _written(one: str) -> Any:
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    if one not in _supplied:
        return _outline(_glyph_names()[ord(one)])
    pen = TTGlyphPen(None)
    _draw(one, Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
    return pen.glyph()


@lru_cache(maxsize=4096)
def _outline(name: str) -> Any:
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    _glyph_set()[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
    return pen.glyph()


@lru_cache(maxsize=1)
def _glyph_set() -> Any:
    return _face().getGlyphSet()
