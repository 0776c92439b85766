import base64
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from courses.attendance import hand_on, open_ticket, seal_ticket
from courses.attendance.codes import ScanRefusal, ScanRefused
from courses.attendance.tickets import new_ticket
from courses.models import Direction


def sealed(at: datetime) -> str:
    return seal_ticket(new_ticket(lesson_code=7, direction=Direction.OUT, device="browser", now=at))


def refusal(text: str, at: datetime) -> ScanRefused:
    with pytest.raises(ScanRefused) as refused:
        open_ticket(text, minutes=10, now=at)
    return refused.value


def test_a_ticket_comes_back_as_it_was(now: datetime) -> None:
    ticket = new_ticket(lesson_code=7, direction=Direction.OUT, device="browser", now=now)
    assert open_ticket(seal_ticket(ticket), minutes=10, now=now + timedelta(minutes=10)) == ticket


def test_a_ticket_that_is_handed_on_has_a_nonce_of_its_own_and_the_time_and_life_of_the_scan(now: datetime) -> None:
    ticket = new_ticket(lesson_code=7, direction=Direction.OUT, device="browser", now=now)
    handed = hand_on(seal_ticket(ticket), minutes=10, now=now + timedelta(minutes=10))
    assert handed.nonce != ticket.nonce
    assert handed == replace(ticket, nonce=handed.nonce, handed_on=True)
    assert refusal(seal_ticket(handed), now + timedelta(minutes=11)).code == ScanRefusal.NO_TICKET


def test_two_tickets_of_one_moment_differ(now: datetime) -> None:
    nonces = {new_ticket(lesson_code=7, direction=Direction.IN, device="", now=now).nonce for _ in range(100)}
    assert len(nonces) == 100


def test_after_ten_minutes_it_says_so(now: datetime) -> None:
    late = refusal(sealed(now), now + timedelta(minutes=10, seconds=1))
    assert late.code == ScanRefusal.NO_TICKET
    assert "10 分钟" in late.sentence


def test_a_ticket_of_the_future_is_none_unless_another_servers_clock_explains_it(now: datetime) -> None:
    assert refusal(sealed(now), now - timedelta(seconds=3)).code == ScanRefusal.NO_TICKET
    assert open_ticket(sealed(now), minutes=10, now=now - timedelta(seconds=2)).scanned_at == now


@pytest.mark.parametrize("text", ["", "x", "签到", "AAAA", base64.urlsafe_b64encode(b"0" * 60).decode()])
def test_what_was_never_a_ticket_is_none(now: datetime, text: str) -> None:
    assert refusal(text, now).code == ScanRefusal.NO_TICKET


def test_no_part_of_a_ticket_can_be_changed(now: datetime) -> None:
    raw = base64.urlsafe_b64decode(sealed(now))
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert refusal(base64.urlsafe_b64encode(changed).decode(), now).code == ScanRefusal.NO_TICKET
