"""Targets as sheets: checked whole, kept in versions, each whole beside the sum of its parts."""

from datetime import date

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.models import Target, User
from courses.tally import Cell, set_targets
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
YEAR = "?year=2026"


@pytest.fixture(autouse=True)
def _places() -> None:
    catalogue.policy()
    catalogue.district()
    catalogue.district("laishan", "莱山区", "370613")


def put(browser: Client, query: str = YEAR, **told: object) -> HttpResponse:
    """Press 保存改动: what is not told stays as the page showed it."""
    page = soup(browser.get(reverse("desk_targets") + query))
    shown = {str(one["name"]): str(one.get("value", "")) for one in page.select("form[action*=set] input[name]")}
    fields = {**shown, "source": "烟人社〔2026〕1 号", **told}
    return browser.post(reverse("desk_target_set") + query, fields, follow=True)  # type: ignore[return-value]


def paste(browser: Client, sheet: str) -> HttpResponse:
    fields = {"sheet": sheet, "source": "烟人社〔2026〕1 号"}
    return browser.post(reverse("desk_target_paste") + YEAR, fields, follow=True)  # type: ignore[return-value]


def test_what_is_changed_becomes_a_new_version_and_the_rest_stays(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    put(browser, **{"skills-": 30_000, "skills-zhifu": 3600, "skills-laishan": 0})
    answer = put(browser, **{"skills-zhifu": 3700})
    assert "已另存 1 项新版，此前各版保留。" in words(answer)
    rows = Target.objects.order_by("district__key", "version").values_list("district__key", "version", "amount")
    assert set(rows) == {(None, 1, 30_000), ("zhifu", 1, 3600), ("zhifu", 2, 3700), ("laishan", 1, 0)}
    assert set(Target.objects.values_list("by__username", flat=True)) == {"cast-c"}
    shown = soup(answer).select_one("#id_skills-zhifu")
    assert shown is not None
    assert shown["value"] == "3700"


def test_parts_that_do_not_add_up_to_their_whole_are_named_with_the_difference(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    put(browser, **{"skills-": 100, "skills-zhifu": 60, "skills-laishan": 30})
    put(browser, YEAR + "&by=institution&district=zhifu", **{"skills-J001": 60})
    page = words(browser.get(reverse("desk_targets") + YEAR))
    assert "全市 职业技能培训 100 各区市 90 10 合计不一致" in page
    assert "芝罘区 职业技能培训 60 各机构 60 0 合计一致" in page
    put(browser, **{"skills-laishan": 40})
    assert "全市 职业技能培训 100 各区市 100 0 合计一致" in words(browser.get(reverse("desk_targets") + YEAR))


def test_brands_and_projects_are_part_of_a_whole_and_may_leave_some_of_it_free(cast: Cast, sign_in: Open) -> None:
    catalogue.brand()
    browser = sign_in(cast.city)
    put(browser, **{"skills-": 100})
    put(browser, YEAR + "&by=brand", **{"skills-lucai": 30})
    assert "全市 职业技能培训 100 各品牌 30 70 未超出" in words(browser.get(reverse("desk_targets") + YEAR))
    put(browser, YEAR + "&by=brand", **{"skills-lucai": 130})
    assert "全市 职业技能培训 100 各品牌 130 -30 合计不一致" in words(browser.get(reverse("desk_targets") + YEAR))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"source": ""}, "依据"),
        ({"skills-laishan": "许多"}, "莱山区，职业技能培训"),
        ({"skills-laishan": "-1"}, "莱山区，职业技能培训"),
        ({"skills-zhifu": ""}, "已有的目标不能留空"),
        ({}, "没有改动，未另存新版。请改了数字再保存。"),
        ({"seen": "0", "skills-zhifu": 9}, "刚刚有人改过这个目标"),
    ],
)
def test_a_sheet_with_one_fault_is_not_kept_at_all(
    told: dict[str, object], sentence: str, cast: Cast, sign_in: Open
) -> None:
    browser = sign_in(cast.city)
    put(browser, **{"skills-zhifu": 50})
    answer = put(browser, **({"entrepreneurship-zhifu": 5} if told and "seen" not in told else {}), **told)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert list(Target.objects.values_list("amount", flat=True)) == [50]


def test_a_pasted_sheet_sets_every_line_of_it(cast: Cast, sign_in: Open) -> None:
    brand = catalogue.brand()
    sheet = (
        "区市\t机构编号\t品牌\t目标线\t人次\n全市\t\t\t技能\t30,000\n芝罘区\t\t\t技能\t3600\n"
        "芝罘区\tJ001\t\t技能\t3600\n\t\t鲁菜师傅\t创业\t12\n"
    )
    answer = paste(sign_in(cast.city), sheet)
    assert "已另存 4 项新版" in words(answer)
    fields = ("line", "district__key", "institution__number", "brand__key", "amount")
    assert set(Target.objects.values_list(*fields)) == {
        ("skills", None, None, None, 30_000),
        ("skills", "zhifu", None, None, 3600),
        ("skills", "zhifu", "J001", None, 3600),
        ("entrepreneurship", None, None, brand.key, 12),
    }


