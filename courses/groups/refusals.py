"""Why an employer's booking is not taken, or not moved on; what is wrong with its list stands in `rosters`."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class GroupRefusal(StrEnum):
    EMPLOYER_MISSING = "employer_missing"
    CONTACT_MISSING = "contact_missing"
    NOBODY = "nobody"
    NOT_OPEN = "not_open"
    SUSPENDED = "suspended"
    SEATS_SUSPENDED = "seats_suspended"
    BY_RANK = "by_rank"
    QUEUE = "queue"
    NO_SEATS = "no_seats"
    ALREADY_OPEN = "already_open"
    WRONG_STATUS = "wrong_status"
    NO_LIST = "no_list"
    NOT_AS_ASKED = "not_as_asked"
    STARTED = "started"
    NOT_A_MEMBER = "not_a_member"
    IN_CLASS = "in_class"
    TRUTH_MISSING = "truth_missing"


class GroupRefused(Refused):
    """Nothing was changed, nobody has a seat by it."""

    sentences = {
        GroupRefusal.EMPLOYER_MISSING: _("请填写单位名称，未保存。"),
        GroupRefusal.CONTACT_MISSING: _("请填写单位联系人，未保存。"),
        GroupRefusal.NOBODY: _("团报人数至少 1 人，未保存。请核对人数。"),
        GroupRefusal.NOT_OPEN: _("这个班现在不在报名中，未保存。请换一个报名中的班次。"),
        GroupRefusal.SUSPENDED: _(
            "班次已暂停，这次团报保留着，没有改动。名单等班次恢复后再上传和确认，届时会发短信通知单位联系人。"
        ),
        GroupRefusal.SEATS_SUSPENDED: _(
            "班次已暂停，人数等恢复后再更正，未保存。现在可以更正单位和联系人，人数请仍填 %(seats)s。"
        ),
        GroupRefusal.BY_RANK: _("这个班按评选结果录取，不能团报，未保存。请由本人在网上报名。"),
        GroupRefusal.QUEUE: _("本班有 %(waiting)s 人候补，名额先给他们，未保存。请换一个班次，或先处理候补。"),
        GroupRefusal.NO_SEATS: _(
            "团报 %(wanted)s 人，本班只剩 %(free)s 个名额，一个也没有占。请减少人数，或换一个名额够的班次。"
        ),
        GroupRefusal.ALREADY_OPEN: _("这个单位在本班已有一次团报没有办完（%(number)s），未保存。请先办完那一次。"),
        GroupRefusal.WRONG_STATUS: _("这次团报现在是「%(status)s」，未改动。请刷新后再看。"),
        GroupRefusal.NO_LIST: _("还没有名单，不能确认。请先上传 %(seats)s 人的名单。"),
        GroupRefusal.STARTED: _("已经开班、停止报名，或者名额没有占到，没有换人。请逐个办理退出和报名。"),
        GroupRefusal.NOT_A_MEMBER: _("这个人已经不在名单上占名额，没有换人。请刷新后再看。"),
        GroupRefusal.IN_CLASS: _("新换的人已经报过这个班，没有换人。请核对证件号码。"),
        GroupRefusal.TRUTH_MISSING: _("新换的人还没有确认所报情况属实，没有换人。请先由单位请本人确认，再勾选。"),
        GroupRefusal.NOT_AS_ASKED: _(
            "登记的是 %(seats)s 人，名单里能报名的是 %(enrols)s 人，一个也没有占。请更正人数，或改好名单重新上传。"
        ),
    }
