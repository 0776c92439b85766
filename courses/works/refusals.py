"""Why a work is not taken, or not judged."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class WorkRefusal(StrEnum):
    NOT_ADMITTED = "not_admitted"
    NOT_ASKED = "not_asked"
    WAITS = "waits"
    PASSED = "passed"
    LINK_WRONG = "link_wrong"
    NOT_OUTSIDE = "not_outside"
    SAME_PERSON = "same_person"
    GRADE_MISSING = "grade_missing"
    NOTE_MISSING = "note_missing"
    JUDGED = "judged"
    OWN_CHANGE = "own_change"
    NO_EXPERT = "no_expert"
    NOTHING_WAITS = "nothing_waits"
    NOT_JUDGED = "not_judged"
    REASON_MISSING = "reason_missing"
    SAME_GRADE = "same_grade"
    NOT_NEWEST = "not_newest"
    CHANGE_WAITS = "change_waits"
    NOTHING_ASKED = "nothing_asked"
    ERASED = "erased"


class WorkRefused(Refused):
    sentences = {
        WorkRefusal.NOT_ADMITTED: _("这位学员没有被录取，未保存。请核对名单。"),
        WorkRefusal.NOT_ASKED: _("这个班不要求这一项，不用提交，未保存。"),
        WorkRefusal.WAITS: _("上一次提交的还在等评定，未重复保存。有结果后再提交。"),
        WorkRefusal.PASSED: _("这一项已经合格，不用再提交，未保存。"),
        WorkRefusal.LINK_WRONG: _("链接要以 https:// 开头，写到店铺或作品的网址，300 个字符以内，未保存。请改正。"),
        WorkRefusal.NOT_OUTSIDE: _("须由机构以外、不教这个班的人评定，未保存。请交他人办理。"),
        WorkRefusal.SAME_PERSON: _("提交的人不能自己评定，未保存。请交他人办理。"),
        WorkRefusal.GRADE_MISSING: _("请选择优秀、合格或不合格，未保存。"),
        WorkRefusal.NOTE_MISSING: _("未保存。不合格的，请写明哪里要改。"),
        WorkRefusal.JUDGED: _("这一份已经评定，未改动。请刷新后再看。"),
        WorkRefusal.NO_EXPERT: _("请选择一位机构以外、不教这个班的评审专家，未保存。"),
        WorkRefusal.NOTHING_WAITS: _("没有要分给这位专家的成果，未改动。请刷新后再看。"),
        WorkRefusal.OWN_CHANGE: _("改评由您提出，须他人确认，未改动。请交其他有权限的同事确认。"),
        WorkRefusal.NOT_JUDGED: _("这一份还没有评定，不用改评，未保存。"),
        WorkRefusal.REASON_MISSING: _("改评须写明原因，未保存。"),
        WorkRefusal.SAME_GRADE: _("与现在的评定相同，未保存。请另选一档，或返回。"),
        WorkRefusal.NOT_NEWEST: _("学员已提交新的一份，原来这一份不能再改评，未保存。请评定新的一份。"),
        WorkRefusal.CHANGE_WAITS: _("这一份已有改评待确认，未保存。请先办结该项改评。"),
        WorkRefusal.NOTHING_ASKED: _("没有待确认的改评，未改动。请刷新后再看。"),
        WorkRefusal.ERASED: _("这位学员的个人信息已注销，未保存，评定不变。不用再提交、评定、改评或确认改评。"),
    }
