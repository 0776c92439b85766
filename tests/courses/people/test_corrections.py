"""更正: asked for by one and confirmed by another, the phone of somebody without a login at once; nothing is lost."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from courses import erasure, merging, notices, turns
from courses.models import (
    AuditEvent,
    Correction,
    DocumentKind,
    Learner,
    OutboxMessage,
    User,
)
from courses.people import corrections
from courses.people.corrections import CorrectionRefusal, CorrectionRefused
from courses.people.learners import IdentityRefusal, IdentityRefused, verify_identity
from courses.people.phones import PhoneRefused
from courses.turns import Turn
from tests.factories import people, sheets
from tests.factories.certificates import issued
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
WHY = "名单里写错一个字，已核对原件"
BORN = date(1990, 1, 1)


@pytest.fixture(autouse=True)
def _lists() -> None:
    sheets.lists()


@pytest.fixture
def clerk() -> User:
    return people.user(name="陈明")


@pytest.fixture
def second() -> User:
    return people.user(name="周二")


@pytest.fixture
def known(now: datetime) -> Learner:
    """Registered from a list, without a login, one character of the name wrong."""
    return people.learner(now=now, name="于佳芳", with_login=False)


def resident() -> DocumentKind:
    return DocumentKind.objects.get(key="resident")


def ask_name(learner: Learner, by: User, now: datetime, name: str = "于桂芳", reason: str = WHY) -> Correction:
    return corrections.ask_name(learner=learner, name=name, seen=resident(), reason=reason, by=by, now=now)


def ask_document(learner: Learner, by: User, now: datetime, number: str, kind: str = "resident") -> Correction:
    return corrections.ask_document(learner=learner, kind_key=kind, number=number, reason=WHY, by=by, now=now)


def correct_phone(learner: Learner, by: User, now: datetime, phone: str) -> Correction:
    return corrections.correct_phone(learner=learner, phone=phone, seen=resident(), reason=WHY, by=by, now=now)


def refusal_of(deed: Callable[..., Any], *args: Any, **said: Any) -> str:
    with pytest.raises((CorrectionRefused, IdentityRefused)) as refused:
        deed(*args, **said)
    return str(refused.value.code)


def test_a_name_is_asked_for_by_one_and_changes_when_another_confirms(
    now: datetime, known: Learner, clerk: User, second: User
) -> None:
    asked = ask_name(known, clerk, now)
    known.refresh_from_db()
    assert (known.name, asked.status) == ("于佳芳", Correction.Status.ASKED)
    assert refusal_of(corrections.confirm, correction=asked, by=clerk, now=now) == CorrectionRefusal.SAME_PERSON
    corrections.confirm(correction=asked, by=second, now=now)
    known.refresh_from_db()
    asked.refresh_from_db()
    assert (known.name, asked.status, asked.decided_by) == ("于桂芳", Correction.Status.DONE, second)
    assert (asked.before, asked.after) == ("于佳芳", "于桂芳")
    assert refusal_of(corrections.confirm, correction=asked, by=second, now=now) == CorrectionRefusal.DECIDED


def test_whom_a_slip_in_a_list_locked_out_proves_who_they_are_once_it_is_corrected(
    now: datetime, known: Learner, clerk: User, second: User
) -> None:
    login = people.learner(now=now, verified=False, phone=known.phone)

    def prove() -> Learner:
        return verify_identity(
            learner=login, kind_key="resident", number=known.documents.get().number, name="于桂芳", education_id=None,
            category_id=None, district_id=None, consent=True, by=login.user, now=now,
        )  # fmt: skip

    assert refusal_of(prove) == IdentityRefusal.NAME_NOT_ON_RECORD
    corrections.confirm(correction=ask_name(known, clerk, now), by=second, now=now)
    assert prove() == known


def test_the_former_document_ends_and_stays_and_its_number_leads_to_the_same_person(
    now: datetime, known: Learner, clerk: User, second: User
) -> None:
    later, number = now + timedelta(days=1), people.resident_number(born_on=date(1991, 2, 3), serial=642)
    former = known.documents.get()
    asked = ask_document(known, clerk, now, number)
    corrections.confirm(correction=asked, by=second, now=later)
    known.refresh_from_db()
    rows = {(row.number, row.since, row.until) for row in known.documents.all()}
    assert rows == {(former.number, now, later), (number, later, None)}
    assert (known.born_on, known.sex) == (date(1991, 2, 3), "2")
    asked.refresh_from_db()
    assert (asked.before, asked.after) == ("", "")


def test_a_document_that_was_theirs_before_holds_again(
    now: datetime, known: Learner, clerk: User, second: User
) -> None:
    first, other = known.documents.get().number, people.resident_number(born_on=BORN, serial=643)
    for number in (other, first):
        corrections.confirm(correction=ask_document(known, clerk, now, number), by=second, now=now)
    assert known.documents.get(until=None).number == first
    assert known.documents.count() == 2


def test_a_renewed_passport_is_a_new_document_and_tells_no_birth_date(
    now: datetime, known: Learner, clerk: User, second: User
) -> None:
    asked = ask_document(known, clerk, now, "E12345678", kind="passport")
    corrections.confirm(correction=asked, by=second, now=now)
    known.refresh_from_db()
    assert (known.documents.get(until=None).kind.key, known.born_on) == ("passport", BORN)


def test_a_number_that_cannot_be_or_that_another_record_holds_is_refused(
    now: datetime, known: Learner, clerk: User, second: User
) -> None:
    own, other = known.documents.get().number, people.learner(now=now)
    held = other.documents.get().number
    for number, code in (
        (own[:17] + ("0" if own[17] != "0" else "1"), IdentityRefusal.DOCUMENT_INVALID),
        (own, CorrectionRefusal.NOTHING_CHANGES),
        (held, CorrectionRefusal.HELD_BY_ANOTHER),
    ):
        assert refusal_of(ask_document, known, clerk, now, number) == code
    asked = ask_document(known, clerk, now, people.resident_number(born_on=BORN, serial=644))
    people.attach_document(people.learner(now=now, verified=False), asked.after, now=now)
    assert refusal_of(corrections.confirm, correction=asked, by=second, now=now) == CorrectionRefusal.HELD_BY_ANOTHER
    asked.refresh_from_db()
    assert (asked.status, known.documents.get().number) == (Correction.Status.ASKED, own)


def test_the_phone_changes_at_once_and_nothing_more_goes_to_the_old_one(
    now: datetime, known: Learner, clerk: User
) -> None:
    old, new = known.phone, people.phone_number()
    waits = notices.queue(kind="correction_dropped", channel="sms", learner=known, to=old, params={}, now=now)
    done = correct_phone(known, clerk, now, f"+86 {new}")
    known.refresh_from_db()
    assert (known.phone, done.status, done.decided_by) == (new, Correction.Status.DONE, None)
    waits.refresh_from_db()
    assert waits.to == new
    assert {row.to for row in OutboxMessage.objects.all()} == {new}
    assert OutboxMessage.objects.filter(kind="phone_corrected").count() == 1
    assert (done.before, done.after) == ("", "")


def test_what_failed_at_a_number_is_not_sent_there_again(now: datetime, known: Learner, clerk: User) -> None:
    old, new = known.phone, people.phone_number()
    lost = notices.queue(kind="correction_dropped", channel="sms", learner=known, to=old, params={}, now=now)
    OutboxMessage.objects.filter(pk=lost.pk).update(status=OutboxMessage.Status.FAILED)
    correct_phone(known, clerk, now, new)
    notices.resend(by=clerk, message=lost, now=now)
    assert {row.to for row in OutboxMessage.objects.all()} == {new}


def test_who_has_no_phone_any_more_is_told_by_people(now: datetime, known: Learner, clerk: User) -> None:
    waits = notices.queue(kind="correction_dropped", channel="sms", learner=known, to=known.phone, params={}, now=now)
    correct_phone(known, clerk, now, "")
    known.refresh_from_db()
    waits.refresh_from_db()
    assert (known.phone, waits.to, waits.channel) == ("", "", "site")


def test_who_has_a_login_changes_the_phone_by_themself(now: datetime, clerk: User) -> None:
    learner = people.learner(now=now)
    assert refusal_of(correct_phone, learner, clerk, now, people.phone_number()) == CorrectionRefusal.HAS_LOGIN
    with pytest.raises(PhoneRefused):
        correct_phone(people.learner(now=now, with_login=False), clerk, now, "0535-6600000")


def test_what_cannot_be_asked_for(now: datetime, known: Learner, clerk: User) -> None:
    unproved = people.learner(now=now, verified=False)
    own = people.learner(now=now)
    assert own.user is not None
    erased = people.learner(now=now, with_login=False)
    Learner.objects.filter(pk=erased.pk).update(erased_at=now)
    erased.refresh_from_db()
    kept, merged = people.learner(now=now), people.learner(now=now, with_login=False)
    proposal = merging.propose_merge(by=clerk, kept=kept, merged=merged, reason="核对", now=now)
    merging.confirm_merge(by=people.user(), proposal=proposal, now=now)
    assert refusal_of(ask_name, known, clerk, now, name=" ") == CorrectionRefusal.NAME_MISSING
    assert refusal_of(ask_name, known, clerk, now, name="于佳芳 ") == CorrectionRefusal.NOTHING_CHANGES
    assert refusal_of(ask_name, known, clerk, now, reason=" ") == CorrectionRefusal.REASON_MISSING
    assert refusal_of(ask_name, unproved, clerk, now) == CorrectionRefusal.NOT_VERIFIED
    assert refusal_of(ask_name, own, own.user, now) == CorrectionRefusal.OWN_RECORD
    assert refusal_of(ask_name, erased, clerk, now) == CorrectionRefusal.ERASED
    assert refusal_of(ask_name, merged, clerk, now) == CorrectionRefusal.MERGED
    ask_name(known, clerk, now)
    assert refusal_of(ask_name, known, clerk, now) == CorrectionRefusal.ALREADY


def test_of_a_record_that_was_merged_meanwhile_no_correction_waits(now: datetime, known: Learner, clerk: User) -> None:
    ask_name(known, clerk, now)
    assert Correction.objects.filter(Correction.WAITS).count() == 1
    proposal = merging.propose_merge(by=clerk, kept=people.learner(now=now), merged=known, reason="核对", now=now)
    merging.confirm_merge(by=people.user(), proposal=proposal, now=now)
    assert not Correction.objects.filter(Correction.WAITS).exists()


def test_the_database_takes_no_correction_that_one_person_decided_alone(
    now: datetime, known: Learner, clerk: User
) -> None:
    asked = ask_name(known, clerk, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=asked.pk).update(status="done", decided_by=clerk, decided_at=now)


def test_the_learner_hears_of_it_by_phone_or_by_the_institution_of_the_class(
    now: datetime, known: Learner, clerk: User, second: User
) -> None:
    made = training_class(now=now)
    enrolled(training_class=made, now=now, learner=known)
    corrections.confirm(correction=ask_name(known, clerk, now), by=second, now=now)
    assert OutboxMessage.objects.get(kind="name_corrected").to == known.phone
    without = enrolled(training_class=made, now=now, learner=people.learner(now=now, with_login=False)).learner
    Learner.objects.filter(pk=without.pk).update(phone="")
    without.refresh_from_db()
    asked = ask_name(without, clerk, now)
    corrections.drop(correction=asked, answer="证件与登记的一致", by=second, now=now)
    said = notices.unheard(now=now + timedelta(days=1)).get(kind="correction_dropped")
    assert (said.training_class, said.learner) == (made, without)
    assert "证件与登记的一致" in notices.words_to_say(message=said)
    asked.refresh_from_db()
    assert (asked.status, asked.before, asked.after) == (Correction.Status.DROPPED, "", "")
    without.refresh_from_db()
    assert without.name != "于桂芳"


def test_a_certificate_that_was_issued_stays_as_it_is(now: datetime, clerk: User, second: User) -> None:
    certificate = issued(now=now)
    learner = certificate.completion.enrolment.learner
    corrections.confirm(correction=ask_name(learner, clerk, now), by=second, now=now)
    certificate.refresh_from_db()
    assert certificate.snapshot["name"] != "于桂芳"


def test_the_record_of_the_deeds_holds_no_name_and_no_number(
    now: datetime, known: Learner, clerk: User, second: User
) -> None:
    phone, number = people.phone_number(), people.resident_number(born_on=BORN, serial=645)
    for asked in (ask_name(known, clerk, now), ask_document(known, clerk, now, number)):
        corrections.confirm(correction=asked, by=second, now=now)
    correct_phone(known, clerk, now, phone)
    said = {event.verb: event.detail for event in AuditEvent.objects.filter(target_kind="correction")}
    assert set(said) == {"correction_asked", "correction_confirmed", "phone_corrected"}
    assert all(set(detail) == {"learner", "what", "seen"} for detail in said.values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM courses_correction")
        stored = str(cursor.fetchall())
    assert not [value for value in ("于桂芳", "于佳芳", phone, number) if value in stored]


def test_it_waits_for_whoever_did_not_ask_and_for_nobody_once_the_record_is_erased(
    now: datetime, known: Learner, clerk: User, second: User
) -> None:
    ask_name(known, clerk, now)
    waits = [turns.my_matters(turn=Turn.CORRECTION_REVIEW, user=user).count() for user in (clerk, second)]
    assert waits == [0, 1]
    Learner.objects.filter(pk=known.pk).update(erased_at=now)
    assert not turns.my_matters(turn=Turn.CORRECTION_REVIEW, user=second).exists()


def test_an_erasure_leaves_nothing_of_what_was_corrected(
    now: datetime, known: Learner, clerk: User, second: User
) -> None:
    corrections.confirm(correction=ask_name(known, clerk, now), by=second, now=now)
    erasure.agree(request=erasure.ask_at_counter(learner=known, by=clerk, note="持证", now=now), by=second, now=now)
    row = Correction.objects.get()
    assert (row.before, row.after, row.reason) == ("", "", "—")


@pytest.mark.parametrize(
    ("one", "other", "places"), [("370699", "370799", [4]), ("123", "124", [3]), ("12", "123", []), ("12", "12", [])]
)
def test_where_two_numbers_differ(one: str, other: str, places: list[int]) -> None:
    assert corrections.differing_places(one=one, other=other) == places
