"""What reached a learner by no carrier, and is said by word of mouth."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from courses import enrolment, notices, seating
from courses.models import AuditEvent, Enrolment, Learner, OutboxMessage, TrainingClass
from courses.notices import MessageRefused
from courses.notices.carriers import CarrierRefusal, CarrierRefused
from courses.notices.texts import text_of
from tests.factories import people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
COURSE = {"course": "焊工（四级）", "starts": "2026-09-16", "number": "B1", "place": 0, "reason": ""}


def without_phone(now: datetime, *, name: str = "于大妈") -> Learner:
    learner = people.learner(now=now, name=name, with_login=False)
    Learner.objects.filter(pk=learner.pk).update(phone="")
    learner.phone = ""
    return learner


def say(a_class: TrainingClass, learner: Learner, now: datetime, **said: Any) -> OutboxMessage:
    return notices.queue(
        kind="enrolment_admitted", channel="sms", to=learner.phone, learner=learner, params=dict(COURSE), now=now,
        training_class=a_class, **said,
    )  # fmt: skip


def unheard(now: datetime) -> list[int | None]:
    return list(notices.unheard(now=now).order_by("pk").values_list("learner", flat=True))


def test_nobody_hears_of_it_who_has_neither_phone_nor_login(now: datetime) -> None:
    a_class, silent = training_class(now=now), without_phone(now)
    reads = people.learner(now=now)
    reads.phone = ""
    say(a_class, silent, now)
    say(a_class, people.learner(now=now, with_login=False), now)
    say(a_class, reads, now)
    say(a_class, silent, now, expires_at=now)
    say(a_class, silent, now, first_at=now + timedelta(minutes=5))
    assert unheard(now) == [silent.pk]
    assert unheard(now + timedelta(minutes=5)) == [silent.pk, silent.pk]
    notices.deliver_due(now=now)
    assert unheard(now) == [silent.pk]
    silent.user = people.user()
    silent.save()
    assert unheard(now) == []


def test_above_a_days_share_the_site_is_no_place_to_read_for_who_has_no_login(
    now: datetime, settings: Settings
) -> None:
    settings.SMS_PERSON_DAILY = 1
    a_class, learner = training_class(now=now), people.learner(now=now, with_login=False)
    for _ in range(2):
        say(a_class, learner, now)
    notices.deliver_due(now=now)
    [message] = notices.unheard(now=now)
    assert (message.channel, message.last_error) == ("site", "over_a_days_share")


def test_what_the_carrier_gave_up_is_unheard_until_it_is_sent_again(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_letter: object) -> str:
        raise CarrierRefused(CarrierRefusal.REJECTED)

    a_class, learner = training_class(now=now), people.learner(now=now, with_login=False)
    message = say(a_class, learner, now)
    monkeypatch.setattr("courses.notices.outbox.carrier_of", lambda channel: refuse)
    notices.deliver_due(now=now)
    assert unheard(now) == [learner.pk]
    message.refresh_from_db()
    notices.resend(by=people.user(), message=message, now=now)
    assert unheard(now) == []


def test_who_said_it_when_and_how_is_kept_and_recorded_once(now: datetime) -> None:
    a_class, other, learner = training_class(now=now), training_class(now=now), without_phone(now)
    message, clerk = say(a_class, learner, now), people.user()
    said = {"by": clerk, "keys": [message.provider_key], "now": now + timedelta(hours=1)}
    with pytest.raises(MessageRefused) as refused:
        notices.acknowledge(training_class=other, how="in_person", **said)
    assert refused.value.code == "told_already"
    with pytest.raises(MessageRefused) as refused:
        notices.acknowledge(training_class=a_class, how="", **said)
    assert refused.value.code == "how_missing"
    assert notices.acknowledge(training_class=a_class, how="by_phone", **said) == 1
    with pytest.raises(MessageRefused):
        notices.acknowledge(training_class=a_class, how="by_phone", **said)
    message.refresh_from_db()
    assert (message.told_by, message.told_at, message.told_how) == (clerk, said["now"], "by_phone")
    [event] = AuditEvent.objects.filter(verb="told_by_word_of_mouth")
    assert event.detail == {"how": "by_phone", "class": a_class.number}
    assert unheard(now) == []


def test_who_stands_at_the_counter_has_heard_it_there(now: datetime) -> None:
    a_class, learner, clerk = training_class(now=now), without_phone(now), people.user()
    counter = Enrolment.Source.COUNTER
    enrolment.apply(learner=learner, training_class=a_class, now=now, source=counter, by=clerk)
    message = OutboxMessage.objects.get(kind="enrolment_admitted")
    assert (message.told_by, message.told_how) == (clerk, "in_person")
    assert unheard(now) == []
    has_phone = people.learner(now=now, with_login=False)
    enrolment.apply(learner=has_phone, training_class=a_class, now=now, source=counter, by=clerk)
    assert OutboxMessage.objects.get(learner=has_phone).told_by is None


def test_what_was_said_is_not_called_off_with_what_nobody_heard(now: datetime) -> None:
    """A seat that was told of by word of mouth ends with a message; one that nobody heard of does not."""
    a_class, heard, silent = training_class(now=now), without_phone(now), without_phone(now)
    seats = [seating.Seat(heard, None), seating.Seat(silent, None)]
    rows = seating.give_many(seats=seats, training_class=a_class, source=Enrolment.Source.IMPORT, by=None, now=now)
    later = now + seating.QUIET + timedelta(minutes=1)
    [key] = notices.unheard(now=later).filter(learner=heard).values_list("provider_key", flat=True)
    notices.acknowledge(by=people.user(), training_class=a_class, keys=[key], how="in_person", now=later)
    moments = {row.learner_id: {row.applied_at} for row in rows}
    gone = notices.call_off(kinds=["enrolment_admitted"], training_class=a_class.pk, moments=moments)
    assert {pk for pk, _moment in gone} == {silent.pk}


def test_the_link_of_an_offer_is_not_shown_to_who_says_it(now: datetime) -> None:
    a_class, learner = training_class(now=now), without_phone(now)
    link = "https://example.com/o/secret"
    params = {**COURSE, "answer_by": now.isoformat(), "link": link}
    message = notices.queue(
        kind="enrolment_offered", channel="sms", learner=learner, params=params, now=now, training_class=a_class
    )
    assert link in text_of(kind=message.kind, params=message.params, language="zh-hans")
    assert link not in notices.words_to_say(message=message)


def test_a_letter_is_in_the_language_of_its_learner(now: datetime) -> None:
    a_class, learner = training_class(now=now), people.learner(now=now)
    learner.language = "en"
    learner.save()
    enrolled(training_class=a_class, now=now, learner=learner)
    enrolled(training_class=a_class, now=now)
    seating.advance(by=people.user(), training_class=a_class, to=TrainingClass.Status.SUSPENDED, reason="停电", now=now)
    letters = {
        (message.kind, message.learner_id): text_of(kind=message.kind, params=message.params, language=message.language)
        for message in OutboxMessage.objects.filter(learner__isnull=False)
    }
    assert "is suspended" in letters["class_suspended", learner.pk]
    assert "You are enrolled in" in letters["enrolment_admitted", learner.pk]
    assert {text[-1] for key, text in letters.items() if key[1] != learner.pk} == {"。"}
