"""The pure function, on rows that no database has seen."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.attendance import derive
from courses.attendance.derive import MARKED_AWAY, scheduled_minutes
from courses.models import Attendance, Direction, Evidence, Lesson
from courses.policy import CITY_TIME, Policy

START = datetime(2026, 9, 14, 9, 0, tzinfo=CITY_TIME)
LESSON = Lesson(starts_at=START, ends_at=START + timedelta(minutes=180))
REQUIRED, OPTIONAL = Policy(), Policy(checkout_required=False)
Status = Attendance.Status
Kind = Evidence.Kind
Strength = Evidence.Strength


def row(pk: int, minutes: float, direction: str = Direction.IN, **fields: Any) -> Evidence:
    values = {"kind": Kind.WALL, "strength": Strength.PROVED, "reason": "", **fields}
    return Evidence(pk=pk, direction=direction, happened_at=START + timedelta(minutes=minutes), **values)


def told(*rows: Evidence, policy: Policy = REQUIRED) -> tuple[str, int, tuple[str, ...]]:
    derived = derive(evidence=rows, lesson=LESSON, policy=policy)
    return str(derived.status), derived.minutes, derived.reasons


def test_nothing_said_is_unmarked_and_not_absent() -> None:
    assert told() == (Status.UNMARKED, 0, ("unmarked",))


@pytest.mark.parametrize(("came", "minutes"), [(-30, 180), (0, 180), (15, 180)])
def test_present_counts_from_the_scheduled_start(came: int, minutes: int) -> None:
    assert told(row(1, came), row(2, 180, Direction.OUT)) == (Status.PRESENT, minutes, ())


def test_one_second_after_the_window_counts_from_the_arrival() -> None:
    assert told(row(1, 15 + 1 / 60), row(2, 180, Direction.OUT)) == (Status.LATE, 164, ("late",))


@pytest.mark.parametrize("left", [165, 180, 210])
def test_a_leaving_in_its_window_counts_to_the_scheduled_end(left: int) -> None:
    assert told(row(1, 0), row(2, left, Direction.OUT)) == (Status.PRESENT, 180, ())


def test_an_earlier_leaving_counts_to_the_scan() -> None:
    assert told(row(1, 0), row(2, 100, Direction.OUT)) == (Status.LEFT_EARLY, 100, ("left_early",))


def test_without_a_leaving_it_waits_with_no_minutes_where_one_is_required() -> None:
    assert told(row(1, 0)) == (Status.AWAITING, 0, ("no_checkout",))
    assert told(row(1, 30)) == (Status.AWAITING, 0, ("late", "no_checkout"))


def test_without_a_leaving_it_counts_to_the_end_where_none_is_required() -> None:
    assert told(row(1, 0), policy=OPTIONAL) == (Status.PRESENT, 180, ())
    assert told(row(1, 0), row(2, 90, Direction.OUT), policy=OPTIONAL) == (Status.LEFT_EARLY, 90, ("left_early",))


def test_an_arrival_that_waits_counts_nothing_yet() -> None:
    waiting = row(1, 0, strength=Strength.AWAITING)
    assert told(waiting, row(2, 180, Direction.OUT)) == (Status.AWAITING, 0, ("in_awaits",))


def test_a_leaving_that_waits_counts_nothing_yet_and_says_so() -> None:
    waiting = row(2, 180, Direction.OUT, strength=Strength.AWAITING)
    assert told(row(1, 0), waiting) == (Status.AWAITING, 0, ("no_checkout", "out_awaits"))


def test_a_confirmed_row_counts_and_a_rejected_one_does_not() -> None:
    waiting = row(1, 0, strength=Strength.AWAITING)
    confirmed = row(2, 0, kind=Kind.CONFIRM, supersedes_id=1)
    rejected = row(2, 0, kind=Kind.REJECT, strength=Strength.DENIED, supersedes_id=1)
    assert told(waiting, confirmed, row(3, 180, Direction.OUT))[:2] == (Status.PRESENT, 180)
    assert told(waiting, rejected, row(3, 180, Direction.OUT)) == (Status.UNMARKED, 0, ("not_in",))


def test_what_was_taken_back_is_as_if_it_had_not_been() -> None:
    undo = row(2, 0, kind=Kind.UNDO, strength=Strength.DENIED, supersedes_id=1)
    derived = derive(evidence=[row(1, 0), undo], lesson=LESSON, policy=REQUIRED)
    assert (derived.status, derived.in_at, derived.round) == (Status.UNMARKED, None, 1)


def gaps(*rows: Evidence, policy: Policy = REQUIRED, lesson: Lesson = LESSON) -> list[tuple[str, int]]:
    return [(gap.code, gap.minutes) for gap in derive(evidence=rows, lesson=lesson, policy=policy).missing]


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([], [("unmarked", 180)]),
        ([row(1, 0), row(2, 180, Direction.OUT)], []),
        ([row(1, 30), row(2, 100, Direction.OUT)], [("late", 30), ("left_early", 80)]),
        ([row(1, 30)], [("late", 30), ("no_checkout", 150)]),
        ([row(1, 0, strength=Strength.AWAITING)], [("in_awaits", 180)]),
        ([row(1, 170, Direction.OUT)], [("not_in", 180)]),
        ([row(1, 200), row(2, 205, Direction.OUT)], [("late", 180)]),
        ([row(1, 0, kind=Kind.LEAVE, reason="sick")], [("sick", 180)]),
    ],
)
def test_each_missing_minute_has_its_reason(rows: list[Evidence], missing: list[tuple[str, int]]) -> None:
    assert gaps(*rows) == missing


def test_leave_that_was_granted_stands_below_an_arrival() -> None:
    granted = row(1, 0, kind=Kind.LEAVE, reason="leave")
    assert told(granted) == (Status.LEAVE, 0, ("leave",))
    assert told(granted, row(2, 0), row(3, 180, Direction.OUT)) == (Status.PRESENT, 180, ())


def test_a_ruling_alone_speaks_whatever_was_and_will_be_said() -> None:
    ruled = [row(3, 20, kind=Kind.RULING), row(4, 180, Direction.OUT, kind=Kind.RULING)]
    absent = row(5, 60, kind=Kind.MANUAL, reason="absent")
    assert told(row(1, 0), row(2, 50, Direction.OUT), *ruled, absent) == (Status.LATE, 160, ("late",))
    assert derive(evidence=ruled, lesson=LESSON, policy=REQUIRED).by_hand


def test_a_scan_that_a_move_set_aside_is_as_if_it_had_not_been_and_may_be_made_anew() -> None:
    moved = row(2, 0, kind=Kind.MOVED, strength=Strength.DENIED, supersedes_id=1)
    derived = derive(evidence=[row(1, 0), moved], lesson=LESSON, policy=REQUIRED)
    assert (derived.status, derived.round) == (Status.UNMARKED, 1)


def test_a_cancelled_lesson_has_no_minutes_and_misses_none() -> None:
    off = Lesson(starts_at=START, ends_at=LESSON.ends_at, status=Lesson.Status.CANCELLED)
    derived = derive(evidence=[row(1, 0), row(2, 180, Direction.OUT)], lesson=off, policy=REQUIRED)
    assert (derived.status, derived.minutes, sum(gap.minutes for gap in derived.missing)) == (Status.PRESENT, 0, 0)


@pytest.mark.parametrize(("reason", "status"), [("leave", "leave"), ("sick", "sick"), ("absent", "absent")])
def test_an_excuse_stands_above_a_scan(reason: str, status: str) -> None:
    said = row(2, 60, kind=Kind.MANUAL, reason=reason)
    assert told(row(1, 0), said)[:2] == (status, 0)


def test_a_scan_after_an_excuse_by_hand_waits_and_counts_once_somebody_confirms_it() -> None:
    absent = row(2, 20, kind=Kind.MANUAL, reason="absent")
    overruled, waits = row(1, 0), row(3, 30, strength=Strength.AWAITING, reason=MARKED_AWAY)
    left = row(5, 180, Direction.OUT)
    assert told(overruled, absent, waits, left) == (Status.AWAITING, 0, ("in_awaits",))
    confirmed = row(4, 30, kind=Kind.CONFIRM, reason="face_to_face", supersedes_id=3)
    assert told(overruled, absent, waits, confirmed, left) == (Status.LATE, 150, ("late",))
    rejected = row(4, 30, kind=Kind.REJECT, strength=Strength.DENIED, supersedes_id=3)
    assert told(overruled, absent, waits, rejected, left) == (Status.ABSENT, 0, ("absent",))


def test_who_is_marked_away_once_more_waits_no_longer() -> None:
    absent, waits = row(1, 20, kind=Kind.MANUAL, reason="absent"), row(2, 30, strength=Strength.AWAITING)
    again = row(3, 40, kind=Kind.MANUAL, reason="absent", supersedes_id=1)
    assert told(absent, waits, again) == (Status.ABSENT, 0, ("absent",))


def test_each_mark_that_somebody_is_away_lets_the_lesson_be_scanned_anew() -> None:
    absent = row(2, 20, kind=Kind.MANUAL, reason="absent")
    assert derive(evidence=[row(1, 0), absent], lesson=LESSON, policy=REQUIRED).round == 1


def test_a_confirmed_late_addition_stays_one_and_stays_by_hand() -> None:
    added = row(1, 0, kind=Kind.LATE, strength=Strength.AWAITING, reason="no_phone")
    confirmed = row(2, 0, kind=Kind.CONFIRM, supersedes_id=1, reason="face_to_face")
    derived = derive(evidence=[added, confirmed, row(3, 180, Direction.OUT)], lesson=LESSON, policy=REQUIRED)
    assert (derived.status, derived.minutes, derived.by_hand) == (Status.ADDED, 180, True)


def test_a_confirmed_scan_is_not_by_hand() -> None:
    confirmed = row(2, 0, kind=Kind.CONFIRM, supersedes_id=1)
    derived = derive(evidence=[row(1, 0, strength=Strength.AWAITING), confirmed], lesson=LESSON, policy=OPTIONAL)
    assert derived.by_hand is False


def test_a_leaving_before_the_arrival_that_holds_is_none() -> None:
    late = row(3, 90, kind=Kind.MANUAL, supersedes_id=1)
    first = row(1, 0, kind=Kind.MANUAL)
    assert told(first, row(2, 60, Direction.OUT), late) == (Status.AWAITING, 0, ("late", "no_checkout"))


evidences = st.lists(
    st.tuples(
        st.sampled_from(Kind),
        st.sampled_from(Direction),
        st.sampled_from(Strength),
        st.integers(min_value=-40, max_value=230),
        st.sampled_from(["", "no_phone", "leave", "sick", "absent"]),
        st.booleans(),
    ),
    max_size=8,
).map(
    lambda drawn: [
        row(pk, at, direction, kind=kind, strength=strength, reason=reason, supersedes_id=pk - 1 if over else None)
        for pk, (kind, direction, strength, at, reason, over) in enumerate(drawn, start=1)
    ]
)
# A lesson may begin at any hour of the day, and end on the next one.
hours = st.integers(min_value=0, max_value=23)


def moved(rows: list[Evidence], later: int, status: str = Lesson.Status.PLANNED) -> Lesson:
    """The lesson `later` hours later, and its rows with it."""
    for one in rows:
        one.happened_at += timedelta(hours=later)
    start = START + timedelta(hours=later)
    return Lesson(starts_at=start, ends_at=start + timedelta(minutes=180), status=status)


@given(evidences, st.sampled_from([REQUIRED, OPTIONAL]), hours)
def test_minutes_are_never_negative_and_never_more_than_the_lesson(
    rows: list[Evidence], policy: Policy, later: int
) -> None:
    lesson = moved(rows, later)
    derived = derive(evidence=rows, lesson=lesson, policy=policy)
    assert 0 <= derived.minutes <= lesson.minutes
    counting = {Status.PRESENT, Status.LATE, Status.LEFT_EARLY, Status.ADDED}
    assert derived.minutes == 0 or derived.status in counting
    assert derived.out_at is None or derived.in_at is None or derived.out_at >= derived.in_at


@given(evidences, st.sampled_from([REQUIRED, OPTIONAL]), st.sampled_from(Lesson.Status), hours)
def test_attended_and_missing_minutes_are_the_whole_lesson(
    rows: list[Evidence], policy: Policy, status: Lesson.Status, later: int
) -> None:
    lesson = moved(rows, later, status)
    derived = derive(evidence=rows, lesson=lesson, policy=policy)
    assert derived.minutes + sum(gap.minutes for gap in derived.missing) == scheduled_minutes(lesson)
    assert all(gap.minutes >= 0 for gap in derived.missing)
    assert len(set(derived.reasons)) == len(derived.reasons)


@given(evidences, st.sampled_from([REQUIRED, OPTIONAL]), hours)
def test_the_hour_at_which_a_lesson_begins_changes_no_minute(rows: list[Evidence], policy: Policy, later: int) -> None:
    before = derive(evidence=rows, lesson=LESSON, policy=policy)
    lesson = moved(rows, later)
    after = derive(evidence=rows, lesson=lesson, policy=policy)
    assert (after.status, after.minutes, after.missing) == (before.status, before.minutes, before.missing)


@given(evidences, st.integers(min_value=-40, max_value=230), st.sampled_from([REQUIRED, OPTIONAL]))
def test_after_a_mark_that_somebody_is_away_no_scan_counts_by_itself(
    rows: list[Evidence], minutes: int, policy: Policy
) -> None:
    before = [one for one in rows if one.kind != Kind.RULING]
    away = row(9, 20, kind=Kind.MANUAL, reason="absent")
    proved, waits = row(10, minutes), row(10, minutes, strength=Strength.AWAITING, reason=MARKED_AWAY)
    for scan, status in ((proved, Status.ABSENT), (waits, Status.AWAITING)):
        derived = derive(evidence=[*before, away, scan], lesson=LESSON, policy=policy)
        assert (derived.status, derived.minutes) == (status, 0)


@given(evidences, st.randoms())
def test_the_order_in_which_rows_are_handed_over_does_not_matter(rows: list[Evidence], chance: Any) -> None:
    shuffled = rows[:]
    chance.shuffle(shuffled)
    assert derive(evidence=shuffled, lesson=LESSON, policy=REQUIRED) == derive(
        evidence=rows, lesson=LESSON, policy=REQUIRED
    )


@given(evidences, st.timedeltas(timedelta(hours=-24), timedelta(hours=24)))
def test_what_a_device_claims_and_when_a_row_is_received_change_nothing(rows: list[Evidence], skew: timedelta) -> None:
    before = derive(evidence=rows, lesson=LESSON, policy=REQUIRED)
    for one in rows:
        one.claimed_at, one.received_at = one.happened_at + skew, one.happened_at - skew
    assert derive(evidence=rows, lesson=LESSON, policy=REQUIRED) == before


def test_a_lesson_over_midnight_is_one_lesson() -> None:
    start = datetime(2026, 9, 14, 22, 30, tzinfo=CITY_TIME)
    night = Lesson(starts_at=start, ends_at=start + timedelta(minutes=180))
    rows = [
        Evidence(pk=1, kind=Kind.WALL, direction="in", strength=Strength.PROVED, happened_at=start),
        Evidence(
            pk=2,
            kind=Kind.WALL,
            direction="out",
            strength=Strength.PROVED,
            happened_at=start + timedelta(minutes=175),
        ),
    ]
    assert derive(evidence=rows, lesson=night, policy=REQUIRED).minutes == 180
