"""A gateway reports what became of a message, once or twice."""

import json
from datetime import datetime

import pytest

from courses import notices
from courses.models import OutboxMessage
from courses.people.clients import Scope
from tests.courses.api.conftest import Issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(now: datetime) -> OutboxMessage:
    params = {"course": "焊工", "starts": "09-16", "number": "B1", "place": 0, "reason": ""}
    message = notices.queue(kind="enrolment_admitted", channel="sms", to="19900001234", params=params, now=now)
    notices.deliver_due(now=now)
    OutboxMessage.objects.filter(pk=message.pk).update(provider_receipt="sms-1")
    return message


def test_a_report_is_taken_and_its_repetition_changes_nothing(caller: Issue, sent: OutboxMessage) -> None:
    gateway = caller(Scope.RECEIPTS)
    answers = [
        gateway.post("/messages/receipts", json.dumps({"receipt": "sms-1", "arrived": True}), None) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    first = OutboxMessage.objects.get(pk=sent.pk).delivered_at
    assert first is not None


def test_a_receipt_that_is_not_ours_is_not_found(caller: Issue) -> None:
    answer = caller(Scope.RECEIPTS).post("/messages/receipts", json.dumps({"receipt": "sms-9", "arrived": True}), None)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_another_scope_reports_nothing(caller: Issue, sent: OutboxMessage) -> None:
    answer = caller(Scope.CLASSES).post("/messages/receipts", json.dumps({"receipt": "sms-1", "arrived": True}), None)
    assert answer.status_code == 403
    assert OutboxMessage.objects.get(pk=sent.pk).delivered_at is None
