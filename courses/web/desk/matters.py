"""What waits or was done about the whole city, and cards, in words and with its page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from courses import dates
from courses.models import (
    Card,
    Correction,
    ErasureRequest,
    Export,
    MergeProposal,
    MonthClose,
    RuleProposal,
    Sample,
    StaffRequest,
    YearClose,
)

Matter = (
    MergeProposal
    | Correction
    | ErasureRequest
    | RuleProposal
    | MonthClose
    | YearClose
    | Sample
    | Export
    | StaffRequest
    | Card
)
MATTERS = (
    MergeProposal,
    Correction,
    ErasureRequest,
    RuleProposal,
    MonthClose,
    YearClose,
    Sample,
    Export,
    StaffRequest,
    Card,
)


def number_of(matter: Matter) -> str:
    if isinstance(matter, MonthClose):
        return f"{matter.year}-{matter.month:02d}"
    return str(matter.year) if isinstance(matter, YearClose) else matter.number


def words_of(matter: Matter) -> str:
    if isinstance(matter, MonthClose):
        return _("%(month)s月结") % {"month": dates.year_month(matter.year, matter.month)}
    if isinstance(matter, YearClose):
        return _("%(year)s 年年结") % {"year": matter.year}
    if isinstance(matter, Sample):
        said = {"number": matter.number, "month": dates.year_month(matter.year, matter.month)}
        return _("抽查 %(number)s，%(month)s") % said
    if isinstance(matter, Export):
        return _("导出完整信息 %(number)s") % {"number": matter.number}
    if isinstance(matter, Card):
        return f"{matter.get_colour_display()} {matter.number}"
    if isinstance(matter, StaffRequest):
        return _("工作人员账号申请 %(number)s") % {"number": matter.number}
    if isinstance(matter, Correction):
        return _("更正%(what)s %(number)s") % {"what": matter.get_what_display(), "number": matter.number}
    if isinstance(matter, ErasureRequest):
        return _("个人信息注销申请 %(number)s") % {"number": matter.number}
    if isinstance(matter, RuleProposal):
        return _("%(kind)s变更 %(number)s") % {"kind": matter.get_kind_display(), "number": matter.number}
    return _("合并学员记录 %(number)s") % {"number": matter.number}


def page_of(matter: Matter) -> str:
    if isinstance(matter, MonthClose):
        return reverse("desk_close", args=[matter.year, matter.month])
    if isinstance(matter, YearClose):
        return reverse("desk_year_close", args=[matter.year])
    if isinstance(matter, Export):
        return reverse("desk_export", args=[matter.number])
    if isinstance(matter, StaffRequest):
        return reverse("desk_staff_request", args=[matter.number])
    if isinstance(matter, Card):
        return reverse("desk_card", args=[matter.number])
    if isinstance(matter, Correction):
        return reverse("desk_correction", args=[matter.number])
    if isinstance(matter, ErasureRequest):
        return reverse("desk_erasure", args=[matter.number])
    if isinstance(matter, RuleProposal):
        return reverse("desk_rule", args=[matter.number])
    return reverse("desk_sample" if isinstance(matter, Sample) else "desk_merge", args=[matter.number])
