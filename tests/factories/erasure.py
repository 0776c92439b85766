"""Somebody about whom much is held, and the three steps of an erasure."""

from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile

from courses import certificates, erasure, notices
from courses.attendance import leave
from courses.models import (
    Certificate,
    Completion,
    Consent,
    ConsentNotice,
    Device,
    EnrolmentDraft,
    ErasureRequest,
    Learner,
    LearnerCategory,
    TrainingClass,
    User,
)
from courses.people import cards, learners, proofs
from tests.factories import papers, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import counted

NAME = "欧阳知秋"
ADDRESS = "芝罘区海港路 1 号 2 单元"
REASON = "腰椎手术后复查"
BORN = date(1979, 11, 23)


def well_known(*, now: datetime) -> Learner:
    """A learner with every kind of belonging, a seat in a class that begins in a month, and no completion yet."""
    made = people.learner(now=now, name=NAME, born_on=BORN)
    category, _new = LearnerCategory.objects.get_or_create(
        key="veteran", defaults={"name": "退役军人", "name_en": "Veteran"}
    )
    made.address, made.category = ADDRESS, category
    made.save()
    a_class = training_class(now=now, first=now + timedelta(days=30), lessons=1)
    seat = enrolled(training_class=a_class, now=now, learner=made)
    proofs.hand_in(learner=made, category=category, content=ContentFile(papers.photo()), by=made.user, now=now)
    lessons = [a_class.lessons.get()]
    leave.ask(enrolment=seat, kind="sick", lessons=lessons, reason=REASON, content=None, by=made.user, now=now)
    other = training_class(now=now, first=now + timedelta(days=60), lessons=1)
    EnrolmentDraft.objects.create(learner=made, training_class=other, answers={"phone": made.phone}, updated_at=now)
    Device.objects.create(
        code=f"D{made.number}", learner=made, label="欧阳的手机", bound_at=now, expires_at=now + timedelta(days=180)
    )
    cards.issue(by=people.user(), learner=made, now=now)
    notices.queue(
        kind="enrolment_refused", channel="sms", learner=made, to=made.phone, now=now,
        params={"course": NAME, "reason": NAME, "number": "B1", "starts": "2026-10-01", "place": 0},
    )  # fmt: skip
    notice, _new = ConsentNotice.objects.get_or_create(
        key="certificate-name", version="1", defaults={"title": "t", "title_en": "t", "text": "t", "text_en": "t"}
    )
    Consent.objects.create(learner=made, notice=notice, given_at=now)
    learners.reveal(by=people.user(), learner=made, field="phone", reason="回访", now=now)
    return made


def certified(learner: Learner, *, now: datetime) -> tuple[Certificate, datetime]:
    """The same person's counted completion with its certificate and paper, in a class that is over and closed."""
    entry, later = counted(now=now, learner=learner)
    completion = Completion.objects.get(pk=entry.completion_id)
    made = certificates.issue(by=people.user(), completion=completion, now=later)
    certificates.make_due(now=later)
    return made, later


def closed(certificate: Certificate) -> TrainingClass:
    made = certificate.completion.enrolment.training_class
    TrainingClass.objects.filter(pk=made.pk).update(status=TrainingClass.Status.CLOSED)
    return made


def received(learner: Learner, *, now: datetime) -> ErasureRequest:
    login = User.objects.filter(learner=learner).first()
    asked = erasure.ask(learner=learner, by=login or people.user(), now=now)
    return erasure.receive(request=asked, by=people.user(), note="按登记的手机号回电，核对无误", now=now)


def erased(learner: Learner, *, now: datetime) -> ErasureRequest:
    asked = received(learner, now=now)
    erasure.agree(request=asked, by=people.user(), now=now)
    return asked
