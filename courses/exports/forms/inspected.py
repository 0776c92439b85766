"""Form I: what was seen in the rooms, with what learners said when they were called back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from courses import policy as policies
from courses import supervision
from courses.exports.asking import Ask, in_pieces
from courses.exports.forms.afterwards import (
    NAMES_MASKED,
    YES_NO,
    called_back,
    columns_called,
    moment,
)
from courses.exports.sheets import Book, Column, Words, meanings, sheet_of
from courses.models import RoomCheck, RoomCheckLine, RoomCount
from courses.people import full_numbers

What = RoomCheckLine.What
NUMBERS_MASKED: Words = _("其中的证件号码和手机号遮住一部分，完整导出的除外")
ON_PAPER: Words = _("请在打印出来的检查记录上签字")
ABSENT_I: tuple[tuple[Words, Words], ...] = ((_("第二检查人"), ON_PAPER), (_("机构确认"), ON_PAPER))


@dataclass(frozen=True)
class Visit:
    """One head-count, and the newest record of what else was found; none where nobody wrote one."""

    count: RoomCount
    check: RoomCheck | None
    whole: bool

    def words(self, name: str) -> str:
        """What the inspector wrote; a number of somebody that stands in it is one all the same."""
        text = str(getattr(self.check, name)) if self.check else ""
        return text if self.whole else full_numbers.masked(text)

    def named(self, what: What) -> str:
        if self.check is None:
            return ""
        people = [line.enrolment.learner for line in self.check.lines.all() if line.what == what]
        return "、".join(one.shown_name if self.whole else one.masked_name for one in people)

    @property
    def conclusion(self) -> Words:
        return self.check.get_conclusion_display() if self.check else ""

    def matches(self, name: str) -> Words:
        return YES_NO[getattr(self.check, name)] if self.check else ""


COLUMNS_I: tuple[Column[Visit], ...] = (
    Column(_("时间"), lambda row: moment(row.count.at)),
    Column(_("方式"), lambda _row: _("到教室清点人数"), _("清点时看不到签到数")),
    Column(_("班级编号"), lambda row: row.count.lesson.training_class.number),
    Column(_("培训机构"), lambda row: row.count.lesson.training_class.institution.label),
    Column(_("课次"), lambda row: row.count.lesson.number),
    Column(_("应到"), lambda row: row.count.due),
    Column(_("签到在场"), lambda row: row.count.register, _("清点那一刻签到簿上在场和待确认的")),
    Column(_("清点实到"), lambda row: row.count.counted),
    Column(_("相差"), lambda row: row.count.difference, _("清点比签到簿多为正，少为负")),
    Column(_("缺席名单"), lambda row: row.named(What.ABSENT), NAMES_MASKED),
    Column(_("冒名人员"), lambda row: row.named(What.IMPOSTOR), _("被他人顶替的学员")),
    Column(_("教师相符"), lambda row: row.matches("teacher_matches"), _("没有核对的留空")),
    Column(_("课程相符"), lambda row: row.matches("course_matches"), _("没有核对的留空")),
    Column(_("结论"), lambda row: row.conclusion, _("没有写检查记录的留空")),
    Column(_("发现的情况"), lambda row: row.words("found"), NUMBERS_MASKED),
    Column(_("处理"), lambda row: row.words("handling"), NUMBERS_MASKED),
    Column(_("检查人"), lambda row: row.count.by.name or row.count.by.username),
)


def seen_in_rooms(ask: Ask) -> Book:
    """I. 督导检查记录: every head-count of the period in classes that this person may export, with what was found, and,
    for who may see them, what learners said when they were called back."""
    rows = RoomCount.objects.filter(lesson__training_class__in=ask.classes)
    rows = rows.filter(at__range=policies.moments_between(*ask.days)).order_by("at", "pk")
    sheet = sheet_of(name=_("检查记录"), columns=COLUMNS_I, rows=_visits(ask, rows))
    told = called_back(ask)
    if told is None:
        return Book(str(_("督导检查记录")), [sheet], meanings(COLUMNS_I), ABSENT_I, total=rows.count())
    also, many = told
    definitions = [*meanings(COLUMNS_I), *meanings(columns_called(whole=ask.full))]
    return Book(str(_("督导检查记录")), [sheet, also], definitions, ABSENT_I, total=rows.count() + many)


def _visits(ask: Ask, rows: Any) -> Iterator[Visit]:
    for piece in in_pieces(rows.select_related("lesson__training_class__institution", "by")):
        found = supervision.current_checks(RoomCheck.objects.filter(room_count__in=piece))
        checks = {row.room_count_id: row for row in found.prefetch_related("lines__enrolment__learner")}
        for count in piece:
            yield Visit(count, checks.get(count.pk), ask.full)
