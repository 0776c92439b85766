"""Months in sentences, in both languages."""

from django.utils import translation

from courses import dates


def test_a_month_is_a_number_in_chinese_and_a_name_in_english() -> None:
    with translation.override("zh-hans"):
        assert [dates.month(9), dates.month(9, short=True), dates.year_month(2026, 9)] == [
            "9 月",
            "9 月",
            "2026 年 9 月",
        ]
    with translation.override("en"):
        assert [dates.month(9), dates.month(9, short=True)] == ["September", "Sep"]
        assert dates.year_month(2026, 9) == "September 2026"
