"""Unified social credit codes of institutions (GB 32100): 18 characters, MOD 31 check."""

import unicodedata
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


class CreditCodeSlip(StrEnum):
    """Every slip that a credit code can be refused for."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTER = "character"
    CHECK_CHARACTER = "check_character"


class CreditCodeRefused(Refused):
    """A credit code that cannot be right."""

    sentences = {
        CreditCodeSlip.EMPTY: _("请填写统一社会信用代码"),
        CreditCodeSlip.LENGTH: _("统一社会信用代码应为 18 位，现在是 %(count)d 位，请核对"),
        CreditCodeSlip.CHARACTER: _("第 %(place)d 位不对：代码里没有 I、O、S、V、Z，只用数字和其他大写字母，请核对"),
        CreditCodeSlip.CHECK_CHARACTER: _("第 18 位校验不符，请核对"),
    }


def credit_check_character(seventeen: str) -> str:
    """The 18th character by MOD 31."""
    total = sum(ALPHABET.index(c) * weight for c, weight in zip(seventeen, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def normalise_credit_code(raw: str) -> str:
    """Half-width, upper case, no spaces or dashes. Refused: CreditCodeRefused."""
    text = unicodedata.normalize("NFKC", raw).upper()
    text = "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in {"Cf", "Pd"})
    if not text:
        raise CreditCodeRefused(CreditCodeSlip.EMPTY)
    if len(text) != 18:
        raise CreditCodeRefused(CreditCodeSlip.LENGTH, count=len(text))
    for place, character in enumerate(text, start=1):
        if character not in ALPHABET:
            raise CreditCodeRefused(CreditCodeSlip.CHARACTER, place=place)
    if credit_check_character(text[:17]) != text[17]:
        raise CreditCodeRefused(CreditCodeSlip.CHECK_CHARACTER)
    return text
