"""The typeface of the paper: what it can write, how wide a text is, and the part of it that a PDF takes along.

A character that it lacks is never printed as a box: `missing` names it before a number is given.
"""

import io
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

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
    seen = dict.fromkeys("".join(texts))
    return [one for one in seen if ord(one) not in _glyph_names() or unicodedata.category(one) in UNSEEN]


def code_of(character: str) -> str:
    """𠮷 → U+20BB7."""
    return f"U+{ord(character):04X}"


def width(text: str, *, size: float) -> float:
    """Millimetres that a text takes at `size` points."""
    names, advances = _glyph_names(), _advances()
    units = sum(advances[names[ord(one)]][0] for one in text)
    return units * size * MM_PER_POINT / EM


def part(text: str) -> bytes:
    """A TrueType file with the glyphs of `text` and no other, so that every reader finds the text again.

    (The collection's own outlines embed as a keyed font, whose codes not every reader can turn back into characters.)
    """
    from fontTools.fontBuilder import FontBuilder

    names = {ord(one): _glyph_names()[ord(one)] for one in sorted(set(text))}
    order = [".notdef", *dict.fromkeys(names.values())]
    glyphs = {name: _outline(name) for name in order}
    font = FontBuilder(EM, isTTF=True)
    font.setupGlyphOrder(order)
    font.setupCharacterMap(names)
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics({name: (_advances()[name][0], getattr(glyphs[name], "xMin", 0)) for name in order})
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
