"""Why an application is turned down, or a change of one."""

from enum import StrEnum
from typing import Any, ClassVar, Self

from django.utils.translation import gettext_lazy as _

from courses.enrolment.eligibility import Finding
from courses.refusals import Refused


class EnrolmentRefusal(StrEnum):
    """What is asked before and beside the rules of eligibility, whose codes are `eligibility.Code`."""

    NOT_OPEN = "not_open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"
    ON_HOLD = "on_hold"
    UNDER_WAY = "under_way"
    OVER = "over"
    ALREADY_ENROLLED = "already_enrolled"
    NOT_VERIFIED = "not_verified"
    WRONG_STATUS = "wrong_status"
    REASON_MISSING = "reason_missing"
    STARTED = "started"
    COMPLETED = "completed"
    OFFER_OVER = "offer_over"
    OFFER_ON_HOLD = "offer_on_hold"
    NOT_FIRST = "not_first"
    NO_SEAT = "no_seat"
    OTHER_COURSE = "other_course"
    BY_RANK = "by_rank"
    CLASS_BEGUN = "class_begun"
    FULL = "full"
    HAS_A_PLACE_THERE = "has_a_place_there"
    NOT_MISSING = "not_missing"
    NO_SHOW_ALREADY = "no_show_already"
    SEAT_GONE = "seat_gone"
    ASKED_ALREADY = "asked_already"
    NOTHING_ASKED = "nothing_asked"
    PLACE_AT_STAKE = "place_at_stake"
    NOTHING_CHOSEN = "nothing_chosen"
    OUTLOOK_CHANGED = "outlook_changed"
    TRUTH_MISSING = "truth_missing"
    PROVED_BY_YOU = "proved_by_you"
    ADMITTED_BY_YOU = "admitted_by_you"


