"""What every page about certificates shares: the printed fields in words, the paper as a download."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import certificates
from courses.certificates import Checked, State
from courses.models import Certificate
from courses.web.attachments import own_paper

FIELD_WORDS: dict[str, str | Promise] = {
    "number": _("编号"),
    "title": _("证书"),
    "authority": _("发证部门"),
    "name": _("持证人"),
    "document_kind": _("证件类型"),
    "document": _("证件号码"),
    "course": _("课程"),
    "programme": _("培训类型"),
    "starts_on": _("开班"),
    "ends_on": _("结束"),
    "hours": _("学时"),
    "result": _("结果"),
    "institution": _("机构"),
    "issued_on": _("发证日期"),
    "expires_on": _("有效期至"),
}
DAYS = ("starts_on", "ends_on", "issued_on", "expires_on")
# Tones of the status mark beside a state.
TONES = {State.VALID: "done", State.EXPIRED: "slow", State.REPLACED: "none", State.REVOKED: "no", State.ALTERED: "no"}


@dataclass(frozen=True)
class Row:
    """One printed field; `day` where it is a date. `differs`: the code that was read says something else."""

    name: str
    label: str | Promise
    text: str
    day: date | None
    differs: bool


def rows(checked: Checked) -> list[Row]:
    """Every printed field that the certificate has."""
    told = []
    for name, label in FIELD_WORDS.items():
        value = str(checked.fields[name])
        if value:
            text = certificates.grouped(value) if name == "number" else value
            day = date.fromisoformat(value) if name in DAYS else None
            told.append(Row(name, label, text, day, _differs(name, checked)))
    return told


def _differs(name: str, checked: Checked) -> bool:
    holder = "holder" in checked.differs and name in ("name", "document")
    return name in checked.differs or holder


def paper(certificate: Certificate) -> HttpResponse | None:
    """The PDF as a download, or None while it is being drawn."""
    content: Any = certificates.content(certificate=certificate)
    if content is None:
        return None
    return own_paper(content=content, kind="pdf", name=certificate.number)
