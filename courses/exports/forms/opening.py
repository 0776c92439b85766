"""D. 开班申请表: what an institution applied for, what it promised, and what was said to it."""

from collections import Counter
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from courses import policy as policies
from courses import privacy
from courses.classes import paper_files
from courses.exports.asking import Ask
from courses.exports.sheets import Book, Column, Pair, Words, sheet_of
from courses.models import ClassEvent, Commitment, OpeningPapers, TrainingClass

Field = tuple[Words, Callable[[TrainingClass], object]]


def _papers(row: TrainingClass) -> OpeningPapers | None:
    return OpeningPapers.objects.filter(training_class=row).first()


def _contact(row: TrainingClass) -> str:
    found = _papers(row)
    phone = privacy.mask_phone(found.contact_phone) if found else ""
    return f"{found.contact_name} {phone}".strip() if found else ""


def _trade(row: TrainingClass) -> str:
    found = row.occupation or row.course.occupation
    return f"{found.label} {found.code}".strip() if found else ""


def _level(row: TrainingClass) -> str:
    found = row.level or row.course.level
    return found.label if found else ""


def _brand(row: TrainingClass) -> str:
    found = row.brand or row.course.brand
    return found.label if found else ""


def _hours(row: TrainingClass) -> Words:
    """As pinned at approval, until then the course's."""
    pinned = (row.hours_theory, row.hours_practice, row.hours_online)
    course = row.course
    parts = pinned if row.policy_id else (course.hours_theory, course.hours_practice, course.hours_online)
    values = {"all": sum(parts), "theory": parts[0], "practice": parts[1], "online": parts[2]}
    return _("%(all)s（理论 %(theory)s，实操 %(practice)s，线上 %(online)s）") % values


def _place(row: TrainingClass) -> str:
    return " ".join(part for part in (row.venue.name if row.venue else "", row.room) if part)


def _promise(row: TrainingClass) -> str:
    found = Commitment.objects.filter(training_class=row).select_related("text").order_by("-pk").first()
    if found is None:
        return ""
    return f"{found.text.number} {found.at.astimezone(policies.CITY_TIME):%Y-%m-%d}"


def _files(row: TrainingClass) -> str:
    """What was handed in with the papers and is still kept: how many of each kind for each paper."""
    told = Counter((file.get_paper_display(), file.get_kind_display()) for file in paper_files.kept(training_class=row))
    said = [
        _("%(paper)s：%(kind)s %(many)s 份") % {"paper": paper, "kind": kind, "many": many}
        for (paper, kind), many in told.items()
    ]
    return "；".join(said) or str(_("没有附件"))


def _verdict(row: TrainingClass) -> str:
    """The last thing that was decided on the application, with its day and its reason."""
    decided = (TrainingClass.Status.APPROVED, TrainingClass.Status.RETURNED)
    found = ClassEvent.objects.filter(training_class=row, to_status__in=decided).order_by("-pk").first()
    if found is None:
        return ""
    day = f"{found.at.astimezone(policies.CITY_TIME):%Y-%m-%d}"
    return f"{TrainingClass.Status(found.to_status).label} {day} {found.reason}".strip()


FIELDS: tuple[Field, ...] = (
    (_("班级编号"), lambda row: row.number),
    (_("培训机构"), lambda row: row.institution.label),
    (_("统一社会信用代码"), lambda row: row.institution.credit_code),
    (_("负责人"), lambda row: found.head if (found := _papers(row)) else ""),
    (_("联系人、电话"), _contact),
    (_("所属区市"), lambda row: row.district.label),
    (_("培训类型"), lambda row: row.course.kind.label),
    (_("课程"), lambda row: row.course.label),
    (_("项目名称"), lambda row: row.project.name if row.project else ""),
    (_("职业（工种）及编码"), _trade),
    (_("等级"), _level),
    (_("专项（品牌）"), _brand),
    (_("计划人数"), lambda row: row.seats),
    (_("总课时"), _hours),
    (_("开班日期"), lambda row: row.starts_on.isoformat()),
    (_("结束日期"), lambda row: row.ends_on.isoformat()),
    (_("地点"), _place),
    (_("教师名单"), lambda row: "、".join(user.name for user in row.trainers.order_by("pk"))),
    (_("教材"), lambda row: found.materials if (found := _papers(row)) else ""),
    (_("考核方式"), lambda row: found.assessment if (found := _papers(row)) else ""),
    (_("附件清单"), _files),
    (_("机构承诺"), _promise),
    (_("状态"), lambda row: row.get_status_display()),
    (_("审核意见"), _verdict),
)
COLUMNS_D: tuple[Column[Pair], ...] = (
    Column(_("项目"), lambda pair: str(pair[0])),
    Column(_("内容"), lambda pair: pair[1]),
)
ABSENT_D: tuple[tuple[Words, Words], ...] = ((_("区市意见、市级意见"), _("一级审核，合为「审核意见」一栏")),)


def application(ask: Ask) -> Book:
    """The application as it stands now; phones are masked."""
    rows = [(title, value(ask.training_class)) for title, value in FIELDS]
    definitions = [
        (_("总课时"), _("批准时固定；批准前按课程")),
        (_("附件清单"), _("随申请提交、现在还保存的文件")),
        (_("机构承诺"), _("承诺书的版本和接受日期")),
        (_("联系人、电话"), _("电话已遮挡")),
    ]
    title = _("开班申请表-%(number)s") % {"number": ask.training_class.number}
    return Book(title, [sheet_of(name=_("开班申请"), columns=COLUMNS_D, rows=rows)], definitions, ABSENT_D, len(rows))
