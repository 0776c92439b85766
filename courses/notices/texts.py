"""The sentence of each kind of message, in the language of its reader."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import dates

LOGIN_CODE = "login_code"
# Kinds that wait neither for the morning nor for a budget.
URGENT = frozenset({LOGIN_CODE})
WITHOUT_REASON = "_without_reason"
# Values that are days or moments, kept in ISO form: the language of their words is that of the reader.
DATES = frozenset({"starts", "was", "answer_by"})

SENTENCES: dict[str, str | Promise] = {
    LOGIN_CODE: _("您的登录验证码是 %(code)s，5 分钟内有效。工作人员不会向您要验证码，请勿告诉他人。"),
    "enrolment_admitted": _("您已报上「%(course)s」，%(starts)s 开课。报名编号 %(number)s，请按时到课。"),
    "enrolment_applied": _("您报名「%(course)s」的申请已收到，席位已为您保留，请等候审核。报名编号 %(number)s。"),
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
    "enrolment_offered": _(
        "「%(course)s」有空位了，%(starts)s 开课，为您保留到 %(answer_by)s。"
        "请打开 %(link)s 接受或放弃，过时让给下一位。报名编号 %(number)s。"
    ),
    "offer_declined": _("您已放弃「%(course)s」的空位，候补随之结束。想再参加，可以重新报名。报名编号 %(number)s。"),
    "offer_expired": _(
        "「%(course)s」为您保留的空位没有按时确认，已让给下一位。想再参加，可以重新报名。报名编号 %(number)s。"
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
        "您申请转到「%(course)s」的另一个班，没有办成，原因：%(reason)s。您原来的席位不变。报名编号 %(number)s。"
    ),
    "group_replaced": _(
        "「%(course)s」的席位由您单位另派人员参加，您的报名随之结束。想自己参加，可以另行报名。报名编号 %(number)s。"
    ),
    "enrolment_refused": _("您报名「%(course)s」未通过：%(reason)s。可以改报其他班次，或联系培训机构了解。"),
    "enrolment_refused" + WITHOUT_REASON: _("您报名「%(course)s」未通过。可以改报其他班次，或联系培训机构了解。"),
    "class_cancelled": _(
        "「%(course)s」已取消，原定 %(starts)s 开课，您的报名随之结束。原因：%(reason)s。"
        "可以改报其他班次。报名编号 %(number)s。"
    ),
    "class_suspended": _(
        "「%(course)s」暂停，原因：%(reason)s。您的报名为您保留，恢复后会通知您。报名编号 %(number)s。"
    ),
    "class_resumed": _("「%(course)s」已恢复，您的报名继续有效，请在「我的学习」查看安排。报名编号 %(number)s。"),
    "group_given": _(
        "贵单位团报「%(course)s」的 %(seats)s 个名额已留好，班次 %(class)s，首次课 %(starts)s。"
        "团报编号 %(number)s，请通知名单上的人按时到课。"
    ),
    "group_undone": _(
        "贵单位团报「%(course)s」的 %(seats)s 个名额已撤销，班次 %(class)s。团报编号 %(number)s，想再报请联系培训机构。"
    ),
    "group_cancelled": _(
        "贵单位团报的「%(course)s」已取消，班次 %(class)s，原定首次课 %(starts)s，名额随之取消。"
        "原因：%(reason)s。团报编号 %(number)s。"
    ),
    "lesson_changed": _(
        "「%(course)s」第 %(number)s 次课有变更：原定 %(was)s，改为 %(starts)s 至 %(ends)s，教室 %(room)s。"
        "原因：%(reason)s。请按新安排到课。"
    ),
    "lesson_changed_trainer": _(
        "您任课的「%(course)s」第 %(number)s 次课有变更：原定 %(was)s，改为 %(starts)s 至 %(ends)s，教室 %(room)s。"
        "请以课程表上的教师为准。"
    ),
    "lesson_cancelled": _(
        "「%(course)s」第 %(number)s 次课已取消，原定 %(was)s。原因：%(reason)s。这次课不计入应到学时，其他课次照常。"
    ),
    "lesson_cancelled_trainer": _("您任课的「%(course)s」第 %(number)s 次课已取消，原定 %(was)s。其他课次照常。"),
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
    "enrolment_withdrawn": _("您已退出「%(course)s」，席位已释放。想再参加，可以重新报名。报名编号 %(number)s。"),
}


def text_of(*, kind: str, params: Mapping[str, Any], language: str) -> str:
    """The sentence of a message. A kind that no sentence was written for is a LookupError."""
    spare = kind + WITHOUT_REASON
    chosen = spare if spare in SENTENCES and not params.get("reason") else kind
    values = spoken(params=params, language=language)
    values["reason"] = str(values.get("reason", "")).rstrip("。.")
    with translation.override(language):
        return str(SENTENCES[chosen]) % values


def spoken(*, params: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The values of a message with its days and moments in words, as its text and a gateway's template have them."""
    with translation.override(language):
        return {key: _in_words(value) if key in DATES else value for key, value in params.items()}


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
