"""A row of the desk's queue and what is remarked on it; a deed in the list of what somebody handled."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.exports import QueueLine
from courses.models import District, Institution, InstitutionEvent, Registration, TrainingClass
from courses.turns import OF_CAMPS, Of, Turn
from courses.web.desk.matters import MATTERS, Matter, number_of, page_of, words_of
from courses.web.desk.row_words import DEEDS, OF_WORDS, SHAPES, SUBJECTS, WAITS_FOR

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


OF_CLASS_PAGES = {
    Turn.APPLICATION_REVIEW: "desk_applications",
    Turn.WORK_REVIEW: "desk_works",
    Turn.SCORE_REVIEW: "desk_scores",
    Turn.CERTIFICATE_REVIEW: "desk_certificates",
    Turn.SHEET_CONFIRM: "desk_sheets",
    Turn.REGISTER_CONFIRM: "desk_registers",
    Turn.PRESENCE_CONFIRM: "desk_presence",
    Turn.CERTIFICATE_ISSUE: "desk_certificates",
    Turn.TELL: "desk_tell",
    Turn.CALL_BACK: "desk_call_back",
    Turn.FOLLOW_UP: "desk_follow_up",
}
LISTS = {Turn.UNDERCUT_REVIEW: "desk_undercuts", Turn.REVOCATION_REVIEW: "desk_revocations"}


Subject = TrainingClass | Registration | InstitutionEvent | Matter


def institution_of(subject: Subject) -> Institution | None:
    """None of what concerns the whole city."""
    found: Institution | None = getattr(subject, "institution", None)
    return found


def district_of(subject: Subject) -> District | None:
    """Where a class is held, else where the institution is seated."""
    if isinstance(subject, TrainingClass):
        return subject.district
    institution = institution_of(subject)
    return institution.district if institution else None


@dataclass
class Row:
    """One thing that waits: a step of a class, a registration, or what concerns the whole city. `people` are the
    completions that it would move, in 人次; `due` is the last day for it."""

    kind: Turn
    subject: TrainingClass | Registration | Matter
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
    def matter(self) -> Matter | None:
        return self.subject if isinstance(self.subject, MATTERS) else None

    @property
    def matter_words(self) -> str:
        return words_of(self.matter) if self.matter else ""

    @property
    def page(self) -> str:
        """Where a second decision or a matter of the city is taken; empty for whatever is taken on the class's own
        pages."""
        if self.matter:
            return page_of(self.matter)
        if self.kind in OF_CLASS_PAGES:
            return reverse(OF_CLASS_PAGES[self.kind], args=[self.number])
        if self.kind == Turn.GROUP_LIST:
            return reverse("desk_class", args=[self.number]) + "#groups"
        return reverse(LISTS[self.kind]) if self.kind in LISTS else ""

    @property
    def is_of_camp(self) -> bool:
        """The district's own step; who may not take it is led to the class."""
        return self.kind in OF_CAMPS

    @property
    def institution(self) -> Institution | None:
        return institution_of(self.subject)

    @property
    def district(self) -> District | None:
        return district_of(self.subject)

    @property
    def number(self) -> str:
        """Of the class, of the institution whose registration it is, or of what concerns the city."""
        if self.matter:
            return number_of(self.matter)
        return self.registration.institution.number if self.registration else self.training_class.number

    @property
    def may_be_chosen(self) -> bool:
        """Only completions that passed every check, and that others have handled, are approved together."""
        return self.kind == Turn.COMPLETION_REVIEW and not self.own and all(check.passed for check in self.checks)

    @property
    def word(self) -> str:
        return str(SUBJECTS.get(self.kind, _("结业")))

    @property
    def is_of_learners(self) -> bool:
        """Asked by learners of the class: leave, disputes, lessons made up."""
        return self.kind in (
            Turn.DISPUTE_REVIEW,
            Turn.DISPUTE_ANSWER,
            Turn.LEAVE_REVIEW,
            Turn.MAKE_UP_ANSWER,
            Turn.MAKE_UP_COUNT,
        )

    @property
    def waits_for(self) -> str:
        return str(WAITS_FOR[self.kind])

    @property
    def title(self) -> str:
        """What it is about, in the words of the list."""
        if self.matter:
            return self.matter_words
        return self.registration.institution.label if self.registration else self.training_class.course.label

    @property
    def line(self) -> QueueLine:
        return QueueLine(
            word=self.word,
            number=self.number,
            title=self.title,
            district=self.district.label if self.district else _("全市"),
            institution=self.institution.label if self.institution else "",
            people=self.people,
            checks=_("；").join(check.words for check in self.checks),
            submitter=self.submitter,
            since=self.since,
            due=self.due,
            deadline=self.deadline.words if self.deadline else "",
        )

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.days_left < 0

    @property
    def deadline(self) -> Check | None:
        if self.due is None:
            return None
        if self.is_late:
            late = -self.days_left
            return Check("late", ngettext("超期 %(days)s 个工作日", "超期 %(days)s 个工作日", late) % {"days": late})
        if self.days_left == 0:
            return Check("late", _("今天到期"))
        words = ngettext("还剩 %(days)s 个工作日", "还剩 %(days)s 个工作日", self.days_left)
        return Check("slow" if self.days_left == 1 else "", words % {"days": self.days_left})


@dataclass(frozen=True)
class Deed:
    """One thing that somebody did: its shape and word, to how many completions or applications, when."""

    subject: TrainingClass | InstitutionEvent | Matter
    people: int
    status: str
    at: datetime
    of: Of

    @property
    def event(self) -> InstitutionEvent | None:
        return self.subject if isinstance(self.subject, InstitutionEvent) else None

    @property
    def matter(self) -> Matter | None:
        return self.subject if isinstance(self.subject, MATTERS) else None

    @property
    def matter_words(self) -> str:
        return words_of(self.matter) if self.matter else ""

    @property
    def page(self) -> str:
        return page_of(self.matter) if self.matter else ""

    @property
    def training_class(self) -> TrainingClass | None:
        return self.subject if isinstance(self.subject, TrainingClass) else None

    @property
    def institution(self) -> Institution | None:
        return institution_of(self.subject)

    @property
    def district(self) -> District | None:
        return district_of(self.subject)

    @property
    def word(self) -> str:
        return str(OF_WORDS[self.of])

    @property
    def done(self) -> Check:
        words = DEEDS[self.of][self.status] if self.of in DEEDS else Status(self.status).label
        return Check(SHAPES.get(self.status, "done"), str(words))
