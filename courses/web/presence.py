"""Why minutes of a lesson are missing, in plain words; and the shape and word of each status."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.attendance import Missing, PersonRefusal, ScanRefusal
from courses.models import Attendance

Status = Attendance.Status
SHAPES: dict[str, tuple[str, str | Promise]] = {
    Status.PRESENT: ("done", _("已到")),
    Status.LATE: ("half", _("迟到")),
    Status.LEFT_EARLY: ("half", _("早退")),
    Status.ADDED: ("done", _("补签")),
    Status.AWAITING: ("wait", _("待确认")),
    Status.LEAVE: ("none", _("请假")),
    Status.SICK: ("none", _("病假")),
    Status.ABSENT: ("no", _("没有到课")),
    Status.UNMARKED: ("none", _("未登记")),
}
GAPS: dict[str, str | Promise] = {
    Missing.UNMARKED: _("没有签到，老师也没有登记"),
    Missing.NOT_IN: _("只有签退，没有签到"),
    Missing.IN_AWAITS: _("签到等老师当面确认"),
    Missing.OUT_AWAITS: _("签退等老师当面确认"),
    Missing.NO_CHECKOUT: _("没有签退"),
    Missing.LATE: _("迟到"),
    Missing.LEFT_EARLY: _("早退"),
    Missing.LEAVE: _("请假，不计学时"),
    Missing.SICK: _("病假，不计学时"),
    Missing.ABSENT: _("老师登记为缺勤"),
}
# Why a scan left no record of presence, for whoever looks into it.
TURNED_AWAY: dict[str, str | Promise] = {
    ScanRefusal.UNKNOWN_CODE: _("扫的不是签到码"),
    ScanRefusal.EXPIRED: _("码已过时"),
    ScanRefusal.PAUSED: _("大屏已暂停"),
    ScanRefusal.CANCELLED: _("这次课已取消"),
    ScanRefusal.TOO_EARLY: _("还没有到签到时间"),
    ScanRefusal.TOO_LATE: _("已过截止时间"),
    ScanRefusal.NO_TICKET: _("扫码后没有在时限内完成"),
    ScanRefusal.TICKET_USED: _("同一次扫码已给另一位学员用了"),
    ScanRefusal.NOT_VERIFIED: _("还没有实名"),
    ScanRefusal.NOT_ENROLLED: _("不在本班名单里"),
    ScanRefusal.WRONG_CLASS: _("是别的班的学员"),
    ScanRefusal.NOT_IN_YET: _("没有签到，不能签退"),
    ScanRefusal.MARKED_AWAY: _("已记为缺勤或请假，不能签退"),
    ScanRefusal.GUEST: _("来补课的学员"),
    PersonRefusal.OLD_CODE: _("签到码已过时"),
    PersonRefusal.NOT_BOUND: _("手机已不再绑定"),
    PersonRefusal.NO_LESSON: _("当时没有要签到的课"),
    PersonRefusal.OWN: _("老师扫了本人的签到码"),
}


def why_turned_away(code: str) -> str | Promise:
    """A row may be older than the list."""
    return TURNED_AWAY.get(code, _("没有签上"))
