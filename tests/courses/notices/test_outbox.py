"""The outbox: claimed once, tried again, ended in time, without a code left behind."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from courses import notices, tasks
from courses.models import OutboxMessage
from courses.notices import carriers
from courses.notices.carriers import Letter, sent_in_memory
from courses.notices.outbox import ATTEMPTS_MAX, CLAIM_LIFE
from tests.factories import people

pytestmark = pytest.mark.django_db
PHONE = "19900001234"
COURSE = {"course": "焊工（四级）", "starts": "09-16", "number": "B1", "place": 0, "reason": ""}


@pytest.fixture(autouse=True)
def _no_letters_yet() -> Iterator[None]:
    sent_in_memory.clear()
    yield
    sent_in_memory.clear()


def code_message(now: datetime) -> OutboxMessage:
    return notices.queue(
        kind="login_code",
        channel="sms",
        to=PHONE,
        params={"code": "123456"},
        now=now,
        expires_at=now + timedelta(minutes=5),
    )


def seen(message: OutboxMessage) -> OutboxMessage:
    message.refresh_from_db()
    return message


def test_a_message_is_handed_over_once(now: datetime) -> None:
    message = code_message(now)
    assert [notices.deliver_one(message_id=message.pk, now=now) for _ in range(3)] == [True, False, False]
    assert [letter.to for letter in sent_in_memory] == [PHONE]
    assert "123456" in sent_in_memory[0].text


def test_a_delivered_code_is_blanked_with_its_phone(now: datetime) -> None:
    message = code_message(now)
    notices.deliver_due(now=now)
    assert (seen(message).status, message.params, message.to, message.sent_at) == ("sent", {}, "", now)


def test_an_expired_code_is_never_sent_and_blanked(now: datetime) -> None:
    message = code_message(now)
    assert notices.deliver_due(now=now + timedelta(minutes=5)) == 0
    assert (seen(message).status, message.params, sent_in_memory) == ("expired", {}, [])


def test_a_claim_that_nobody_finished_is_taken_over_after_two_minutes(now: datetime) -> None:
    message = notices.queue(kind="enrolment_admitted", channel="sms", to=PHONE, params=COURSE, now=now)
    OutboxMessage.objects.filter(pk=message.pk).update(status="claimed", claimed_at=now, attempts=1)
    assert notices.deliver_due(now=now + timedelta(seconds=119)) == 0
    assert notices.deliver_due(now=now + timedelta(seconds=120)) == 1


def test_who_has_no_phone_is_told_on_the_site_alone(now: datetime) -> None:
    learner = people.learner(now=now)
    message = notices.queue(kind="enrolment_admitted", channel="sms", learner=learner, params=COURSE, now=now)
    notices.deliver_due(now=now)
    assert (seen(message).channel, message.status, sent_in_memory) == ("site", "sent", [])


def test_a_kind_without_a_sentence_is_found_where_it_is_written(now: datetime) -> None:
    with pytest.raises(LookupError):
        notices.queue(kind="unheard_of", channel="sms", to=PHONE, params={}, now=now)


def test_what_was_told_is_read_newest_first_in_the_language_of_the_moment(now: datetime) -> None:
    learner = people.learner(now=now)
    for number, kind in enumerate(["enrolment_waitlisted", "enrolment_admitted"]):
        params = {**COURSE, "place": 3}
        notices.queue(
            kind=kind, channel="sms", learner=learner, to=PHONE, params=params, now=now + timedelta(hours=number)
        )
    code = code_message(now)
    OutboxMessage.objects.filter(pk=code.pk).update(learner=learner)
    told = notices.told(learner=learner)
    assert (len(told), [one.at for one in told[:9]]) == (2, [now + timedelta(hours=1), now])
    assert "候补第 3 位" in told[1].text


def test_a_refusal_without_a_reason_reads_as_a_whole_sentence(now: datetime) -> None:
    learner = people.learner(now=now)
    notices.queue(kind="enrolment_refused", channel="sms", learner=learner, to=PHONE, params=COURSE, now=now)
    notices.queue(
        kind="enrolment_refused",
        channel="sms",
        learner=learner,
        to=PHONE,
        params={**COURSE, "reason": "材料不全。"},
        now=now,
    )
    assert [one.text.split("。")[0] for one in notices.told(learner=learner)] == [
        "您报名「焊工（四级）」，这次没有录取，原因：材料不全",
        "您报名「焊工（四级）」，这次没有录取",
    ]


def test_finished_messages_are_pruned_and_learners_keep_theirs_longer(now: datetime) -> None:
    learner = people.learner(now=now)
    code_message(now)
    notices.queue(kind="enrolment_admitted", channel="sms", learner=learner, to=PHONE, params=COURSE, now=now)
    notices.deliver_due(now=now)
    later = now + timedelta(days=31)
    queued = notices.queue(kind="login_code", channel="sms", to=PHONE, params={"code": "1"}, now=now)
    assert notices.prune(now=later) == 1
    assert set(OutboxMessage.objects.values_list("kind", "status")) == {
        ("enrolment_admitted", "sent"),
        ("login_code", queued.status),
    }


class Gateway(HTTPServer):
    """A gateway that answers with the status it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.leads_to = ""
        self.visits = 0
        self.silence = 0.0
        self.answers = 1
        self.got: list[tuple[dict[str, str], dict[str, Any]]] = []


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((dict(self.headers), body))
        time.sleep(self.server.silence)
        if not self.server.status:
            self.wfile.write(b"good day\r\n\r\n")
            return
        for _answer in range(self.server.answers):
            self.send_response(self.server.status)
            self.send_header("Location", self.server.leads_to)
            self.end_headers()
            self.wfile.write(b'{"receipt": "r-1"}')

    def do_GET(self) -> None:
        self.server.visits += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """A test prints nothing."""


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    with Gateway() as server:
        settings.SMS_BACKEND = "http"
        settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/send"
        settings.SMS_GATEWAY_TOKEN = "a-token"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_gateway_gets_the_message_with_a_key_that_names_it(gateway: Gateway, now: datetime) -> None:
    message = code_message(now)
    assert notices.deliver_due(now=now) == 1
    headers, body = gateway.got[0]
    assert (headers["Idempotency-Key"], headers["Authorization"]) == (str(message.provider_key), "Bearer a-token")
    assert (body["to"], body["template"], body["params"]) == (PHONE, "login_code", {"code": "123456"})
    assert seen(message).provider_receipt == "r-1"


