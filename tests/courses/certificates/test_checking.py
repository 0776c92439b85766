"""What the public learns of a certificate, in every state, and that nobody can try out names or numbers."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from courses import certificates
from courses.certificates import CheckRefused, State, signing
from courses.certificates.signing import Signed
from courses.certificates.snapshot import PRINTED, content_of
from courses.models import Certificate, CertificateWithdrawal, Completion
from courses.people import consents
from courses.people.numbers import fresh
from tests.factories import catalogue, people
from tests.factories.certificates import issued

pytestmark = pytest.mark.django_db
Kind = CertificateWithdrawal.Kind


def state(row: Certificate, now: datetime) -> str:
    found = certificates.check(number=row.number, name="王", now=now)
    assert found is not None
    return found.state


def withdrawn(row: Certificate, kind: str, now: datetime) -> Certificate | None:
    asked = certificates.ask(by=people.user(), certificate=row, kind=kind, reason="姓名更正", now=now)
    return certificates.agree(by=people.user(), withdrawal=asked, now=now)


def test_every_printed_field_is_shown_and_the_name_is_masked(now: datetime) -> None:
    made = issued(now=now)
    found = certificates.check(number=made.number, name="王", now=now)
    assert found is not None
    assert found.fields == {name: made.snapshot[name] for name in PRINTED} | {"name": "王*强"}


def test_the_holder_may_have_the_name_shown_and_hidden_again(now: datetime) -> None:
    made = issued(now=now)
    learner = made.completion.enrolment.learner
    catalogue.consent_notice(consents.CERTIFICATE_NAME)
    assert learner.user is not None
    told = []
    for on in (True, False, True):
        consents.switch(by=learner.user, learner=learner, key=consents.CERTIFICATE_NAME, on=on, now=now)
        found = certificates.check(number=made.number, name="王", now=now)
        told.append(found.fields["name"] if found else "")
    assert told == ["王小强", "王*强", "王小强"]


@pytest.mark.parametrize("name", ["王", "王小强", " 王 小强", "王小"])
def test_surname_or_full_name_will_do(name: str, now: datetime) -> None:
    assert certificates.check(number=issued(now=now).number, name=name, now=now) is not None


@pytest.mark.parametrize("name", ["", " ", "李", "王大强", "王小强强", "小强"])
def test_another_name_finds_nothing(name: str, now: datetime) -> None:
    assert certificates.check(number=issued(now=now).number, name=name, now=now) is None


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}"])
def test_a_number_may_be_typed_in_groups_and_small_letters(typed: str, now: datetime) -> None:
    number = issued(now=now).number
    text = typed.format(number.lower(), certificates.grouped(number))
    assert certificates.check(number=text, name="王", now=now) is not None


@pytest.mark.parametrize("number", ["", "Z", "0" * 24, "0" * 400, "证书", "02F2026\x00", "' OR 1=1"])
def test_what_is_no_number_finds_nothing(number: str, now: datetime) -> None:
    issued(now=now)
    assert certificates.check(number=number, name="王", now=now) is None


def test_the_states_of_a_certificate(now: datetime) -> None:
    valid, revoked, replaced = issued(now=now), issued(now=now), issued(now=now)
    withdrawn(revoked, Kind.REVOKE, now)
    new = withdrawn(replaced, Kind.REPLACE, now)
    assert new is not None
    assert [state(row, now) for row in (valid, revoked, replaced, new)] == ["valid", "revoked", "replaced", "valid"]


def test_a_revoked_completion_voids_its_certificate_at_once(now: datetime) -> None:
    made = issued(now=now)
    Completion.objects.filter(pk=made.completion_id).update(status=Completion.Status.REVOKED, sent_back_at=now)
    assert state(made, now) == State.REVOKED


def test_a_record_that_was_changed_in_the_database_shows_as_altered(now: datetime) -> None:
    made = issued(now=now)
    keys = signing.public_keys()
    signed = Signed(made.key_id, made.signature)
    assert signing.holds(content=content_of(made.snapshot), signed=signed, keys=keys)
    forged = {name: made.snapshot | {name: 99 if name == "hours" else "2099-01-01"} for name in PRINTED}
    covered = {
        name for name, said in forged.items() if not signing.holds(content=content_of(said), signed=signed, keys=keys)
    }
    assert covered == set(PRINTED)
    made.snapshot = forged["hours"]
    made.save()
    assert state(made, now) == State.ALTERED


def test_a_code_proves_that_one_holds_the_paper(now: datetime) -> None:
    made = issued(now=now)
    found = certificates.check_code(code=certificates.code_of(made).partition("#")[2], now=now)
    assert found is not None
    assert (found.state, found.differs, found.fields["number"]) == (State.VALID, (), made.number)


def test_a_signed_code_that_says_otherwise_than_the_register_shows_where(now: datetime) -> None:
    """Our key signed it, but the register says something else: paper printed from a forged database."""
    made = issued(now=now)
    other = made.snapshot | {"hours": 80, "course": "面点师（三级）", "name": "李四"}
    signed = signing.sign(content=content_of(other), now=now)
    found = certificates.check_code(code=signing.write_code(content=content_of(other), signed=signed), now=now)
    assert found is not None
    assert found.state == State.ALTERED
    assert set(found.differs) == {"course", "hours", "name", "holder"}
    assert found.fields["hours"] == made.snapshot["hours"]


def test_many_are_answered_in_order_in_a_constant_number_of_queries(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [issued(now=now) for _ in range(4)]
    asked = [(row.number, "王") for row in rows] + [(rows[0].number, "李"), (fresh(prefix="Z"), "王")]
    for some in (asked[:1], asked):
        with django_assert_num_queries(4):
            answers = certificates.check_many(asked=some, now=now)
    assert [answer is not None for answer in answers] == [True] * 4 + [False, False]


def test_one_address_asks_120_times_an_hour_and_no_more(now: datetime) -> None:
    for _ in range(120):
        certificates.count(address="192.0.2.1", now=now)
    with pytest.raises(CheckRefused):
        certificates.count(address="192.0.2.1", now=now)
    certificates.count(address="192.0.2.2", now=now)
    certificates.count(address="192.0.2.1", now=now + timedelta(hours=1))


@pytest.mark.parametrize("field", ["name", "course", "hours", "expires_on", "number"])
def test_the_nightly_check_finds_a_certificate_that_was_altered(field: str, now: datetime) -> None:
    made, other = issued(now=now), issued(now=now)
    assert list(certificates.differences()) == []
    changed = {**made.snapshot, field: other.number if field == "number" else 99 if field == "hours" else "2030-01-01"}
    Certificate.objects.filter(pk=made.pk).update(snapshot=changed)
    assert [row for row, _what in certificates.differences()] == [f"certificate {made.number}"]


def test_a_certificate_under_the_snapshot_and_signature_of_another_is_found(now: datetime) -> None:
    made, other = issued(now=now), issued(now=now)
    Certificate.objects.filter(pk=made.pk).update(
        snapshot=other.snapshot, key_id=other.key_id, signature=other.signature
    )
    assert [row for row, _what in certificates.differences()] == [f"certificate {made.number}"]
