"""Why a score is not recorded, and a file of scores not taken."""

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
    }
