"""A certificate is revoked or replaced by two people with a reason; a replacement is a new version."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from courses import certificates
from courses.certificates import CertificateRefusal, CertificateRefused
from courses.completion.revoking import propose_revocation
from courses.models import Certificate, CertificateWithdrawal, Completion
from tests.factories import people
from tests.factories.certificates import issued

pytestmark = pytest.mark.django_db
Kind = CertificateWithdrawal.Kind


def code(run: Callable[[], object]) -> CertificateRefusal:
    with pytest.raises(CertificateRefused) as refused:
        run()
    assert isinstance(refused.value.code, CertificateRefusal)
    return refused.value.code


def test_a_replacement_is_a_new_version_with_its_own_number_and_the_facts_of_today(now: datetime) -> None:
    old = issued(now=now)
    learner = old.completion.enrolment.learner
    learner.name = "王晓强"
    learner.save()
    asked = certificates.ask(by=people.user(), certificate=old, kind=Kind.REPLACE, reason="改名", now=now)
    new = certificates.agree(by=people.user(), withdrawal=asked, now=now)
    assert new is not None
    assert (new.version, new.snapshot["name"], new.number != old.number) == (2, "王晓强", True)
    assert Certificate.objects.get(version=1).snapshot["name"] == "王小强"


def test_who_asks_does_not_decide(now: datetime) -> None:
    by, made = people.user(), issued(now=now)
    asked = certificates.ask(by=by, certificate=made, kind=Kind.REVOKE, reason="重复", now=now)
    assert code(lambda: certificates.agree(by=by, withdrawal=asked, now=now)) == CertificateRefusal.SAME_PERSON
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateWithdrawal.objects.filter(pk=asked.pk).update(status="done", decided_by=by, decided_at=now)


def test_a_reason_is_needed(now: datetime) -> None:
    made = issued(now=now)
    by = people.user()
    ask = lambda: certificates.ask(by=by, certificate=made, kind=Kind.REVOKE, reason=" ", now=now)  # noqa: E731
    assert code(ask) == CertificateRefusal.REASON_MISSING


def test_one_is_asked_for_once_and_decided_once(now: datetime) -> None:
    made = issued(now=now)

    def ask() -> CertificateWithdrawal:
        return certificates.ask(by=people.user(), certificate=made, kind=Kind.REPLACE, reason="破损", now=now)

    first = ask()
    assert code(ask) == CertificateRefusal.NOT_LIVE
    certificates.drop(by=people.user(), withdrawal=first, now=now)
    agree = lambda: certificates.agree(by=people.user(), withdrawal=first, now=now)  # noqa: E731
    assert code(agree) == CertificateRefusal.NOTHING_ASKED
    certificates.agree(by=people.user(), withdrawal=ask(), now=now)
    assert code(ask) == CertificateRefusal.NOT_LIVE
    assert Certificate.objects.count() == 2


def test_a_replacement_that_cannot_be_printed_leaves_the_old_one_as_it_was(now: datetime) -> None:
    made = issued(now=now)
    learner = made.completion.enrolment.learner
    learner.name = "王\U00031350"
    learner.save()
    asked = certificates.ask(by=people.user(), certificate=made, kind=Kind.REPLACE, reason="改名", now=now)
    agree = lambda: certificates.agree(by=people.user(), withdrawal=asked, now=now)  # noqa: E731
    assert code(agree) == CertificateRefusal.GLYPH_MISSING
    asked.refresh_from_db()
    assert asked.status == "asked"
    found = certificates.check(number=made.number, name="王", now=now)
    assert found is not None
    assert found.state == "valid"


def test_who_approved_the_completion_gives_no_new_version_either(now: datetime) -> None:
    made = issued(now=now)
    asked = certificates.ask(by=people.user(), certificate=made, kind=Kind.REPLACE, reason="破损", now=now)
    approver = made.completion.approved_by
    assert approver is not None
    agree = lambda: certificates.agree(by=approver, withdrawal=asked, now=now)  # noqa: E731
    assert code(agree) == CertificateRefusal.SAME_PERSON
    asked.refresh_from_db()
    assert (asked.status, Certificate.objects.count()) == ("asked", 1)


def revoked(now: datetime) -> Certificate:
    made = issued(now=now)
    asked = certificates.ask(by=people.user(), certificate=made, kind=Kind.REVOKE, reason="印错了", now=now)
    certificates.agree(by=people.user(), withdrawal=asked, now=now)
    return Certificate.objects.get(pk=made.pk)


def offered(certificate: Certificate) -> set[int]:
    a_class = certificate.completion.enrolment.training_class
    return certificates.to_give_anew(certificates.of_class(training_class=a_class))


def test_a_revoked_certificate_whose_completion_stands_is_given_anew_under_another_number(now: datetime) -> None:
    old = revoked(now)
    assert offered(old) == {old.pk}
    asked = certificates.ask(by=people.user(), certificate=old, kind=Kind.REISSUE, reason="撤销有误", now=now)
    assert offered(old) == set()
    new = certificates.agree(by=people.user(), withdrawal=asked, now=now)
    assert new is not None
    assert (new.version, new.number != old.number) == (2, True)
    checked = [certificates.check(number=row.number, name="王", now=now) for row in (old, new)]
    assert [one.state.value if one else None for one in checked] == ["revoked", "valid"]
    assert offered(old) == set()


def test_nobody_gives_anew_alone_nor_what_was_not_revoked_nor_what_was_taken_back_or_is_in_question(
    now: datetime,
) -> None:
    by = people.user()

    def ask(certificate: Certificate) -> CertificateWithdrawal:
        return certificates.ask(by=by, certificate=certificate, kind=Kind.REISSUE, reason="撤销有误", now=now)

    assert code(lambda: ask(issued(now=now))) == CertificateRefusal.NOT_REVOKED
    old = revoked(now)
    asked = ask(old)
    assert code(lambda: ask(old)) == CertificateRefusal.NOT_LIVE
    approver = old.completion.approved_by
    assert approver is not None
    for person in (by, approver):
        agree = lambda person=person: certificates.agree(by=person, withdrawal=asked, now=now)  # noqa: E731
        assert code(agree) == CertificateRefusal.SAME_PERSON
    propose_revocation(by=people.user(), completion=old.completion, reason="待查", now=now)
    again = lambda: certificates.agree(by=people.user(), withdrawal=asked, now=now)  # noqa: E731
    assert code(again) == CertificateRefusal.IN_QUESTION
    gone = revoked(now)
    Completion.objects.filter(pk=gone.completion_id).update(status=Completion.Status.REVOKED)
    assert code(lambda: ask(Certificate.objects.get(pk=gone.pk))) == CertificateRefusal.NOT_APPROVED
    assert offered(gone) == set()
