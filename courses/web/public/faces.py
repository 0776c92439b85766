"""What a page says in place of a receipt, and the faces of what no rule of presence refuses."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
NOT_YET = _("还没有签到")


@dataclass(frozen=True)
class Face:
    """`url` names the page of the button; `picture` is one of public/checkin/picture.html; `reason` is the last
    line."""

    status: int
    picture: str
    head: Words
    why: Words
    step: Words
    reason: Words
    note: Words = ""
    url: str = ""
    action: Words = ""
    tone: str = "stop"


ENROL = "enrol_start"
HELP = ("scan_help", _("怎么签到"))
MY = ("my", _("看我报的班"))
OTHER = ("scan_other", _("给另一位学员签到"))
TRAINER = _("没有手机、扫不上？请找老师当场登记。")

# Somebody of no class before one that takes nobody any more.
SHUT = Face(
    403,
    "door",
    NOT_YET,
    _("这里是「%(here_course)s」，您没有报名这个班。"),
    _("本班已不再报名，请到窗口问其他班次"),
    _("不在这个班的名单里。"),
    "",
    ENROL,
    _("看其他班次"),
)

# A browser that came with many codes that are none.
TOO_MANY = Face(
    429,
    "pause",
    NOT_YET,
    _("一分钟里扫错的次数太多。"),
    _("请过一分钟，对着大屏再扫"),
    _("扫错太多次。"),
    TRAINER,
    *HELP,
)

CLOCK = Face(
    503,
    "pause",
    NOT_YET,
    _("系统时钟异常。"),
    _("请找老师当场登记"),
    _("暂时不能扫码。"),
    "",
    *HELP,
)

# The same page for a number that does not exist: a receipt's number tells a stranger nothing.
NOT_YOURS = Face(
    404,
    "phones",
    _("这张回执不能在这里查看"),
    _("回执只给本人看。这部手机登录的不是回执的主人，或者编号不对。"),
    _("请本人登录后，在「我的学习」里查看"),
    _("没有找到属于您的这张回执。"),
    "",
    *MY,
)

AWAY = Face(
    200,
    "door",
    _("没有计入考勤"),
    _("这次课已记为缺勤或请假，这次扫码不计。"),
    _("人在教室？请再扫一次大屏，老师会确认"),
    _("老师登记的是缺勤或请假。"),
    "",
    *MY,
)

DENIED = Face(
    200,
    "door",
    _("老师没有确认"),
    _("这次扫码没有计入考勤。"),
    _("请找老师当面说明"),
    _("老师核对后认为不是本人。"),
    "",
    *MY,
)
