"""Why something about a class is not done."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class ClassRefusal(StrEnum):
    WRONG_STATUS = "wrong_status"
    SAME_PERSON = "same_person"
    NO_LESSONS = "no_lessons"
    PAPERS_INCOMPLETE = "papers_incomplete"
    CHECKS_FAILED = "checks_failed"
    CHECKS_FAIL_NOW = "checks_fail_now"
    COURSE_CHANGED = "course_changed"
    REASON_MISSING = "reason_missing"
    COMPLETIONS_STAND = "completions_stand"
    SELECTION_OPEN = "selection_open"
    COMMITMENT_OUTDATED = "commitment_outdated"
    UNDER_REVIEW = "under_review"
    OVERRIDE_BELOW_PLAN = "override_below_plan"
    PROJECT_UNFIT = "project_unfit"


class ClassRefused(Refused):
    sentences = {
        ClassRefusal.WRONG_STATUS: _("班次现在是「%(status)s」，不能这样办理，未保存。请刷新后再看。"),
        ClassRefusal.SAME_PERSON: _("本人经手，须他人审核，未保存。"),
        ClassRefusal.NO_LESSONS: _("还没有排课，未保存。请先填写课程表。"),
        ClassRefusal.PAPERS_INCOMPLETE: _("开班材料不齐，未提交。还缺：%(missing)s。请补齐后再提交。"),
        ClassRefusal.CHECKS_FAILED: _("检查没有通过，未提交。%(sentences)s"),
        ClassRefusal.CHECKS_FAIL_NOW: _("按批准时适用的规定复查，没有通过，未批准。%(sentences)s请退回机构修改。"),
        ClassRefusal.COURSE_CHANGED: _(
            "课程的类型、学时、职业或等级在提交以后改过，未批准。请退回机构，核对课程后重新提交。"
        ),
        ClassRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        ClassRefusal.COMPLETIONS_STAND: _("这个班已有结业记录，不能取消，未保存。请先退回或撤销结业。"),
        ClassRefusal.SELECTION_OPEN: _("这个班还没有公布录取结果，不能开班，未保存。请先完成评选和公示。"),
        ClassRefusal.COMMITMENT_OUTDATED: _("承诺书已更新，未保存。请重新阅读后再确认。"),
        ClassRefusal.UNDER_REVIEW: _("班次已提交审核，材料不能再改，未保存。需要改动请联系区市退回。"),
        ClassRefusal.OVERRIDE_BELOW_PLAN: _("准许人数少于计划的 %(seats)s 人，未保存。请填写不少于计划的人数。"),
        ClassRefusal.PROJECT_UNFIT: _(
            "项目「%(project)s」不适用于这个班，未保存。班次须在项目期限内，区市和品牌也要与项目一致。请换一个项目，或者不选。"
        ),
    }
