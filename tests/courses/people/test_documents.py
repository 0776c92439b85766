"""Document numbers, from the tables of the standard to every birth date since 1900."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.people.documents import (
    DocumentKind,
    DocumentRefused,
    DocumentSlip,
    Sex,
    age_on,
    check,
    check_character,
    normalise,
)

TODAY = date(2026, 9, 14)
RESIDENT = DocumentKind.RESIDENT


def number(*, region: str = "370699", born: str = "19900101", sequence: str = "001") -> str:
    seventeen = region + born + sequence
    return seventeen + check_character(seventeen)


def refusal(raw: str, kind: str = RESIDENT) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as refused:
        check(kind, raw, today=TODAY)
    return refused.value


@pytest.mark.parametrize(
    ("raw", "kind", "born", "sex"),
    [
        ("11010519491231002X", RESIDENT, date(1949, 12, 31), Sex.FEMALE),
        ("370699199001010016", RESIDENT, date(1990, 1, 1), Sex.MALE),
        ("37069919851212124X", RESIDENT, date(1985, 12, 12), Sex.FEMALE),
        ("370699200002290035", RESIDENT, date(2000, 2, 29), Sex.MALE),
        ("810000190001019995", DocumentKind.HMT_RESIDENCE, date(1900, 1, 1), Sex.MALE),
        ("820000190001019989", DocumentKind.HMT_RESIDENCE, date(1900, 1, 1), Sex.FEMALE),
        ("830000190001019972", DocumentKind.HMT_RESIDENCE, date(1900, 1, 1), Sex.MALE),
        ("999999190001010015", DocumentKind.FOREIGN_RESIDENCE, date(1900, 1, 1), None),
    ],
)
def test_numbers_of_eighteen_characters_tell_kind_birth_date_and_sex(raw, kind, born, sex):
    for chosen in (RESIDENT, DocumentKind.HMT_RESIDENCE, DocumentKind.FOREIGN_RESIDENCE):
        checked = check(chosen, raw, today=TODAY)
        assert (checked.kind, checked.number, checked.birth_date, checked.sex) == (kind, raw, born, sex)


@pytest.mark.parametrize(
    ("raw", "slip", "sentence"),
    [
        ("", DocumentSlip.EMPTY, "请填写证件号码"),
        ("  ", DocumentSlip.EMPTY, "请填写证件号码"),
        ("370699199001010017", DocumentSlip.CHECK_CHARACTER, "第 18 位校验不符，请核对"),
        ("37069919900101001", DocumentSlip.LENGTH, "证件号码应为 18 位，现在是 17 位，请核对"),
        ("3706991990010100166", DocumentSlip.LENGTH, "证件号码应为 18 位，现在是 19 位，请核对"),
        ("37069919900101O016", DocumentSlip.CHARACTER, "第 15 位应为数字，请核对"),
        ("37069919900101001A", DocumentSlip.LAST_CHARACTER, "第 18 位应为数字或 X，请核对"),
        ("٣70699199001010016", DocumentSlip.CHARACTER, "第 1 位应为数字，请核对"),
        ("370699200102290035", DocumentSlip.LEAP_DAY, "2001 年 2 月没有 29 日，请核对第 7 至 14 位"),
        ("370699190002290035", DocumentSlip.LEAP_DAY, "1900 年 2 月没有 29 日，请核对第 7 至 14 位"),
        ("370699199002300016", DocumentSlip.DAY, "2 月没有 30 日，请核对第 7 至 14 位"),
        ("370699199004310016", DocumentSlip.DAY, "4 月没有 31 日，请核对第 7 至 14 位"),
        ("370699199001000016", DocumentSlip.DAY, "1 月没有 0 日，请核对第 7 至 14 位"),
        ("370699199013010016", DocumentSlip.MONTH, "没有 13 月，请核对第 11、12 位"),
        ("370699199000010016", DocumentSlip.MONTH, "没有 0 月，请核对第 11、12 位"),
        ("370699189912310016", DocumentSlip.YEAR, "出生年份 1899 早于 1900 年，请核对第 7 至 10 位"),
        ("370699000001010016", DocumentSlip.YEAR, "出生年份 0000 早于 1900 年，请核对第 7 至 10 位"),
        (number(born="20260915"), DocumentSlip.FUTURE, "出生日期还没有到，请核对第 7 至 14 位"),
        ("370699900101001", DocumentSlip.OLD_FIFTEEN, "这是 15 位旧号码，现在已不用。请填现在身份证上的 18 位号码"),
        (
            "370699199001010000",
            DocumentSlip.SPREADSHEET_ROUNDED,
            "末三位是 000，可能是表格软件改的。请把这一列设为文本，再照证件填 18 位号码",
        ),
        (
            "370699199001010000.0",
            DocumentSlip.SPREADSHEET_ROUNDED,
            "末三位是 000，可能是表格软件改的。请把这一列设为文本，再照证件填 18 位号码",
        ),
        (
            "3.70699E+17",
            DocumentSlip.SPREADSHEET_SCIENTIFIC,
            "表格软件把号码改成了「3.7E+17」这样的写法，后几位已经丢失。请把这一列设为文本，再填 18 位号码",
        ),
        (
            "3.70699199001010e17",
            DocumentSlip.SPREADSHEET_SCIENTIFIC,
            "表格软件把号码改成了「3.7E+17」这样的写法，后几位已经丢失。请把这一列设为文本，再填 18 位号码",
        ),
    ],
)
def test_each_slip_is_named(raw, slip, sentence):
    refused = refusal(raw)
    assert (refused.code, refused.sentence) == (slip, sentence)


def test_a_right_number_that_ends_in_000_is_accepted():
    right = next(n for n in (number(sequence=f"{digit}00") for digit in range(10)) if n.endswith("000"))
    assert check(RESIDENT, right, today=TODAY).number == right


@pytest.mark.parametrize(
    "raw",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105-19491231-002X",
        "'11010519491231002X",
        "110105\u200b19491231002X\ufeff",
        "11010519491231002×",
        "11010519491231002Х",
    ],
)
def test_usual_ways_of_writing_give_one_number(raw):
    assert check(RESIDENT, raw, today=TODAY).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("kind", "raw", "stored"),
    [
        (DocumentKind.FOREIGN_RESIDENCE, "usa110078010100", "USA110078010100"),
        (DocumentKind.HM_PERMIT, "H12345678", "H12345678"),
        (DocumentKind.HM_PERMIT, "m12345678 02", "M12345678"),
        (DocumentKind.TAIWAN_PERMIT, "01234567", "01234567"),
        (DocumentKind.PASSPORT, "e1234 5678", "E12345678"),
    ],
)
def test_kinds_without_a_check_character_are_held_to_their_form(kind, raw, stored):
    checked = check(kind, raw, today=TODAY)
    assert (checked.kind, checked.number, checked.birth_date, checked.sex) == (kind, stored, None, None)


@pytest.mark.parametrize(
    ("kind", "raw", "slip"),
    [
        (DocumentKind.FOREIGN_RESIDENCE, "US1110078010100", DocumentSlip.FOREIGN_FORM),
        (DocumentKind.HM_PERMIT, "X12345678", DocumentSlip.HM_FORM),
        (DocumentKind.HM_PERMIT, "H1234567", DocumentSlip.HM_FORM),
        (DocumentKind.TAIWAN_PERMIT, "1234567", DocumentSlip.TAIWAN_FORM),
        (DocumentKind.TAIWAN_PERMIT, "١٢٣٤٥٦٧٨", DocumentSlip.TAIWAN_FORM),
        (DocumentKind.PASSPORT, "ABCDEFGH", DocumentSlip.PASSPORT_FORM),
        (DocumentKind.PASSPORT, "E1", DocumentSlip.PASSPORT_FORM),
    ],
)
def test_another_form_is_refused(kind, raw, slip):
    assert refusal(raw, kind).code == slip


def test_an_unknown_kind_is_refused():
    assert refusal("370699199001010016", "library_card").code == DocumentSlip.KIND_UNKNOWN


def test_a_foreigner_s_number_without_a_readable_date_is_kept_without_one():
    assert (
        check(DocumentKind.FOREIGN_RESIDENCE, number(region="911840", born="99999999"), today=TODAY).birth_date is None
    )
    assert (
        check(DocumentKind.FOREIGN_RESIDENCE, number(region="911840", born="20300101"), today=TODAY).birth_date is None
    )


@pytest.mark.parametrize("region", ["370699", "370634", "110105", "830000"])
def test_every_real_day_since_1900_is_accepted_and_no_other(region):
    day, accepted, slips = date(1900, 1, 1), set(), set()
    for year in range(1900, TODAY.year + 1):
        for month in range(1, 13):
            for day_of_month in range(1, 32):
                born = f"{year}{month:02}{day_of_month:02}"
                try:
                    accepted.add(check(RESIDENT, number(region=region, born=born), today=TODAY).birth_date)
                except DocumentRefused as refused:
                    slips.add(refused.code)
    assert slips == {DocumentSlip.DAY, DocumentSlip.LEAP_DAY, DocumentSlip.FUTURE}
    assert accepted == {day + timedelta(days=n) for n in range((TODAY - day).days + 1)}


sequences = st.builds("{:03}".format, st.integers(0, 999))
days = st.dates(date(1900, 1, 1), TODAY)
regions = st.builds("{:06}".format, st.integers(100000, 899999))


@given(regions, days, sequences)
def test_exactly_one_check_character_is_right(region, born, sequence):
    seventeen = f"{region}{born:%Y%m%d}{sequence}"
    right, slips = [], set()
    for last in "0123456789X":
        try:
            right.append(check(RESIDENT, seventeen + last, today=TODAY).number[-1])
        except DocumentRefused as refused:
            slips.add(refused.code)
    assert right == [check_character(seventeen)]
    assert slips <= {DocumentSlip.CHECK_CHARACTER, DocumentSlip.SPREADSHEET_ROUNDED}


@given(regions, days, sequences, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(region, born, sequence, place, shift):
    right = number(region=region, born=f"{born:%Y%m%d}", sequence=sequence)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    with pytest.raises(DocumentRefused):
        check(RESIDENT, wrong, today=TODAY)


@given(st.sampled_from(DocumentKind), st.text(max_size=30))
def test_whatever_is_typed_gets_an_answer_that_does_not_repeat_it(kind, raw):
    try:
        checked = check(kind, raw, today=TODAY)
        assert checked.number == normalise(kind, checked.number)
        told = repr(checked)
    except DocumentRefused as refused:
        told = refused.sentence
    assert len(raw) < 4 or raw not in told


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1990, 9, 14), date(2026, 9, 13), 35),
        (date(1990, 9, 14), date(2026, 9, 14), 36),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2000, 2, 29), date(2028, 2, 29), 28),
    ],
)
def test_age_counts_full_years(born, day, age):
    assert age_on(birth_date=born, day=day) == age


def test_every_slip_has_its_sentence():
    assert set(DocumentRefused.sentences) == set(DocumentSlip)
