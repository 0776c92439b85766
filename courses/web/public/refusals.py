"""The page of each refusal: what happened, why, and the one thing to do next. The domain's sentence says it in
short."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.attendance import DoorRefusal, MarkRefusal, ScanRefusal
from courses.web.public.faces import ENROL, HELP, MY, NOT_YET, OTHER, SHUT, TRAINER, Face

FACES: dict[StrEnum, Face] = {
    ScanRefusal.UNKNOWN_CODE: Face(
        404,
        "code",
        NOT_YET,
        _("这不是本系统的签到码。"),
        _("请扫教室大屏上的码"),
        _("扫的不是签到码。"),
        TRAINER,
        *HELP,
    ),
    ScanRefusal.EXPIRED: Face(
        410,
        "again",
        NOT_YET,
        _("大屏上的码十秒一换，刚才那个已经过去。"),
        _("请对着大屏再扫一次"),
        _("码已刷新。"),
        TRAINER,
        *HELP,
    ),
    ScanRefusal.PAUSED: Face(
        409,
        "pause",
        NOT_YET,
        _("老师暂停了扫码。"),
        _("请稍等，大屏亮起再扫"),
        _("大屏已暂停。"),
        TRAINER,
        *HELP,
    ),
    DoorRefusal.BUSY: Face(
        409,
        "phones",
        NOT_YET,
        _("等老师确认的人太多。"),
        _("请直接找老师登记"),
        _("暂时排不上。"),
        "",
        *HELP,
    ),
    ScanRefusal.CANCELLED: Face(
        409, "clock", _("没有签到"), _("这次课已取消。"), _("请看新的上课时间"), _("课次已取消。"), "", *MY
    ),
    ScanRefusal.TOO_EARLY: Face(
        409,
        "clock",
        NOT_YET,
        _("这次课 %(opens)s 开始签到。"),
        _("请到时再扫大屏"),
        _("还没有到签到时间。"),
        "",
        *MY,
    ),
    ScanRefusal.TOO_LATE: Face(
        409,
        "clock",
        _("没有记录"),
        _("这次课 %(closes)s 已截止。"),
        _("请找老师说明情况"),
        _("已过截止时间。"),
        _("下课后一天内，老师可以补签。"),
        *MY,
    ),
    ScanRefusal.NO_TICKET: Face(
        410,
        "again",
        NOT_YET,
        _("距离扫码已超过 %(minutes)s 分钟。"),
        _("请对着大屏再扫一次"),
        _("扫码记录已过时。"),
        TRAINER,
        *HELP,
    ),
    ScanRefusal.TICKET_USED: Face(
        409,
        "phones",
        NOT_YET,
        _("这次扫码已由另一位学员使用。"),
        _("请用自己的手机再扫一次"),
        _("同一次扫码只能签一个人。"),
        TRAINER,
        *HELP,
    ),
    ScanRefusal.NOT_VERIFIED: Face(
        403,
        "card",
        _("还差实名一步"),
        _("到课时间已记下，不会算迟到。"),
        _("请填写姓名和证件"),
        _("还没有实名。"),
        _("填好后会自动完成签到。"),
        "my_identity",
        _("填写姓名和证件"),
        "wait",
    ),
    ScanRefusal.NOT_ENROLLED: Face(
        403,
        "door",
        NOT_YET,
        _("这里是「%(here_course)s」，您没有报名这个班。"),
        _("请先报名，或到窗口当场报名"),
        _("不在这个班的名单里。"),
        "",
        ENROL,
        _("报名这个班"),
    ),
    ScanRefusal.WRONG_CLASS: Face(
        403,
        "door",
        NOT_YET,
        _("这里是%(here)s的「%(here_course)s」，您报的班在别处。"),
        _("请到%(room)s，扫那里的大屏"),
        _("扫的是别的班。"),
        _("%(course)s，%(until)s 前到不算迟到。没走错？请找老师帮忙。"),
        *MY,
    ),
    ScanRefusal.NOT_IN_YET: Face(
        409,
        "door",
        _("没有签退"),
        _("这次课没有您的签到记录。"),
        _("请找老师登记到课"),
        _("没有签到，不能签退。"),
        "",
        *MY,
    ),
    ScanRefusal.MARKED_AWAY: Face(
        409,
        "door",
        _("没有签退"),
        _("老师已将您这次课记为缺勤或请假。"),
        _("请当面找老师更正"),
        _("已记为缺勤或请假，不能签退。"),
        "",
        *MY,
    ),
    ScanRefusal.GUEST: Face(
        200,
        "card",
        _("您来补课，已记下"),
        _("这里是「%(here_course)s」，扫码时间已记下。"),
        _("请当面告诉老师您来补课"),
        _("补课由老师登记。"),
        _("下课后，老师登记您听课的时间，计入您自己的班。不用签退。"),
        *MY,
        tone="wait",
    ),
    MarkRefusal.UNDO_OVER: Face(
        409,
        "clock",
        _("没有撤销"),
        _("已超过 %(seconds)s 秒。"),
        _("请找老师更正"),
        _("过了自行撤销的时间。"),
        "",
        *MY,
    ),
    MarkRefusal.NOT_THIS_SCAN: Face(
        409,
        "phones",
        _("没有撤销"),
        _("这条记录不是刚才这次扫码留下的。"),
        _("请另一位学员从这里签到"),
        _("只能撤销刚才这次扫码。"),
        _("记录本身有错的，请找老师更正。"),
        *OTHER,
    ),
    MarkRefusal.NOT_AWAITING: Face(
        409,
        "again",
        _("没有再次撤销"),
        _("这条记录已经处理过。"),
        _("请看「我的学习」里的结果"),
        _("记录已处理。"),
        "",
        *MY,
    ),
    MarkRefusal.OVERTAKEN: Face(
        409,
        "again",
        _("没有再次撤销"),
        _("刚刚有人处理过这条记录。"),
        _("请看「我的学习」里的结果"),
        _("记录已处理。"),
        "",
        *MY,
    ),
}


def face_of(code: StrEnum, values: Mapping[str, object]) -> Face:
    return SHUT if code == ScanRefusal.NOT_ENROLLED and not values.get("takes") else FACES[code]


def face_words(face: Face, values: Mapping[str, object], *, back: str) -> dict[str, Any]:
    """What the page shows; `back` is where the identity page returns to."""
    about = [values["class_number"]] if face.url == ENROL else []
    url = reverse(face.url, args=about) if face.url else ""
    return {
        "picture": face.picture,
        "tone": face.tone,
        "head": face.head,
        "why": str(face.why) % values,
        "step": str(face.step) % values,
        "note": str(face.note) % values,
        "reason": face.reason,
        "url": f"{url}?next={back}" if face.url == "my_identity" else url,
        "action": face.action,
    }
