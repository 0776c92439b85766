"""The sentence of each kind of message, in the language of its reader."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import dates
from courses.models import Work

LOGIN_CODE = "login_code"
MAILBOX_CODE = "mailbox_code"
ERASURE_DONE = "erasure_done"
# Kinds of which neither phone nor words stay once they were handed over.
BLANKED = frozenset({LOGIN_CODE, MAILBOX_CODE, ERASURE_DONE})
# Kinds that wait neither for the morning nor for a budget.
URGENT = frozenset({LOGIN_CODE})
WITHOUT_REASON = "_without_reason"
# Of a class whose applications are reviewed: `days` is how many working days that may take.
REVIEWED = "_reviewed"
# Of a class in which nobody moves up by themselves any more.
LATE = "_late"
# The value that is a `Work.Part`, kept by its key: its word is in the language of the reader.
WORK_PART = "work_part"
# Values that are days or moments, kept in ISO form: the language of their words is that of the reader.
DATES = frozenset({"starts", "was", "answer_by", "next", "fetch_by", "due", "object_until"})

SENTENCES: dict[str, str | Promise] = {
    LOGIN_CODE: _("您的登录验证码是 %(code)s，5 分钟内有效。工作人员不会向您要验证码，请勿告诉他人。"),
    MAILBOX_CODE: _("您正在填写接收培训通知的邮箱，验证码是 %(code)s，10 分钟内有效。不是您本人操作的，请不用理会。"),
    "enrolment_admitted": _("您已报上「%(course)s」，%(starts)s 开课。报名编号 %(number)s，请按时到课。"),
    "enrolment_applied": _("您报名「%(course)s」的申请已收到，席位已为您保留，请等候审核。报名编号 %(number)s。"),
    "enrolment_applied" + REVIEWED: _(
        "您报名「%(course)s」的申请已收到，席位已为您保留。由培训机构审核，%(days)s 个工作日内发短信告诉您结果，"
        "录取前先不用到课。报名编号 %(number)s。"
    ),
    "enrolment_candidate": _(
        "您报名「%(course)s」的申请已收到，本班按评选结果录取。请登录「我的学习」提交项目材料。报名编号 %(number)s。"
    ),
    "selection_chosen": _(
        "「%(course)s」评选结果已公示，您在拟录取名单中，公示到 %(until)s。报名编号 %(number)s，详情请登录查看。"
    ),
    "selection_reserve": _(
        "「%(course)s」评选结果已公示，您候补第 %(place)s 位，公示到 %(until)s。报名编号 %(number)s，详情请登录查看。"
    ),
    "selection_not_chosen": _(
        "「%(course)s」评选结果已公示，您这次没有入选，公示到 %(until)s。报名编号 %(number)s，得分和原因请登录查看。"
    ),
    "selection_returned": _(
        "「%(course)s」公示的评选结果已撤回，重新评选后再通知您。报名编号 %(number)s，您的申请仍然有效。"
    ),
    "enrolment_waitlisted": _(
        "「%(course)s」已满，您排在候补第 %(place)s 位，有空位会按顺序通知您。报名编号 %(number)s。"
    ),
    "enrolment_waitlisted" + LATE: _(
        "「%(course)s」已满，您排在候补第 %(place)s 位。快开课了，不再发短信递补；"
        "还有空位的，由培训机构按顺序联系您。报名编号 %(number)s。"
    ),
    "enrolment_offered": _(
        "「%(course)s」有空位了，%(starts)s 开课，为您保留到 %(answer_by)s。"
        "请打开 %(link)s 接受或放弃，逾期未确认的，由下一位递补。报名编号 %(number)s。"
    ),
    "enrolment_offered" + REVIEWED: _(
        "「%(course)s」有空位了，%(starts)s 开课，为您保留到 %(answer_by)s。请打开 %(link)s 接受或放弃，逾期未确认的，由下一位递补。"
        "接受后由培训机构审核，%(days)s 个工作日内发短信告诉您结果。报名编号 %(number)s。"
    ),
    "enrolment_closes": _(
        "「%(course)s」的报名提前到 %(answer_by)s 截止，之后不再发短信递补；还有空位的，由培训机构按顺序联系您。"
        "原因：%(reason)s。报名编号 %(number)s。"
    ),
    "offer_declined": _("您已放弃「%(course)s」的空位，候补随之结束。想再参加，可以重新报名。报名编号 %(number)s。"),
    "offer_expired": _(
        "「%(course)s」为您保留的空位逾期未确认，已由下一位递补。想再参加，可以重新报名。报名编号 %(number)s。"
    ),
    "offer_voided": _(
        "「%(course)s」为您保留的空位已取消，原因：%(reason)s。可以改报其他班次，或联系培训机构了解。报名编号 %(number)s。"
    ),
    "enrolment_transferred": _(
        "您已转到「%(course)s」的另一个班，%(starts)s 开课，原来的班不用再去。新的报名编号 %(number)s，请按时到课。"
    ),
    "enrolment_no_show": _(
        "「%(course)s」开课后一直没有您的到课记录，席位已让出。如果您来过，或者还想来，请联系培训机构。报名编号 %(number)s。"
    ),
    "enrolment_reinstated": _("「%(course)s」已恢复您的席位，请按时到课。报名编号 %(number)s。"),
    "transfer_refused": _(
        "您申请转到「%(course)s」的另一个班，未办理成功，原因：%(reason)s。您原来的席位不变。报名编号 %(number)s。"
    ),
    "transfer_ended": _(
        "您想转去的「%(course)s」另一个班已停止接收学员，转班申请随之结束，您原来的席位不变。"
        "想再转班，请登录「我的学习」另选。报名编号 %(number)s。"
    ),
    "not_reached": _(
        "「%(course)s」已开班，您这次没有录取，报名随之结束，不用再等。有新班时可以再报。报名编号 %(number)s。"
    ),
    "not_reached_next": _(
        "「%(course)s」已开班，您这次没有录取，报名随之结束，不用再等。"
        "同一课程还有班在报名，%(next)s 开课，请登录查看。报名编号 %(number)s。"
    ),
    "group_replaced": _(
        "「%(course)s」的席位由您单位另派人员参加，您的报名随之结束。想自己参加，可以另行报名。报名编号 %(number)s。"
    ),
    "enrolment_refused": _(
        "您报名「%(course)s」，这次没有录取，原因：%(reason)s。原因解决后，这个班还在报名的，可以重新报名；"
        "也可以改报其他班次。报名编号 %(number)s。"
    ),
    "enrolment_refused" + WITHOUT_REASON: _(
        "您报名「%(course)s」，这次没有录取。原因请联系培训机构了解；也可以改报其他班次。报名编号 %(number)s。"
    ),
    "class_cancelled": _(
        "「%(course)s」已取消，原定 %(starts)s 开课，您的报名随之结束。原因：%(reason)s。"
        "可以改报其他班次。报名编号 %(number)s。"
    ),
    "class_suspended": _(
        "「%(course)s」暂停，原因：%(reason)s。您的报名为您保留，恢复后会通知您。报名编号 %(number)s。"
    ),
    "class_cancelled_trainer": _(
        "您任课的「%(course)s」已取消，班次 %(class)s，原定 %(starts)s 开课。原因：%(reason)s。不用再去上课。"
    ),
    "class_suspended_trainer": _(
        "您任课的「%(course)s」暂停，班次 %(class)s。原因：%(reason)s。先不用去上课，恢复后会通知您。"
    ),
    "class_resumed_trainer": _("您任课的「%(course)s」已恢复，班次 %(class)s，请按课程表上课。"),
    "class_resumed": _("「%(course)s」已恢复，您的报名继续有效，请在「我的学习」查看安排。报名编号 %(number)s。"),
    "group_given": _(
        "贵单位团报「%(course)s」的 %(seats)s 个名额已留好，班次 %(class)s，首次课 %(starts)s。"
        "团报编号 %(number)s，请通知名单上的人按时到课。"
    ),
    "group_undone": _(
        "贵单位团报「%(course)s」的 %(seats)s 个名额已撤销，班次 %(class)s。团报编号 %(number)s，想再报请联系培训机构。"
    ),
    "group_not_reached": _(
        "贵单位团报的「%(course)s」已开班，班次 %(class)s：有 %(gone)s 人开班前没有录取，报名随之结束，"
        "现保留 %(seats)s 个名额。团报编号 %(number)s，详情请联系培训机构。"
    ),
    "group_suspended": _(
        "贵单位团报的「%(course)s」暂停，班次 %(class)s。原因：%(reason)s。%(seats)s 个名额为贵单位保留，恢复后会通知您。"
        "团报编号 %(number)s。"
    ),
    "group_resumed": _(
        "贵单位团报的「%(course)s」已恢复，班次 %(class)s，%(seats)s 个名额继续有效。"
        "团报编号 %(number)s，请通知名单上的人按课程表到课。"
    ),
    "group_cancelled": _(
        "贵单位团报的「%(course)s」已取消，班次 %(class)s，原定首次课 %(starts)s，名额随之取消。"
        "原因：%(reason)s。团报编号 %(number)s。"
    ),
    "group_asked_suspended": _(
        "贵单位登记团报的「%(course)s」暂停，班次 %(class)s。原因：%(reason)s。"
        "贵单位的团报登记（%(seats)s 人）继续有效，但还没有占名额；名单暂不用交，班次恢复后另行通知。团报编号 %(number)s。"
    ),
    "group_asked_resumed": _(
        "贵单位登记团报的「%(course)s」已恢复，班次 %(class)s。登记的 %(seats)s 人还没有占名额，请把名单交给培训机构接着办理。"
        "团报编号 %(number)s。"
    ),
    "group_asked_cancelled": _(
        "贵单位登记团报的「%(course)s」已取消，班次 %(class)s，原定首次课 %(starts)s。原因：%(reason)s。"
        "这次团报随之结束，没有占过名额，名单不用再交。想另选班次请联系培训机构。团报编号 %(number)s。"
    ),
    "group_asked_over": _(
        "贵单位登记团报的「%(course)s」已过开课日期或已停止报名，不再接收团报名单，班次 %(class)s。"
        "这次团报随之结束，没有占过名额。想另选班次请联系培训机构。团报编号 %(number)s。"
    ),
    "lesson_changed": _(
        "「%(course)s」第 %(number)s 次课有变更：原定 %(was)s，改为 %(starts)s 至 %(ends)s，教室 %(room)s。"
        "原因：%(reason)s。请按新安排到课。"
    ),
    "lesson_changed_trainer": _(
        "您任课的「%(course)s」第 %(number)s 次课有变更：原定 %(was)s，改为 %(starts)s 至 %(ends)s，教室 %(room)s。"
        "请以课程表上的教师为准。"
    ),
    "lessons_changed": _(
        "「%(course)s」第 %(numbers)s 次课有变更：时间不变，教室 %(room)s，教师以课程表为准。原因：%(reason)s。请按时到课。"
    ),
    "lessons_changed_trainer": _(
        "您任课的「%(course)s」第 %(numbers)s 次课有变更：时间不变，教室 %(room)s。请以课程表上的教师为准。"
    ),
    "lesson_cancelled": _(
        "「%(course)s」第 %(number)s 次课已取消，原定 %(was)s。原因：%(reason)s。这次课不计入应到学时，其他课次照常。"
    ),
    "lesson_cancelled_trainer": _("您任课的「%(course)s」第 %(number)s 次课已取消，原定 %(was)s。其他课次照常。"),
    "lesson_added": _(
        "「%(course)s」原定 %(was)s 的课取消后补上，为第 %(number)s 次课：%(starts)s 至 %(ends)s，教室 %(room)s。"
        "原因：%(reason)s。请按时到课。"
    ),
    "lesson_added_trainer": _(
        "「%(course)s」原定 %(was)s 的课补上，由您任课，为第 %(number)s 次课：%(starts)s 至 %(ends)s，教室 %(room)s。"
    ),
    "change_granted": _(
        "「%(course)s」的变更申请已同意，班次 %(class)s，申请编号 %(number)s。新的安排已经生效，有关学员和教师另行通知。"
    ),
    "change_refused": _(
        "「%(course)s」的变更申请没有同意，班次 %(class)s，申请编号 %(number)s，原因：%(reason)s。"
        "原来的安排不变，改好后可以重新申请。"
    ),
    "leave_granted": _(
        "「%(course)s」第 %(numbers)s 次课的请假已同意。请假不计学时，结业还差多少请在「我的学习」查看。"
    ),
    "leave_refused": _("「%(course)s」第 %(numbers)s 次课的请假没有同意，原因：%(reason)s。请按时到课，或联系老师。"),
    "dispute_corrected": _(
        "您对「%(course)s」第 %(number)s 次课考勤的异议已办结，记录已更正。说明：%(reason)s。请在「我的学习」查看。"
    ),
    "dispute_kept": _(
        "您对「%(course)s」第 %(number)s 次课考勤的异议已办结，维持原记录。说明：%(reason)s。老师和机构的答复请登录查看。"
    ),
    "works_assigned": _("有学员成果分给您评定，请登录工作台，在「分给我的成果」里办理。今天再分给您的不另通知。"),
    "examiner_named": _("您被指派为考评员，负责登记一个班的考试成绩。请登录工作台，在「指派我考核的班」里办理。"),
    "work_judged_excellent": _(
        "您在「%(course)s」提交的结业成果（%(work_part)s）评定为优秀，这一项无需再提交。请登录「我的学习」查看还差什么。"
    ),
    "work_judged_pass": _(
        "您在「%(course)s」提交的结业成果（%(work_part)s）评定为合格，这一项无需再提交。请登录「我的学习」查看还差什么。"
    ),
    "work_judged_fail": _(
        "您在「%(course)s」提交的结业成果（%(work_part)s）评定为不合格，意见：%(reason)s。"
        "修改后可以重新提交，请登录「我的学习」办理，或请培训机构代交。"
    ),
    "work_judged_fail_over": _(
        "您在「%(course)s」提交的结业成果（%(work_part)s）评定为不合格，意见：%(reason)s。"
        "您已不在这个班，不能再提交；有疑问请联系培训机构。"
    ),
    "work_regraded_excellent": _(
        "您在「%(course)s」提交的结业成果已改评为优秀，原因：%(reason)s。原来的评定仍保留，请登录「我的学习」查看。"
    ),
    "work_regraded_pass": _(
        "您在「%(course)s」提交的结业成果已改评为合格，原因：%(reason)s。原来的评定仍保留，请登录「我的学习」查看。"
    ),
    "work_regraded_fail": _(
        "您在「%(course)s」提交的结业成果已改评为不合格，原因：%(reason)s。"
        "原来的评定仍保留，请登录「我的学习」查看，修改后可以重新提交。"
    ),
    "make_up_agreed": _(
        "「%(course)s」第 %(number)s 次课的补课已同意：%(starts)s 到%(place)s听课。"
        "请带身份证件，到了先扫教室大屏，并告诉老师您来补课；下课后由双方老师确认。"
    ),
    "make_up_moved": _(
        "您为「%(course)s」第 %(number)s 次课补课，要去听的课有变更：原定 %(was)s，改为 %(starts)s，%(place)s。"
        "去不了的，请在「我的课次」撤回，另选一次。"
    ),
    "make_up_called_off": _(
        "您为「%(course)s」第 %(number)s 次课补课，要去听的课已取消，原因：%(reason)s。不用去了，请在「我的课次」另选一次。"
    ),
    "make_up_suspended": _(
        "您为「%(course)s」第 %(number)s 次课补课，要去听课的班暂停，原因：%(reason)s。%(starts)s先不用去，恢复后会通知您；"
        "不想等的，请在「我的课次」撤回，另选一次。"
    ),
    "make_up_resumed": _(
        "您为「%(course)s」第 %(number)s 次课补课，要去听课的班已恢复：%(starts)s，%(place)s，请按时去听。"
        "去不了的，请在「我的课次」撤回，另选一次。"
    ),
    "make_up_refused": _(
        "「%(course)s」第 %(number)s 次课的补课没有同意，原因：%(reason)s。可以在「我的课次」另选一次。"
    ),
    "make_up_counted": _("「%(course)s」第 %(number)s 次课已按补课计入学时。请在「我的课次」查看。"),
    "make_up_not_counted": _(
        "「%(course)s」第 %(number)s 次课的补课没有计入，原因：%(reason)s。有疑问请联系老师，或对考勤提异议。"
    ),
    "review_overdue": _(
        "「%(course)s」的开班申请逾期未审：班次 %(class)s，%(district)s，应在 %(due)s 前审完。请督促办理。"
    ),
    "export_ready": _("定期导出「%(form)s」已生成，编号 %(number)s，请在 %(fetch_by)s 前到「报表」领取，过时删除。"),
    "export_failed": _("定期导出「%(form)s」没有生成，编号 %(number)s。%(reason)s。需要时请到「报表」重新导出。"),
    "yellow_card_shown": _(
        "贵机构被出示黄牌，编号 %(number)s，事由：%(reason)s。有异议请登录工作台，在「红黄牌」里申辩，%(object_until)s截止。"
    ),
    "red_card_shown": _(
        "贵机构被出示红牌，编号 %(number)s，事由：%(reason)s。有异议请登录工作台，在「红黄牌」里申辩，%(object_until)s截止。"
    ),
    "card_kept": _("对红黄牌 %(number)s 的申辩已答复，维持原决定。说明：%(reason)s。详情请登录工作台查看。"),
    "card_withdrawn": _("红黄牌 %(number)s 已撤回，不再计入。详情请登录工作台查看。"),
    "card_dropped": _("您提出的红黄牌 %(number)s 没有出示，原因：%(reason)s。"),
    ERASURE_DONE: _(
        "您申请的个人信息注销已办结：账号已停用，还没开班的报名已退出。这是最后一条通知，您的手机号不再留存。"
    ),
    "erasure_refused": _(
        "您的个人信息注销申请没有同意，申请编号 %(number)s。原因请登录「我的信息」查看，可以再次申请。"
    ),
    "name_corrected": _(
        "您登记的姓名已按证件更正，申请编号 %(number)s。以前发的证书不变，要换请到培训机构办理换发。"
        "不是您本人要求的，请致电咨询电话。"
    ),
    "document_corrected": _(
        "您登记的证件已更正，申请编号 %(number)s。以前发的证书不变，要换请到培训机构办理换发。"
        "不是您本人要求的，请致电咨询电话。"
    ),
    "phone_corrected": _("您的联系手机号已在窗口更正为本号码，以后的通知发到这里。不是您本人要求的，请致电咨询电话。"),
    "correction_dropped": _("您要求的更正没有办理，申请编号 %(number)s，原因：%(reason)s。有疑问请带证件到窗口。"),
    "enrolment_withdrawn": _("您已退出「%(course)s」，报名随之结束。想再参加，可以重新报名。报名编号 %(number)s。"),
}


def text_of(*, kind: str, params: Mapping[str, Any], language: str) -> str:
    """The sentence of a message. A kind that no sentence was written for is a LookupError."""
    values = spoken(params=params, language=language)
    values["reason"] = str(values.get("reason", "")).rstrip("。.")
    with translation.override(language):
        return str(SENTENCES[_worded(kind, params)]) % values


def _worded(kind: str, params: Mapping[str, Any]) -> str:
    """Under which key the sentence stands that says what holds for this reader."""
    holds = {WITHOUT_REASON: not params.get("reason"), REVIEWED: "days" in params, LATE: bool(params.get("late"))}
    chosen = (kind + suffix for suffix, applies in holds.items() if applies and kind + suffix in SENTENCES)
    return next(chosen, kind)


def spoken(*, params: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The values of a message with its days, its moments and the part of a work in words, as its text and a gateway's
    template have them."""
    with translation.override(language):
        words = {key: _in_words(value) if key in DATES else value for key, value in params.items()}
        return {**words, WORK_PART: str(Work.Part(words[WORK_PART]).label)} if WORK_PART in words else words


def _in_words(value: Any) -> Any:
    """2026-12-02 → 12 月 2 日; what is no ISO date was put into words when it was queued."""
    try:
        return dates.day(date.fromisoformat(value))
    except (TypeError, ValueError):
        pass
    try:
        return dates.moment(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return value