def test_a_pasted_sheet_with_faults_names_each_line_and_writes_none(cast: Cast, sign_in: Open) -> None:
    lines = [
        "区市\t机构编号\t目标线\t人次", "芝罘区\t\t技能\t1", "芝罘\t\t技能\t1", "芝罘区\t\t体育\t1", "莱山区\t\t技能\t一百",
        "芝罘区\t\t技能\t2", "莱山区\tJ001\t技能\t1", "\tJ001\t技能\t1", "芝罘区\tJ999\t技能\t1",
    ]  # fmt: skip
    answer = paste(sign_in(cast.city), "\n".join(lines))
    assert answer.status_code == 422
    told = [line.get_text() for line in soup(answer).select(".error-summary li")]
    assert told == [
        "第 3 行：没有「芝罘」，请核对名称。",
        "第 4 行：目标线只能是「技能」或「创业」。",
        "第 5 行：人次不是 0 到 1,000,000 的整数。",
        "第 6 行：与第 2 行重复，请留一行。",
        "第 7 行：机构 J001 不在这个区市，未保存。请核对。",
        "第 8 行：机构的目标要写明区市，未保存。请补上区市。",
        "第 9 行：没有「J999」，未保存。请核对区市、机构编号、品牌或项目编号。",
    ]
    assert not Target.objects.exists()


@pytest.mark.parametrize(("sheet", "sentence"), [("芝罘区\t技能\t1", "第一行没有"), ("目标线\t人次", "列名下面没有")])
def test_a_paste_without_columns_or_lines_says_what_is_missing(
    sheet: str, sentence: str, cast: Cast, sign_in: Open
) -> None:
    answer = paste(sign_in(cast.city), sheet)
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_nobody_but_the_city_sets_a_target(cast: Cast, sign_in: Open) -> None:
    for name in ("desk_target_set", "desk_target_paste"):
        answers = {
            role: sign_in(user)
            .post(reverse(name) + YEAR, {"sheet": "目标线\t人次\n技能\t1", "source": "x"})
            .status_code
            for role, user in cast.everybody().items()
            if role != "city"
        }
        assert set(answers.values()) == {403}
    assert not Target.objects.exists()


@pytest.mark.parametrize("more", [0, 5])
def test_the_sheet_takes_the_same_statements_for_two_districts_and_for_more(
    more: int, cast: Cast, sign_in: Open
) -> None:
    for place in range(more):
        catalogue.district(f"more{place}", f"区{place}", "")
    browser = sign_in(cast.city)
    browser.get(reverse("desk_targets"))
    with CaptureQueriesContext(connection) as spent:
        browser.get(reverse("desk_targets"))
    assert len(spent) == 11


def test_each_post_reads_the_targets_that_it_reaches_with_what_is_verified(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    put(browser, **{"skills-": 100, "skills-zhifu": 60, "skills-laishan": 40})
    put(browser, YEAR + "&by=institution&district=zhifu", **{"skills-J001": 20})
    batch(rows=[row(counted_on=date(2026, 3, 1), institution="J001") for _ in range(5)], now=timezone.now())

    def read(who: User) -> list[list[str]]:
        page = soup(sign_in(who).get(reverse("desk_targets_held") + YEAR))
        rows = page.select("tbody tr")
        return [[cell.get_text(" ", strip=True) for cell in row.select("th, td")[:5]] for row in rows]

    own = ["芝罘区 市技师学院", "职业技能培训", "20", "5", "25.0%"]
    zhifu = ["芝罘区", "职业技能培训", "60", "5", "8.3%"]
    assert read(cast.institution) == [own]
    assert read(cast.district) == [zhifu, own]
    assert read(cast.auditor) == read(cast.city)
    assert [one[0] for one in read(cast.auditor)] == ["全市", "莱山区", "芝罘区", "芝罘区 市技师学院"]
    told = words(sign_in(cast.institution).get(reverse("desk_tally")))
    assert "2026 职业技能培训 5 20 25.0%" in told


def test_a_brand_under_an_institution_is_named_with_the_institution(cast: Cast, sign_in: Open) -> None:
    brand, school = catalogue.brand(), catalogue.institution()
    cells = {
        Cell("skills", "zhifu"): 60,
        Cell("skills", "zhifu", school.number): 30,
        Cell("skills", "zhifu", school.number, brand.key): 10,
    }
    set_targets(by=cast.city, year=2026, amounts=cells, source="文", now=timezone.now())
    page = words(sign_in(cast.city).get(reverse("desk_targets") + YEAR))
    assert "芝罘区 市技师学院 职业技能培训 30 各品牌 10 20 未超出" in page
