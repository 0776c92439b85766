"""A certificate is revoked or replaced by two people with a reason; a replacement is a new version."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from courses import certificates
from courses.certificates import CertificateRefusal, CertificateRefused
from courses.models import Certificate, CertificateWithdrawal
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
