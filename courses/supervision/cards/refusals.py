"""Why something is not done about a card."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class CardRefusal(StrEnum):
    INSIDE = "inside"
    HALF = "half"
    FACTS_MISSING = "facts_missing"
    OTHER_CLASS = "other_class"
    ALREADY = "already"
    SAME_PERSON = "same_person"
    OWN_CHECK = "own_check"
    REASON_MISSING = "reason_missing"
    DECIDED = "decided"
    NOT_INSIDE = "not_inside"
    OBJECTED = "objected"
    TOO_LATE = "too_late"
    PROPOSER = "proposer"
    WITHDRAWAL_ASKED = "withdrawal_asked"


class CardRefused(Refused):
    sentences = {
        CardRefusal.INSIDE: _("没有办理。本机构的人和本班老师不能办理自己的红黄牌，请交他人办理。"),
        CardRefusal.HALF: _("没有保存。请选红牌或黄牌，并选事由。"),
        CardRefusal.FACTS_MISSING: _("没有保存。请写明事实：哪天、哪个班、看到了什么。"),
        CardRefusal.OTHER_CLASS: _("没有保存。所选班次或依据不属于这家机构，请重新选择。"),
        CardRefusal.ALREADY: _("没有重复保存。这个班已有一张红黄牌等待确认，请先办完那一张。"),
        CardRefusal.SAME_PERSON: _("没有办理。提出和确认须由两人办理，请交他人办理。"),
        CardRefusal.OWN_CHECK: _("没有办理。这张牌依据您做的检查，须由他人确认。"),
        CardRefusal.REASON_MISSING: _("没有办理。请写明原因，机构会看到。"),
        CardRefusal.DECIDED: _("没有改动。这一步已经办过，请刷新后再看。"),
        CardRefusal.NOT_INSIDE: _("没有保存。只有被出示的机构可以申辩。"),
        CardRefusal.OBJECTED: _("没有保存。贵机构已经申辩过，请等答复。"),
        CardRefusal.TOO_LATE: _("没有保存。申辩到 %(day)s 为止。之后有新情况，请联系区市经办人。"),
        CardRefusal.PROPOSER: _("没有办理。这张牌由您提出，申辩须由他人答复。"),
        CardRefusal.WITHDRAWAL_ASKED: _("没有重复保存。已经有人提出撤回，请等他人确认。"),
    }
