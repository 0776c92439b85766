"""What an identity document's number must look like, and what can be read from it.

Pure rules over text: no rows, no clock (``today`` is passed in), and the first six digits are never compared with a
list of regions, because codes of regions that no longer exist stay valid for life. Source: GB 11643 for the form of
18 characters, which the residence permits (prefix 81, 82, 83) and the foreigners' permanent residence card (prefix 9)
share.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
FIRST_YEAR = 1900
SPREADSHEET_FLOAT = re.compile(r"[0-9]+\.0+")
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")
LOOKS_LIKE_X = str.maketrans({"×": "X", "✕": "X", "╳": "X", "Х": "X", "х": "X"})  # the last two are Cyrillic


class DocumentKind(StrEnum):
    """Keys of the reference list document_kinds."""

    RESIDENT = "resident"
    HMT_RESIDENCE = "hmt_residence"
    FOREIGN_RESIDENCE = "foreign_residence"
    HM_PERMIT = "hm_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    PASSPORT = "passport"


class DocumentSlip(StrEnum):
    """Every slip that a number can be refused for."""

    EMPTY = "empty"
    KIND_UNKNOWN = "kind_unknown"
    LENGTH = "length"
    CHARACTER = "character"
    LAST_CHARACTER = "last_character"
    FOREIGN_FORM = "foreign_form"
    HM_FORM = "hm_form"
    TAIWAN_FORM = "taiwan_form"
    PASSPORT_FORM = "passport_form"
    OLD_FIFTEEN = "old_fifteen"
    SPREADSHEET_SCIENTIFIC = "spreadsheet_scientific"
    SPREADSHEET_ROUNDED = "spreadsheet_rounded"
    MONTH = "month"
    DAY = "day"
    LEAP_DAY = "leap_day"
    YEAR = "year"
    FUTURE = "future"
    CHECK_CHARACTER = "check_character"


class DocumentRefused(Refused):
    """A number that cannot be right. The sentence names the slip and the places to look at, never the number."""

    sentences = {
        DocumentSlip.EMPTY: _("请填写证件号码"),
        DocumentSlip.KIND_UNKNOWN: _("没有这种证件，请重新选择证件类型"),
        DocumentSlip.LENGTH: _("证件号码应为 18 位，现在是 %(count)d 位，请核对"),
        DocumentSlip.CHARACTER: _("第 %(place)d 位应为数字，请核对"),
        DocumentSlip.LAST_CHARACTER: _("第 18 位应为数字或 X，请核对"),
        DocumentSlip.FOREIGN_FORM: _("永久居留身份证号码应为 18 位，旧证为 3 个字母加 12 位数字，请核对"),
        DocumentSlip.HM_FORM: _("港澳居民来往内地通行证号码应为 H 或 M 加 8 位数字，请核对"),
        DocumentSlip.TAIWAN_FORM: _("台湾居民来往大陆通行证号码应为 8 位数字，请核对"),
        DocumentSlip.PASSPORT_FORM: _("护照号码应为 5 至 17 位字母和数字，请核对"),
        DocumentSlip.OLD_FIFTEEN: _("这是 15 位旧号码，现在已不用。请填现在身份证上的 18 位号码"),
        DocumentSlip.SPREADSHEET_SCIENTIFIC: _(
            "表格软件把号码改成了「3.7E+17」这样的写法，后几位已经丢失。请把这一列设为文本，再填 18 位号码"
        ),
        DocumentSlip.SPREADSHEET_ROUNDED: _(
            "末三位是 000，可能是表格软件改的。请把这一列设为文本，再照证件填 18 位号码"
        ),
        DocumentSlip.MONTH: _("没有 %(month)d 月，请核对第 11、12 位"),
        DocumentSlip.DAY: _("%(month)d 月没有 %(day)d 日，请核对第 7 至 14 位"),
        DocumentSlip.LEAP_DAY: _("%(year)d 年 2 月没有 29 日，请核对第 7 至 14 位"),
        DocumentSlip.YEAR: _("出生年份 %(year)04d 早于 1900 年，请核对第 7 至 10 位"),
        DocumentSlip.FUTURE: _("出生日期还没有到，请核对第 7 至 14 位"),
        DocumentSlip.CHECK_CHARACTER: _("第 18 位校验不符，请核对"),
    }


class Sex(StrEnum):
    """GB/T 2261.1."""

    MALE = "1"
    FEMALE = "2"


@dataclass(frozen=True)
class CheckedDocument:
    """A number in the one form in which it is stored, and what it tells by itself."""

    kind: DocumentKind
    number: str
    birth_date: date | None = None
    sex: Sex | None = None

    def __repr__(self) -> str:
        return f"<CheckedDocument {self.kind}>"


@dataclass(frozen=True)
class Rule:
    """How one kind is checked: as 18 characters with a check character, by the form of its number, or either."""

    has_eighteen: bool
    form: re.Pattern[str] | None = None
    slip: DocumentSlip = DocumentSlip.CHECK_CHARACTER


RULES = {
    DocumentKind.RESIDENT: Rule(has_eighteen=True),
    DocumentKind.HMT_RESIDENCE: Rule(has_eighteen=True),
    DocumentKind.FOREIGN_RESIDENCE: Rule(
        has_eighteen=True, form=re.compile(r"[A-Z]{3}[0-9]{12}"), slip=DocumentSlip.FOREIGN_FORM
    ),
    DocumentKind.HM_PERMIT: Rule(has_eighteen=False, form=re.compile(r"[HM][0-9]{8}"), slip=DocumentSlip.HM_FORM),
    DocumentKind.TAIWAN_PERMIT: Rule(has_eighteen=False, form=re.compile(r"[0-9]{8}"), slip=DocumentSlip.TAIWAN_FORM),
    DocumentKind.PASSPORT: Rule(
        has_eighteen=False, form=re.compile(r"(?=.*[0-9])[A-Z0-9]{5,17}"), slip=DocumentSlip.PASSPORT_FORM
    ),
}


def normalise(kind: str, raw: str) -> str:
    """One form for one number: half-width, upper case, no spaces, dashes or text marks; of a permit for Hong Kong and
    Macau residents the lifelong part without the two digits that count its renewals."""
    text = unicodedata.normalize("NFKC", raw.translate(LOOKS_LIKE_X)).upper()
    text = "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in {"Cf", "Pd"}).strip("'‘’")
    if SPREADSHEET_FLOAT.fullmatch(text):
        text = text.partition(".")[0]
    if kind == DocumentKind.HM_PERMIT and re.fullmatch(r"[HM][0-9]{10}", text):
        text = text[:9]
    return text


def check_character(seventeen: str) -> str:
    """The 18th character by MOD 11-2."""
    return CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(seventeen, WEIGHTS, strict=True)) % 11]


def age_on(*, birth_date: date, day: date) -> int:
    """Full years. Who was born on 29 February turns a year older on 1 March of common years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def check(kind: str, raw: str, *, today: date) -> CheckedDocument:
    """Read a number as typed. Refused: DocumentRefused, with the exact slip.

    Among the kinds of 18 characters the number itself says which one it is, and the answer carries that kind: a citizen
    who chose the neighbouring kind is not sent back, and one person cannot hold one number under two kinds.
    """
    try:
        chosen = DocumentKind(kind)
    except ValueError:
        raise DocumentRefused(DocumentSlip.KIND_UNKNOWN) from None
    rule = RULES[chosen]
    number = normalise(chosen, raw)
    if not number:
        raise DocumentRefused(DocumentSlip.EMPTY)
    if rule.has_eighteen and SCIENTIFIC.fullmatch(number):
        raise DocumentRefused(DocumentSlip.SPREADSHEET_SCIENTIFIC)
    if rule.form and (not rule.has_eighteen or number[0].isalpha()):
        # No check character: the form is all that can be told, a person compares the rest with the document.
        if not rule.form.fullmatch(number):
            raise DocumentRefused(rule.slip)
        return CheckedDocument(chosen, number)
    return _check_eighteen(number, today)


