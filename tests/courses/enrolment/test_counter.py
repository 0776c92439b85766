"""窗口报名: weighed before anything is written, all or nothing, once; for people without a phone."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from courses import enrolment
from courses.enrolment import CounterRefusal, CounterRefused, EnrolmentRefused, Told
from courses.enrolment.eligibility import Code
from courses.models import (
    AuditEvent,
    Consent,
    ConsentNotice,
    Correction,
    CounterEntry,
    Enrolment,
    IdentityDocument,
    Learner,
    OutboxMessage,
    Post,
    TrainingClass,
    User,
)
from courses.people.learners import NOTICES, IdentityRefusal, IdentityRefused
from courses.people.phones import PhoneRefused
from tests.factories import catalogue, people, sheets
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db

Status = Enrolment.Status
WRITTEN = (Learner, IdentityDocument, Enrolment, Consent, CounterEntry, OutboxMessage, AuditEvent)
COOK = Told(
    document_kind="resident",
    document_number=people.resident_number(born_on=date(1968, 3, 5), serial=711),
    name="于桂芳",
    category="unemp",
    education="71",
    district="zhifu",
    consent=True,
)


@pytest.fixture(autouse=True)
def _lists() -> None:
    sheets.lists()
    for key in NOTICES:
        ConsentNotice.objects.create(key=key, version="2", title="告知", title_en="Notice", text="…", text_en="…")


@pytest.fixture
def clerk(now: datetime) -> User:
    return people.staff(role=Post.Role.INSTITUTION, institution=catalogue.institution(), now=now)


def rows() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in WRITTEN}


def enter(told: Told, a_class: TrainingClass, clerk: User, now: datetime, *, acknowledged: bool = True) -> Enrolment:
    entry = enrolment.begin(told=told, training_class=a_class, by=clerk, now=now)
    return enrolment.confirm(entry=entry, acknowledged=acknowledged, by=clerk, now=now)


def test_a_person_without_a_phone_gets_a_seat_a_record_and_no_login(now: datetime, clerk: User) -> None:
    a_class = training_class(now=now)
    logins = User.objects.count()
    made = enter(COOK, a_class, clerk, now)
    learner = made.learner
    assert (made.status, made.source, made.training_class) == (Status.ADMITTED, Enrolment.Source.COUNTER, a_class)
    assert (learner.name, learner.user, learner.phone, learner.born_on) == ("于桂芳", None, "", date(1968, 3, 5))
    assert made.category is not None
    assert made.category.key == "unemp"
    assert User.objects.count() == logins
    assert not OutboxMessage.objects.filter(channel="sms").exists()


def test_with_a_phone_the_usual_message_goes_there(now: datetime, clerk: User) -> None:
    phone = people.phone_number()
    enter(replace(COOK, phone=f"+86 {phone}"), training_class(now=now), clerk, now)
    message = OutboxMessage.objects.get()
    assert (message.kind, message.channel, message.to) == ("enrolment_admitted", "sms", phone)


def test_the_consent_is_kept_in_its_version_with_who_saw_the_signature(now: datetime, clerk: User) -> None:
    made = enter(COOK, training_class(now=now), clerk, now)
    given = Consent.objects.filter(learner=made.learner)
    assert {(row.notice.key, row.notice.version, row.witnessed_by) for row in given.select_related("notice")} == {
        (key, "2", clerk) for key in NOTICES
    }
    seen = AuditEvent.objects.get(verb="consent_witnessed")
    assert (seen.target, seen.by_id) == (made.learner.number, clerk.pk)
    assert seen.detail == {"notices": [f"{key} 2" for key in NOTICES]}


def test_what_was_entered_lies_encrypted_and_goes_with_the_enrolment(now: datetime, clerk: User) -> None:
    entry = enrolment.begin(told=COOK, training_class=training_class(now=now), by=clerk, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT told FROM courses_counterentry")
        (stored,) = cursor.fetchone()
    assert COOK.document_number not in stored
    assert COOK.name not in stored
    made = enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=now)
    entry.refresh_from_db()
    assert (entry.told, entry.enrolment) == (None, made)


def test_the_second_press_gives_the_first_enrolment_and_writes_nothing(now: datetime, clerk: User) -> None:
    entry = enrolment.begin(told=COOK, training_class=training_class(now=now), by=clerk, now=now)
    first = enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=now)
    before = rows()
    assert enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=now + timedelta(seconds=1)) == first
    assert rows() == before


def test_the_same_person_entered_twice_has_one_seat(now: datetime, clerk: User) -> None:
    a_class = training_class(now=now)
    twice = [enrolment.begin(told=COOK, training_class=a_class, by=clerk, now=now) for _ in range(2)]
    enrolment.confirm(entry=twice[0], acknowledged=True, by=clerk, now=now)
    before = rows()
    with pytest.raises(CounterRefused) as refused:
        enrolment.confirm(entry=twice[1], acknowledged=True, by=clerk, now=now)
    assert refused.value.code == CounterRefusal.ALREADY_ENROLLED
    assert rows() == before
    a_class.refresh_from_db()
    assert a_class.taken == 1


def test_another_phone_of_somebody_without_a_login_is_corrected_and_said_beforehand(now: datetime, clerk: User) -> None:
    known = people.learner(now=now, name=COOK.name, document=COOK.document_number, with_login=False)
    old, new = known.phone, people.phone_number()
    a_class = training_class(now=now)
    entry = enrolment.begin(told=replace(COOK, phone=new), training_class=a_class, by=clerk, now=now)
    ahead = enrolment.outlook(entry=entry, now=now)
    assert (ahead.phone, ahead.corrects, ahead.keeps) == (new, True, False)
    enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=now)
    known.refresh_from_db()
    done = Correction.objects.get()
    assert (known.phone, done.learner, done.what, done.asked_by) == (new, known, Correction.What.PHONE, clerk)
    assert old not in {message.to for message in OutboxMessage.objects.all()}


def test_a_known_person_keeps_the_record_and_a_phone_on_it(now: datetime, clerk: User) -> None:
    known = people.learner(now=now, name="阿依古丽·买买提", document=COOK.document_number)
    phone = known.phone
    said = replace(COOK, name="阿依古丽 买买提", phone=people.phone_number())
    a_class = training_class(now=now)
    entry = enrolment.begin(told=said, training_class=a_class, by=clerk, now=now)
    ahead = enrolment.outlook(entry=entry, now=now)
    assert (ahead.known, ahead.phone, ahead.corrects, ahead.keeps) == (True, phone, False, True)
    made = enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=now)
    known.refresh_from_db()
    assert (made.learner, known.name, known.phone) == (known, "阿依古丽·买买提", phone)
    assert known.category is not None
    assert known.category.key == "unemp"


def test_a_known_number_with_another_name_is_refused_and_tells_nothing_of_the_record(
    now: datetime, clerk: User
) -> None:
    people.learner(now=now, name="曲秀英", document=COOK.document_number)
    a_class, before = training_class(now=now), rows()
    with pytest.raises(IdentityRefused) as refused:
        enrolment.begin(told=COOK, training_class=a_class, by=clerk, now=now)
    assert refused.value.code == IdentityRefusal.NAME_DIFFERS
    assert "曲" not in refused.value.sentence
    assert rows() == before


@pytest.mark.parametrize(
    ("change", "kind", "code"),
    [
        ({"consent": False}, IdentityRefused, "consent_missing"),
        ({"name": "　"}, IdentityRefused, "name_missing"),
        ({"document_number": "370602196803051234"}, IdentityRefused, "document_invalid"),
        ({"document_number": people.resident_number(born_on=date(2015, 1, 1))}, IdentityRefused, "under_age"),
        ({"category": "nobility"}, CounterRefused, "unknown_category"),
        ({"phone": "0535-6600000"}, PhoneRefused, "landline"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    change: dict[str, Any], kind: type[Exception], code: str, now: datetime, clerk: User
) -> None:
    a_class = training_class(now=now)
    before = rows()
    with pytest.raises(kind) as refused:
        enrolment.begin(told=replace(COOK, **change), training_class=a_class, by=clerk, now=now)
    assert refused.value.code == code  # type: ignore[attr-defined]
    assert rows() == before


def test_who_is_blocked_by_a_rule_is_not_even_registered(now: datetime, clerk: User) -> None:
    a_class = training_class(now=now, kind_key="mgr")
    before = rows()
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.begin(told=COOK, training_class=a_class, by=clerk, now=now)
    assert refused.value.code == Code.CATEGORY_NOT_MEANT
    assert refused.value.sentence == "这类培训只面向指定的人员类别。未办理。请看看其他课程。"
    assert rows() == before


def test_what_became_blocked_since_is_refused_at_the_press_and_nobody_is_registered(now: datetime, clerk: User) -> None:
    a_class = training_class(now=now)
    entry = enrolment.begin(told=COOK, training_class=a_class, by=clerk, now=now)
    TrainingClass.objects.filter(pk=a_class.pk).update(kind_key="mgr")
    before = rows()
    with pytest.raises(EnrolmentRefused):
        enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=now)
    assert rows() == before


def test_a_remark_must_have_been_told_to_the_person(now: datetime, clerk: User) -> None:
    """55 years for a woman: she may have reached the age of retirement."""
    a_class = training_class(now=now)
    woman = replace(COOK, document_number=people.resident_number(born_on=date(1968, 3, 5), serial=710))
    entry = enrolment.begin(told=woman, training_class=a_class, by=clerk, now=now)
    assert [remark.code for remark in enrolment.outlook(entry=entry, now=now).remarks] == [Code.RETIRED]
    before = rows()
    with pytest.raises(CounterRefused) as refused:
        enrolment.confirm(entry=entry, acknowledged=False, by=clerk, now=now)
    assert refused.value.code == CounterRefusal.NOT_ACKNOWLEDGED
    assert rows() == before
    made = enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=now)
    assert [row["code"] for row in made.findings] == [Code.RETIRED]


def test_a_full_class_says_the_place_in_the_queue_before_and_gives_it_after(now: datetime, clerk: User) -> None:
    a_class = training_class(now=now, seats=1)
    enrolled(training_class=a_class, now=now)
    enrolled(training_class=a_class, now=now)
    entry = enrolment.begin(told=COOK, training_class=a_class, by=clerk, now=now)
    ahead = enrolment.outlook(entry=entry, now=now)
    assert (ahead.status, ahead.place, ahead.known) == (Status.WAITLISTED, 2, False)
    made = enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=now)
    assert (made.status, enrolment.place(enrolment=made)) == (Status.WAITLISTED, 2)


@pytest.mark.parametrize(
    ("mode", "status"),
    [(TrainingClass.Mode.REVIEWED, Status.APPLIED), (TrainingClass.Mode.SELECTED, Status.CANDIDATE)],
)
def test_a_class_admits_at_the_counter_as_it_admits_elsewhere(
    mode: str, status: str, now: datetime, clerk: User
) -> None:
    a_class = training_class(now=now)
    TrainingClass.objects.filter(pk=a_class.pk).update(mode=mode)
    entry = enrolment.begin(told=COOK, training_class=a_class, by=clerk, now=now)
    assert enrolment.outlook(entry=entry, now=now).status == status
    assert enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=now).status == status


def test_an_entry_left_lying_is_refused_and_swept_away(now: datetime, clerk: User) -> None:
    """Twelve hours by policy: until the counter closes."""
    entry = enrolment.begin(told=COOK, training_class=training_class(now=now), by=clerk, now=now)
    with pytest.raises(CounterRefused) as refused:
        enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=now + timedelta(hours=12))
    assert refused.value.code == CounterRefusal.EXPIRED
    assert enrolment.prune_entries(now=now + timedelta(hours=11)) == 0
    assert enrolment.prune_entries(now=now + timedelta(hours=12)) == 1
    assert not CounterEntry.objects.exists()


def test_a_confirmed_entry_is_never_swept_away(now: datetime, clerk: User) -> None:
    enter(COOK, training_class(now=now), clerk, now)
    assert enrolment.prune_entries(now=now + timedelta(days=90)) == 0
