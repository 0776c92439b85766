"""Why an application is not scored, or a result not moved on."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class SelectionRefusal(StrEnum):
    NOT_A_CANDIDATE = "not_a_candidate"
    PITCH_INCOMPLETE = "pitch_incomplete"
    PITCH_SCORED = "pitch_scored"
    NO_PITCH = "no_pitch"
    RESULT_STANDS = "result_stands"
    OWN_INTEREST = "own_interest"
    ENTERED_IT = "entered_it"
    ENTERED_ONE = "entered_one"
    PITCH_OWN = "pitch_own"
    WRONG_SCORES = "wrong_scores"
    ENOUGH_SHEETS = "enough_sheets"
    REASON_MISSING = "reason_missing"
    STILL_OPEN = "still_open"
    NOT_ENROLLING = "not_enrolling"
    NOBODY = "nobody"
    INCOMPLETE = "incomplete"
    SAME_PERSON = "same_person"
    SCORED_IT = "scored_it"
    CHANGED = "changed"
    TOO_LATE = "too_late"
    WRONG_STATUS = "wrong_status"
    NOTICE_RUNS = "notice_runs"


class SelectionRefused(Refused):
    sentences = {
        SelectionRefusal.NOT_A_CANDIDATE: _("这份申请现在不在评选中，未保存。请刷新后再看。"),
        SelectionRefusal.PITCH_INCOMPLETE: _("项目名称和简介都要填写，未保存。请补齐后再提交。"),
        SelectionRefusal.PITCH_SCORED: _("已经开始评分，项目材料不能再改，未保存。如有疑问，请致电咨询电话。"),
        SelectionRefusal.NO_PITCH: _("申请人还没有提交项目材料，不能评分。请等材料提交后再评。"),
        SelectionRefusal.RESULT_STANDS: _("评选结果已经提出，不能再改，未保存。确需改动，请先退回结果。"),
        SelectionRefusal.OWN_INTEREST: _("您与这个班的机构、教学或申请人有关，须回避，未保存。请由他人办理。"),
        SelectionRefusal.ENTERED_IT: _("项目材料由您在窗口代交，须由他人评分，未保存。请由另一位评审办理。"),
        SelectionRefusal.ENTERED_ONE: _(
            "您代交过这个班申请人的项目材料，结果须由他人确认，未保存。请由另一位同事办理。"
        ),
        SelectionRefusal.PITCH_OWN: _(
            "申请人自己写过项目材料，窗口不能改写，未保存。要改动的，请本人登录「我的学习」修改。"
        ),
        SelectionRefusal.WRONG_SCORES: _("每一项都要打分，并且不超过满分，未保存。请核对后再提交。"),
        SelectionRefusal.ENOUGH_SHEETS: _("这份申请的评分已经够了，未保存。请评下一份。"),
        SelectionRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        SelectionRefusal.STILL_OPEN: _("报名还没有截止，不能提出结果。请在截止后办理。"),
        SelectionRefusal.NOT_ENROLLING: _("这个班现在不按评选录取，或者不在报名中，未保存。请先看班次的状态。"),
        SelectionRefusal.NOBODY: _("没有可以评选的申请，未保存。请等有人报名后再办理。"),
        SelectionRefusal.INCOMPLETE: _("还有 %(count)s 份申请没有评完，不能提出结果。请评完后再提出。"),
        SelectionRefusal.SAME_PERSON: _("结果由您提出，须他人确认，未保存。"),
        SelectionRefusal.SCORED_IT: _("您参加了这个班的评分，须由没有评分的人确认，未保存。"),
        SelectionRefusal.CHANGED: _("提出以后有人退出或评分有变，未确认。请退回后重新提出。"),
        SelectionRefusal.TOO_LATE: _(
            "公示要到 %(until)s 才结束，%(starts)s 就要开班，来不及录取，未确认。请先变更开班时间。"
        ),
        SelectionRefusal.WRONG_STATUS: _("评选结果现在是「%(status)s」，不能这样办理，未保存。请刷新后再看。"),
        SelectionRefusal.NOTICE_RUNS: _("公示到 %(until)s 才结束，还不能录取，未改动。期满后会自动办理。"),
    }
