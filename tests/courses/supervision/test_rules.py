"""What is worth a look, rule by rule: pure, with the rows and the sum in hand."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from courses.policy import SIGNALS, Policy
from courses.supervision import Facts, find
from courses.supervision.rules import Called, Counted, Elsewhere, Named, Seen, Stood, Vouched

POLICY = Policy()
At = Callable[..., datetime]


@pytest.fixture
def at(now: datetime) -> At:
    return lambda seconds=0.0: now + timedelta(seconds=seconds)


def seen(at: At, learner: int, seconds: float = 0.0, *, offset: int | None = None, device: str = "") -> Seen:
    return Seen(f"X{learner}", f"R{learner}-{seconds}", "in", at(seconds), device, offset)


def stood(at: At, learner: int, *reasons: str, by_hand: bool = False) -> Stood:
    return Stood(f"X{learner}", at(), None, by_hand, reasons)


def kinds(facts: Facts, moment: datetime, policy: Policy = POLICY) -> list[str]:
    return [str(found.kind) for found in find(facts=facts, policy=policy, now=moment)]


def test_a_class_that_scans_at_the_door_shows_nothing(at: At) -> None:
    """Fifty people in five minutes, each with a phone, some slow."""
    rows = [
        seen(at, n, n * 6 + n % 5, offset=(n * 6 + n % 5) * 1000 % 10000 + 40 * n, device=f"d{n}") for n in range(50)
    ]
    facts = Facts(at(10800), rows, [stood(at, n) for n in range(50)], [Called("D", at(3600), 50, ())])
    assert kinds(facts, at(20000)) == []


def test_two_people_on_one_phone(at: At) -> None:
    rows = [seen(at, 1, device="ABCDEFGH"), seen(at, 2, 9, device="ABCDEFGH"), seen(at, 3, device="other")]
    [found] = find(facts=Facts(at(10800), rows), policy=POLICY, now=at(60))
    assert (found.kind, found.figures) == ("shared_device", {"devices": 1, "people": 2, "from": 2})
    assert [(row["learner"], row["device"]) for row in found.rows] == [("X1", "EFGH"), ("X2", "EFGH")]


def test_one_person_who_scans_in_and_out_shares_with_nobody(at: At) -> None:
    assert kinds(Facts(at(10800), [seen(at, 1, device="a"), seen(at, 1, 9000, device="a")]), at(60)) == []


def test_five_equally_late_within_ten_seconds_are_a_burst(at: At) -> None:
    """A program that answers for many: two seconds apart, each 4.1 s after its code began."""
    rows = [seen(at, n, n * 2, offset=4100 + n * 20) for n in range(5)]
    [found] = find(facts=Facts(at(10800), rows), policy=POLICY, now=at(60))
    assert found.figures == {"people": 5, "from": 5, "seconds": 10, "spread_ms": 150}
    assert [row["offset_ms"] for row in found.rows] == [4100, 4120, 4140, 4160, 4180]
    assert kinds(Facts(at(10800), rows[:4]), at(60)) == []
    spread = [seen(at, n, n * 2, offset=4100 + n * 60) for n in range(5)]
    assert kinds(Facts(at(10800), spread), at(60)) == []
    slow = [seen(at, n, n * 4, offset=4100) for n in range(5)]
    assert kinds(Facts(at(10800), slow), at(60)) == []


def test_codes_that_had_left_the_wall(at: At) -> None:
    rows = [seen(at, n, n * 100, offset=15000 + n * 1000) for n in range(3)]
    honest = [seen(at, n, n * 100, offset=3000) for n in range(10, 20)]
    [found] = find(facts=Facts(at(10800), [*rows, *honest]), policy=POLICY, now=at(60))
    assert (found.kind, found.figures) == (
        "late_in_window",
        {"people": 3, "scans": 13, "from": 3, "late_ms": 15000},
    )
    assert kinds(Facts(at(10800), [*rows[:2], *honest]), at(60)) == []


def test_rows_without_an_offset_say_nothing_about_lateness(at: At) -> None:
    assert kinds(Facts(at(10800), [seen(at, n) for n in range(20)]), at(60)) == []


def test_who_did_not_answer_a_roll_call(at: At) -> None:
    calls = [Called("D1", at(3600), 20, ("X4", "X9")), Called("D2", at(7200), 19, ("X4",))]
    [found] = find(facts=Facts(at(10800), called=calls), policy=POLICY, now=at(8000))
    assert found.figures == {"calls": 2, "due": 20, "people": 2, "from": 1}
    assert [(row["learner"], row["receipt"]) for row in found.rows] == [("X4", "D1"), ("X9", "D1"), ("X4", "D2")]


def test_a_count_that_the_register_does_not_bear_out(at: At) -> None:
    counts = [Counted(at(100), 20, 19, 1), Counted(at(200), 15, 19, 1)]
    [found] = find(facts=Facts(at(10800), counted=counts), policy=POLICY, now=at(300))
    assert found.figures == {"counted": 15, "register": 20, "awaiting": 1, "difference": -5, "from": 1}
    assert len(found.rows) == 1
    assert kinds(Facts(at(10800), counted=counts[:1]), at(300)) == []


def test_whom_a_check_of_the_room_missed_though_the_register_has_them_there_and_who_was_posed_for(at: At) -> None:
    """Here and missed; gone by then; come after; never come; posed for without having come at all."""
    register = [
        Stood("X1", at(0), None, by_hand=False), Stood("X2", at(0), at(50), by_hand=False),
        Stood("X3", at(101), None, by_hand=False), Stood("X4", None, None, by_hand=False),
    ]  # fmt: skip
    named = [Named("JC1", f"X{n}", at(100), impostor=n == 5) for n in (1, 2, 3, 4, 5)]
    [found] = find(facts=Facts(at(10800), stood=register, named=named), policy=POLICY, now=at(300))
    assert (found.kind, found.figures) == ("room_check", {"absent": 4, "present": 1, "impostors": 1})
    assert [(row["learner"], row["receipt"], row["seen_as"]) for row in found.rows] == [
        ("X1", "JC1", "absent"),
        ("X5", "JC1", "impostor"),
    ]
    assert kinds(Facts(at(10800), stood=register, named=named[1:4]), at(300)) == []


def test_one_person_in_two_rooms(at: At) -> None:
    other = Elsewhere("X1", "C-2", 3, "101 教室", at(60))
    facts = Facts(at(10800), stood=[stood(at, 1)], elsewhere=[other])
    [found] = find(facts=facts, policy=POLICY, now=at(300))
    assert (found.figures, found.rows[0]["class"], found.rows[0]["room"]) == ({"people": 1}, "C-2", "101 教室")
    away = Facts(at(10800), stood=[Stood("X1", None, None, by_hand=False)], elsewhere=[other])
    assert kinds(away, at(300)) == []


def test_marks_by_hand_and_missing_check_outs_are_told_when_the_lesson_is_over(at: At) -> None:
    marked = [stood(at, n, by_hand=n < 2) for n in range(10)]
    stayed = [stood(at, n, "no_checkout") for n in range(3)] + [stood(at, n) for n in range(3, 10)]
    over = at(10800 + 30 * 60)
    assert kinds(Facts(at(10800), stood=marked), over) == ["by_hand"]
    assert kinds(Facts(at(10800), stood=stayed), over) == ["no_checkout"]
    early = over - timedelta(seconds=1)
    assert kinds(Facts(at(10800), stood=[*marked, *stayed]), early) == []
    assert kinds(Facts(at(10800), stood=marked[1:]), over) == ["by_hand"]
    assert kinds(Facts(at(10800), stood=[stood(at, 99, by_hand=True), *marked[2:], stood(at, 98)]), over) == []
    assert kinds(Facts(at(10800), stood=stayed[1:]), over) == []
    signed = Stood("X0", at(), None, by_hand=False, reasons=("no_checkout",), out_on_paper=True)
    assert kinds(Facts(at(10800), stood=[signed, *stayed[1:]]), over) == []


def test_two_must_vouch_for_a_learner_and_one_of_them_in_person(at: At) -> None:
    """A phone alone, one trainer alone; a phone and a trainer, two trainers."""
    vouched = [
        Vouched(f"X{number}", own, frozenset(staff), at())
        for number, (own, staff) in enumerate([(6, []), (0, [7]), (1, [7]), (0, [7, 8]), (0, [])])
    ]
    over = at(10800 + 30 * 60)
    [found] = find(facts=Facts(at(10800), vouched=vouched), policy=POLICY, now=over)
    assert (found.kind, found.figures) == ("one_sided", {"people": 3, "came": 5, "from": 2})
    assert [(row["learner"], row["own"], row["staff"]) for row in found.rows] == [
        ("X0", 6, 0),
        ("X1", 0, 1),
        ("X4", 0, 0),
    ]
    assert kinds(Facts(at(10800), vouched=vouched[2:4]), over) == []
    assert kinds(Facts(at(10800), vouched=vouched), over - timedelta(seconds=1)) == []
    alone = Policy(signals={**SIGNALS, "witnesses": 1})
    assert kinds(Facts(at(10800), vouched=vouched[1:2]), over, alone) == []


def test_every_threshold_is_policys(at: At) -> None:
    strict = Policy(signals={**SIGNALS, "device_people": 3, "late_people": 9, "absentees": 2, "head_difference": 9})
    pair = [seen(at, n, offset=20000, device="a") for n in range(2)]
    facts = Facts(at(10800), pair, called=[Called("D", at(), 9, ("X1",))], counted=[Counted(at(), 1, 9, 0)])
    assert kinds(facts, at(60), strict) == []
    assert kinds(facts, at(60)) == ["shared_device", "roll_call", "heads"]
