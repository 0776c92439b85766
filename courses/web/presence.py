"""Why minutes of a lesson are missing, in plain words; and the shape and word of each status."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.attendance import Missing
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
