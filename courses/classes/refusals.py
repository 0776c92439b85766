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
    INSTITUTION_SUSPENDED = "institution_suspended"
    INSTITUTION_REMOVED = "institution_removed"
    INSTITUTION_BLOCKED = "institution_blocked"
    COURSE_CHANGED = "course_changed"
    REASON_MISSING = "reason_missing"
    COMPLETIONS_STAND = "completions_stand"
    WAS_HELD = "was_held"
    SELECTION_OPEN = "selection_open"
    MATERIALS_SHORT = "materials_short"
    ASSESSMENT_SHORT = "assessment_short"
    COMMITMENT_OUTDATED = "commitment_outdated"
    UNDER_REVIEW = "under_review"
    OVERRIDE_BELOW_PLAN = "override_below_plan"
    PROJECT_UNFIT = "project_unfit"
    DISTRICT_MISSING = "district_missing"
    ENROL_UNTIL_LATE = "enrol_until_late"
    TOO_EARLY = "too_early"
    RESUMED_ELSEWHERE = "resumed_elsewhere"


class ClassRefused(Refused):
    sentences = {
        ClassRefusal.WRONG_STATUS: _("班次现在是「%(status)s」，不能这样办理，未保存。请刷新后再看。"),
        ClassRefusal.SAME_PERSON: _("本人经手，须他人审核，未保存。"),
        ClassRefusal.NO_LESSONS: _("还没有排课，未保存。请先填写课程表。"),
        ClassRefusal.PAPERS_INCOMPLETE: _("开班材料不齐，未提交。还缺：%(missing)s。请补齐后再提交。"),
        ClassRefusal.CHECKS_FAILED: _("检查没有通过，未提交。%(sentences)s"),
        ClassRefusal.CHECKS_FAIL_NOW: _("按批准时适用的规定复查，没有通过，未批准。%(sentences)s请退回机构修改。"),
        ClassRefusal.INSTITUTION_SUSPENDED: _(
            "机构现在暂停开班，未批准，班次仍在待审。机构恢复后再批准；确定不开的，请退回机构并写明原因。"
        ),
        ClassRefusal.INSTITUTION_REMOVED: _("机构已移出名录，不能开班，未批准。请退回机构，写明不能开班的原因。"),
        ClassRefusal.INSTITUTION_BLOCKED: _("%(sentences)s班次未批准，仍在待审；确定不开的，请退回机构并写明原因。"),
        ClassRefusal.COURSE_CHANGED: _(
            "课程的类型、学时、职业或等级在提交以后改过，未批准。请退回机构，核对课程后重新提交。"
        ),
        ClassRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        ClassRefusal.COMPLETIONS_STAND: _("这个班已有结业记录，不能取消，未保存。请先退回或撤销结业。"),
        ClassRefusal.WAS_HELD: _(
            "这个班已有考勤或成绩，不能取消，未保存。请先开班（已暂停的先恢复），再办结班次，记录都会保留。"
        ),
        ClassRefusal.SELECTION_OPEN: _("这个班还没有公布录取结果，不能开班，未保存。请先完成评选和公示。"),
        ClassRefusal.MATERIALS_SHORT: _(
            "教材写得太少，未保存。请写全书名和出版社，例如：《中式烹调师（四级）》，中国劳动社会保障出版社。"
        ),
        ClassRefusal.ASSESSMENT_SHORT: _(
            "考核方案写得太少，未保存。请写怎么考、多少分合格，例如：理论笔试，实操考核，各 60 分合格。"
        ),
        ClassRefusal.COMMITMENT_OUTDATED: _("承诺书已更新，未保存。请重新阅读后再确认。"),
        ClassRefusal.UNDER_REVIEW: _("班次已提交审核，材料不能再改，未保存。需要改动请联系区市退回。"),
        ClassRefusal.OVERRIDE_BELOW_PLAN: _("准许人数少于计划的 %(seats)s 人，未保存。请填写不少于计划的人数。"),
        ClassRefusal.DISTRICT_MISSING: _("还不知道在哪个区市开班，未保存。请选场地；场地未定的，请选区市。"),
        ClassRefusal.ENROL_UNTIL_LATE: _("报名截止晚于末次课结束，未保存。请改早一些。"),
        ClassRefusal.TOO_EARLY: _("首次课是 %(day)s，到当天才能截止报名并开班，未保存。请到当天再办。"),
        ClassRefusal.RESUMED_ELSEWHERE: _("班次暂停前是「%(status)s」，只能恢复到这一步，未保存。请刷新后再办。"),
        ClassRefusal.PROJECT_UNFIT: _(
            "项目「%(project)s」不适用于这个班，未保存。班次须在项目期限内，区市和品牌也要与项目一致。请换一个项目，或者不选。"
        ),
    }


class ChangeRefusal(StrEnum):
    NOT_CHANGEABLE = "not_changeable"
    LESSON_BEGUN = "lesson_begun"
    REASON_MISSING = "reason_missing"
    WRONG_TIMES = "wrong_times"
    NOTHING_CHANGED = "nothing_changed"
    TRAINER_UNKNOWN = "trainer_unknown"
    TRAINER_EXAMINES = "trainer_examines"
    VENUE_ELSEWHERE = "venue_elsewhere"
    NOT_CANCELLED = "not_cancelled"
    ALREADY_ASKED = "already_asked"
    ALREADY_DECIDED = "already_decided"
    SAME_PERSON = "same_person"
    CLASH = "clash"
    CHECKS_FAILED = "checks_failed"
    LAST_LESSON = "last_lesson"
    NO_LESSON = "no_lesson"
    ONE_OF_SEVERAL = "one_of_several"


class ChangeRefused(Refused):
    sentences = {
        ChangeRefusal.NOT_CHANGEABLE: _("班次现在不能申请变更，未保存。"),
        ChangeRefusal.LESSON_BEGUN: _("这次课已经开始或已取消，不能再变更，未保存。请另选一次课。"),
        ChangeRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        ChangeRefusal.WRONG_TIMES: _("新的时间不对，未保存。结束须晚于开始，开始须晚于现在。"),
        ChangeRefusal.NOTHING_CHANGED: _("与原来的安排一样，未保存。请填写要变更的内容。"),
        ChangeRefusal.TRAINER_UNKNOWN: _("不是本机构在册的教师，未保存。请另选教师。"),
        ChangeRefusal.TRAINER_EXAMINES: _("考培分离：这位教师登记过本班成绩，不能再来任课，未保存。请另选教师。"),
        ChangeRefusal.VENUE_ELSEWHERE: _("场地不在班次登记的%(district)s，未保存。请在本区市里另选场地。"),
        ChangeRefusal.NOT_CANCELLED: _("这次课没有取消，不用补课，未保存。要改时间，请申请变更。"),
        ChangeRefusal.ALREADY_ASKED: _("这次课已有一份变更申请待审核，未保存。"),
        ChangeRefusal.ALREADY_DECIDED: _("这份申请已经办过，未保存。请刷新后再看。"),
        ChangeRefusal.SAME_PERSON: _("本人经手，须他人审核，未保存。"),
        ChangeRefusal.CLASH: _("变更后有冲突，未保存。%(words)s"),
        ChangeRefusal.CHECKS_FAILED: _("变更后的课程表检查没有通过，未保存。%(words)s"),
        ChangeRefusal.LAST_LESSON: _("这是本班仅剩的一次课，未保存。要停办，请取消整个班次。"),
        ChangeRefusal.NO_LESSON: _("没有选课次，未保存。请至少选一次课。"),
        ChangeRefusal.ONE_OF_SEVERAL: _("第 %(number)s 次课：%(words)s"),
    }
