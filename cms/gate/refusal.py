"""What the gate holds back, and how it says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.people import full_numbers
from courses.people.full_numbers import NumberKind
from courses.privacy import digest
from courses.refusals import Refused

PURPOSE = "publish_gate"


class FileSlip(models.TextChoices):
    """Why a file could not be read to its end."""

    BROKEN = "broken", _("文件损坏，读不出来。请重新导出一份。")
    LOCKED = "locked", _("文件有密码，读不出来。请去掉密码再上传。")
    OLD_FORMAT = "old_format", _("旧格式（doc、xls、ppt）或里面嵌有旧格式，读不出来。请另存为新格式。")
    TOO_LARGE = "too_large", _("文件太大，或展开后太大，没有读完。请拆成几份。")
    TOO_DEEP = "too_deep", _("文件里一层套一层，没有读完。请把里面的文件单独上传。")
    HOSTILE = "hostile", _("文件里有不该有的指令，没有读。请用办公软件重新存一份。")
    UNKNOWN = "unknown", _("认不出是什么文件，没有读。请换成 docx、xlsx、pdf、csv 或 txt。")
    PICTURE = "picture", _("这一页只有图，读不出文字。请人工看过，确认没有完整号码。")
    MISSING = "missing", _("找不到文件。请重新上传。")


class FileUnreadable(Exception):
    """Reading stopped here; what was found before is kept."""

    def __init__(self, slip: FileSlip) -> None:
        self.slip = slip
        super().__init__(slip.value)


@dataclass(frozen=True)
class Passage:
    """A piece of text with the place where a person finds it; or a place that could not be read."""

    place: str
    text: str = ""
    slip: FileSlip | None = None
    # Of the file that could not be read: another file under the same name is another finding.
    fingerprint: str = ""

    def inside(self, outer: str) -> "Passage":
        return replace(self, place=f"{outer} › {self.place}" if self.place else outer)


@dataclass(frozen=True)
class Finding:
    """One number at one place, masked; or a file that could not be read. `key` tells it again without the number."""

    place: str
    what: str
    shown: str
    key: str
    slip: FileSlip | None = None

    @property
    def sentence(self) -> str:
        return f"{self.place}：{self.what} {self.shown}".rstrip()


class PublishCode(StrEnum):
    HELD = "held"


class PublishRefused(Refused):
    """The page stays where it is. The sentence counts; the findings name places and masked numbers."""

    sentences = {
        PublishCode.HELD: _(
            "有 %(count)d 处完整的证件号码、手机号码或读不了的附件，没有发布，内容已保存。请改好后重新提交。"
        )
    }

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__(PublishCode.HELD, count=len(findings))


def findings_in(passages: Iterable[Passage]) -> Iterator[Finding]:
    """What has to be held back, each number once at each place."""
    seen: set[tuple[str, str]] = set()
    for passage in passages:
        for what, shown, identity in _held(passage):
            key = digest(identity, purpose=PURPOSE)
            if (passage.place, key) not in seen:
                seen.add((passage.place, key))
                yield Finding(full_numbers.masked(passage.place), what, shown, key, passage.slip)


def _held(passage: Passage) -> Iterator[tuple[str, str, str]]:
    if passage.slip is not None:
        yield str(passage.slip.label), "", f"{passage.slip}:{passage.fingerprint}:{passage.place}"
    for hit in full_numbers.find(passage.text):
        yield str(NumberKind(hit.kind).label), hit.masked, f"{hit.kind}:{hit.number}"
