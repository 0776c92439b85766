"""One name, nearly one, or two."""

import pytest

from courses.people.names import PAIRS, VARIANTS, near_name, same_name


@pytest.mark.parametrize(
    ("one", "other"),
    [("王小强", "王 小强"), ("阿依·古丽", "阿依•古丽"), ("LI Ming", "li ming"), ("王\u200b强", "王强")],
)
def test_the_same_name_is_written_in_many_ways(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王小强", "王晓强"),
        ("王小强", "王强"),
        ("王强", "王小强"),
        ("劉曉強", "刘晓强"),
        ("劉小強", "刘晓强"),
        ("周𠮷", "周吉"),
    ],
)
def test_a_slip_or_another_form_is_near_and_not_the_same(one: str, other: str) -> None:
    assert (near_name(one, other), same_name(one, other)) == (True, False)


@pytest.mark.parametrize(("one", "other"), [("王小强", "李晓强"), ("王", "李"), ("王强", "王小强子"), ("王强", "")])
def test_more_than_a_slip_is_another_name(one: str, other: str) -> None:
    assert not near_name(one, other)


def test_every_pair_leads_from_another_form_to_one_of_the_standard_list() -> None:
    pairs = PAIRS.split()
    assert {len(pair) for pair in pairs} == {2}
    assert len(VARIANTS) == len(pairs)
    assert not {pair[0] for pair in pairs} & {pair[1] for pair in pairs}
