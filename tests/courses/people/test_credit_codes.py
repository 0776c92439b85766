"""Unified social credit codes: the check of GB 32100."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.people.credit_codes import (
    ALPHABET,
    CreditCodeRefused,
    CreditCodeSlip,
    credit_check_character,
    normalise_credit_code,
)


@pytest.mark.parametrize(
    "raw", ["91350100M000100Y43", "91350100m000100y43", " 91350100-M000100Y43 ", "９１３５０１００Ｍ０００１００Ｙ４３"]
)
def test_the_example_of_the_standard_is_accepted(raw):
    assert normalise_credit_code(raw) == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("raw", "slip"),
    [
        ("", CreditCodeSlip.EMPTY),
        ("91350100M000100Y4", CreditCodeSlip.LENGTH),
        ("91350100I000100Y43", CreditCodeSlip.CHARACTER),
        ("91350100M000100Y4Z", CreditCodeSlip.CHARACTER),
        ("91350100M000100Y44", CreditCodeSlip.CHECK_CHARACTER),
    ],
)
def test_each_slip_is_named(raw, slip):
    with pytest.raises(CreditCodeRefused) as refused:
        normalise_credit_code(raw)
    assert refused.value.code == slip


@given(st.text(alphabet=ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 30))
def test_one_wrong_character_is_always_noticed(seventeen, place, shift):
    right = seventeen + credit_check_character(seventeen)
    assert normalise_credit_code(right) == right
    other = ALPHABET[(ALPHABET.index(right[place]) + shift) % 31]
    with pytest.raises(CreditCodeRefused):
        normalise_credit_code(right[:place] + other + right[place + 1 :])


def test_every_slip_has_its_sentence():
    assert set(CreditCodeRefused.sentences) == set(CreditCodeSlip)
