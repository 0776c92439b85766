"""What has become of an entry, in a code and in a sentence to the trainer who holds the phone."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.models import KitEntry

State = KitEntry.State


class Why(StrEnum):
    RECORDED = "recorded"
    LOOK = "look"
    SECOND_PERSON = "second_person"
    ALREADY = "already"
    OVERTAKEN = "overtaken"
    PHONES_DIFFER = "phones_differ"
    DECIDED = "decided"
    NUMBER_TWICE = "number_twice"
    CHAIN = "chain"
    CLOCK = "clock"
    CODE_TIME = "code_time"
    TOO_OLD = "too_old"
    SIGNATURE = "signature"
    MALFORMED = "malformed"
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_CODE = "unknown_code"
    NOT_BOUND = "not_bound"
    NOT_VERIFIED = "not_verified"
    NOT_ENROLLED = "not_enrolled"
    CANCELLED = "cancelled"
    TOO_EARLY = "too_early"
    REASON_MISSING = "reason_missing"


# Taken in, and somebody has to do something before it counts.
WAITS = (Why.LOOK, Why.SECOND_PERSON)
STATES: dict[Why, State] = {
    Why.RECORDED: State.ACCEPTED,
    Why.LOOK: State.ACCEPTED,
    Why.SECOND_PERSON: State.ACCEPTED,
    Why.ALREADY: State.ACCEPTED,
    Why.OVERTAKEN: State.ACCEPTED,
    Why.PHONES_DIFFER: State.DISPUTED,
    Why.DECIDED: State.DISPUTED,
    Why.NUMBER_TWICE: State.DISPUTED,
    Why.CHAIN: State.DISPUTED,
    Why.CLOCK: State.DISPUTED,
    Why.CODE_TIME: State.DISPUTED,
    Why.TOO_OLD: State.DISPUTED,
    Why.SIGNATURE: State.REFUSED,
    Why.MALFORMED: State.REFUSED,
    Why.UNKNOWN_MEMBER: State.REFUSED,
    Why.UNKNOWN_CODE: State.REFUSED,
    Why.NOT_BOUND: State.REFUSED,
    Why.NOT_VERIFIED: State.REFUSED,
    Why.NOT_ENROLLED: State.REFUSED,
    Why.CANCELLED: State.REFUSED,
    Why.TOO_EARLY: State.REFUSED,
    Why.REASON_MISSING: State.REFUSED,
}
SENTENCES: dict[Why, str | Promise] = {
    Why.RECORDED: _("已计入考勤。"),
    Why.LOOK: _("已收到，请在点名册当面确认是本人。"),
    Why.SECOND_PERSON: _("已收到，须由另一位老师或机构管理员确认。"),
    Why.ALREADY: _("这位学员已有记录，没有重复计。"),
    Why.OVERTAKEN: _("同一部手机后来改过，以后面一条为准。"),
    Why.PHONES_DIFFER: _("与另一条离线记录不一样，先不计。请由另一位老师或机构管理员确认。"),
    Why.DECIDED: _("与点名册上已有的记录不一样，没有改动。请在点名册核对。"),
    Why.NUMBER_TWICE: _(
        "同一序号有两条不同的记录，两条都已留下，先不计。点名册上等确认的，请由另一位老师确认；已有的记录不变。"
    ),
    Why.CHAIN: _("与前后记录接不上，先不计。点名册上等确认的，请由另一位老师确认；已有的记录不变。"),
    Why.CLOCK: _("手机时钟被改过，时间不可靠，先不计。点名册上等确认的，请由另一位老师确认；已有的记录不变。"),
    Why.CODE_TIME: _("签到码与扫码时间对不上，先不计。点名册上等确认的，请由另一位老师确认；已有的记录不变。"),
    Why.TOO_OLD: _("上传得太晚，请假和缺勤没有改动。请由机构管理员说明情况。"),
    Why.SIGNATURE: _("这条不是这部手机写的，没有计入，已留底。"),
    Why.MALFORMED: _("这条记录读不出来，没有计入，已留底。请在点名册补签。"),
    Why.UNKNOWN_MEMBER: _("名单里没有这个人，没有计入，已留底。"),
    Why.UNKNOWN_CODE: _("这不是本班学员的签到码或学员卡，没有计入。认得本人的，请在点名册补签。"),
    Why.NOT_BOUND: _("这部手机当时已不再绑定，没有计入。认得本人的，请在点名册补签。"),
    Why.NOT_VERIFIED: _("这位学员还没有实名，没有计入。请先填写姓名和证件。"),
    Why.NOT_ENROLLED: _("这次课时这位学员不在本班名单里，没有计入。请核对报名和转班的时间。"),
    Why.CANCELLED: _("这次课已取消，没有计入，已留底。"),
    Why.TOO_EARLY: _("那时还没有到签到时间，没有计入。请在点名册登记。"),
    Why.REASON_MISSING: _("没有选手工登记的原因，没有计入。请在点名册登记。"),
}


def sentence_of(why: str) -> str:
    """The sentence of a stored code, in the language of who reads it."""
    return str(SENTENCES[Why(why)])
