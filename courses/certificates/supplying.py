"""补字: a character that the typeface lacks is drawn from a font file that one of the city hands in and another confirms.

Only its outline is kept; the file itself is read and let go.
"""

import hashlib
import io
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses.certificates import typeface
from courses.models import SuppliedGlyph, User
from courses.people.numbers import fresh
from courses.refusals import Refused

Status = SuppliedGlyph.Status
FILE_BYTES = 8 * 1024 * 1024
# A character of sixty strokes has some hundred.
OPERATIONS, POINTS = 2000, 4000
# Neither drawn nor kept apart from their neighbours: no font makes a character of a name of them.
NEVER = {"Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"}


class SupplyRefusal(StrEnum):
    ONE_CHARACTER = "one_character"
    IS_THERE = "is_there"
    TOO_BIG = "too_big"
    NO_FONT = "no_font"
    NOT_IN_IT = "not_in_it"
    ALREADY = "already"
    SAME_PERSON = "same_person"
    DECIDED = "decided"


class SupplyRefused(Refused):
    sentences = {
        SupplyRefusal.ONE_CHARACTER: _("请只填一个要补的字，未保存。"),
        SupplyRefusal.IS_THERE: _("字库里已经有「%(character)s」，不用补，未保存。可以直接发证。"),
        SupplyRefusal.TOO_BIG: _("字体文件超过 %(most)s MB，未保存。请换一个只含少量字的字体文件。"),
        SupplyRefusal.NO_FONT: _("这个文件不是可用的 TTF 或 OTF 字体，未保存。请换一个文件。"),
        SupplyRefusal.NOT_IN_IT: _("这个字体里没有「%(character)s」（%(point)s），未保存。请换一个文件。"),
        SupplyRefusal.ALREADY: _("「%(character)s」已经有人提交，等他人确认，未重复保存。"),
        SupplyRefusal.SAME_PERSON: _("补字须由另一人核对字形后确认，未改动。请交他人办理。"),
        SupplyRefusal.DECIDED: _("这个字已经办结，未改动。请刷新后再看。"),
    }


class Drawn(NamedTuple):
    """One character as a font draws it, in thousandths of its height."""

    advance: int
    outline: list[Any]
    source: str


def supply(*, by: User, character: str, content: bytes, now: datetime) -> SuppliedGlyph:
    """Hand in the drawing of one character. No certificate uses it before somebody else has confirmed it.

    Refused with SupplyRefused: not one character, one that the typeface has, a file that is too big, no font or without
    this character, one that waits already.
    """
    one = character.strip()
    if len(one) != 1 or unicodedata.category(one) in NEVER:
        raise SupplyRefused(SupplyRefusal.ONE_CHARACTER)
    load_for([one])
    if not typeface.missing([one]):
        raise SupplyRefused(SupplyRefusal.IS_THERE, character=one)
    drawn = read(content=content, character=one)
    try:
        with transaction.atomic():
            made = SuppliedGlyph.objects.create(
                number=fresh(prefix="ZK"), character=one, advance=drawn.advance, outline=drawn.outline,
                source=drawn.source, file_hash=hashlib.sha256(content).hexdigest(), by=by, at=now,
            )  # fmt: skip
            detail = {"code": typeface.code_of(one), "file": made.file_hash[:16]}
            audit.record(by=by, verb="glyph_supplied", target=made, now=now, detail=detail)
    except IntegrityError as error:
        raise SupplyRefused(SupplyRefusal.ALREADY, character=one) from error
    return made


def read(*, content: bytes, character: str) -> Drawn:
    """The outline of one character of a font file. Refused with SupplyRefused as `supply` is."""
    if len(content) > FILE_BYTES:
        raise SupplyRefused(SupplyRefusal.TOO_BIG, most=FILE_BYTES // 1024 // 1024)
    try:
        drawn = _drawn(content, character)
    except Exception as error:  # whatever a stranger's file makes the reader raise
        raise SupplyRefused(SupplyRefusal.NO_FONT) from error
    if drawn is None:
        raise SupplyRefused(SupplyRefusal.NOT_IN_IT, character=character, point=typeface.code_of(character))
    return drawn


def _drawn(content: bytes, character: str) -> Drawn | None:
    from fontTools.pens.recordingPen import DecomposingRecordingPen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(content), fontNumber=0, lazy=True)
    name = font.getBestCmap().get(ord(character))
    if name is None:
        return None
    scale = typeface.EM / font["head"].unitsPerEm
    glyphs = font.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
    points = sum(len(given) for _operation, given in pen.value)
    if not pen.value or len(pen.value) > OPERATIONS or points > POINTS:
        raise ValueError("nothing is drawn, or far too much")
    outline = [[operation, [[round(x), round(y)] for x, y in given]] for operation, given in pen.value]
    advance = round(font["hmtx"].metrics[name][0] * scale)
    if not 0 < advance <= 2 * typeface.EM:
        raise ValueError("no width that a character can have")
    return Drawn(advance, outline, str(font["name"].getBestFullName() or "")[:80])


def confirm(*, by: User, glyph: SuppliedGlyph, now: datetime) -> None:
    """Another person has looked at the drawing: certificates use it from here on. Refused with SupplyRefused by who
    handed it in, or when it is decided."""
    if by.pk == glyph.by_id:
        raise SupplyRefused(SupplyRefusal.SAME_PERSON)
    _decide(glyph, Status.HELD, by, now)


def leave_out(*, by: User, glyph: SuppliedGlyph, now: datetime) -> None:
    """It is not the character, as who handed it in may say too. Refused with SupplyRefused when it is decided."""
    _decide(glyph, Status.DROPPED, by, now)


def _decide(glyph: SuppliedGlyph, to: SuppliedGlyph.Status, by: User, now: datetime) -> None:
    """One conditional update decides between rivals."""
    with transaction.atomic():
        rows = SuppliedGlyph.objects.filter(pk=glyph.pk, status=Status.ASKED)
        if not rows.update(status=to, decided_by=by, decided_at=now):
            raise SupplyRefused(SupplyRefusal.DECIDED)
        audit.record(by=by, verb=f"glyph_{to.value}", target=glyph, now=now)


def load_for(texts: Iterable[str]) -> None:
    """What was confirmed stands in the typeface, asked before such texts are measured or drawn. One statement where the
    typeface itself lacks a character, else none."""
    if not typeface.beyond(texts):
        return
    rows = SuppliedGlyph.objects.filter(status=Status.HELD).values_list("character", "advance", "outline")
    typeface.use({one: typeface.Supplied(advance, outline) for one, advance, outline in rows})


def strokes(*, glyph: SuppliedGlyph, size: float) -> str:
    """The drawing as the path of a square of `size`, for who looks at it."""
    drawn = typeface.Supplied(glyph.advance, glyph.outline)
    return typeface.strokes(drawn, size=size)
