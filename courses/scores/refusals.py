"""Why a score is not recorded, and nobody named to record it."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class ScoreRefusal(StrEnum):
    OUT_OF_RANGE = "out_of_range"
    NOT_ADMITTED = "not_admitted"
    EXAMINER_TEACHES = "examiner_teaches"
    REASON_MISSING = "reason_missing"
    CHANGE_WAITS = "change_waits"
    SAME_PERSON = "same_person"
    NOTHING_ASKED = "nothing_asked"
    ERASED = "erased"
    EXAMINER_NAMED = "examiner_named"
    EXAMINER_INSIDE = "examiner_inside"
    OWN = "own"


class ScoreRefused(Refused):
    sentences = {
        ScoreRefusal.OUT_OF_RANGE: _("成绩应在 0 到 100 之间，最多一位小数，未保存。请改正。"),
        ScoreRefusal.NOT_ADMITTED: _("这位学员没有被录取，未保存。请核对名单。"),
        ScoreRefusal.EXAMINER_TEACHES: _("考培分离：您是这个班的任课教师，不能登记成绩，未保存。请由他人登记。"),
        ScoreRefusal.REASON_MISSING: _("结业已提交，改成绩须写明原因，未保存。"),
        ScoreRefusal.CHANGE_WAITS: _("这项成绩有一处修改等待确认，未保存。请先处理那一处。"),
        ScoreRefusal.SAME_PERSON: _("本人经手，须他人确认，未保存。"),
        ScoreRefusal.NOTHING_ASKED: _("没有待确认的修改，未改动。请刷新后再看。"),
        ScoreRefusal.ERASED: _("这位学员的个人信息已注销，未保存，成绩不变。不用再登记、修改或确认成绩。"),
        ScoreRefusal.EXAMINER_NAMED: _(
            "这个班已指派校外考评员，成绩只由考评员登记，未保存。有出入请联系考评员，或请区市经办撤换。"
        ),
        ScoreRefusal.EXAMINER_INSIDE: _(
            "考培分离：您已在这个班的机构任职，不能再登记这个班的成绩，未保存。请联系区市经办。"
        ),
        ScoreRefusal.OWN: _("这是您本人的成绩，须由他人登记和确认，未保存。"),
    }


class ExaminerRefusal(StrEnum):
    CLASS_STATUS = "class_status"
    NO_SCORES = "no_scores"
    SAME_PERSON = "same_person"
    NAMED_ALREADY = "named_already"
    NOT_OUTSIDE = "not_outside"
    ENDED = "ended"


class ExaminerRefused(Refused):
    sentences = {
        ExaminerRefusal.CLASS_STATUS: _("班次现在是「%(status)s」，不能指派考评员，未保存。请核对班次。"),
        ExaminerRefusal.NO_SCORES: _("这类培训不要求考试成绩，不用指派考评员，未保存。"),
        ExaminerRefusal.SAME_PERSON: _("不能指派本人，未保存。请另选一位，或由他人指派您。"),
        ExaminerRefusal.NAMED_ALREADY: _("这位考评员已经指派，未重复保存。请刷新后查看。"),
        ExaminerRefusal.NOT_OUTSIDE: _(
            "考评员须是机构以外、不教这个班、也不在班里学习的评审专家，未保存。请另选一位。"
        ),
        ExaminerRefusal.ENDED: _("这位考评员已经撤下，未改动。请刷新后再看。"),
    }
