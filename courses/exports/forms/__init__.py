"""The forms of the bureau, A to J (domain §5.4), and what else can be asked for by its name."""

from collections.abc import Callable
from typing import IO

from django.utils.translation import gettext_lazy as _

from courses.exports import documents, monthly, own
from courses.exports.asking import Ask, By, Form
from courses.exports.forms import afterwards, inspected, lessons, opening, people, summary
from courses.exports.lists import classes_book, entries_book
from courses.exports.sheets import Words
from courses.exports.writing import Mark
from courses.models import Export

Kind = Export.Kind


NUMBERS: Words = _("完整证件号码和手机号")

FORMS: dict[str, Form] = {
    form.key: form
    for form in (
        Form("a", _("学员花名册"), By.CLASS, people.roster, _("一个班现在的学员"), "A", whole=NUMBERS),
        Form("b", _("签到表"), By.LESSON, lessons.sign_in_sheet, _("一次课的签到签退"), "B"),
        Form("c", _("出勤汇总表"), By.CLASS, lessons.attendance_summary, _("一个班每人每次课的出勤"), "C"),
        Form("d", _("开班申请表"), By.CLASS, opening.application, _("一个班申请了什么，批了什么"), "D"),
        Form("e", _("课程表"), By.CLASS, lessons.timetable, _("一个班的教学计划"), "E"),
        Form("f", _("结业人员名单"), By.PEOPLE, people.finished, _("一个班或一段时间的合格人员和证书"), "F"),
        Form("g", _("补贴申请花名册"), By.PEOPLE, people.payable, _("已计数的结业，交补贴系统用"), "G", whole=NUMBERS),
        Form("h", _("培训情况汇总表"), By.YEAR, summary.districts, _("各区市的进度和班次台账"), "H"),
        Form(
            "i", _("督导检查记录"), By.PERIOD, inspected.seen_in_rooms, _("到教室检查和电话回访的记录"), "I",
            whole=_("完整姓名、电话和学员说的话"),
        ),
        Form(
            "j", _("跟踪服务记录"), By.MONTH, afterwards.to_follow_up, _("这个月该问的人和问到的情况"), "J",
            whole=_("完整姓名、单位和服务需求"),
        ),
        Form("monthly", _("月报"), By.MONTH, monthly.book, _("口径、公式和附表齐全"), kinds=(Kind.XLSX, Kind.DOCX)),
        Form("circular", _("通报稿"), By.MONTH, monthly.book, _("排名和事实，发文前请修改"), kinds=(Kind.DOCX,)),
        Form("own", _("自备表"), By.OWN, monthly.book, _("本单位自己的工作簿，按月填数"), kinds=(Kind.XLSX,)),
        Form(
            "entries", _("计数明细"), By.LINES, entries_book, _("每一条计数，姓名遮住一部分"), kinds=(Kind.XLSX, Kind.CSV)
        ),
        Form("classes", _("班次"), By.CLASSES, classes_book, _("班次列表上筛出的班"), kinds=(Kind.XLSX,)),
    )
}  # fmt: skip
# What is no table of ours but a letter or a workbook of theirs, by form and kind.
WRITTEN: dict[tuple[str, str], Callable[[Ask, Mark], IO[bytes]]] = {
    ("monthly", Kind.DOCX): documents.monthly_letter,
    ("circular", Kind.DOCX): documents.circular,
    ("own", Kind.XLSX): own.fill,
}

__all__ = ["FORMS", "WRITTEN", "Ask", "By", "Form"]
