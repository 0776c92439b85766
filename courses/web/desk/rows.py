"""A row of the desk's queue and what is remarked on it; a deed in the list of what somebody handled."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import (
    Completion,
    District,
    Institution,
    InstitutionEvent,
    Registration,
    Selection,
    TrainingClass,
)
from courses.turns import OF_CAMPS, SCORED, Of, Turn

Status = TrainingClass.Status


@dataclass(frozen=True)
class Check:
    """One remark on a row: shape, words, and the quiet line under it."""

    shape: str
    words: str
    note: str = ""

    @property
    def passed(self) -> bool:
        return self.shape == "done"


SHAPES: dict[str, str] = {
    Status.RETURNED: "slow",
    Status.SUSPENDED: "slow",
    Status.CANCELLED: "no",
    Completion.Status.REVOKED: "no",
}
COMPLETION_DEEDS: dict[str, str | Promise] = {
    Completion.Status.SUBMITTED: gettext_lazy("已提交"),
    Completion.Status.APPROVED: gettext_lazy("已批准"),
    Completion.Status.RETURNED: gettext_lazy("已退回"),
    Completion.Status.REVOKED: gettext_lazy("已撤销"),
}
CAMP_DEEDS: dict[str, str | Promise] = {
    SCORED: gettext_lazy("已评分"),
    Selection.Status.PROPOSED: gettext_lazy("已提出结果"),
    Selection.Status.PUBLISHED: gettext_lazy("已确认并公示"),
    Selection.Status.RETURNED: gettext_lazy("已退回结果"),
}
FILE_DEEDS: dict[str, str | Promise] = {
    Registration.Status.SUBMITTED: gettext_lazy("已提交"),
    Registration.Status.APPROVED: gettext_lazy("已通过"),
    Registration.Status.RETURNED: gettext_lazy("已退回"),
}
DEEDS: dict[Of, dict[str, str | Promise]] = {
    Of.COMPLETIONS: COMPLETION_DEEDS,
    Of.CAMP: CAMP_DEEDS,
    Of.REGISTRATION: FILE_DEEDS,
}
OF_WORDS: dict[Of, str | Promise] = {
    Of.CLASS: gettext_lazy("开班"),
    Of.COMPLETIONS: gettext_lazy("结业"),
    Of.CAMP: gettext_lazy("评选"),
    Of.REGISTRATION: gettext_lazy("备案"),
}
WAITS_FOR: dict[Turn, str | Promise] = {
    Turn.REGISTRATION_REVIEW: gettext_lazy("等区市审核"),
    Turn.CLASS_REVIEW: gettext_lazy("等区市审核"),
    Turn.CHANGE_REVIEW: gettext_lazy("等区市审变更"),
    Turn.COMPLETION_REVIEW: gettext_lazy("等区市批准"),
    Turn.COMPLETION_SUBMIT: gettext_lazy("等机构提交"),
    Turn.TRANSFER_REQUEST: gettext_lazy("等机构办转班"),
    Turn.CLASS_MEND: gettext_lazy("等机构修改后再交"),
    Turn.COMPLETION_MEND: gettext_lazy("等老师重新提出"),
    Turn.DISPUTE_REVIEW: gettext_lazy("等机构决定"),
    Turn.DISPUTE_ANSWER: gettext_lazy("等老师答复"),
    Turn.LEAVE_REVIEW: gettext_lazy("等老师决定"),
    Turn.SELECTION_SCORE: gettext_lazy("等评分"),
    Turn.SELECTION_RESULT: gettext_lazy("等提出或确认评选结果"),
}


SUBJECTS: dict[Turn, str | Promise] = {
    Turn.CHANGE_REVIEW: gettext_lazy("变更"),
    Turn.REGISTRATION_REVIEW: gettext_lazy("备案"),
    Turn.CLASS_REVIEW: gettext_lazy("开班"),
    Turn.CLASS_MEND: gettext_lazy("开班"),
    Turn.DISPUTE_REVIEW: gettext_lazy("异议"),
    Turn.DISPUTE_ANSWER: gettext_lazy("异议"),
    Turn.LEAVE_REVIEW: gettext_lazy("请假"),
    Turn.SELECTION_SCORE: gettext_lazy("评选"),
    Turn.SELECTION_RESULT: gettext_lazy("评选"),
    Turn.TRANSFER_REQUEST: gettext_lazy("转班"),
}


@dataclass
class Row:
    """One thing that waits: a step of a class, or a registration. `people` are the completions that it would move, in
    人次; `due` is the last day for it."""

    kind: Turn
    subject: TrainingClass | Registration
    since: datetime
    people: int = 0
    unmet: int = 0
    own: bool = False
    submitter: str = ""
    due: date | None = None
    days_left: int = 0
    checks: list[Check] = field(default_factory=list)

    @property
    def training_class(self) -> TrainingClass:
        assert isinstance(self.subject, TrainingClass)
        return self.subject

    @property
    def registration(self) -> Registration | None:
        return self.subject if isinstance(self.subject, Registration) else None

    @property
    def is_of_camp(self) -> bool:
        """The district's own step; who may not take it is led to the class."""
        return self.kind in OF_CAMPS

    @property
    def institution(self) -> Institution:
        return self.subject.institution

    @property
    def district(self) -> District:
        return self.institution.district if self.registration else self.training_class.district

    @property
    def number(self) -> str:
        """Of the class, or of the institution whose registration it is."""
        return self.institution.number if self.registration else self.training_class.number

    @property
    def may_be_chosen(self) -> bool:
        """Only completions that passed every check, and that others have handled, are approved together."""
        return self.kind == Turn.COMPLETION_REVIEW and not self.own and all(check.passed for check in self.checks)

    @property
    def word(self) -> str:
        return str(SUBJECTS.get(self.kind, _("结业")))

    @property
    def is_of_learners(self) -> bool:
        """Asked by learners of the class: leave, disputes."""
        return self.kind in (Turn.DISPUTE_REVIEW, Turn.DISPUTE_ANSWER, Turn.LEAVE_REVIEW)

    @property
    def waits_for(self) -> str:
        return str(WAITS_FOR[self.kind])

    @property
    def deadline(self) -> Check | None:
        if self.due is None:
            return None
        if self.days_left < 0:
            late = -self.days_left
            return Check("late", ngettext("超期 %(days)s 个工作日", "超期 %(days)s 个工作日", late) % {"days": late})
        if self.days_left == 0:
            return Check("late", _("今天到期"))
        words = ngettext("还剩 %(days)s 个工作日", "还剩 %(days)s 个工作日", self.days_left)
        return Check("slow" if self.days_left == 1 else "", words % {"days": self.days_left})


@dataclass(frozen=True)
class Deed:
    """One thing that somebody did: its shape and word, to how many completions or applications, when."""

    subject: TrainingClass | InstitutionEvent
    people: int
    status: str
    at: datetime
    of: Of

    @property
    def event(self) -> InstitutionEvent | None:
        return self.subject if isinstance(self.subject, InstitutionEvent) else None

    @property
    def training_class(self) -> TrainingClass | None:
        return None if self.event else self.subject  # type: ignore[return-value]

    @property
    def institution(self) -> Institution:
        return self.subject.institution

    @property
    def district(self) -> District:
        return self.institution.district if self.event else self.subject.district  # type: ignore[union-attr]

    @property
    def word(self) -> str:
        return str(OF_WORDS[self.of])

    @property
    def done(self) -> Check:
        words = DEEDS[self.of][self.status] if self.of in DEEDS else Status(self.status).label
        return Check(SHAPES.get(self.status, "done"), str(words))
