"""窗口报名: staff enrol somebody who stands before them with a document and, it may be, without a phone.

Two steps: `begin` weighs what was entered and keeps it, encrypted, for `Policy.counter_entry_hours`; `confirm`
registers the person where nobody knows them and takes the seat, all or nothing. Source: design §4 law 12.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import policy as policies
from courses.enrolment.eligibility import Finding
from courses.enrolment.refusals import EnrolmentRefusal, EnrolmentRefused
from courses.enrolment.seats import ON_A_SEAT, Status, apply
from courses.enrolment.weighing import Weighed, decide, weigh
from courses.models import CounterEntry, DocumentKind, Enrolment, Learner, LearnerCategory, TrainingClass, User
from courses.people.consents import sign_on_paper
from courses.people.corrections import correct_phone
from courses.people.learners import Applicant, IdentityRefusal, IdentityRefused, find_or_register, recognise
from courses.people.numbers import fresh
from courses.people.particulars import Particulars, amend
from courses.people.phones import normalise_mobile
from courses.refusals import Refused

# Why a phone was corrected while its owner was enrolled.
STATED = "窗口报名时本人当面报的新号码"
# The key of somebody who has no row yet: no row hangs on it.
NOBODY_YET = 0


class CounterRefusal(StrEnum):
    ALREADY_ENROLLED = "already_enrolled"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    UNKNOWN_CATEGORY = "unknown_category"
    EXPIRED = "expired"
    SAME_MOMENT = "same_moment"


class CounterRefused(Refused):
    sentences = {
        CounterRefusal.ALREADY_ENROLLED: _("这位学员已经报过这个班，没有重复报名。请在班次的学员名单里打印回执。"),
        CounterRefusal.NOT_ACKNOWLEDGED: _("还没有勾选「已向本人说明」，未报名。请先向本人说明，再勾选。"),
        CounterRefusal.UNKNOWN_CATEGORY: _("请从列表中选择人员类别，未保存。"),
        CounterRefusal.EXPIRED: _("这份登记放得太久，内容已经清除，未报名。请重新填写。"),
        CounterRefusal.SAME_MOMENT: _("另一个窗口刚刚登记了这个证件号码，未报名。请再按一次。"),
    }


@dataclass(frozen=True)
class Told:
    """What was entered; choices by the keys of the reference lists. `consent`: signed on paper before the one who
    enters it; `truth`: the version of the text by which the person vouched for it."""

    document_kind: str
    document_number: str
    name: str
    category: str
    education: str
    district: str
    consent: bool
    phone: str = ""
    graduates_on: date | None = None
    declared: tuple[str, ...] = ()
    truth: str = ""

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        day = stored["graduates_on"]
        said = {"graduates_on": date.fromisoformat(day) if day else None, "declared": tuple(stored["declared"])}
        return cls(**{**stored, **said})

    @property
    def applicant(self) -> Applicant:
        return Applicant(
            document_kind=self.document_kind,
            document_number=self.document_number,
            name=self.name,
            phone=self.phone,
            education=self.education,
            category=self.category,
            district=self.district,
            consent=self.consent,
        )


@dataclass(frozen=True)
class Outlook:
    """What confirming would do now. `place` is that in the queue, 0 for a seat; `phone` where a message will go;
    `corrects` the phone on record to the one stated, or `keeps` it, since the person has a login."""

    told: Told
    known: bool
    status: Status
    place: int
    phone: str
    corrects: bool
    keeps: bool
    remarks: list[Finding]


def begin(*, told: Told, training_class: TrainingClass, by: User, now: datetime) -> CounterEntry:
    """Keep what was entered, if it could be confirmed right now. Nothing is kept of what is refused.

    Refused: PhoneRefused; IdentityRefused (no consent, a document that cannot be, another name than the registered
    one); EnrolmentRefused (the class takes nobody, or a rule of `eligibility` blocks); CounterRefused.
    """
    if told.phone.strip():
        told = replace(told, phone=normalise_mobile(told.phone))
    _look(told, training_class, now)
    return CounterEntry.objects.create(
        number=fresh(prefix="W"),
        training_class=training_class,
        by=by,
        told=asdict(told),  # type: ignore[misc]
        entered_at=now,
    )


def outlook(*, entry: CounterEntry, now: datetime) -> Outlook:
    """What to tell the person before the button is pressed. Refused as in `begin`, and after the time of the policy."""
    told = _told(entry, now)
    learner, weighed = _look(told, entry.training_class, now)
    row = weighed.training_class
    if row.mode == TrainingClass.Mode.SELECTED or (row.taken < row.seats and not row.waiting):
        status, place = ON_A_SEAT[row.mode], 0
    else:
        status, place = Status.WAITLISTED, row.waiting + 1
    remarks = [finding for finding in weighed.found if not finding.blocks]
    corrects, keeps = _is_corrected(learner, told), _differs(learner, told) and learner.user_id is not None
    phone = told.phone if corrects else learner.phone or told.phone
    return Outlook(told, learner.pk != NOBODY_YET, status, place, phone, corrects, keeps, remarks)


def _differs(learner: Learner, told: Told) -> bool:
    """Another phone is stated than the one on record."""
    return bool(told.phone and learner.phone) and told.phone != learner.phone


def _is_corrected(learner: Learner, told: Told) -> bool:
    return _differs(learner, told) and learner.user_id is None


def confirm(*, entry: CounterEntry, acknowledged: bool, by: User, now: datetime) -> Enrolment:
    """The enrolment of an entry; the second press gives the first one's.

    A known person keeps name, schooling and district on record, and with a login the phone; the category is the one
    stated now, and a phone is added where there was none, or corrected. `acknowledged`: what the rules remark on was
    said to the person. Refused as in `begin`; CounterRefused too without that, and after the time of the policy.
    """
    with transaction.atomic():
        entry = CounterEntry.objects.select_for_update(of=("self",)).select_related("training_class").get(pk=entry.pk)
        if entry.enrolment_id is not None:
            return Enrolment.objects.get(pk=entry.enrolment_id)
        told = _told(entry, now)
        _learner, weighed = _look(told, entry.training_class, now)
        if weighed.found and not acknowledged:
            raise CounterRefused(CounterRefusal.NOT_ACKNOWLEDGED)
        learner = _registered(told, by, now)
        made = _applied(learner, told, entry.training_class, by, now)
        CounterEntry.objects.filter(pk=entry.pk).update(told=None, enrolment=made)
    return made


def _told(entry: CounterEntry, now: datetime) -> Told:
    hours = policies.current(on=policies.local_date(now)).counter_entry_hours
    if entry.told is None or entry.entered_at + timedelta(hours=hours) <= now:
        raise CounterRefused(CounterRefusal.EXPIRED)
    return Told.read(entry.told)


def _look(told: Told, training_class: TrainingClass, now: datetime) -> tuple[Learner, Weighed]:
    """The person as the rules see them, unsaved where nobody knows them, and what the rules find. Writes nothing."""
    if not told.name.strip():
        raise IdentityRefused(IdentityRefusal.NAME_MISSING)
    if not told.consent:
        raise IdentityRefused(IdentityRefusal.CONSENT_MISSING)
    seen = recognise(applicant=told.applicant, now=now, in_person=True)
    category = LearnerCategory.objects.filter(key=told.category).first()
    if category is None:
        raise CounterRefused(CounterRefusal.UNKNOWN_CATEGORY)
    learner = seen.learner or Learner(
        pk=NOBODY_YET, sex=seen.document.sex or Learner.Sex.UNKNOWN, born_on=seen.document.birth_date, verified_at=now
    )
    if learner.erased_at is not None:
        # As it will be once it is filled again.
        learner.verified_at, learner.born_on = now, seen.document.birth_date
        learner.sex = seen.document.sex or learner.sex
    learner.category = category
    learner.graduates_on = told.graduates_on or learner.graduates_on
    weighed = weigh(learner=learner, training_class=training_class, declared=told.declared, now=now)
    try:
        decide(learner=learner, weighed=weighed, now=now)
    except EnrolmentRefused as refusal:
        raise _for_the_counter(refusal) from refusal
    return learner, weighed


def _registered(told: Told, by: User, now: datetime) -> Learner:
    try:
        learner = find_or_register(applicant=told.applicant, by=by, now=now, in_person=True)
    except IdentityRefused as refusal:
        if refusal.code != IdentityRefusal.DUPLICATE_PERSON:
            raise
        raise CounterRefused(CounterRefusal.SAME_MOMENT) from refusal
    stated = Particulars(
        category=LearnerCategory.objects.get(key=told.category),
        phone=None if learner.phone else told.phone or None,
        graduates_on=told.graduates_on,
    )
    amend(learner=learner, particulars=stated, by=by, now=now)
    if _is_corrected(learner, told):
        seen = DocumentKind.objects.get(key=told.document_kind)
        correct_phone(learner=learner, phone=told.phone, seen=seen, reason=STATED, by=by, now=now)
    sign_on_paper(learner=learner, witness=by, now=now)
    return learner


def _applied(learner: Learner, told: Told, training_class: TrainingClass, by: User, now: datetime) -> Enrolment:
    try:
        return apply(
            learner=learner,
            training_class=training_class,
            source=Enrolment.Source.COUNTER,
            by=by,
            declared=told.declared,
            truth=told.truth,
            now=now,
        )
    except EnrolmentRefused as refusal:
        raise _for_the_counter(refusal) from refusal


def _for_the_counter(refusal: EnrolmentRefused) -> Refused:
    """The sentence for a learner says 「您」; at the counter somebody else reads it."""
    if refusal.code == EnrolmentRefusal.ALREADY_ENROLLED:
        return CounterRefused(CounterRefusal.ALREADY_ENROLLED)
    return refusal


def prune_entries(*, now: datetime) -> int:
    """Entries that nobody confirmed within `counter_entry_hours` go; gives how many."""
    hours = policies.current(on=policies.local_date(now)).counter_entry_hours
    left = CounterEntry.objects.filter(enrolment__isnull=True, entered_at__lte=now - timedelta(hours=hours))
    return left.delete()[0]
