"""A signal in words: the sum as a sentence, and its rows with the names that the reader may see anyway."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.models import Learner, Signal, SignalNote

Kind = Signal.Kind
SUMS: dict[str, str | Promise] = {
    Kind.SHARED_DEVICE: _("%(devices)s 部手机为 %(people)s 人签到。同一部手机 %(from)s 人起提示。"),
    Kind.BURST: _("%(people)s 人在 %(seconds)s 秒内扫码，距码亮起的毫秒数相差不到 %(spread_ms)s。%(from)s 人起提示。"),
    Kind.LATE_IN_WINDOW: _(
        "%(scans)s 次扫码里，有 %(people)s 人扫到时码已亮起 %(late_ms)s 毫秒以上。%(from)s 人起提示。"
    ),
    Kind.BY_HAND: _("到课 %(came)s 人，手工登记 %(people)s 人，占 %(percent)s%%。超过 %(above_percent)s%% 提示。"),
    Kind.ROLL_CALL: _("点名 %(calls)s 次，当时在课 %(due)s 人，没有答的 %(people)s 人。%(from)s 人起提示。"),
    Kind.HEADS: _(
        "清点 %(counted)s 人，名册 %(register)s 人（其中待确认 %(awaiting)s 人），差 %(difference)s 人。"
        "差 %(from)s 人起提示。"
    ),
    Kind.NO_CHECKOUT: _(
        "到课 %(came)s 人，没有签退 %(people)s 人，占 %(percent)s%%。%(from)s 人且 %(from_percent)s%% 起提示。"
    ),
    Kind.TWO_ROOMS: _("%(people)s 人同一时间还在别的班签到。"),
    Kind.ROOM_CHECK: _(
        "到教室检查时点名缺席 %(absent)s 人，其中考勤记为当时在课的 %(present)s 人；冒名 %(impostors)s 人。核对后才能批准结业。"
    ),
    Kind.ONE_SIDED: _(
        "全班到过课的 %(came)s 人里，有 %(people)s 人只有一方的凭据：没有老师当面见过，或只有一位老师的登记。"
        "至少要本人手机和一位老师，或两位老师，共 %(from)s 方。核对后才能批准结业。"
    ),
    Kind.CALL_BACK: _(
        "电话回访接通 %(asked)s 人，其中 %(people)s 人说的与考勤不符。天数相差 %(from)s 天起提示。核对后才能批准结业。"
    ),
}


SAID: dict[str, str | Promise] = {
    "not_learner": _("电话不是本人的"),
    "not_attended": _("本人说没有参训"),
    "fewer_days": _("本人说上了 %(days)s 天"),
}


SEEN_AS: dict[str, str | Promise] = {
    "absent": _("检查时不在教室，考勤记为在课"),
    "impostor": _("检查时系他人冒名顶替"),
}


@dataclass(frozen=True)
class Line:
    """One row that a signal rests on; what it does not have stays empty."""

    number: str
    name: str
    at: datetime | None
    receipt: str
    detail: str


@dataclass(frozen=True)
class Told:
    signal: Signal
    sum: str
    lines: list[Line]
    notes: list[SignalNote]

    @property
    def looked(self) -> SignalNote | None:
        return next((note for note in self.notes if note.closes), None)


def sentence(signal: Signal) -> str:
    figures: dict[str, Any] = dict(signal.figures)
    if figures.get("came"):
        figures["percent"] = figures["people"] * 100 // figures["came"]
    return str(SUMS[signal.kind]) % figures


def told(signals: list[Signal]) -> list[Told]:
    """All of them with their rows, names and notes, in two statements."""
    numbers = {row["learner"] for signal in signals for row in signal.rows if "learner" in row}
    names = dict(Learner.objects.filter(number__in=numbers).values_list("number", "name"))
    notes: dict[int, list[SignalNote]] = {signal.pk: [] for signal in signals}
    for note in SignalNote.objects.filter(signal__in=notes).select_related("by"):
        notes[note.signal_id].append(note)
    return [
        Told(signal, sentence(signal), [_line(row, names) for row in signal.rows], notes[signal.pk])
        for signal in signals
    ]


def _line(row: dict[str, Any], names: dict[str, str]) -> Line:
    number = row.get("learner", "")
    return Line(number, names.get(number, ""), parse_datetime(row.get("at", "")), row.get("receipt", ""), _detail(row))


def _detail(row: dict[str, Any]) -> str:
    if "class" in row:
        return str(_("%(class)s 班第 %(lesson)s 次课，%(room)s")) % row
    if "counted" in row:
        return str(_("清点 %(counted)s 人，名册 %(register)s 人")) % row
    parts = []
    if "said" in row:
        parts += [str(SAID[row["said"]]) % row, str(_("考勤有 %(seen)s 天")) % row]
    if "seen_as" in row:
        parts.append(str(SEEN_AS[row["seen_as"]]))
    if "device" in row:
        parts.append(str(_("手机尾号 %(device)s")) % row)
    if "staff" in row:
        parts.append(str(_("本人凭据 %(own)s 条，老师 %(staff)s 位")) % row)
    if "offset_ms" in row:
        parts.append(str(_("码亮起后 %(offset_ms)s 毫秒")) % row)
    return str(_("，")).join(parts)
