"""外发证书: recorded as the paper says, once in the city, taken back with a reason, gone with its holder."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from courses import certificates
from courses.certificates import CertificateRefusal, CertificateRefused
from courses.models import AuditEvent, Completion, ExternalCertificate
from tests.factories import people
from tests.factories.completion import counted, submitted

pytestmark = pytest.mark.django_db
ISSUER = "烟台市职业技能鉴定中心"


def recorded(done: Completion, now: datetime, **fields: Any) -> ExternalCertificate:
    told = {"kind": "level", "number": "Y003706054321", "level": None, "issued_on": date(2026, 9, 15), "issuer": ISSUER}
    return certificates.record(by=people.user(), completion=done, now=now, **{**told, **fields})


@pytest.fixture
def done(now: datetime) -> Completion:
    entry, _later = counted(now=now)
    assert entry.completion
    return entry.completion


@pytest.fixture
def later(now: datetime) -> datetime:
    return now + timedelta(days=7)


def test_it_is_kept_as_the_paper_says_in_narrow_capitals(done: Completion, later: datetime) -> None:
    made = recorded(done, later, number=" y0037（0605）4321 ")
    assert (made.number, made.issuer, made.issued_on) == ("Y0037(0605)4321", ISSUER, date(2026, 9, 15))
    assert certificates.external_by_completion(completions=[done]) == {done.pk: [made]}


def test_one_number_stands_for_one_person_in_the_whole_city(done: Completion, now: datetime, later: datetime) -> None:
    recorded(done, later)
    other, _at = counted(now=now, learner=people.learner(name="王二", now=now))
    assert other.completion
    with pytest.raises(CertificateRefused) as refused:
        recorded(other.completion, later)
    assert refused.value.code == CertificateRefusal.EXTERNAL_TWICE
    recorded(other.completion, later, kind="special")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "other"}, CertificateRefusal.EXTERNAL_UNKNOWN),
        ({"number": "12"}, CertificateRefusal.EXTERNAL_NUMBER),
        ({"number": "=1+1 cmd"}, CertificateRefusal.EXTERNAL_NUMBER),
        ({"issuer": " "}, CertificateRefusal.EXTERNAL_ISSUER),
        ({"issued_on": date(2026, 9, 1)}, CertificateRefusal.EXTERNAL_DAY),
        ({"issued_on": date(2026, 9, 23)}, CertificateRefusal.EXTERNAL_DAY),
    ],
)
def test_what_no_paper_can_say_is_refused(
    done: Completion, later: datetime, fields: dict[str, Any], code: CertificateRefusal
) -> None:
    with pytest.raises(CertificateRefused) as refused:
        recorded(done, later, **fields)
    assert refused.value.code == code
    assert not ExternalCertificate.objects.exists()


def test_nothing_is_recorded_for_who_has_not_completed(now: datetime, later: datetime) -> None:
    waiting, _later = submitted(now=now)
    with pytest.raises(CertificateRefused) as refused:
        recorded(waiting, later)
    assert refused.value.code == CertificateRefusal.NOT_APPROVED


def test_a_wrong_one_is_taken_back_with_a_reason_and_its_number_is_free_again(
    done: Completion, later: datetime
) -> None:
    wrong, clerk = recorded(done, later), people.user()
    with pytest.raises(CertificateRefused):
        certificates.take_back_external(by=clerk, certificate=wrong, reason=" ", now=later)
    certificates.take_back_external(by=clerk, certificate=wrong, reason="登记到了别人名下", now=later)
    with pytest.raises(CertificateRefused) as refused:
        certificates.take_back_external(by=clerk, certificate=wrong, reason="再撤", now=later)
    assert refused.value.code == CertificateRefusal.EXTERNAL_GONE
    made = recorded(done, later)
    assert certificates.external_by_completion(completions=[done]) == {done.pk: [made]}
    assert list(certificates.external_of_class(training_class=done.enrolment.training_class)) == [wrong, made]


def test_the_audit_book_names_the_completion_and_not_the_number_of_the_paper(done: Completion, later: datetime) -> None:
    made = recorded(done, later)
    told = AuditEvent.objects.get(verb="external_certificate_recorded")
    assert told.target == done.number
    assert made.number not in f"{told.target} {told.detail}"


def test_with_its_holder_it_goes(done: Completion, later: datetime) -> None:
    recorded(done, later)
    certificates.forget_holder(learner=done.enrolment.learner, now=later)
    assert not ExternalCertificate.objects.exists()