def _check_eighteen(number: str, today: date) -> CheckedDocument:
    _require_eighteen(number)
    is_foreign = number.startswith("9")
    right = check_character(number[:17]) == number[17]
    if not right and number.endswith("000"):
        raise DocumentRefused(DocumentSlip.SPREADSHEET_ROUNDED)
    # Where foreigners' cards carry the birth date is practice, not in a standard: it is taken only where it fits.
    birth_date = _real_date(number) if is_foreign else _read_birth_date(number, today)
    if not right:
        raise DocumentRefused(DocumentSlip.CHECK_CHARACTER)
    if is_foreign:
        known = birth_date if birth_date and birth_date <= today else None
        return CheckedDocument(DocumentKind.FOREIGN_RESIDENCE, number, known)
    kind = DocumentKind.HMT_RESIDENCE if number[:2] in {"81", "82", "83"} else DocumentKind.RESIDENT
    return CheckedDocument(kind, number, birth_date, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def _require_eighteen(number: str) -> None:
    if re.fullmatch(r"[0-9]{15}", number):
        raise DocumentRefused(DocumentSlip.OLD_FIFTEEN)
    if len(number) != 18:
        raise DocumentRefused(DocumentSlip.LENGTH, count=len(number))
    for place, character in enumerate(number[:17], start=1):
        if character not in "0123456789":
            raise DocumentRefused(DocumentSlip.CHARACTER, place=place)
    if number[17] not in "0123456789X":
        raise DocumentRefused(DocumentSlip.LAST_CHARACTER)


def _real_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _read_birth_date(number: str, today: date) -> date:
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if not 1 <= month <= 12:
        raise DocumentRefused(DocumentSlip.MONTH, month=month)
    if year < FIRST_YEAR:
        raise DocumentRefused(DocumentSlip.YEAR, year=year)
    birth_date = _real_date(number)
    if birth_date is None and (month, day) == (2, 29):
        raise DocumentRefused(DocumentSlip.LEAP_DAY, year=year)
    if birth_date is None:
        raise DocumentRefused(DocumentSlip.DAY, month=month, day=day)
    if birth_date > today:
        raise DocumentRefused(DocumentSlip.FUTURE)
    return birth_date
