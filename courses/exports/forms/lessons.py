"""Forms of lessons: B the sign-in sheet of one, C the attendance of a class, E its timetable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from courses import attendance
from courses import policy as policies
from courses.attendance import Progress, RosterRow
from courses.exports.asking import Ask, hours, share
from courses.exports.sheets import Book, Column, Pair, Words, meanings, sheet_of
from courses.models import Attendance, Enrolment, Lesson, TrainingClass
from courses.people.learners import current_documents

Status = Attendance.Status
HERE = (Status.PRESENT, Status.LATE, Status.LEFT_EARLY, Status.ADDED)
AWAY = (Status.LEAVE, Status.SICK)
MARKS: dict[str, Words] = {
    Status.PRESENT: "√",
    Status.LATE: _("迟"),
    Status.LEFT_EARLY: _("退"),
    Status.AWAITING: _("待"),
    Status.LEAVE: _("假"),
    Status.SICK: _("病"),
    Status.ABSENT: _("缺"),
    Status.ADDED: _("补"),
    Status.UNMARKED: "",
}
LAST_DIGITS = 4


def clock(moment: datetime | None) -> str:
    return moment.astimezone(policies.CITY_TIME).strftime("%H:%M") if moment else ""


def day_of(lesson: Lesson) -> str:
    return lesson.starts_at.astimezone(policies.CITY_TIME).date().isoformat()


def _room(lesson: Lesson) -> str:
    return lesson.where or lesson.training_class.room


@dataclass(frozen=True)
class Signed:
    """One learner of one lesson."""

    place: int
    row: RosterRow
    last4: str

    @property
    def way(self) -> Words:
        if self.row.in_at is None:
            return ""
        if self.row.status == Status.ADDED:
            return _("补签")
        return _("人工") if self.row.by_hand else _("扫码")


COLUMNS_B: tuple[Column[Signed], ...] = (
    Column(_("序号"), lambda one: one.place),
    Column(_("姓名"), lambda one: one.row.name),
    Column(_("证件号码后四位"), lambda one: one.last4),
    Column(_("签到时间"), lambda one: clock(one.row.in_at)),
    Column(_("签退时间"), lambda one: clock(one.row.out_at)),
    Column(_("方式"), lambda one: one.way, _("扫码；人工是老师登记；补签要第二人确认")),
    Column(_("状态"), lambda one: Status(one.row.status).label, _("由到课凭据推算，导出时的状态")),
    Column(_("备注、签名"), lambda _one: "", _("留空，手写用")),
)


def sign_in_sheet(ask: Ask) -> Book:
    """B. 签到表 of one lesson: everybody whose lesson it was, in the order of the class list."""
    lesson = ask.lesson
    rows = sorted(attendance.roster(lesson=lesson), key=lambda row: row.arrival_no)
    learners = {
        row.learner.number: row.learner_id
        for row in Enrolment.objects.filter(training_class=lesson.training_class_id).select_related("learner")
    }
    documents = current_documents(learners=[learners[row.learner_number] for row in rows])
    signed = []
    for place, row in enumerate(rows, start=1):
        document = documents.get(learners[row.learner_number])
        signed.append(Signed(place, row, document.number[-LAST_DIGITS:] if document else ""))
    sheet = sheet_of(
        name=_("签到表"), columns=COLUMNS_B, rows=signed, head=_head_b(ask.training_class, lesson), foot=_foot_b(rows)
    )
    title = _("签到表-%(number)s-%(lesson)s") % {"number": ask.training_class.number, "lesson": lesson.number}
    return Book(title, [sheet], meanings(COLUMNS_B), total=len(signed))


def _head_b(training_class: TrainingClass, lesson: Lesson) -> list[Pair]:
    return [
        (_("班级编号"), training_class.number),
        (_("班级名称"), training_class.course.label),
        (_("日期"), day_of(lesson)),
        (_("课次"), lesson.number),
        (_("课程内容"), lesson.title),
        (_("授课教师"), lesson.trainer.name if lesson.trainer else ""),
        (_("地点"), _room(lesson)),
        (_("课时"), hours(lesson.minutes, of=training_class)),
    ]


def _foot_b(rows: Sequence[RosterRow]) -> list[Pair]:
    here = sum(row.status in HERE for row in rows)
    return [
        (_("应到"), len(rows)),
        (_("实到"), here),
        (_("请假"), sum(row.status in AWAY for row in rows)),
        (_("缺勤"), sum(row.status == Status.ABSENT for row in rows)),
        (_("待确认、未登记"), sum(row.status in (Status.AWAITING, Status.UNMARKED) for row in rows)),
        (_("出勤率"), share(here, len(rows))),
        (_("教师签名"), ""),
        (_("督导签名"), ""),
    ]


@dataclass(frozen=True)
class Attended:
    """One member of a class with the standing in each of its lessons."""

    place: int
    enrolment: Enrolment
    progress: Progress

    def mark(self, lesson: int) -> Words:
        found = next((row for row in self.progress.lessons if row.lesson.pk == lesson), None)
        return "" if found is None or not found.theirs else MARKS[Status(found.status)]

    def many(self, *statuses: str) -> int:
        return sum(row.theirs and row.status in statuses for row in self.progress.lessons)


def _columns_c(lessons: Sequence[Lesson]) -> list[Column[Attended]]:
    per_lesson = [_lesson_column(lesson) for lesson in lessons]
    return [
        Column(_("序号"), lambda row: row.place),
        Column(_("姓名"), lambda row: row.enrolment.learner.shown_name),
        *per_lesson,
        Column(
            _("应出勤课时"),
            lambda row: hours(row.progress.scheduled, of=row.enrolment.training_class),
            _("没有取消的课次"),
        ),
        Column(
            _("实际出勤课时"),
            lambda row: hours(row.progress.attended, of=row.enrolment.training_class),
            _("迟到、早退按实到分钟计"),
        ),
        Column(_("请假"), lambda row: row.many(*AWAY), _("课次数；请假不计学时")),
        Column(_("迟到"), lambda row: row.many(Status.LATE), _("课次数")),
        Column(_("早退"), lambda row: row.many(Status.LEFT_EARLY), _("课次数")),
        Column(_("缺勤"), lambda row: row.many(Status.ABSENT), _("课次数")),
        Column(
            _("出勤率"),
            lambda row: share(row.progress.attended, row.progress.scheduled),
            _("出勤分钟 ÷ 应出勤分钟，向下保留一位"),
        ),
        Column(
            _("是否达标"),
            lambda row: _("达标") if row.progress.fulfilled else _("未达标"),
            _("按本班批准时的规则，用分钟整数比较"),
        ),
    ]


def attendance_summary(ask: Ask) -> Book:
    """C. 出勤汇总表: each member now, a mark for each lesson that was not cancelled, and what it adds up to."""
    members = list(attendance.current_members(training_class=ask.training_class).select_related("learner"))
    for row in members:
        row.training_class = ask.training_class
    standing = attendance.of_enrolments(enrolments=members, now=ask.now)
    lessons = Lesson.objects.filter(training_class=ask.training_class).exclude(status=Lesson.Status.CANCELLED)
    columns = _columns_c(list(lessons.order_by("starts_at", "number")))
    rows = [Attended(place, row, standing[row.pk]) for place, row in enumerate(members, start=1)]
    legend = _(
        "√ 出勤，迟 迟到，退 早退，补 补签，假 请假，病 病假，缺 缺勤，待 待确认；空白是未登记，或不是本人的课次"
    )
    definitions = [(_("课次标记"), legend), *meanings(columns)]
    title = _("出勤汇总表-%(number)s") % {"number": ask.training_class.number}
    return Book(
        title, [sheet_of(name=_("出勤汇总"), columns=columns, rows=rows)], definitions, total=len(rows)
    )  # fmt: skip


def _lesson_column(lesson: Lesson) -> Column[Attended]:
    return Column(f"{day_of(lesson)[5:]} #{lesson.number}", lambda row: row.mark(lesson.pk))


COLUMNS_E: tuple[Column[Lesson], ...] = (
    Column(_("课次"), lambda lesson: lesson.number),
    Column(_("上课日期"), day_of),
    Column(_("上课内容"), lambda lesson: lesson.title),
    Column(_("课别"), lambda lesson: lesson.get_part_display(), _("理论或实操")),
    Column(_("课时"), lambda lesson: hours(lesson.minutes, of=lesson.training_class), _("按本班批准时的规则折算")),
    Column(_("开始时间"), lambda lesson: clock(lesson.starts_at)),
    Column(_("结束时间"), lambda lesson: clock(lesson.ends_at)),
    Column(_("上课地点"), _room),
    Column(_("培训教师"), lambda lesson: lesson.trainer.name if lesson.trainer else ""),
    Column(_("授课方式"), lambda _lesson: _("线下"), _("课次都是见面课；线上单元不排课")),
    Column(_("教材"), lambda lesson: lesson.materials),
    Column(_("状态"), lambda lesson: lesson.get_status_display()),
)
ABSENT_E: tuple[tuple[Words, Words], ...] = ((_("教师身份证号"), _("教师身份由机构备案核对，课程表不列")),)


def timetable(ask: Ask) -> Book:
    """E. 教学计划、课程表: every lesson of the class, cancelled ones too."""
    rows = Lesson.objects.filter(training_class=ask.training_class)
    rows = rows.select_related("trainer", "venue", "training_class")
    lessons = list(rows.order_by("starts_at", "number"))
    sheet = sheet_of(name=_("课程表"), columns=COLUMNS_E, rows=lessons)
    title = _("课程表-%(number)s") % {"number": ask.training_class.number}
    return Book(title, [sheet], meanings(COLUMNS_E), ABSENT_E, total=len(lessons))
