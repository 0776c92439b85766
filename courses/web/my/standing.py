"""How an enrolment stands, in words for the learner: the same on its own page, on 我的学习 and among what is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import access, enrolment, policy
from courses.models import Attendance, Completion, Course, Enrolment, Learner, Lesson, SelectionLine, TrainingClass
from courses.policy import local_date

Status, Why = Enrolment.Status, Enrolment.Why
Outcome = SelectionLine.Outcome
# What ended by itself or for a reason of its own is called by it.
ENDED: dict[str, str | Promise] = {
    Why.OFFER_EXPIRED: gettext_lazy("逾期未确认，已由下一位递补"),
    Why.CLASS_CANCELLED: gettext_lazy("这个班已取消"),
    Why.NO_SHOW: gettext_lazy("没有到课，席位已让出"),
    Why.GROUP_REPLACED: gettext_lazy("单位已另派人员参加"),
    Why.NOT_REACHED: gettext_lazy("已经开班，这次没有录取"),
}
RESULTS: dict[str, str | Promise] = {
    Outcome.CHOSEN: gettext_lazy("评选结果：拟录取"),
    Outcome.RESERVE: gettext_lazy("评选结果：候补"),
    Outcome.BELOW: gettext_lazy("评选结果：没有入选"),
    Outcome.WITHOUT_PITCH: gettext_lazy("评选结果：没有入选"),
}
COMPLETED: dict[str, str | Promise] = {
    Completion.Status.PROPOSED: gettext_lazy("老师已提出结业，等机构提交"),
    Completion.Status.SUBMITTED: gettext_lazy("机构已提交结业，等区市批准"),
    Completion.Status.APPROVED: gettext_lazy("已结业"),
    Completion.Status.REVOKED: gettext_lazy("结业已撤销，有疑问请联系培训机构"),
}


@dataclass(frozen=True)
class Standing:
    """`icon` is the mark beside the words; `tone` names their colour."""

    icon: str
    tone: str
    words: str


def standing(*, own: Enrolment, place: int = 0, outcome: str = "") -> Standing:
    """`place`: in the queue; `outcome`: of a result that is on notice. Class and completion are loaded with it."""
    suspended = own.training_class.status == TrainingClass.Status.SUSPENDED
    if own.status not in Enrolment.LIVE:
        icon = "check" if own.status == Status.TRANSFERRED else "x"
        return Standing(icon, own.status, _ended(own))
    if suspended:
        return Standing("clock", "suspended", _("班次暂停，您的报名为您保留"))
    if own.status == Status.CANDIDATE and outcome:
        lost = outcome in (Outcome.BELOW, Outcome.WITHOUT_PITCH)
        return Standing("x" if lost else "clock", "refused" if lost else own.status, str(RESULTS[outcome]))
    if done := completed(own):
        return Standing("check" if done.status == Completion.Status.APPROVED else "clock", own.status, done.words)
    words = {
        Status.ADMITTED: _("报名成功"),
        Status.APPLIED: _("报名已收到，等培训机构审核"),
        Status.CANDIDATE: _("报名已收到，等待评选"),
        Status.OFFERED: _("有空位了，请确认"),
        Status.WAITLISTED: _("已排队候补，第 %(place)s 位") % {"place": place},
    }
    return Standing("check" if own.status == Status.ADMITTED else "clock", own.status, words[Status(own.status)])


def prospect(*, own: Enrolment, by_rank: bool, now: datetime) -> str:
    """What who waits may still expect: an offer in turn, a call, or the end of the waiting."""
    why = enrolment.nobody_moves_up(training_class=own.training_class, now=now)
    if why is None:
        if by_rank:
            return _("有空位时，按名次依次发短信请您确认，逾期未确认的，由下一位递补。")
        return _("有空位时，按报名先后依次发短信请您确认，逾期未确认的，由下一位递补。")
    if why == Why.CLASS_BEGUN:
        return _("这个班已经开班，不再递补。候补随后结束，会发短信告诉您，不用再等。")
    if own.training_class.starts_on <= local_date(now):
        return _("这个班今天开课，不再发短信递补。还有空位的，由培训机构今天直接联系您；没有联系的，候补随后结束。")
    return _("快开课了，不再发短信递补。还有空位的，由培训机构按顺序直接联系您；到开课还没有录取的，候补结束。")


def at_stake(*, learner: Learner, training_class: TrainingClass) -> list[tuple[Enrolment, int]]:
    """Each place in another class that a seat in this one would cost, with how far up the queue it is."""
    rows = enrolment.places_at_stake(learner=learner, training_class=training_class)
    return [(row, enrolment.place(enrolment=row)) for row in rows]


def review_words(*, own: Enrolment) -> str:
    """Who reviews an application and how long that may take; empty where nobody does."""
    days = enrolment.review_of(enrolment=own).get("days")
    return review_sentence(days=days) if days else ""


def review_sentence(*, days: int) -> str:
    return _("这个班由培训机构审核录取，%(days)s 个工作日内发短信告诉您结果，录取前先不用到课。") % {"days": days}


@dataclass(frozen=True)
class Completed:
    """How far the completion is. A returned one is no step of the learner's: the trainer proposes it anew."""

    status: str
    words: str

    @property
    def stands(self) -> bool:
        return self.status not in Completion.UNDONE


def completed(own: Enrolment) -> Completed | None:
    found: Completion | None = getattr(own, "completion", None)
    if found is None or found.status not in COMPLETED:
        return None
    return Completed(found.status, str(COMPLETED[found.status]))


def standings(*, user: Any, course: Course) -> dict[int, tuple[Enrolment, Standing]]:
    """By class of a course, the live enrolment of whoever looks at it and how it stands; nothing for who is no learner.

    Two statements for who has none, and none for a visitor.
    """
    if not user.is_authenticated:
        return {}
    learner = Learner.objects.filter(user_id=user.pk).first()
    if learner is None:
        return {}
    rows = access.own_enrolments(learner=learner).filter(status__in=Enrolment.LIVE, training_class__course=course)
    found = {}
    for own in rows.select_related("training_class", "completion"):
        place = enrolment.place(enrolment=own) if own.status == Status.WAITLISTED else 0
        found[own.training_class_id] = (own, standing(own=own, place=place))
    return found


def here(*, lesson: Lesson, learner: Learner, now: datetime) -> dict[str, Any]:
    """When the learner came to this lesson and left it, and whether leaving is still to be scanned."""
    rules = policy.of_class(training_class=lesson.training_class, on=policy.local_date(now))
    own = Attendance.objects.filter(lesson=lesson, learner=learner).first()
    came, left = (own.in_at, own.out_at) if own else (None, None)
    return {
        "came_at": came,
        "left_at": left,
        "scans_out": rules.checkout_required and came is not None and left is None,
    }


def lesson_on(*, own: Enrolment, now: datetime) -> dict[str, Any]:
    """The lesson of this class that is on at this moment, and how the learner stands in it; empty where none is."""
    coming = enrolment.starts_soon(learner=own.learner, now=now).filter(training_class=own.training_class_id)
    lesson = coming.filter(starts_at__lte=now, ends_at__gt=now).first()
    return {"lesson_on": lesson, **here(lesson=lesson, learner=own.learner, now=now)} if lesson else {}


def _ended(own: Enrolment) -> str:
    if own.status == Status.TRANSFERRED:
        return _("已转到另一个班")
    if own.why in ENDED:
        return str(ENDED[own.why])
    return _("已退出这个班") if own.status == Status.WITHDRAWN else _("这次没有录取")
