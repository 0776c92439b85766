"""Why an erasure is refused."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class ErasureRefusal(StrEnum):
    ALREADY_ASKED = "already_asked"
    ALREADY_ERASED = "already_erased"
    STANDS = "stands"
    NOTE_MISSING = "note_missing"
    REASON_MISSING = "reason_missing"
    OWN_RECORD = "own_record"
    SAME_PERSON = "same_person"
    DECIDED = "decided"
    HOW_MISSING = "how_missing"
    NOTHING_TO_TELL = "nothing_to_tell"
    MEANWHILE = "meanwhile"
    FORGED = "forged"


class ErasureRefused(Refused):
    sentences = {
        ErasureRefusal.ALREADY_ASKED: _("已有一份注销申请在办理，没有重复提交。请等候办理，或先撤回。"),
        ErasureRefusal.ALREADY_ERASED: _("这份记录已经注销，未改动。不用再办。"),
        ErasureRefusal.STANDS: _("没有办理。%(sentence)s"),
        ErasureRefusal.NOTE_MISSING: _("请写明怎样确认是本人申请，未改动。"),
        ErasureRefusal.REASON_MISSING: _("请写明不同意的原因，本人会看到，未改动。"),
        ErasureRefusal.OWN_RECORD: _("不能办理本人的申请，未改动。请交他人办理。"),
        ErasureRefusal.SAME_PERSON: _("受理和决定须由两人办理，未改动。请交他人决定。"),
        ErasureRefusal.DECIDED: _("这份申请已经办结或撤回，未改动。请刷新后再看。"),
        ErasureRefusal.HOW_MISSING: _("请写明何时、怎样告知本人的，未登记。"),
        ErasureRefusal.NOTHING_TO_TELL: _("这份申请已经登记过告知，或者不用再告知，未改动。请刷新后再看。"),
        ErasureRefusal.MEANWHILE: _("这位学员刚刚有了新的报名，未注销。请刷新后再看。"),
        ErasureRefusal.FORGED: _("第 %(line)s 行不是本系统写出的注销记录，全部没有应用。请核对文件。"),
    }
