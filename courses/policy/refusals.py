"""What is refused when a version is put forward."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from courses.refusals import Refused


class PolicyRefusal(StrEnum):
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    WRONG_TYPE = "wrong_type"
    WRONG_LEVEL = "wrong_level"
    WRONG_SHEET = "wrong_sheet"
    WRONG_COUNT = "wrong_count"
    OUT_OF_RANGE = "out_of_range"
    DATE_TAKEN = "date_taken"


class PolicyRefused(Refused):
    sentences = {
        PolicyRefusal.UNKNOWN_KEY: _("没有名为「%(key)s」的政策参数，未保存。请核对名称。"),
        PolicyRefusal.MISSING_KEY: _("缺少政策参数「%(key)s」，未保存。请补齐后再提交。"),
        PolicyRefusal.WRONG_TYPE: _("政策参数「%(key)s」的值类型不对，未保存。请填写同类的值。"),
        PolicyRefusal.WRONG_LEVEL: _(
            "政策参数「%(key)s」只能是 block（拦下）、warn（提示）或 off（不查），未保存。请改正。"
        ),
        PolicyRefusal.WRONG_SHEET: _(
            "评分表「%(key)s」不完整，未保存。请补全：每项要有代码、中英文名称、满分和权重，权重合计 100。"
        ),
        PolicyRefusal.WRONG_COUNT: _(
            "政策参数「%(key)s」的值不在可选范围内，未保存。请改：计数日期填 class_end、approval 或 certificate，目标线填 skills、entrepreneurship 或 own。"
        ),
        PolicyRefusal.OUT_OF_RANGE: _("政策参数「%(key)s」应在 %(least)s 到 %(most)s 之间，未保存。请改正。"),
        PolicyRefusal.DATE_TAKEN: _("%(date)s 已有一个政策版本，未保存。请换一个生效日期。"),
    }
