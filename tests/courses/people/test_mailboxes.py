"""An e-mail address of a learner: kept only once its code came back, used where no SMS arrives, and gone when asked."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from courses import erasure, notices
from courses.models import AuditEvent, Consent, Learner, OutboxMessage
from courses.notices import carriers
from courses.notices.carriers import CarrierRefusal, CarrierRefused, Letter
from courses.people import mailboxes
from courses.people.mailboxes import EMAIL_NOTICES, MailboxRefusal, MailboxRefused, PendingMailbox
from courses.people.takeover import take_over
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db
ADDRESS = "chen@example.cn"


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.EMAIL_CARRIER = True


@pytest.fixture
def learner(now: datetime) -> Learner:
    catalogue.policy()
    catalogue.consent_notice(EMAIL_NOTICES)
    return people.learner(now=now)


def asked(learner: Learner, now: datetime, address: str = ADDRESS, *, agreed: bool = True) -> PendingMailbox:
    return mailboxes.send_code(learner=learner, address=address, agreed=agreed, now=now)[0]


def mailed(now: datetime) -> str:
    """The six digits of the newest letter, as its reader sees them."""
    notices.deliver_due(now=now)
    return "".join(one for one in mail.outbox[-1].body.split("验证码是")[1][:8] if one.isdigit())


def keep(learner: Learner, pending: PendingMailbox, code: str, now: datetime) -> None:
    assert learner.user is not None
    mailboxes.keep(by=learner.user, learner=learner, pending=pending, code=code, now=now)


def given(learner: Learner, now: datetime) -> None:
    keep(learner, asked(learner, now), mailed(now), now)


def kept(learner: Learner) -> str:
    learner.refresh_from_db()
    return learner.email


def refusal(code: MailboxRefusal) -> pytest.RaisesExc[MailboxRefused]:
    return pytest.raises(MailboxRefused, match=f"^{code}$")


def test_an_address_is_kept_when_its_code_comes_back_and_nobody_reads_it_in_the_database(
    learner: Learner, now: datetime
) -> None:
    pending = asked(learner, now)
    code = mailed(now)
    assert (kept(learner), mail.outbox[0].to) == ("", [ADDRESS])
    keep(learner, pending, code, now)
    assert kept(learner) == ADDRESS
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM courses_learner WHERE id = %s", [learner.pk])
        assert ADDRESS not in cursor.fetchone()[0]
    assert Consent.objects.get(notice__key=EMAIL_NOTICES).withdrawn_at is None
    row = OutboxMessage.objects.get(kind="mailbox_code")
    assert (row.to, row.params) == ("", {}), "the code leaves the row with its delivery"
    assert ADDRESS not in str(list(AuditEvent.objects.values()))


def test_what_no_sms_brings_comes_by_mail_from_then_on_and_no_more_once_the_address_is_gone(
    learner: Learner, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reject(_letter: Letter) -> str:
        raise CarrierRefused(CarrierRefusal.REJECTED)

    monkeypatch.setitem(carriers.SMS_CARRIERS, "memory", reject)
    params = {"course": "焊工（四级）", "starts": "2026-09-21", "number": "E1"}

    def tell() -> list[list[str]]:
        mail.outbox.clear()
        notices.queue(
            kind="enrolment_admitted", channel="sms", to=learner.phone, learner=learner, params=params, now=now
        )
        for _ in range(2):
            notices.deliver_due(now=now)
        return [letter.to for letter in mail.outbox]

    assert tell() == []
    given(learner, now)
    assert tell() == [[ADDRESS]]
    assert learner.user is not None
    mailboxes.forget(by=learner.user, learner=learner, now=now)
    assert (kept(learner), tell()) == ("", [])
    assert Consent.objects.get(notice__key=EMAIL_NOTICES).withdrawn_at == now


def test_a_wrong_code_a_late_one_and_a_sixth_try_keep_nothing(learner: Learner, now: datetime) -> None:
    pending = asked(learner, now)
    code = mailed(now)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for code_of in (MailboxRefusal.WRONG,) * 4 + (MailboxRefusal.TOO_MANY,):
        with refusal(code_of):
            keep(learner, pending, wrong, now)
    with refusal(MailboxRefusal.TOO_MANY):
        keep(learner, pending, code, now)
    late = asked(learner, now)
    with refusal(MailboxRefusal.EXPIRED):
        keep(learner, late, mailed(now), now + mailboxes.CODE_LIFE)
    assert kept(learner) == ""


def test_without_agreeing_without_a_mail_server_and_above_five_a_day_no_letter_leaves(
    learner: Learner, now: datetime, settings: Any
) -> None:
    with refusal(MailboxRefusal.NOT_AGREED):
        asked(learner, now, agreed=False)
    with refusal(MailboxRefusal.MISSING):
        asked(learner, now, " ")
    for _ in range(mailboxes.CODES_A_DAY):
        asked(learner, now)
    with refusal(MailboxRefusal.TOO_OFTEN):
        asked(learner, now)
    with refusal(MailboxRefusal.TOO_OFTEN):
        asked(people.learner(now=now), now)
    asked(people.learner(now=now), now, "li@example.cn")
    settings.EMAIL_CARRIER = False
    with refusal(MailboxRefusal.NO_CARRIER):
        asked(learner, now + timedelta(days=2))
    assert OutboxMessage.objects.count() == mailboxes.CODES_A_DAY + 1


def test_a_browser_holds_the_address_sealed_and_for_its_own_learner_alone(learner: Learner, now: datetime) -> None:
    sealed = asked(learner, now).seal()
    assert ADDRESS not in sealed
    found = mailboxes.open_pending(sealed=sealed, learner=learner)
    assert found is not None
    assert found.masked == "c***@example.cn"
    assert mailboxes.open_pending(sealed=sealed, learner=people.learner(now=now)) is None
    assert mailboxes.open_pending(sealed="", learner=learner) is None


def test_an_address_goes_with_the_record_that_is_claimed_and_is_deleted_with_one_that_is_erased(
    learner: Learner, now: datetime
) -> None:
    given(learner, now)
    counter = people.learner(now=now)
    Learner.objects.filter(pk=counter.pk).update(user=None)
    counter.refresh_from_db()
    assert take_over(held=counter, empty=learner, by=None, now=now)
    assert (kept(counter), kept(learner)) == (ADDRESS, "")
    request = erasure.ask_at_counter(learner=counter, by=people.user(), note="持证", now=now)
    erasure.agree(request=request, by=people.user(), now=now)
    assert kept(counter) == ""
