"""Quiet hours, budgets, the second carrier, receipts, and sending again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from courses import notices
from courses.models import AuditEvent, Learner, OutboxMessage
from courses.notices import MessageRefusal, MessageRefused, carriers
from courses.notices.carriers import CarrierRefusal, CarrierRefused, Letter, sent_in_memory
from tests.factories import people
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db
PHONE = "19900001234"
COURSE = {"course": "焊工（四级）", "starts": "09-16", "number": "B1", "place": 0, "reason": ""}


@pytest.fixture(autouse=True)
def _no_letters_yet() -> Iterator[None]:
    sent_in_memory.clear()
    yield
    sent_in_memory.clear()


@pytest.fixture
def learner(now: datetime) -> Learner:
    return with_mail("chen@example.cn", now)


@pytest.fixture
def dead_phone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def reject(_letter: Letter) -> str:
        raise CarrierRefused(CarrierRefusal.REJECTED)

    monkeypatch.setitem(carriers.SMS_CARRIERS, "memory", reject)
    settings.EMAIL_CARRIER = True


def with_mail(address: str, now: datetime) -> Learner:
    made = people.learner(now=now)
    made.email = address
    made.save()
    return made


def told(learner: Learner | None, now: datetime, **fields: Any) -> OutboxMessage:
    values = {"kind": "enrolment_admitted", "channel": "sms", "to": PHONE, "params": COURSE, **fields}
    return notices.queue(learner=learner, now=now, **values)


def seen(message: OutboxMessage) -> OutboxMessage:
    message.refresh_from_db()
    return message


def city_hour(hour: int, minute: int = 0) -> datetime:
    """That time of 14 September in 烟台."""
    return datetime(2026, 9, 14, 0, 0, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (city_hour(7, 59), city_hour(8)),
        (city_hour(8), city_hour(8)),
        (city_hour(20, 59), city_hour(20, 59)),
        (city_hour(21), city_hour(24 + 8)),
        (city_hour(23, 30), city_hour(24 + 8)),
    ],
)
def test_a_phone_is_left_alone_at_night(learner: Learner, asked: datetime, due: datetime) -> None:
    assert told(learner, asked).due_at == due


def due_of_a_crowd(learner: Learner, many: int, first_at: datetime) -> list[datetime]:
    a_class = training_class(now=first_at)
    crowd = [notices.Addressee(learner, dict(COURSE), a_class, "19900000001") for _ in range(many)]
    notices.queue_many(kind="enrolment_admitted", channel="sms", addressees=crowd, now=first_at, first_at=first_at)
    return list(OutboxMessage.objects.order_by("pk").values_list("due_at", flat=True))


def test_a_crowd_that_falls_into_the_night_is_told_one_after_the_other_in_the_morning(learner: Learner) -> None:
    morning = city_hour(24 + 8)
    assert due_of_a_crowd(learner, 4, city_hour(23)) == [morning + timedelta(seconds=at) for at in range(4)]


def test_a_crowd_that_the_night_overtakes_goes_on_in_the_morning_where_it_stopped(learner: Learner) -> None:
    evening, morning = city_hour(20, 59) + timedelta(seconds=58), city_hour(24 + 8)
    assert due_of_a_crowd(learner, 4, evening) == [
        evening, evening + timedelta(seconds=1), morning, morning + timedelta(seconds=1)
    ]  # fmt: skip


def test_a_crowd_of_the_morning_keeps_both_budgets(learner: Learner, settings: Any) -> None:
    settings.SMS_HOURLY_BUDGET, settings.SMS_PERSON_DAILY = 3, 2
    morning = city_hour(24 + 8)
    due_of_a_crowd(learner, 5, city_hour(23))
    for later in range(3):
        notices.deliver_due(now=morning + timedelta(minutes=1) + later * timedelta(hours=1))
    channels = sorted(OutboxMessage.objects.filter(status="sent").values_list("channel", flat=True))
    assert (channels, len(sent_in_memory)) == (["site"] * 3 + ["sms"] * 2, 2)


def test_a_login_code_and_a_message_on_the_site_know_no_night(learner: Learner) -> None:
    night = city_hour(23)
    code = told(None, night, kind="login_code", params={"code": "123456"})
    assert (code.due_at, told(learner, night, to="").due_at) == (night, night)


def test_a_try_that_failed_in_the_evening_is_repeated_in_the_morning(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(_letter: Letter) -> str:
        raise CarrierRefused(CarrierRefusal.UNREACHABLE)

    monkeypatch.setitem(carriers.SMS_CARRIERS, "memory", dead)
    evening = city_hour(20, 59) + timedelta(seconds=58)
    message = told(learner, evening)
    notices.deliver_due(now=evening)
    assert (seen(message).status, message.due_at) == ("queued", city_hour(24 + 8))


def test_nobody_s_phone_gets_more_than_a_day_s_share_and_the_rest_is_read_on_the_site(
    learner: Learner, now: datetime, settings: Any
) -> None:
    settings.SMS_PERSON_DAILY = 2
    sent = [told(learner, now) for _ in range(4)]
    notices.deliver_due(now=now)
    assert [(seen(message).status, message.channel) for message in sent] == [("sent", "sms")] * 2 + [
        ("sent", "site")
    ] * 2
    assert (len(sent_in_memory), len(notices.told(learner=learner))) == (2, 4)
    tomorrow = told(learner, now + timedelta(days=1))
    notices.deliver_due(now=now + timedelta(days=1))
    assert seen(tomorrow).channel == "sms"


def test_the_city_s_hour_holds_the_rest_back_without_costing_an_attempt(
    learner: Learner, now: datetime, settings: Any
) -> None:
    settings.SMS_HOURLY_BUDGET = 1
    first, second = told(learner, now), told(learner, now)
    notices.deliver_due(now=now)
    assert (seen(first).status, seen(second).status, second.attempts) == ("sent", "queued", 0)
    assert second.due_at == now + timedelta(hours=1)
    notices.deliver_due(now=second.due_at)
    assert (seen(second).status, len(sent_in_memory)) == ("sent", 2)


def test_what_no_phone_takes_goes_by_mail_once(learner: Learner, now: datetime, dead_phone: None) -> None:
    message = told(learner, now)
    notices.deliver_due(now=now)
    notices.deliver_due(now=now)
    assert (seen(message).status, message.second_try.status, message.second_try.channel) == ("failed", "sent", "email")
    assert [(letter.to, "焊工（四级）" in letter.body) for letter in mail.outbox] == [(["chen@example.cn"], True)]
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<{message.second_try.provider_key}@")
    assert len(notices.told(learner=learner)) == 1


def test_somebody_of_the_staff_is_told_by_phone_else_by_mail_and_reads_it_once(
    now: datetime, dead_phone: None, settings: Any
) -> None:
    phone, address, neither = people.user(), people.user(), people.user()
    phone.phone, phone.email, address.email = PHONE, "yu@example.cn", "sui@example.cn"
    params = {"course": "焊工（四级）", "class": "K1"}

    def tell() -> list[OutboxMessage]:
        everybody = (phone, address, neither)
        return [notices.tell_staff(user=one, kind="class_resumed_trainer", params=params, now=now) for one in everybody]

    for one in (phone, address):
        one.save()
    assert [(row.channel, row.to) for row in tell()] == [("sms", PHONE), ("email", "sui@example.cn"), ("site", "")]
    for _ in range(2):
        notices.deliver_due(now=now)
    assert sorted(letter.to[0] for letter in mail.outbox) == ["sui@example.cn", "yu@example.cn"]
    assert [len(notices.told_staff(user=one)) for one in (phone, address, neither)] == [1, 1, 1]
    settings.EMAIL_CARRIER = False
    assert [row.channel for row in tell()] == ["sms", "site", "site"]


def test_without_an_address_or_a_mail_server_it_waits_on_the_desk_s_list(
    now: datetime, dead_phone: None, settings: Any
) -> None:
    nameless = told(people.learner(now=now), now)
    settings.EMAIL_CARRIER = False
    unserved = told(with_mail("li@example.cn", now), now)
    notices.deliver_due(now=now)
    assert set(notices.failures()) == {nameless, unserved}
    assert not OutboxMessage.objects.filter(channel="email").exists()


def test_a_receipt_tells_that_it_arrived_and_twice_is_once(learner: Learner, now: datetime) -> None:
    message = told(learner, now)
    notices.deliver_due(now=now)
    receipt = f"r-{message.pk}"
    OutboxMessage.objects.filter(pk=message.pk).update(provider_receipt=receipt)
    later = now + timedelta(minutes=1)
    assert [notices.report(receipt=receipt, arrived=True, now=later) for _ in range(2)] == [True, True]
    notices.report(receipt=receipt, arrived=False, now=later)
    assert (seen(message).status, message.delivered_at) == ("sent", later)
    assert not notices.report(receipt="nobody's", arrived=True, now=later)


def test_what_the_gateway_could_not_deliver_fails_and_goes_by_mail(
    learner: Learner, now: datetime, settings: Any
) -> None:
    settings.EMAIL_CARRIER = True
    message = told(learner, now)
    notices.deliver_due(now=now)
    OutboxMessage.objects.filter(pk=message.pk).update(provider_receipt="r1")
    for _ in range(2):
        notices.report(receipt="r1", arrived=False, now=now)
    assert (seen(message).status, message.last_error, message.second_try.channel) == (
        "failed",
        "not_delivered",
        "email",
    )


def test_a_failed_message_can_be_sent_again_under_its_old_key(
    learner: Learner, now: datetime, dead_phone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = people.user(username="officer")
    message = told(learner, now)
    key = message.provider_key
    notices.deliver_due(now=now)
    monkeypatch.setitem(carriers.SMS_CARRIERS, "memory", carriers.memory)
    notices.resend(by=officer, message=seen(message), now=now)
    notices.deliver_due(now=now)
    assert (seen(message).status, [letter.key for letter in sent_in_memory]) == ("sent", [str(key)])
    assert AuditEvent.objects.filter(verb="message_resent", by_id=officer.pk).count() == 1
    with pytest.raises(MessageRefused) as refused:
        notices.resend(by=officer, message=message, now=now)
    assert refused.value.code == MessageRefusal.SENT_ALREADY


def test_what_leaves_neither_phone_nor_words_stands_on_no_list_and_is_not_sent_again(
    now: datetime, dead_phone: None
) -> None:
    message = told(None, now, kind="erasure_done", params={})
    notices.deliver_due(now=now)
    assert (seen(message).status, seen(message).to) == ("failed", "")
    assert list(notices.failures()) == []
    with pytest.raises(MessageRefused) as refused:
        notices.resend(by=people.user(username="officer"), message=seen(message), now=now)
    assert refused.value.code == MessageRefusal.BLANKED


def test_a_login_code_is_never_sent_again(now: datetime, dead_phone: None) -> None:
    code = told(None, now, kind="login_code", params={"code": "123456"})
    notices.deliver_due(now=now)
    with pytest.raises(MessageRefused) as refused:
        notices.resend(by=people.user(username="officer"), message=seen(code), now=now)
    assert refused.value.code == MessageRefusal.BLANKED
    assert not notices.failures().exists()


def test_half_an_hour_without_a_broker_loses_nothing_and_repeats_nothing(learner: Learner, now: datetime) -> None:
    """Nobody is woken; the sweep finds every row when the background is there again."""
    people_told = [
        told(learner, now + timedelta(minutes=minute), params=COURSE | {"number": f"B{minute}"}) for minute in range(5)
    ]
    back = now + timedelta(minutes=30)
    before = notices.state(now=back)
    assert (before.due, before.oldest_seconds, before.is_slow) == (5, 1800, True)
    for _ in range(3):
        notices.deliver_due(now=back)
    assert {seen(message).status for message in people_told} == {"sent"}
    assert sorted(letter.params["number"] for letter in sent_in_memory) == ["B0", "B1", "B2", "B3", "B4"]
    after = notices.state(now=back)
    assert (after.due, after.oldest_seconds, after.is_slow, after.sent_today) == (0, 0, False, 5)


def test_the_state_takes_one_query(learner: Learner, now: datetime, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        told(learner, now)
    with django_assert_num_queries(1):
        notices.state(now=now)
