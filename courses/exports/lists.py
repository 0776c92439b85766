"""Lists that a screen shows, to take away as they are: the year's figures, the lines behind one, the classes, the
institutions, what waits for somebody."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from courses import access, dates
from courses import policy as policies
from courses.access import Permission
from courses.exports.asking import LINE_FILTERS, Ask, in_pieces
from courses.exports.refusals import ExportRefusal, ExportRefused
from courses.exports.sheets import Book, Sheet
from courses.exports.writing import Mark, write_xlsx
from courses.institutions import stage_words
from courses.models import CountEntry, District, Institution, ProgrammeKind, TrainingClass, User
from courses.outgoing import PURPOSES, Given, fresh_number, record_given
from courses.tally import Cut, YearTally, entries, refuse_when_drifted
from courses.tally.entries import BLANK, SINGLE
from courses.tally.listed import listed


def tally_xlsx(*, tally: YearTally, by: User, now: datetime, filters: dict[str, Any] | None = None) -> Given:
    """The yearly tally as the page shows it: the lines, the districts, the months. `filters` are what it was cut by
    beside the year, for the record: a district, a past day.

    Refused with ReportLocked while the last check found a difference.
    """
    refuse_when_drifted()
    definitions = [
        (_("已核人次"), _("区市已批准、并已过账的结业；同一模块或同一职业等级一人只计一次")),
        (_("人数"), _("已核人次涉及的不同的人")),
        (_("今日序时"), _("年度目标 × 已过天数 ÷ 全年天数")),
        (_("待核人次"), _("老师已提出或机构已提交、区市尚未批准的结业")),
        (_("数据截至"), tally.as_of.isoformat()),
    ]
    book = Book(_("年度计数表"), _tally_sheets(tally), definitions)
    return _given(book, form="tally", filters={"year": tally.year, **(filters or {})}, by=by, now=now)


def _tally_sheets(tally: YearTally) -> list[Sheet]:
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
    return [
        Sheet(_("总表"), [_("目标线"), _("目标"), _("已核人次"), _("人数"), _("今日序时"), _("比序时多")], lines),
        Sheet(_("区市"), header, districts),
        Sheet(_("月份"), [_("目标线"), *[dates.month(n) for n in range(1, 13)], _("累计")], months),
    ]


def lines_asked(ask: Ask) -> QuerySet[CountEntry]:
    """The lines of the ledger that this person sees, by the filters that a screen has; cut as the tally cuts its
    figures. Refused with ExportRefused where neither a year nor one thing is named."""
    found, given = access.visible_entries(user=ask.by, now=ask.now), ask.filters
    if not any(given.get(name) for name in ("year", *SINGLE)):
        raise ExportRefused(ExportRefusal.NO_PERIOD)
    if given.get("year"):
        told = {name: "" if given[name] == BLANK else given[name] for name in LINE_FILTERS if given.get(name)}
        as_of = date.fromisoformat(given["as_of"]) if given.get("as_of") else None
        today = policies.local_date(ask.now)
        cut = Cut(year=ask.year, month=ask.month, as_of=as_of, today=today, **{**told, "district": ask.wanted or None})
        found = entries(visible=found, cut=cut)
    for name, column in SINGLE.items():
        if given.get(name):
            found = found.filter(**{column: given[name]})
    return found.order_by("posted_at", "pk")


def entries_book(ask: Ask) -> Book:
    """The ledger lines behind a figure, names masked. Refused as `lines_asked`, with ReportLocked while the last check
    found a difference."""
    refuse_when_drifted()
    asked = lines_asked(ask)
    header = [
        _("记账号"), _("人次"), _("计数日期"), _("记账日期"), _("目标线"), _("区市"), _("机构"), _("机构编号"), _("类型"),
        _("班级编号"), _("姓名"), _("依据"),
    ]  # fmt: skip
    names = _names()
    found = asked.select_related(*ENTRY_NEEDS)
    rows = (_entry_row(entry, names) for piece in in_pieces(found) for entry in piece)
    definitions = [
        (_("人次"), _("1 为计数，−1 为冲减")),
        (_("依据"), _("结业编号，或启用前的批次编号")),
    ]
    return Book(_("计数明细"), [Sheet(_("计数账"), header, rows)], definitions, total=asked.count())


def classes_book(ask: Ask) -> Book:
    """The classes of a list, one row each, newest first; no person stands in it.

    They are those that the list shows with its filters; the seats are those of the moment of writing.
    """
    visible = access.visible_classes(user=ask.by, now=ask.now, permission=Permission.EXPORT)
    asked = listed(classes=visible, chosen=ask.filters)
    header = [
        _("班级编号"), _("课程"), _("类型"), _("品牌"), _("区市"), _("机构"), _("机构编号"), _("开班日期"), _("结束日期"),
        _("名额"), _("已报"), _("候补"), _("状态"),
    ]  # fmt: skip
    rows = (_class_row(row) for piece in in_pieces(asked.select_related(*CLASS_NEEDS)) for row in piece)
    definitions = [
        (_("已报"), _("占用名额的人数，不含候补")),
        (_("状态"), _("导出时的状态")),
    ]
    return Book(_("班次"), [Sheet(_("班次"), header, rows)], definitions, total=asked.count())


def institutions_xlsx(
    *, institutions: QuerySet[Institution], by: User, now: datetime, filters: dict[str, Any] | None = None
) -> Given:
    """The institutions of a list, one row each, in the order given, as `institutions.with_stage` gives them."""
    header = [
        _("机构编号"), _("机构"), _("类别"), _("区市"), _("统一社会信用代码"), _("地址"), _("对外电话"), _("备案"),
        _("最近提交"), _("名录状态"),
    ]  # fmt: skip
    found = institutions.select_related("district", "kind")
    rows = (_institution_row(row) for piece in in_pieces(found) for row in piece)
    definitions = [
        (_("备案"), _("导出时的进度：待审核、已退回、已通过、未备案")),
        (_("最近提交"), _("最近一次提交备案的日期")),
    ]
    book = Book(_("机构备案"), [Sheet(_("机构备案"), header, rows)], definitions)
    return _given(book, form="institutions", filters=filters or {}, by=by, now=now)


def _institution_row(row: Institution) -> list[Any]:
    since: datetime | None = row.since  # type: ignore[attr-defined]
    return [
        row.number,
        row.label,
        row.kind.label,
        row.district.label,
        row.credit_code,
        row.address,
        row.contact_phone,
        stage_words(row),
        policies.local_date(since).isoformat() if since else "",
        row.get_status_display(),
    ]


class QueueLine(NamedTuple):
    """One thing that waits, in the words of its list; who handed it in is masked there already."""

    word: str
    number: str
    title: str
    district: str
    institution: str
    people: int
    checks: str
    submitter: str
    since: datetime
    due: date | None
    deadline: str


def queue_xlsx(*, lines: Sequence[QueueLine], by: User, now: datetime, filters: dict[str, Any] | None = None) -> Given:
    """What waits for somebody, one row each, in the order given; no learner stands in it."""
    header = [
        _("事项"), _("编号"), _("内容"), _("区市"), _("机构"), _("人次"), _("检查"), _("经手人"), _("开始等待"),
        _("最后期限"), _("期限"),
    ]  # fmt: skip
    rows = [
        [
            *line[:5],
            line.people or "",
            line.checks,
            line.submitter,
            policies.local_date(line.since).isoformat(),
            line.due.isoformat() if line.due else "",
            line.deadline,
        ]
        for line in lines
    ]
    definitions = [
        (_("人次"), _("办理后涉及的结业；不涉及结业的为空")),
        (_("最后期限"), _("按工作日计算的最后一天；没有期限的为空")),
    ]
    book = Book(_("待我办"), [Sheet(_("待我办"), header, rows)], definitions)
    return _given(book, form="queue", filters=filters or {}, by=by, now=now)


def _given(book: Book, *, form: str, filters: dict[str, Any], by: User, now: datetime) -> Given:
    mark = Mark(by, now, str(PURPOSES[form]), number=fresh_number())
    file, rows = write_xlsx(book, mark)
    export = record_given(
        form=form, kind="xlsx", filters=filters, rows=rows, file=file, by=by, now=now, purpose=mark.purpose,
        number=mark.number, content=mark.content.digest,
    )  # fmt: skip
    return Given(file, export, book.title)


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
        done.enrolment.learner.masked_name if done else "",
        done.number if done else entry.batch.number if entry.batch else "",
    ]
