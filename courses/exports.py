"""Spreadsheets out. Text stays text (18 digits, leading zeros, phones), nothing is a formula, each file is logged.

Every file has its sheet of definitions and says who took it, when and why.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import access, attendance, audit, privacy
from courses import policy as policies
from courses.access import Permission
from courses.models import (
    CountEntry,
    District,
    Enrolment,
    IdentityDocument,
    Institution,
    ProgrammeKind,
    TrainingClass,
    User,
)
from courses.refusals import Refused
from courses.tally import YearTally, refuse_when_drifted

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "remove_timezone": True,
}


class ExportRefusal(StrEnum):
    PURPOSE_MISSING = "purpose_missing"
    NOT_FULL = "not_full"


class ExportRefused(Refused):
    sentences = {
        ExportRefusal.PURPOSE_MISSING: gettext_lazy("请写明用途，本次未导出。"),
        ExportRefusal.NOT_FULL: gettext_lazy("您不能导出完整证件号码，本次未导出。请改选遮挡号码的表。"),
    }


@dataclass(frozen=True)
class Sheet:
    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]


def roster_xlsx(
    *, training_class: TrainingClass, by: User, now: datetime, full: bool = False, purpose: str = ""
) -> IO[bytes]:
    """Form A, 学员花名册. Numbers are masked; in full only with the permission for it and a purpose.

    Refused with ExportRefused. Gives an open file at its start.
    """
    if full and not access.may(user=by, permission=Permission.EXPORT_FULL, now=now):
        raise ExportRefused(ExportRefusal.NOT_FULL)
    if full and not purpose.strip():
        raise ExportRefused(ExportRefusal.PURPOSE_MISSING)
    rows = attendance.current_members(training_class=training_class).select_related(
        "learner__education", "learner__district", "category"
    )
    numbers = {
        document.learner_id: document
        for document in IdentityDocument.objects.filter(
            learner__enrolments__in=rows, until__isnull=True
        ).select_related("kind")
    }
    header = [
        _("序号"), _("班级编号"), _("姓名"), _("性别"), _("证件类型"), _("证件号码"), _("出生日期"), _("文化程度"),
        _("人员类别"), _("常住区市"), _("联系电话"), _("报名来源"), _("报名时间"),
    ]  # fmt: skip
    body = [_roster_row(place, row, numbers.get(row.learner_id), training_class, full=full)
            for place, row in enumerate(rows, start=1)]  # fmt: skip
    definitions = [
        (_("班级编号"), _("由系统编定，不重复使用")),
        (_("证件号码"), _("完整号码") if full else _("已遮挡")),
        (_("人员类别"), _("录取时的类别，之后不变")),
    ]
    _log(by, training_class, "roster", len(body), {"full": full, "purpose": purpose.strip()[:100]}, now)
    return _workbook([Sheet(_("学员花名册"), header, body)], definitions, by, now, purpose)


def _roster_row(
    place: int, row: Enrolment, document: IdentityDocument | None, training_class: TrainingClass, *, full: bool
) -> list[Any]:
    learner = row.learner
    shown: Callable[[str], str] = str if full else privacy.mask_id
    phone = learner.phone if full else privacy.mask_phone(learner.phone)
    return [
        place,
        training_class.number,
        learner.name,
        learner.get_sex_display(),
        document.kind.label if document else "",
        shown(document.number) if document else "",
        learner.born_on.isoformat() if learner.born_on else "",
        learner.education.label if learner.education else "",
        row.category.label if row.category else "",
        learner.district.label if learner.district else "",
        phone,
        row.get_source_display(),
        row.applied_at.astimezone(policies.CITY_TIME).strftime("%Y-%m-%d %H:%M"),
    ]


def tally_xlsx(*, tally: YearTally, by: User, now: datetime) -> IO[bytes]:
    """The yearly tally as the page shows it: the lines, the districts, the months. Gives an open file at its start.

    Refused with ReportLocked while the last check found a difference.
    """
    refuse_when_drifted()
    lines = [
        [row.line.label, row.target, row.verified, row.people, row.expected_today, row.lead]
        for row in tally.lines.values()
    ]
    districts = [
        [row.rank, row.district.label]
        + [value for one in row.lines.values() for value in (one.target, one.verified, one.tenths / 10)]
        + [row.pending]
        for row in tally.districts
    ]
    months = [[row.line.label, *row.monthly, row.verified] for row in tally.lines.values()]
    per_line = [_("%(line)s目标"), _("%(line)s已核人次"), _("%(line)s完成率 %%")]
    header = [_("名次"), _("区市")] + [
        words % {"line": line.label} for line in tally.lines for words in per_line
    ] + [_("待核人次")]  # fmt: skip
    sheets = [
        Sheet(_("总表"), [_("目标线"), _("目标"), _("已核人次"), _("人数"), _("今天应到"), _("比应到多")], lines),
        Sheet(_("区市"), header, districts),
        Sheet(_("月份"), [_("目标线"), *[_("%(month)s 月") % {"month": n} for n in range(1, 13)], _("累计")], months),
    ]
    definitions = [
        (_("已核人次"), _("区市已批准、并已过账的结业；同一模块或同一职业等级一人只计一次")),
        (_("人数"), _("已核人次涉及的不同的人")),
        (_("今天应到"), _("年度目标 × 已过天数 ÷ 全年天数")),
        (_("待核人次"), _("老师已提出或机构已提交、区市尚未批准的结业")),
        (_("数据截至"), tally.as_of.isoformat()),
    ]
    audit.record(
        by=by, verb="exported", target=by, now=now, detail={"what": "tally", "year": tally.year, "rows": len(districts)}
    )
    return _workbook(sheets, definitions, by, now, "")


def entries_xlsx(*, entries: QuerySet[CountEntry], by: User, now: datetime) -> IO[bytes]:
    """The ledger lines behind a figure, names masked. Gives an open file at its start."""
    header = [
        _("记账号"), _("人次"), _("计数日期"), _("记账日期"), _("目标线"), _("区市"), _("机构"), _("机构编号"), _("类型"),
        _("班级编号"), _("姓名"), _("依据"),
    ]  # fmt: skip
    count = entries.count()
    names = _names()
    rows = (_entry_row(entry, names) for entry in entries.select_related(*ENTRY_NEEDS).iterator(chunk_size=2000))
    definitions = [
        (_("人次"), _("1 为计数，−1 为冲减")),
        (_("依据"), _("结业编号，或启用前的批次编号")),
    ]
    audit.record(by=by, verb="exported", target=by, now=now, detail={"what": "entries", "rows": count})
    return _workbook([Sheet(_("计数账"), header, rows)], definitions, by, now, "")


def classes_xlsx(*, classes: QuerySet[TrainingClass], by: User, now: datetime) -> IO[bytes]:
    """The classes of a list, one row each, in the order given; no person stands in it. Gives an open file at its start.

    `classes` is what the list shows with its filters; the seats are those of this moment.
    """
    header = [
        _("班级编号"), _("课程"), _("类型"), _("品牌"), _("区市"), _("机构"), _("机构编号"), _("开班日期"), _("结束日期"),
        _("名额"), _("已报"), _("候补"), _("状态"),
    ]  # fmt: skip
    count = classes.count()
    rows = (_class_row(row) for row in classes.select_related(*CLASS_NEEDS).iterator(chunk_size=2000))
    definitions = [
        (_("已报"), _("占用名额的人数，不含候补")),
        (_("状态"), _("导出时的状态")),
    ]
    audit.record(by=by, verb="exported", target=by, now=now, detail={"what": "classes", "rows": count})
    return _workbook([Sheet(_("班次"), header, rows)], definitions, by, now, "")


CLASS_NEEDS = ("course__kind", "course__brand", "district", "institution")


def _class_row(row: TrainingClass) -> list[Any]:
    course = row.course
    return [
        row.number,
        course.label,
        course.kind.label,
        course.brand.label if course.brand else "",
        row.district.label,
        row.institution.label,
        row.institution.number,
        row.starts_on.isoformat(),
        row.ends_on.isoformat(),
        row.seats,
        row.taken,
        row.waiting,
        row.get_status_display(),
    ]


ENTRY_NEEDS = ("completion__enrolment__learner", "batch")


def _names() -> dict[str, str]:
    """District, institution and kind as people call them, by the keys that are frozen on a line; three short lists."""
    districts = {f"district:{row.key}": row.label for row in District.objects.all()}
    schools = {f"institution:{row.number}": row.label for row in Institution.objects.all()}
    return districts | schools | {f"kind:{row.key}": row.label for row in ProgrammeKind.objects.all()}


def _entry_row(entry: CountEntry, names: dict[str, str]) -> list[Any]:
    done = entry.completion
    return [
        entry.code,
        entry.amount,
        entry.counted_on.isoformat(),
        entry.posted_on.isoformat(),
        entry.get_line_display(),
        names.get(f"district:{entry.district}", entry.district),
        names.get(f"institution:{entry.institution}", entry.institution),
        entry.institution,
        names.get(f"kind:{entry.kind}", entry.kind),
        entry.class_number,
        privacy.mask_name(done.enrolment.learner.name) if done else "",
        done.number if done else entry.batch.number if entry.batch else "",
    ]


def _log(by: User, target: Model, what: str, rows: int, detail: dict[str, Any], now: datetime) -> None:
    audit.record(by=by, verb="exported", target=target, now=now, detail={"what": what, "rows": rows, **detail})


def _workbook(
    sheets: Sequence[Sheet], definitions: Sequence[tuple[str, str]], by: User, now: datetime, purpose: str
) -> IO[bytes]:
    """Written row by row to a file, so that memory does not grow with it."""
    file = TemporaryFile()  # noqa: SIM115  the response closes it
    book = xlsxwriter.Workbook(file, OPTIONS)
    taken = now.astimezone(policies.CITY_TIME).strftime("%Y-%m-%d %H:%M")
    # An ampersand is a command in a footer.
    mark = f"{by.username} {taken}".replace("&", "&&")
    text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 2})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.set_footer(f"&L{mark}&R&P / &N")
        _write(page, sheet.header, sheet.rows, text, head)
    about = [*definitions, (_("导出人"), by.username), (_("导出时间"), taken), (_("用途"), purpose or "–")]
    _write(book.add_worksheet(_("口径")), [_("名称"), _("说明")], about, text, head)
    book.close()
    file.seek(0)
    return file


def _write(sheet: Any, header: Sequence[str], rows: Iterable[Sequence[Any]], text: Any, head: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header) - 1, 16)
    for column, words in enumerate(header):
        sheet.write_string(0, column, str(words), head)
    for place, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, int | float):
                sheet.write_number(place, column, value)
            elif value not in (None, ""):
                sheet.write_string(place, column, str(value), text)
