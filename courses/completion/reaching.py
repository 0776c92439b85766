"""还缺什么，还来得及吗: what a learner still lacks part by part, whether it can still be reached, and what attending some
of the lessons to come would lead to. Reads, and decides nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import attendance
from courses.attendance import Progress
from courses.completion.assessing import Assessment, Finding, Requirement, assess_as_if, works_asked
from courses.models import Enrolment, Score, TrainingClass, Work


class Next(StrEnum):
    """What has to happen for a part to be met."""

    NOTHING = "nothing"
    GONE = "gone"
    PROVE_IDENTITY = "prove_identity"
    LESSONS_TO_COME = "lessons_to_come"
    NO_LESSONS = "no_lessons"
    TRAINER_DECIDES = "trainer_decides"
    COME = "come"
    LESSON_ON = "lesson_on"
    MAKE_UP = "make_up"
    TOO_FEW_LEFT = "too_few_left"
    SCORE_TO_COME = "score_to_come"
    SIT_AGAIN = "sit_again"
    HAND_IN = "hand_in"
    JUDGED_SOON = "judged_soon"
    HAND_IN_AGAIN = "hand_in_again"


NEXT_WORDS: dict[Next, str | Promise] = {
    Next.NOTHING: _("已达到"),
    Next.GONE: _("已不在这个班"),
    Next.PROVE_IDENTITY: _("请填写姓名和证件"),
    Next.LESSONS_TO_COME: _("等课程上完"),
    Next.NO_LESSONS: _("等排课"),
    Next.TRAINER_DECIDES: _("等老师确认考勤"),
    Next.COME: _("按时到课就能达到"),
    Next.LESSON_ON: _("正在上课，下课后再看"),
    Next.MAKE_UP: _("剩下的课次不够，缺的课可以到别的班补"),
    Next.TOO_FEW_LEFT: _("剩下的课次已经不够，补登或更正考勤后可能改变，请联系老师"),
    Next.SCORE_TO_COME: _("等机构登记成绩"),
    Next.SIT_AGAIN: _("没有合格，请向机构申请补考"),
    Next.HAND_IN: _("还没有提交"),
    Next.JUDGED_SOON: _("已提交，等机构以外的人评定"),
    Next.HAND_IN_AGAIN: _("没有合格，请修改后重新提交"),
}
OUT_OF_REACH = (Next.GONE, Next.TOO_FEW_LEFT)


@dataclass(frozen=True)
class Reach:
    """One requirement as it stands, and what comes next for it."""

    finding: Finding
    next: Next

    @property
    def is_possible(self) -> bool:
        return self.next not in OUT_OF_REACH

    @property
    def words(self) -> str:
        return str(NEXT_WORDS[self.next])


@dataclass(frozen=True)
class Standing:
    """All parts of one enrolment now, with the progress that its hours were taken from."""

    progress: Progress
    assessment: Assessment
    parts: tuple[Reach, ...]

    @property
    def is_possible(self) -> bool:
        return all(part.is_possible for part in self.parts)


def reach(*, enrolment: Enrolment, progress: Progress, now: datetime, to_make_up: int = 0) -> Standing:
    """What is missing now and whether it can still be reached, part by part. `progress` is that of this moment,
    `to_make_up` the minutes that lessons of other classes can still bring (`Account.to_make_up`).

    Three statements at most beside it. Wants learner and class at hand.
    """
    assessment = assess_as_if(enrolment=enrolment, progress=progress, now=now)
    handed_in = Work.objects.filter(enrolment=enrolment).order_by("version")
    last = {row.part: row for row in handed_in} if works_asked(enrolment.training_class) else {}
    parts = tuple(Reach(row, _next(row, enrolment, progress, to_make_up, last)) for row in assessment.findings)
    return Standing(progress, assessment, parts)


def what_if(*, enrolment: Enrolment, progress: Progress, attending: Collection[int], now: datetime) -> Assessment:
    """The very assessment that decides, as if of the lessons ahead those with these numbers were attended whole and
    the others missed; scores and works as they hold now."""
    supposed = attendance.suppose(progress=progress, attending=attending)
    return assess_as_if(enrolment=enrolment, progress=supposed, now=now)


def _next(finding: Finding, enrolment: Enrolment, progress: Progress, to_make_up: int, last: dict[str, Work]) -> Next:
    if finding.met:
        return Next.NOTHING
    gone = enrolment.status != Enrolment.Status.ADMITTED
    if gone or enrolment.training_class.status == TrainingClass.Status.CANCELLED:
        return Next.GONE
    if finding.code in Score.Part.values:
        return Next.SIT_AGAIN if finding.known else Next.SCORE_TO_COME
    if finding.code in Work.Part.values:
        return _next_work(last.get(finding.code))
    if finding.code == Requirement.ATTENDANCE:
        return _next_attendance(progress, to_make_up)
    if finding.code == Requirement.LESSONS_BEGUN and not progress.lessons:
        return Next.NO_LESSONS
    return _OTHERS[finding.code]


_OTHERS = {
    Requirement.IDENTITY: Next.PROVE_IDENTITY,
    Requirement.LESSONS_BEGUN: Next.LESSONS_TO_COME,
    Requirement.DECIDED: Next.TRAINER_DECIDES,
}


def _next_attendance(progress: Progress, to_make_up: int) -> Next:
    if progress.lessons_needed is not None:
        return Next.COME
    if progress.may_be_enough:
        return Next.LESSON_ON if progress.is_on else Next.TRAINER_DECIDES
    return Next.MAKE_UP if progress.missing <= progress.most_to_come + to_make_up else Next.TOO_FEW_LEFT


def _next_work(work: Work | None) -> Next:
    if work is None:
        return Next.HAND_IN
    return Next.HAND_IN_AGAIN if work.grade else Next.JUDGED_SOON
