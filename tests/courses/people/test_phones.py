"""Mobile numbers as people write them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.people.phones import PhoneRefused, PhoneSlip, normalise_mobile


@pytest.mark.parametrize(
    "raw",
    [
        "13800001234",
        "138 0000 1234",
        "138-0000-1234",
        "+86 13800001234",
        "+86-138-0000-1234",
        "(+86)13800001234",
        "8613800001234",
        "008613800001234",
        "１３８００００１２３４",
        "13800001234.0",
        "'13800001234",
        "\u202d13800001234\u202c",
    ],
)
def test_usual_ways_of_writing_give_eleven_digits(raw):
    assert normalise_mobile(raw) == "13800001234"


@pytest.mark.parametrize(
    ("raw", "slip"),
    [
        ("", PhoneSlip.EMPTY),
        (" - ", PhoneSlip.EMPTY),
        ("1380000123", PhoneSlip.LENGTH),
        ("138000012345", PhoneSlip.LENGTH),
        ("12800001234", PhoneSlip.PREFIX),
        ("23800001234", PhoneSlip.PREFIX),
        ("0535 6601234", PhoneSlip.LANDLINE),
        ("+852 61234567", PhoneSlip.ABROAD),
        ("1380000123o", PhoneSlip.CHARACTER),
        ("١٣٨٠٠٠٠١٢٣٤", PhoneSlip.CHARACTER),
        ("1.38E+10", PhoneSlip.CHARACTER),
    ],
)
def test_each_slip_is_named(raw, slip):
    with pytest.raises(PhoneRefused) as refused:
        normalise_mobile(raw)
    assert refused.value.code == slip


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "86", "0086 ", "＋８６"]))
def test_every_number_of_the_form_is_accepted(number, country):
    assert normalise_mobile(country + number) == number


@given(st.text(max_size=20) | st.from_regex(r"[+0-9 ]{9,16}", fullmatch=True))
def test_whatever_is_typed_is_a_number_or_refused(raw):
    try:
        number = normalise_mobile(raw)
    except PhoneRefused:
        return
    assert re.fullmatch(r"1[3-9][0-9]{9}", number)
    assert normalise_mobile(number) == number


def test_every_slip_has_its_sentence():
    assert set(PhoneRefused.sentences) == set(PhoneSlip)
