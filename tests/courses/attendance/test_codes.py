from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import privacy
from courses.attendance import codes
from courses.attendance.codes import ScanRefusal, ScanRefused
from courses.models import Direction, Lesson
from courses.people.numbers import CROCKFORD
from courses.policy import Policy

POLICY = Policy()
LESSON = Lesson(code=714_025_601)


def issued(at: datetime, *, lesson: Lesson = LESSON, direction: Direction = Direction.IN) -> codes.Code:
    return codes.issue(lesson=lesson, direction=direction, policy=POLICY, now=at)


def read(text: str, at: datetime) -> Direction:
    return codes.read(scan=codes.split(text), policy=POLICY, now=at).direction


def refusal(text: str, at: datetime) -> str:
    with pytest.raises(ScanRefused) as refused:
        read(text, at)
    return str(refused.value.code)


def test_a_thousand_steps_give_a_thousand_codes(now: datetime) -> None:
    texts = [issued(now + timedelta(seconds=10 * step)).text for step in range(1000)]
    assert len(set(texts)) == 1000
    assert {len(text) for text in texts} == {16}
    assert {text[:6] for text in texts} == {codes.lesson_name(LESSON)}


def test_within_a_step_the_code_stands_still_and_its_rest_runs_out(now: datetime) -> None:
    first, later = issued(now), issued(now + timedelta(seconds=9, milliseconds=999))
    assert (first.text, first.step) == (later.text, later.step)
    assert (first.remaining_ms, later.remaining_ms) == (10_000, 1)


@pytest.mark.parametrize("seconds", [0, 9, 10, 19, 20, 29])
def test_a_code_is_accepted_up_to_half_a_minute(now: datetime, seconds: int) -> None:
    assert read(issued(now).text, now + timedelta(seconds=seconds)) == Direction.IN


@pytest.mark.parametrize("seconds", [30, 31, 3600, -3, -10])
def test_a_code_is_refused_after_that_and_before_its_time(now: datetime, seconds: int) -> None:
    assert refusal(issued(now).text, now + timedelta(seconds=seconds)) == ScanRefusal.EXPIRED


@pytest.mark.parametrize("ahead", [-2, -1, 1, 2])
def test_servers_whose_clocks_differ_by_two_seconds_take_each_others_codes(now: datetime, ahead: int) -> None:
    for second in range(0, 18, 3):
        shown = issued(now + timedelta(seconds=ahead)).text
        assert read(shown, now + timedelta(seconds=second)) == Direction.IN
    assert codes.read(scan=codes.split(issued(now).text), policy=POLICY, now=now - timedelta(seconds=1)).offset_ms == 0


def test_the_code_for_leaving_is_another(now: datetime) -> None:
    leaving = issued(now, direction=Direction.OUT)
    assert leaving.text != issued(now).text
    assert read(leaving.text, now) == Direction.OUT


@pytest.mark.parametrize("place", range(6, 16))
def test_a_changed_character_is_refused_like_an_outlived_code(now: datetime, place: int) -> None:
    text = issued(now).text
    other = CROCKFORD[(CROCKFORD.index(text[place]) + 1) % 32]
    assert refusal(text[:place] + other + text[place + 1 :], now) == ScanRefusal.EXPIRED


def test_the_proof_of_one_lesson_does_not_open_another(now: datetime) -> None:
    other = Lesson(code=LESSON.code + 1)
    assert refusal(codes.lesson_name(other) + issued(now).text[6:], now) == ScanRefusal.EXPIRED


@pytest.mark.parametrize("text", ["", "ABC", "A" * 15, "A" * 17, "U" * 16, "!" * 16, "签到" * 8])
def test_what_has_not_the_form_of_a_code_is_unknown(text: str) -> None:
    with pytest.raises(ScanRefused) as refused:
        codes.split(text)
    assert refused.value.code == ScanRefusal.UNKNOWN_CODE


def test_lower_case_and_look_alikes_are_read_as_meant(now: datetime) -> None:
    text = issued(now).text
    sloppy = text.lower().replace("0", "o").replace("1", "l")
    assert read(sloppy, now) == Direction.IN


def test_reading_costs_six_macs_whether_right_or_wrong(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []
    sign = privacy.sign
    monkeypatch.setattr(privacy, "sign", lambda payload, **how: (made.append(payload), sign(payload, **how))[1])
    text = issued(now).text
    made.clear()
    read(text, now)
    right = len(made)
    refusal("0" * 16, now)
    assert (right, len(made) - right) == (6, 6)
    made.clear()
    read(text, now + timedelta(seconds=9))
    right = len(made)
    refusal("0" * 16, now + timedelta(seconds=9))
    assert (right, len(made) - right) == (8, 8)


@given(st.integers(min_value=0, max_value=2**30 - 1))
def test_a_lesson_is_found_again_by_its_name(code: int) -> None:
    assert codes.lesson_code(codes.lesson_name(Lesson(code=code))) == code


@pytest.mark.parametrize("name", ["", "ABCDE", "ABCDEFG", "ABCDE!", "ABCDEU"])
def test_what_cannot_be_a_lesson_is_none(name: str) -> None:
    assert codes.lesson_code(name) is None
