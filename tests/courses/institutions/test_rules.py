"""Whether an institution may teach a trade or run a kind of training on a date, and whether its cards block it."""

from datetime import date, datetime, timedelta

import pytest

from courses import institutions
from courses import policy as policies
from courses.models import Card, Course, Institution, User
from courses.policy import local_date
from tests.factories import cards, catalogue, people
from tests.factories.institutions import approved, filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Institution:
    return catalogue.institution()


@pytest.fixture
def officer() -> User:
    return people.user(username="officer")


def may(school: Institution, on: date, **other: object) -> bool:
    asked = {"kind": catalogue.kind(), "occupation": catalogue.occupation(), "level": catalogue.level(), **other}
    return institutions.may_teach(institution=school, course=Course(**asked), on=on)


def test_a_trade_may_be_taught_from_its_first_to_its_last_day(school: Institution, now: datetime) -> None:
    today = local_date(now)
    approved(institution=school, now=now, valid_from=today, valid_until=today + timedelta(days=10))
    asked = {days: may(school, today + timedelta(days=days)) for days in (-1, 0, 10, 11)}
    assert asked == {-1: False, 0: True, 10: True, 11: False}


def test_another_level_or_another_occupation_is_not_covered(school: Institution, now: datetime) -> None:
    approved(institution=school, now=now)
    today = local_date(now)
    assert not may(school, today, level=catalogue.level("3", 4))
    assert not may(school, today, level=catalogue.level("5", 2))
    assert not may(school, today, occupation=catalogue.occupation("welder", "焊工"))


def test_a_course_without_an_occupation_or_without_a_level_wants_its_kind_registered_and_no_trade_stands_for_it(
    school: Institution, officer: User, now: datetime
) -> None:
    syb, today = catalogue.kind("syb", "entrepreneurship"), local_date(now)
    bare = {"kind": syb, "occupation": None, "level": None}
    approved(institution=school, now=now)
    assert not may(school, today, **bare)
    file = institutions.open_file(by=officer, institution=school, now=now)
    institutions.add_programme(
        by=officer, registration=file, kind=syb, valid_from=today, valid_until=today + timedelta(days=10), now=now
    )
    assert not may(school, today, **bare), "what only waits does not hold"
    institutions.submit(by=officer, registration=file, now=now)
    institutions.approve(by=people.user(), registration=file, now=now)
    asked = {days: may(school, today + timedelta(days=days), **bare) for days in (-1, 0, 10, 11)}
    assert asked == {-1: False, 0: True, 10: True, 11: False}
    assert may(school, today, **{**bare, "occupation": catalogue.occupation()}), "an occupation without a level"
    assert not may(school, today, **{**bare, "kind": catalogue.kind("iyb", "entrepreneurship")})
    assert not may(school, today, kind=syb, level=catalogue.level("5", 2)), "a trade wants its own line"


def test_what_only_waits_for_review_may_not_be_taught(school: Institution, officer: User, now: datetime) -> None:
    made = filled(institution=school, by=officer, now=now)
    institutions.submit(by=officer, registration=made, now=now)
    assert not may(school, local_date(now))


def show(school: Institution, colour: str, *days: date) -> None:
    at = datetime(2025, 1, 1, 9, tzinfo=policies.CITY_TIME)
    for day in days:
        cards.shown(institution=school, colour=colour, on=day, now=at)


@pytest.mark.parametrize(
    ("red", "yellow", "blocks"), [(0, 0, False), (1, 2, False), (2, 0, True), (0, 3, True), (2, 3, True)]
)
def test_two_red_or_three_yellow_cards_of_a_year_block(
    red: int, yellow: int, blocks: bool, school: Institution
) -> None:
    catalogue.policy()
    show(school, "red", *[date(2026, 3, 1)] * red)
    show(school, "yellow", *[date(2026, 4, 1)] * yellow)
    found = institutions.blocked(institution=school, on=date(2026, 9, 14))
    assert (found is not None) is blocks
    if found:
        assert (found.year, found.red, found.yellow, found.until) == (2026, red, yellow, date(2027, 12, 31))


def test_a_block_lasts_for_the_rest_of_the_year_and_the_next(school: Institution) -> None:
    catalogue.policy()
    show(school, "red", date(2025, 5, 1), date(2025, 6, 1))
    days = (date(2025, 5, 31), date(2025, 6, 1), date(2025, 12, 31), date(2026, 12, 31), date(2027, 1, 1))
    asked = [institutions.blocked(institution=school, on=day) is not None for day in days]
    assert asked == [False, True, True, True, False]


def test_cards_of_two_years_are_not_added_up_and_withdrawn_ones_do_not_count(
    school: Institution, now: datetime
) -> None:
    catalogue.policy()
    show(school, "red", date(2025, 12, 31), date(2026, 1, 1))
    on = date(2026, 9, 14)
    assert institutions.blocked(institution=school, on=on) is None
    show(school, "red", date(2026, 2, 1))
    assert institutions.blocked(institution=school, on=on)
    cards.withdrawn(card=Card.objects.get(shown_on=date(2026, 2, 1)), now=now)
    assert institutions.blocked(institution=school, on=on) is None


def test_the_numbers_are_those_of_the_policy_in_force(school: Institution) -> None:
    document = {**policies.DEFAULTS, "cards_red_block": 1}
    policies.publish(by=None, number="2026-1", effective_on=date(2026, 1, 1), document=document)
    show(school, "red", date(2026, 3, 1))
    assert institutions.blocked(institution=school, on=date(2026, 9, 14))
