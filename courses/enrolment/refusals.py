"""Why an application is turned down, or a change of one."""

from enum import StrEnum
from typing import Self

from django.utils.translation import gettext_lazy as _

from courses.enrolment.eligibility import Finding
from courses.refusals import Refused


class EnrolmentRefusal(StrEnum):
    """What is asked before and beside the rules of eligibility, whose codes are `eligibility.Code`."""

    NOT_OPEN = "not_open"
    CLOSED = "closed"
    ALREADY_ENROLLED = "already_enrolled"
    NOT_VERIFIED = "not_verified"
    WRONG_STATUS = "wrong_status"
    REASON_MISSING = "reason_missing"
    STARTED = "started"
    COMPLETED = "completed"
    OFFER_OVER = "offer_over"
    NOT_FIRST = "not_first"
    NO_SEAT = "no_seat"
    OTHER_COURSE = "other_course"
    BY_RANK = "by_rank"
    CLASS_BEGUN = "class_begun"
    FULL = "full"
    HAS_A_PLACE_THERE = "has_a_place_there"
    NOT_MISSING = "not_missing"
    SEAT_GONE = "seat_gone"
    ASKED_ALREADY = "asked_already"
    NOTHING_ASKED = "nothing_asked"


class EnrolmentRefused(Refused):
    """`finding` is what a rule of eligibility found, where one refuses; then the code is the rule's own."""

    finding: Finding | None = None
    sentences = {
        EnrolmentRefusal.NOT_OPEN: _("这个班还没有开始报名，未保存。请看看其他班次。"),
        EnrolmentRefusal.CLOSED: _("这个班的报名已经截止，未保存。请看看其他班次。"),
        EnrolmentRefusal.ALREADY_ENROLLED: _("您已经报过这个班，无需再报。请到「我的学习」查看。"),
        EnrolmentRefusal.NOT_VERIFIED: _("还差实名一步，尚未报名。请先填写姓名和证件。"),
        EnrolmentRefusal.WRONG_STATUS: _("这条报名现在是「%(status)s」，未改动。请刷新后再看。"),
        EnrolmentRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        EnrolmentRefusal.STARTED: _("已经开班，不能自行退出，未改动。请联系机构办理。"),
        EnrolmentRefusal.COMPLETED: _("已有结业记录，不能退出或转班，未改动。请先退回或撤销结业。"),
        EnrolmentRefusal.OFFER_OVER: _("确认时间已过，席位已让给下一位，未保存。可以重新报名，或改报其他班次。"),
        EnrolmentRefusal.NOT_FIRST: _("第 %(first)s 号排在前面，未录取。请先联系那一位，不来的写明原因再往下排。"),
        EnrolmentRefusal.NO_SEAT: _("现在没有空位，或者本班不在报名中，未录取。请刷新后再看。"),
        EnrolmentRefusal.OTHER_COURSE: _("只能转到同一课程的其他班次，未转班。请另选一个班。"),
        EnrolmentRefusal.BY_RANK: _("那个班按评选结果录取，不能转入，未转班。请另选一个班。"),
        EnrolmentRefusal.CLASS_BEGUN: _("那个班已经开班或不在报名中，未转班。请另选一个班。"),
        EnrolmentRefusal.FULL: _("那个班没有空位，或有人正在候补，未转班。请另选一个班。"),
        EnrolmentRefusal.NOT_MISSING: _("学员来过课、请过假，或者前几次课还没有上完，未改动。请核对点名册。"),
        EnrolmentRefusal.SEAT_GONE: _("席位已经给了别人，或本班已经结束，未恢复。请转到同一课程的其他班。"),
        EnrolmentRefusal.ASKED_ALREADY: _("已经有一份转班申请在办理，未保存。请等机构答复，或先撤回再申请。"),
        EnrolmentRefusal.NOTHING_ASKED: _("现在没有待办理的转班申请，未改动。请刷新后再看。"),
        EnrolmentRefusal.HAS_A_PLACE_THERE: _("学员已经报了那个班，未转班。请核对后再办。"),
    }

    @classmethod
    def because(cls, finding: Finding) -> Self:
        """The refusal that a blocking finding amounts to, under its code."""
        refused = cls(finding.code)
        refused.finding = finding
        return refused

    @property
    def sentence(self) -> str:
        if self.finding is None:
            return super().sentence
        words = _("%(sentence)s未办理。%(next_step)s")
        return str(words) % {"sentence": self.finding.sentence, "next_step": self.finding.next_step}
