"""Why a step of a completion is refused."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class CompletionRefusal(StrEnum):
    NOT_MET = "not_met"
    CLASS_STOPPED = "class_stopped"
    ALREADY_PROPOSED = "already_proposed"
    WRONG_STATUS = "wrong_status"
    SAME_PERSON = "same_person"
    NOT_PROPOSER = "not_proposer"
    REASON_MISSING = "reason_missing"
    SIGNAL_OPEN = "signal_open"
    SIGNALS_PENDING = "signals_pending"


class CompletionRefused(Refused):
    sentences = {
        CompletionRefusal.NOT_MET: _("还没有达到结业条件：%(missing)s。未提交，请补齐后再办理。"),
        CompletionRefusal.CLASS_STOPPED: _("班次现在是「%(status)s」，不能办理结业，未保存。请等班次恢复后再办理。"),
        CompletionRefusal.ALREADY_PROPOSED: _("这位学员已经提出过结业，未重复提交。请刷新后查看进度。"),
        CompletionRefusal.WRONG_STATUS: _("这条结业现在是「%(status)s」，未改动。请刷新后再看。"),
        CompletionRefusal.SAME_PERSON: _("本人经手，须他人审核，未批准。"),
        CompletionRefusal.NOT_PROPOSER: _("这条结业由别的老师提出，未改动。提错了的，请提出的老师收回，或请机构退回。"),
        CompletionRefusal.REASON_MISSING: _("请写明原因，未保存。"),
        CompletionRefusal.SIGNAL_OPEN: _(
            "待看事项「%(kinds)s」提到这位学员，还没有人核对，未批准。请先在「待看」写明核对的情况，再来批准。"
        ),
        CompletionRefusal.SIGNALS_PENDING: _(
            "本班的到课凭据还没有全部核查，未批准。系统自动核查，%(ready)s 之前完成，请到时再来批准。"
        ),
    }