def test_a_gateway_in_trouble_is_asked_again_with_the_same_key_and_longer_pauses(
    gateway: Gateway, now: datetime
) -> None:
    gateway.status = 503
    message = notices.queue(kind="enrolment_admitted", channel="sms", to=PHONE, params=COURSE, now=now)
    moment, pauses = now, []
    while seen(message).status == "queued":
        notices.deliver_due(now=moment)
        pause = seen(message).due_at - moment
        pauses.append(pause.total_seconds())
        moment += pause
    assert (message.status, message.attempts, message.last_error) == ("failed", ATTEMPTS_MAX, "unreachable")
    assert pauses[:-1] == [5, 20, 80, 320, 1280, 3600, 3600]
    assert len({headers["Idempotency-Key"] for headers, _body in gateway.got}) == 1


def test_a_gateway_that_took_the_message_and_never_answers_is_asked_again_under_the_same_key(
    gateway: Gateway, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it got twice it knows by the key; for us it was sent once, under the receipt of its answer."""
    monkeypatch.setattr(carriers, "GATEWAY_SECONDS", 0.2)
    gateway.silence = 0.6
    message = notices.queue(kind="enrolment_admitted", channel="sms", to=PHONE, params=COURSE, now=now)
    assert notices.deliver_due(now=now) == 0
    assert (seen(message).status, message.last_error) == ("queued", "unreachable")
    gateway.silence = 0
    monkeypatch.undo()
    assert notices.deliver_due(now=message.due_at) == 1
    assert (seen(message).status, message.provider_receipt) == ("sent", "r-1")
    assert [headers["Idempotency-Key"] for headers, _body in gateway.got] == [str(message.provider_key)] * 2
    assert notices.deliver_due(now=message.due_at + timedelta(hours=1)) == 0


def test_a_gateway_that_answers_twice_is_heard_once(gateway: Gateway, now: datetime) -> None:
    gateway.answers = 2
    message = notices.queue(kind="enrolment_admitted", channel="sms", to=PHONE, params=COURSE, now=now)
    assert notices.deliver_due(now=now) == 1
    assert (seen(message).status, message.attempts, len(gateway.got)) == ("sent", 1, 1)
    assert notices.deliver_due(now=now + timedelta(hours=1)) == 0


def test_a_rejection_is_not_repeated(gateway: Gateway, now: datetime) -> None:
    gateway.status = 400
    message = code_message(now)
    assert notices.deliver_due(now=now) == 0
    assert (seen(message).status, message.attempts, message.params) == ("failed", 1, {})


def test_a_page_behind_a_redirect_takes_no_message(gateway: Gateway, now: datetime) -> None:
    """A POST that is redirected arrives as a GET without its body, and whatever answers that has not seen it."""
    gateway.status = 302
    gateway.leads_to = f"http://127.0.0.1:{gateway.server_port}/welcome"
    message = code_message(now)
    assert notices.deliver_due(now=now) == 0
    assert (seen(message).status, message.last_error, gateway.visits) == ("queued", "unreachable", 0)


def test_an_answer_that_is_no_http_is_asked_again(gateway: Gateway, now: datetime) -> None:
    gateway.status = 0
    message = code_message(now)
    assert notices.deliver_due(now=now) == 0
    assert (seen(message).status, message.last_error) == ("queued", "unreachable")


def test_a_message_that_is_never_finished_ends_after_as_many_claims_as_attempts(now: datetime) -> None:
    message = notices.queue(kind="enrolment_admitted", channel="sms", to=PHONE, params=COURSE, now=now)
    claimed = {"status": "claimed", "claimed_at": now, "attempts": ATTEMPTS_MAX}
    OutboxMessage.objects.filter(pk=message.pk).update(**claimed)
    assert notices.deliver_due(now=now + CLAIM_LIFE) == 0
    assert (seen(message).status, message.last_error, sent_in_memory) == ("failed", "unfinished", [])


def test_a_message_that_cannot_be_read_holds_up_none_behind_it(now: datetime) -> None:
    notices.queue(kind="enrolment_admitted", channel="sms", to=PHONE, params={}, now=now)
    notices.queue(kind="enrolment_admitted", channel="sms", to=PHONE, params=COURSE, now=now + timedelta(seconds=1))
    assert notices.deliver_due(now=now + timedelta(seconds=1)) == 1
    assert sorted(OutboxMessage.objects.values_list("status", flat=True)) == ["claimed", "sent"]


def test_the_console_shows_the_code_and_masks_the_phone(
    now: datetime, settings: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setattr(sys, "__stdout__", sys.stdout)
    settings.SMS_BACKEND = "console"
    code_message(now)
    notices.deliver_due(now=now)
    line = capsys.readouterr().out
    assert ("199****1234" in line, "123456" in line, PHONE in line) == (True, True, False)


def test_each_claim_of_a_batch_is_as_young_as_it_says(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow gateway: forty seconds a message. The fourth claim is not two minutes old when it is made."""
    rows = [code_message(now) for _ in range(4)]
    moment = [now]

    def slow(_letter: Letter) -> str:
        moment[0] += timedelta(seconds=40)
        return "taken"

    monkeypatch.setitem(carriers.SMS_CARRIERS, "memory", slow)
    assert notices.deliver_due(now=now, clock=lambda: moment[0]) == 4
    claimed = sorted(seen(row).claimed_at for row in rows)
    assert claimed == [now + timedelta(seconds=40 * place) for place in range(4)]


def test_a_message_that_ran_out_while_the_others_took_their_time_is_not_sent(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [code_message(now) for _ in range(2)]
    moment = [now]

    def slow(_letter: Letter) -> str:
        moment[0] += timedelta(minutes=6)
        return "taken"

    monkeypatch.setitem(carriers.SMS_CARRIERS, "memory", slow)
    notices.deliver_due(now=now, clock=lambda: moment[0])
    assert sorted(seen(row).status for row in rows) == ["expired", "sent"]


def test_the_background_tells_each_message_its_own_time(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [code_message(now) for _ in range(2)]
    ticks = iter(now + timedelta(seconds=place) for place in range(9))
    monkeypatch.setattr("courses.tasks.timezone.now", lambda: next(ticks))
    tasks.deliver_outbox()
    assert len({seen(row).claimed_at for row in rows}) == 2


def test_a_gateway_gets_days_in_words_in_the_language_of_its_reader(now: datetime) -> None:
    params = {**COURSE, "starts": "2026-12-02"}
    for language in ("zh-hans", "en"):
        notices.queue(kind="enrolment_admitted", channel="sms", to=PHONE, params=params, now=now, language=language)
    notices.deliver_due(now=now)
    assert [letter.params["starts"] for letter in sent_in_memory] == ["12 月 2 日", "2 Dec"]
    assert "12 月 2 日" in sent_in_memory[0].text
    assert "2 Dec" in sent_in_memory[1].text


def test_a_message_that_was_queued_with_its_day_in_words_is_still_sent(now: datetime) -> None:
    notices.queue(kind="enrolment_admitted", channel="sms", to=PHONE, params=COURSE, now=now)
    notices.deliver_due(now=now)
    assert "09-16" in sent_in_memory[0].text
