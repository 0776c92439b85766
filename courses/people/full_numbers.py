"""Numbers that must not go out: document numbers of 18 and of 15 digits, mobile phones. Pure rules over text.

A number counts however it is written: full-width, with spaces, dashes or dots inside, wrapped over a line, in Chinese
numerals. What is masked (``37*************234``) is no number. Landlines begin with 0 and never count.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.people.documents import LOOKS_LIKE_X, check_character
from courses.privacy import mask_id, mask_phone


class NumberKind(models.TextChoices):
    DOCUMENT = "document", _("证件号码")
    OLD_DOCUMENT = "old_document", _("15 位旧证件号码")
    PHONE = "phone", _("手机号码")


@dataclass(frozen=True)
class Hit:
    """One number in its bare form, and where it stands in the normalised text."""

    kind: NumberKind
    number: str
    start: int
    end: int

    @property
    def masked(self) -> str:
        return mask_phone(self.number) if self.kind == NumberKind.PHONE else mask_id(self.number)


SHORTEST = 11
# Between two digits of a document number; between two groups of a phone. Browsers end a line with two characters.
INSIDE = r"(?:\r\n|[ \t\n._·/|-]){0,2}"
BETWEEN = r"[ \t._·-]{1,2}"
EIGHTEEN = re.compile(rf"(?=([1-9](?:{INSIDE}[0-9]){{16}}{INSIDE}[0-9X]))", re.IGNORECASE)
FIFTEEN = re.compile(r"(?<![0-9])([1-9][0-9]{5}[ -]?[0-9]{6}[ -]?[0-9]{3})(?![0-9X])", re.IGNORECASE)
# How people group a phone; three and four and four is the usual way.
GROUPS = ((11,), (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 3, 4), (4, 4, 3), (5, 6), (1,) * 11)
PHONE = re.compile(
    r"(?<![0-9])(?<![0-9]\.)(?:(?:\+|00)?86[ \t-]{0,2}|0)?(?=1[ \t._·-]{0,2}[3-9])("
    + "|".join(BETWEEN.join(f"[0-9]{{{size}}}" for size in sizes) for sizes in GROUPS)
    + r")(?![0-9])"
)
CHINESE_RUN = re.compile(r"[〇零一幺二三四五六七八九]{11,}")
CHINESE = str.maketrans("〇零一幺二三四五六七八九", "001123456789")
# First two digits of every region that ever gave out numbers; of old numbers nothing else could be checked.
REGIONS = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83}
)
ROUNDED = "000"


def normalise(text: str) -> str:
    """Half-width, without invisible marks, every dash a hyphen, runs of Chinese numerals as digits."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text.translate(LOOKS_LIKE_X))
    text = "".join(
        "-" if category == "Pd" else character
        for character in text
        if (category := unicodedata.category(character)) != "Cf"
    )
    return CHINESE_RUN.sub(lambda run: run[0].translate(CHINESE), text)


def find(text: str) -> Iterator[Hit]:
    """Every number in a text, document numbers first. Phones that the bureau publishes itself are passed over."""
    if len(text) < SHORTEST:
        return
    yield from _hits(normalise(text))


def masked(text: str) -> str:
    """The text with every number masked, for places, names and words that are shown to somebody. Around the numbers it
    stays as it was written, unless they can only be told apart in its normalised form."""
    plain = normalise(text)
    hits = list(_hits(plain))
    kept, told = _without(text, hits), _without(plain, hits)
    return kept if not hits or normalise(kept) == told else told


def _without(text: str, hits: list[Hit]) -> str:
    for hit in sorted(hits, key=lambda one: -one.start):
        text = text[: hit.start] + hit.masked + text[hit.end :]
    return text


def _hits(text: str) -> Iterator[Hit]:
    taken: list[tuple[int, int]] = []
    for found in EIGHTEEN.finditer(text):
        number = _bare(found[1])
        if _is_eighteen(number, is_alone=_is_alone(text, found)):
            taken.append(found.span(1))
            yield Hit(NumberKind.DOCUMENT, number, *found.span(1))
    for found in FIFTEEN.finditer(text):
        number = _bare(found[1])
        if _is_fifteen(number) and not _overlaps(found.span(1), taken):
            taken.append(found.span(1))
            yield Hit(NumberKind.OLD_DOCUMENT, number, *found.span(1))
    for found in PHONE.finditer(text):
        number = _bare(found[1])
        if number not in settings.PUBLIC_PHONES and not _overlaps(found.span(1), taken):
            yield Hit(NumberKind.PHONE, number, *found.span(1))


def _bare(number: str) -> str:
    return "".join(character for character in number.upper() if character in "0123456789X")


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _is_alone(text: str, found: re.Match[str]) -> bool:
    """Eighteen digits in one piece, with no digit before or after."""
    start, end = found.span(1)
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    return end - start == 18 and not before.isdigit() and not after.isdigit()


def _is_eighteen(number: str, *, is_alone: bool) -> bool:
    """A real birth date and the right check character; or what a spreadsheet left of one: its last digits made zero."""
    if not _is_date(number[6:10], number[10:12], number[12:14]):
        return False
    if check_character(number[:17]) == number[17]:
        return True
    return is_alone and number.endswith(ROUNDED) and int(number[:2]) in REGIONS


def _is_fifteen(number: str) -> bool:
    return int(number[:2]) in REGIONS and _is_date(f"19{number[6:8]}", number[8:10], number[10:12])


def _is_date(year: str, month: str, day: str) -> bool:
    if year[:2] not in {"19", "20"}:
        return False
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
