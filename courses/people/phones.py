"""Mainland mobile numbers: eleven digits, 1 then 3 to 9."""

import re
import unicodedata
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused

COUNTRY = re.compile(r"(\+86|0086|86)(?=1[0-9]{10}$)")


class PhoneSlip(StrEnum):
    """Every slip that a mobile number can be refused for."""

    EMPTY = "empty"
    CHARACTER = "character"
    LANDLINE = "landline"
    ABROAD = "abroad"
    LENGTH = "length"
    PREFIX = "prefix"


class PhoneRefused(Refused):
    """Not a mainland mobile number. The sentence never quotes the number."""

    sentences = {
        PhoneSlip.EMPTY: _("请填写手机号"),
        PhoneSlip.CHARACTER: _("手机号只能有数字，请核对"),
        PhoneSlip.LANDLINE: _("这像是固定电话，收不到短信。请填手机号"),
        PhoneSlip.ABROAD: _("目前只能用 +86 的手机号。没有的话，请到窗口或请老师代办"),
        PhoneSlip.LENGTH: _("手机号应为 11 位，现在是 %(count)d 位，请核对"),
        PhoneSlip.PREFIX: _("手机号应以 13 至 19 开头，请核对前两位"),
    }


def normalise_mobile(raw: str) -> str:
    """Eleven digits, from any usual way of writing them (+86, spaces, hyphens, full width). Refused: PhoneRefused."""
    text = unicodedata.normalize("NFKC", raw)
    text = "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in {"Cf", "Pd", "Ps", "Pe"})
    text = COUNTRY.sub("", re.sub(r"\.0+$", "", text.strip("'‘’")))
    if not text:
        raise PhoneRefused(PhoneSlip.EMPTY)
    if text.startswith("+"):
        raise PhoneRefused(PhoneSlip.ABROAD)
    if not re.fullmatch(r"[0-9]+", text):
        raise PhoneRefused(PhoneSlip.CHARACTER)
    if text.startswith("0"):
        raise PhoneRefused(PhoneSlip.LANDLINE)
    if len(text) != 11:
        raise PhoneRefused(PhoneSlip.LENGTH, count=len(text))
    if not re.match(r"1[3-9]", text):
        raise PhoneRefused(PhoneSlip.PREFIX)
    return text
