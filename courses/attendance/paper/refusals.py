"""Why a sheet, an entry of it or a picture is turned away."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class SheetRefusal(StrEnum):
    CANCELLED = "cancelled"
    MOVED = "moved"
    NOBODY = "nobody"
    NO_SIGN_IN = "no_sign_in"
    NOT_OVER = "not_over"
    TOO_OLD = "too_old"
    ADDED_LATE = "added_late"
    NOBODY_SIGNED = "nobody_signed"
    WRONG_TIMES = "wrong_times"
    WRONG_CLOCK = "wrong_clock"
    OUT_WITHOUT_IN = "out_without_in"
    OWN_ROW = "own_row"
    OTHER_ROWS = "other_rows"
    WHO_MISSING = "who_missing"
    NOT_IN_CLASS = "not_in_class"
    WAITS_ALREADY = "waits_already"
    WHY_MISSING = "why_missing"
    PHOTO_MISSING = "photo_missing"
    PHOTO_TOO_LARGE = "photo_too_large"
    PHOTO_TOO_MANY = "photo_too_many"
    PHOTO_TYPE = "photo_type"
    PHOTO_UNREADABLE = "photo_unreadable"
    PHOTO_ACTIVE = "photo_active"
    SAME_PERSON = "same_person"
    DECIDED = "decided"
    REASON_MISSING = "reason_missing"
    NOT_YOURS = "not_yours"
    OVERTAKEN = "overtaken"


class SheetRefused(Refused):
    """`position` is the row of the sheet that is meant, where it is one."""

    sentences = {
        SheetRefusal.CANCELLED: _("这次课已取消，签到表不计考勤，未保存。不用录入。"),
        SheetRefusal.MOVED: _("这张表打印以后课次改过时间，表上的时间不对，未保存。请重新打印，由学员在新表上签名。"),
        SheetRefusal.NOBODY: _("这次课还没有学员，没有打印。请先录取学员。"),
        SheetRefusal.NO_SIGN_IN: _("这是学员出勤簿，不用录入，未保存。请找签到表上的编号。"),
        SheetRefusal.NOT_OVER: _("还没有下课，未保存。请在下课后录入。"),
        SheetRefusal.TOO_OLD: _("已超过 %(hours)s 小时，不能再录入，未保存。学员可以在「我的课次」对考勤提异议。"),
        SheetRefusal.ADDED_LATE: _(
            "第 %(position)s 行上次录入时没有这个签名，下课超过 %(hours)s 小时，不能再补，未保存。"
            "学员可以在「我的课次」对考勤提异议。"
        ),
        SheetRefusal.NOBODY_SIGNED: _("没有一行有签名，未保存。请核对表格再录入。"),
        SheetRefusal.WRONG_TIMES: _(
            "第 %(position)s 行的时间不对，未保存。请填 %(opens)s 到 %(closes)s 之间的时间，签退晚于签到。"
        ),
        SheetRefusal.WRONG_CLOCK: _("第 %(position)s 行的时间「%(text)s」看不懂，未保存。请写成 9:05 或 905。"),
        SheetRefusal.OUT_WITHOUT_IN: _("第 %(position)s 行只有签退，没有签到，未保存。请核对表格。"),
        SheetRefusal.OWN_ROW: _("本人在这张表上，须由他人办理，未保存。"),
        SheetRefusal.OTHER_ROWS: _("提交的行和这张表对不上，未保存。请刷新后重新录入。"),
        SheetRefusal.WHO_MISSING: _("第 %(position)s 行是手写的，还没有选是谁，未保存。请选这一行的学员。"),
        SheetRefusal.NOT_IN_CLASS: _(
            "第 %(position)s 行的人不在本班这次课里，未保存。签到表不能代替报名；在本班的，请刷新后重新选。"
        ),
        SheetRefusal.WAITS_ALREADY: _("这张表已经录入，正等另一人确认，未重复保存。"),
        SheetRefusal.WHY_MISSING: _("这张表已录入并确认过。要更正，请写明原因，未保存。"),
        SheetRefusal.PHOTO_MISSING: _("还没有附上签过字的表，未保存。请拍照或选择扫描件。"),
        SheetRefusal.PHOTO_TOO_LARGE: _("文件超过 %(most)s MB，未保存。请重新拍照，或换一个小一点的文件。"),
        SheetRefusal.PHOTO_TOO_MANY: _("最多附 %(most)s 个文件，未保存。请合并后再附。"),
        SheetRefusal.PHOTO_TYPE: _("只收照片（JPG、PNG、HEIC）或 PDF，未保存。请换一个文件。"),
        SheetRefusal.PHOTO_UNREADABLE: _("文件打不开，可能已损坏，未保存。请重新拍照。"),
        SheetRefusal.PHOTO_ACTIVE: _("PDF 里有脚本、附件或密码，未保存。请改为拍照上传。"),
        SheetRefusal.SAME_PERSON: _("录入的人不能自己确认，未改动。请另一位老师或机构管理员办理。"),
        SheetRefusal.DECIDED: _("这份录入已经办过，未改动。请刷新后查看结果。"),
        SheetRefusal.REASON_MISSING: _("请写明退回的原因，未改动。"),
        SheetRefusal.NOT_YOURS: _("只有录入的人能撤回，未改动。请找录入的人办理。"),
        SheetRefusal.OVERTAKEN: _("刚刚有人登记过表上的学员，未改动。请刷新后再确认。"),
    }
