"""Which numbers count as a person's, however they are written, and which never do."""

import random

import pytest
from pytest_django import Settings

from courses.people.full_numbers import NumberKind, find, masked
from tests.factories import people

DOCUMENT = "370699199001010016"
OLD = "370602900101001"
PHONE = "13805351234"


def found(text: str) -> list[tuple[str, str]]:
    return [(str(hit.kind), hit.number) for hit in find(text)]


def written(number: str) -> list[str]:
    return [
        number,
        f"证件号{number}，请核对",
        number.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")),
        f"{number[:6]} {number[6:14]} {number[14:]}",
        f"{number[:6]}-{number[6:14]}-{number[14:]}",
        f"{number[:6]}–{number[6:14]}–{number[14:]}",
        " ".join(number),
        "\u200b".join(number),
        f"{number[:11]}\n{number[11:]}",
        f"{number[:11]}\r\n{number[11:]}",
        f"第 12 名 {number}",
        f"编号88{number}",
    ]


@pytest.fixture(autouse=True)
def _number_is_right() -> None:
    assert people.resident_number(serial=1) == DOCUMENT


@pytest.mark.parametrize("text", written(DOCUMENT))
def test_a_document_number_is_found_however_it_is_written(text: str) -> None:
    assert (str(NumberKind.DOCUMENT), DOCUMENT) in found(text)


@pytest.mark.parametrize("last", ["X", "x", "Ｘ", "×", "Х"])
def test_the_last_x_is_found_in_any_of_its_forms(last: str) -> None:
    number = "11010519491231002"
    assert found(number + last) == [("document", number + "X")]


@pytest.mark.parametrize(
    "text",
    [
        OLD,
        f"{OLD[:6]} {OLD[6:12]} {OLD[12:]}",
        f"旧证：{OLD}。",
        OLD.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ],
)
def test_an_old_number_of_fifteen_digits_is_found(text: str) -> None:
    assert found(text) == [("old_document", OLD)]


def test_a_number_that_a_spreadsheet_rounded_still_gives_a_person_away() -> None:
    assert found("370699199001010000") == [("document", "370699199001010000")]


@pytest.mark.parametrize(
    "text",
    [
        *(PHONE, "138 0535 1234", "138-0535-1234", "138.0535.1234", "13805 351234", "1380 535 1234"),
        *("+86 138 0535 1234", "0086-13805351234", "8613805351234", "013805351234", "1 3 8 0 5 3 5 1 2 3 4"),
        *(
            "１３８０５３５１２３４",
            "一三八零五三五一二三四",
            "幺三八〇五三五幺二三四",
            "tel:13805351234",
            "联系王师傅13805351234或来电",
        ),
    ],
)
def test_a_mobile_phone_is_found_however_it_is_written(text: str) -> None:
    assert found(text) == [("phone", PHONE)]


@pytest.mark.parametrize(
    "text",
    [
        *("0535-6785123", "0535 678 5123", "12333", "400-800-1234", "(0535) 6785123"),
        *("37*************016", "138****1234", "2026-09-14 09:00", "鲁ICP备2026012345号-1"),
        *("913706007654321098", "20260914123456789", "18 学时，共 24 人，分 3 组", "人民币 12,345,678.90 元"),
        *("370699199013010015", "12805351234", "6222021607001234567", "", "1"),
    ],
)
def test_what_is_no_persons_number_passes(text: str) -> None:
    assert found(text) == []


def test_the_bureaus_own_mobile_passes_once_it_is_configured(settings: Settings) -> None:
    settings.PUBLIC_PHONES = [PHONE]
    assert found("值班手机 138 0535 1234") == []
    assert found("值班手机 138 0535 1235") == [("phone", "13805351235")]


def test_nothing_is_shown_but_masks() -> None:
    assert masked(f"名单（{DOCUMENT}，{PHONE}）") == "名单（37*************016，138****1234）"
    assert masked("到课 12 人，均与名册相符。") == "到课 12 人，均与名册相符。"


def test_a_number_that_is_only_seen_in_the_normalised_form_is_masked_there() -> None:
    """An invisible mark moves every place after it; one cancelled by a sign that grows moves them back."""
    for before in ("\u200b", "\u200b㎏", "㎏", "\u200b\u200b"):
        shown = masked(f"电话{before}{PHONE}，谢谢")
        assert (PHONE in shown, "138****1234" in shown) == (False, True)


def test_of_two_thousand_seeded_numbers_none_is_missed_and_of_ten_thousand_clean_lines_none_is_held() -> None:
    chance = random.Random(40)
    for serial in range(1, 1001):
        number, phone = people.resident_number(serial=serial % 999 + 1), f"13{chance.randrange(10**9):09d}"
        assert number in {hit.number for hit in find(chance.choice(written(number)))}
        assert [hit.number for hit in find(f"{chance.choice('电话手机联系')}{phone}，谢谢")] == [phone]
    held = [
        line
        for _time in range(10_000)
        if found(
            line := f"第 {chance.randrange(99)} 期 {chance.randrange(1990, 2030)}-{chance.randrange(1, 13):02d}-"
            f"{chance.randrange(1, 29):02d} 共 {chance.randrange(10**4)} 人 {chance.randrange(10**7)} 元 "
            f"0535-{chance.randrange(10**6, 10**7)} 批文 {chance.randrange(10**9)}"
        )
    ]
    assert held == []