class EnrolmentRefused(Refused):
    """`finding` is what a rule of eligibility found, where one refuses; then the code is the rule's own."""

    finding: Finding | None = None
    sentences = {
        EnrolmentRefusal.NOT_OPEN: _("这个班还没有开始报名，未保存。请看看其他班次。"),
        EnrolmentRefusal.CANCELLED: _("这个班已经取消，不能报名，未保存。请看看其他班次。"),
        EnrolmentRefusal.SUSPENDED: _("这个班暂停了，现在不能报名，未保存。恢复后可以再报，也可以看看其他班次。"),
        EnrolmentRefusal.ON_HOLD: _("本班暂停，没有录取，报名和席位都为学员保留。恢复后可以再审核。"),
        EnrolmentRefusal.UNDER_WAY: _("这个班已经开班，不再报名，未保存。请看看其他班次。"),
        EnrolmentRefusal.OVER: _("这个班已经结束，未保存。请看看其他班次。"),
        EnrolmentRefusal.CLOSED: _("这个班的报名已经截止，未保存。请看看其他班次。"),
        EnrolmentRefusal.ALREADY_ENROLLED: _("您已经报过这个班，无需再报。请到「我的学习」查看。"),
        EnrolmentRefusal.NOT_VERIFIED: _("还差实名一步，尚未报名。请先填写姓名和证件。"),
        EnrolmentRefusal.WRONG_STATUS: _("这条报名现在是「%(status)s」，未改动。请刷新后再看。"),
        EnrolmentRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        EnrolmentRefusal.STARTED: _("已到开课日期，不能自行退出，未改动。请联系培训机构办理。"),
        EnrolmentRefusal.COMPLETED: _("已有结业记录，不能退出或转班，未改动。请先退回或撤销结业。"),
        EnrolmentRefusal.OFFER_OVER: _("确认时间已过，席位已由下一位递补，未保存。可以重新报名，或改报其他班次。"),
        EnrolmentRefusal.OFFER_ON_HOLD: _("本班暂停，还不能确认，未保存。空位为您保留，恢复后请按新的短信确认。"),
        EnrolmentRefusal.NOT_FIRST: _("第 %(first)s 号排在前面，未录取。请先联系那一位，不来的写明原因再往下排。"),
        EnrolmentRefusal.NO_SEAT: _("现在没有空位，或者本班不在报名中，未录取。请刷新后再看。"),
        EnrolmentRefusal.OTHER_COURSE: _("只能转到同一课程的其他班次，未转班。请另选一个班。"),
        EnrolmentRefusal.BY_RANK: _("那个班按评选结果录取，不能转入，未转班。请另选一个班。"),
        EnrolmentRefusal.CLASS_BEGUN: _("那个班已经开班或不在报名中，未转班。请另选一个班。"),
        EnrolmentRefusal.FULL: _("那个班没有空位，或有人正在候补，未转班。请另选一个班。"),
        EnrolmentRefusal.NOT_MISSING: _("学员来过课、请过假，或者前几次课还没有上完，未改动。请核对点名册。"),
        EnrolmentRefusal.NO_SHOW_ALREADY: _("已经记为未到，席位已让出，不用再办。来了可以恢复。"),
        EnrolmentRefusal.SEAT_GONE: _("席位已经给了别人，或本班已经结束，未恢复。请转到同一课程的其他班。"),
        EnrolmentRefusal.ASKED_ALREADY: _("已经有一份转班申请在办理，未保存。请等机构答复，或先撤回再申请。"),
        EnrolmentRefusal.NOTHING_ASKED: _("现在没有待办理的转班申请，未改动。请刷新后再看。"),
        EnrolmentRefusal.PLACE_AT_STAKE: _(
            "您还在上课时间重叠的另一个班排队，这次没有报名。请看清影响，勾选后再确认。"
        ),
        EnrolmentRefusal.TRUTH_MISSING: _("还没有确认所填情况属实，这次没有报名。请读完承诺，勾选后再确认。"),
        EnrolmentRefusal.HAS_A_PLACE_THERE: _("学员已经报了那个班，未转班。请核对后再办。"),
        EnrolmentRefusal.NOTHING_CHOSEN: _("没有可录取的报名，未办理。请先勾选要录取的人。"),
        EnrolmentRefusal.PROVED_BY_YOU: _("证明材料由您在窗口代交，须由他人审核，没有录取。请由另一位经办人办理。"),
        EnrolmentRefusal.ADMITTED_BY_YOU: _(
            "这位学员由您录取，证明材料须由他人代交，未保存。请由另一位经办人上传，或请本人上传。"
        ),
        EnrolmentRefusal.OUTLOOK_CHANGED: _("看后果以后情况有变，一个也没有录取。请重新勾选，再看一次后果。"),
    }

    # The same before anything was pressed: nothing could have been saved.
    before: ClassVar[dict[str, Any]] = {
        EnrolmentRefusal.NOT_OPEN: _("这个班还没有开始报名。请看看其他班次。"),
        EnrolmentRefusal.CANCELLED: _("这个班已经取消，不能报名。请看看其他班次。"),
        EnrolmentRefusal.SUSPENDED: _("这个班暂停了，现在不能报名。恢复后可以再报，也可以看看其他班次。"),
        EnrolmentRefusal.ON_HOLD: _("本班暂停，现在不录取，报名和席位都为学员保留。恢复后可以再审核。"),
        EnrolmentRefusal.UNDER_WAY: _("这个班已经开班，不再报名。请看看其他班次。"),
        EnrolmentRefusal.OVER: _("这个班已经结束。请看看其他班次。"),
        EnrolmentRefusal.CLOSED: _("这个班的报名已经截止。请看看其他班次。"),
        EnrolmentRefusal.STARTED: _("已到开课日期，不能自己在网上退出。请联系培训机构办理。"),
        EnrolmentRefusal.PROVED_BY_YOU: _("证明材料由您在窗口代交，须由他人审核。请由另一位经办人办理。"),
    }

    @classmethod
    def because(cls, finding: Finding) -> Self:
        """The refusal that a blocking finding amounts to, under its code."""
        refused = cls(finding.code)
        refused.finding = finding
        return refused

    @property
    def sentence(self) -> str:
        return super().sentence if self.finding is None else _not_done(self.finding.sentence, self.finding)

    @property
    def sentence_before(self) -> str:
        return str(self.before.get(self.code, self.own_sentence))

    @property
    def own_sentence(self) -> str:
        """As `sentence`, for the learner's own eyes."""
        return super().sentence if self.finding is None else _not_done(self.finding.own_sentence, self.finding)


def _not_done(sentence: str, finding: Finding) -> str:
    return str(_("%(sentence)s未办理。%(next_step)s")) % {"sentence": sentence, "next_step": finding.next_step}
