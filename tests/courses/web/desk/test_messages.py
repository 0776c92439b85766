"""The city sees what reached nobody, masked, and sends it again."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from courses import dates, notices
from courses.models import AuditEvent, OutboxMessage
from courses.notices.texts import LATE, LOGIN_CODE, REVIEWED, SENTENCES, WITHOUT_REASON
from courses.web.desk.messages import KINDS
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import people

pytestmark = pytest.mark.django_db
PARAMS = {"course": "焊工（四级）", "starts": "09-16", "number": "B1", "place": 0, "reason": ""}


def failed(now: datetime, *, kind: str = "enrolment_admitted") -> OutboxMessage:
    message = notices.queue(
        kind=kind, channel="sms", to="19900001234", params=PARAMS, learner=people.learner(now=now), now=now
    )
    OutboxMessage.objects.filter(pk=message.pk).update(status="failed", last_error="rejected", attempts=1)
    return message


def test_an_empty_list_says_that_all_is_well(cast: Cast, sign_in: Open) -> None:
    page = words(sign_in(cast.city).get(reverse("desk_messages")))
    assert "发送正常 没有积压。" in page
    assert "所有消息都已送出或正在路上。" in page


def test_what_failed_stands_there_with_its_reason_and_a_masked_number(cast: Cast, sign_in: Open, now: datetime) -> None:
    message = failed(now)
    answer = sign_in(cast.city).get(reverse("desk_messages"))
    page = words(answer)
    assert "录取通知" in page
    assert "通道不接收，多半是号码不对" in page
    assert message.learner is not None
    assert message.learner.number in page
    assert "199****1234" in page
    assert b"19900001234" not in answer.content


def test_one_press_puts_it_back_into_the_queue(cast: Cast, sign_in: Open, now: datetime) -> None:
    message = failed(now)
    resend = reverse("desk_message_resend", args=[message.provider_key])
    browser = sign_in(cast.city)
    assert "已放回发送队列，一分钟内再发一次。" in words(browser.post(resend, follow=True))
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("queued", 0)


def test_who_presses_twice_reads_what_the_first_press_did(cast: Cast, sign_in: Open, now: datetime) -> None:
    message = failed(now)
    resend = reverse("desk_message_resend", args=[message.provider_key])
    browser = sign_in(cast.city)
    browser.post(resend)
    assert "已经在发送队列里，没有重复放入。" in words(browser.post(resend, follow=True))
    OutboxMessage.objects.filter(pk=message.pk).update(status="sent", sent_at=now)
    assert "已经送出，没有重发。" in words(browser.post(resend, follow=True))
    assert AuditEvent.objects.filter(verb="message_resent").count() == 1


def test_nobody_but_the_city_sees_or_sends_them(cast: Cast, sign_in: Open, now: datetime) -> None:
    resend = reverse("desk_message_resend", args=[failed(now).provider_key])
    for role, user in cast.everybody().items():
        if role != "city":
            browser = sign_in(user)
            assert browser.get(reverse("desk_messages")).status_code == 403
            assert browser.post(resend).status_code == 403


@pytest.mark.parametrize("rows", [1, 4])
def test_the_list_takes_as_many_queries_for_four_as_for_one(
    rows: int, cast: Cast, sign_in: Open, now: datetime, django_assert_num_queries: Any
) -> None:
    for _ in range(rows):
        failed(now)
    browser = sign_in(cast.city)
    browser.get(reverse("desk_messages"))
    with django_assert_num_queries(7):
        browser.get(reverse("desk_messages"))


def test_what_failed_is_not_called_all_well(cast: Cast, sign_in: Open, now: datetime) -> None:
    failed(now)
    page = words(sign_in(cast.city).get(reverse("desk_messages")))
    assert page.count("1 条没有送达") == 1
    assert ("都列在下面。" in page, "发送正常" in page) == (True, False)


def test_at_night_it_goes_out_in_the_morning_and_the_page_says_when(cast: Cast, sign_in: Open, now: datetime) -> None:
    message = failed(now)
    night = now.replace(hour=15)
    with time_machine.travel(night, tick=False):
        said = words(sign_in(cast.city).post(reverse("desk_message_resend", args=[message.provider_key]), follow=True))
    message.refresh_from_db()
    assert message.due_at == notices.due(kind=message.kind, channel="sms", now=night)
    assert message.due_at > night
    assert f"夜间不发短信，{dates.moment(message.due_at)} 起再发一次。" in said


def test_the_message_of_an_offer_that_is_over_is_not_sent_again(cast: Cast, sign_in: Open, now: datetime) -> None:
    message = failed(now, kind="enrolment_offered")
    browser = sign_in(cast.city)
    page = browser.get(reverse("desk_messages"))
    assert "空位已不再保留，或消息已过期，不用再发" in words(page)
    resend = reverse("desk_message_resend", args=[message.provider_key])
    assert resend not in page.content.decode()
    assert "没有重发。请看报名现在的状态。" in words(browser.post(resend, follow=True))
    message.refresh_from_db()
    assert message.status == "failed"


def test_every_kind_of_message_has_a_name_that_staff_read() -> None:
    said = {kind for kind in SENTENCES if not kind.endswith((WITHOUT_REASON, REVIEWED, LATE))}
    assert said - {LOGIN_CODE} - set(KINDS) == set()


def of_outage(now: datetime, *, many: int = 3, **fields: Any) -> list[OutboxMessage]:
    rows = [failed(now, kind=fields.pop("kind", "enrolment_admitted")) for _ in range(many)]
    OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
        **{"last_error": "unreachable", "attempts": 8, **fields}
    )
    return rows


def test_what_an_outage_left_behind_is_sent_again_with_two_presses_however_much_it_is(
    cast: Cast, sign_in: Open, now: datetime
) -> None:
    """By the filters of the list: what a gateway rejected for its number stays."""
    wanted, rejected = of_outage(now), failed(now)
    browser = sign_in(cast.city)
    listed = browser.get(reverse("desk_messages"), {"error": "unreachable"})
    assert "通道不接收" not in words(listed).split("没有送达的消息")[-1]
    address = reverse("desk_messages_resend")
    [link] = [one["href"] for one in soup(listed).select("a[href]") if one["href"].startswith(address)]
    page = browser.get(link)
    assert "确认重发 3 条" in words(page)
    assert OutboxMessage.objects.filter(status="failed").count() == 4, "looking sends nothing"
    fields = {one["name"]: one.get("value", "") for one in soup(page).select("main form input[name]")}
    assert "3 条已放回发送队列" in words(browser.post(address, fields, follow=True))
    assert set(OutboxMessage.objects.filter(status="queued").values_list("pk", flat=True)) == {one.pk for one in wanted}
    rejected.refresh_from_db()
    assert rejected.status == "failed"
    events = AuditEvent.objects.filter(verb="message_resent", by_id=cast.city.pk)
    assert events.count() == 3
    assert "没有可以一起重发的消息" in words(browser.post(address, fields, follow=True))


def test_what_is_old_said_mailed_or_over_is_not_sent_again_with_the_rest(
    cast: Cast, sign_in: Open, now: datetime
) -> None:
    [fresh] = of_outage(now, many=1)
    of_outage(now, many=1, created_at=now - notices.TOGETHER)
    of_outage(now, many=1, told_at=now, told_by=cast.institution, told_how="by_phone")
    of_outage(now, many=1, kind="enrolment_offered")
    [mailed] = of_outage(now, many=1)
    OutboxMessage.objects.create(
        kind=mailed.kind, channel="email", learner=mailed.learner, to="a@b.example", params=PARAMS, status="sent",
        sent_at=now, instead_of=mailed, due_at=now, created_at=now,
    )  # fmt: skip
    browser = sign_in(cast.city)
    page = words(browser.get(reverse("desk_messages_resend")))
    assert ("确认重发 1 条" in page, "4 条 3 天以前的、已改发邮件的、机构已告知的、已经过期的" in page) == (True, True)
    browser.post(reverse("desk_messages_resend"), {})
    assert list(OutboxMessage.objects.filter(status="queued")) == [fresh]


def test_what_is_sent_again_together_keeps_the_citys_hourly_budget(
    cast: Cast, sign_in: Open, now: datetime, settings: Any
) -> None:
    settings.SMS_HOURLY_BUDGET = 2
    of_outage(now)
    sign_in(cast.city).post(reverse("desk_messages_resend"), {})
    notices.deliver_due(now=now)
    assert sorted(OutboxMessage.objects.values_list("status", flat=True)) == ["queued", "sent", "sent"]


def test_nobody_but_the_city_sends_everything_again(cast: Cast, sign_in: Open, now: datetime) -> None:
    for role, user in cast.everybody().items():
        if role != "city":
            assert sign_in(user).post(reverse("desk_messages_resend"), {}).status_code == 403
