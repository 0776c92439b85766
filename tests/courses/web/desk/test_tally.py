"""The yearly figures on the page, the lines behind each, and the chain from a line back to the scan."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import completion, ledger, tally
from courses.ledger import BatchRow
from courses.models import Completion, CountEntry, LedgerSeal, MonthClose, Post, Target, TrainingClass
from courses.tally import record_check
from courses.tally.snapshots import take
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue
from tests.factories.completion import revoked

pytestmark = pytest.mark.django_db
Submitted = Callable[..., TrainingClass]


def row(line: str, district: str, day: date) -> BatchRow:
    return BatchRow(
        counted_on=day, line=line, district=district, institution="J001", kind="skill", person=uuid4(),
        claim_key="module:x", posted_on=day,
    )  # fmt: skip


@pytest.fixture
def year(now: datetime) -> None:
    """2026: Zhifu 40 skills of 50 and 3 entrepreneurship of 10, Laishan 10 of 50; the city 50 of 100 and 3 of 20."""
    zhifu, laishan = catalogue.district(), catalogue.district("laishan", "莱山区", "370613")
    for district, skills, founders in ((None, 100, 20), (zhifu, 50, 10), (laishan, 50, 10)):
        for line, amount in (("skills", skills), ("entrepreneurship", founders)):
            Target.objects.create(
                year=2026, line=line, district=district, amount=amount, source="市里下达", at=now - timedelta(days=250)
            )
    rows = [row("skills", "zhifu", date(2026, 3, 2)) for _ in range(30)]
    rows += [row("skills", "zhifu", date(2026, 9, 2)) for _ in range(10)]
    rows += [row("skills", "laishan", date(2026, 5, 6)) for _ in range(10)]
    rows += [row("entrepreneurship", "zhifu", date(2026, 6, 3)) for _ in range(3)]
    ledger.load_opening_batch(rows=rows, source="往年数据", total=53, file_hash="a" * 64, by=None, now=now)
    catalogue.institution()


def number(text: str) -> int:
    return int(re.sub(r"[^\d-]", "", text))


def told(page: HttpResponse) -> list[int]:
    """The two big figures."""
    return [number(figure.get_text()) for figure in soup(page).select(".measure .counter-line b")]


@pytest.mark.usefixtures("year")
def test_the_page_tells_what_the_command_tells(cast: Cast, sign_in: Open) -> None:
    out = StringIO()
    call_command("tally", "2026", "--json", stdout=out)
    figures = json.loads(out.getvalue())
    page = sign_in(cast.city).get(reverse("desk_tally"), {"year": 2026})
    assert told(page) == [line["verified"] for line in figures["lines"]] == [50, 3]
    shown = [
        [number(cell.get_text()) for cell in line.select("td.n b")] for line in soup(page).select(".league tbody tr")
    ]
    assert shown == [[40, 3], [10, 0]]
    named = {(line["district"], line["line"]): line["verified"] for line in figures["districts"]}
    assert [named["zhifu", "skills"], named["zhifu", "entrepreneurship"]] == shown[0]
    people = [number(stage.b.get_text()) for stage in soup(page).select(".stages > div")[:2]]
    assert people == [line["people"] for line in figures["lines"]]


@pytest.mark.usefixtures("year")
def test_the_rows_behind_every_figure_add_up_to_it(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    page = soup(browser.get(reverse("desk_tally"), {"year": 2026}))
    links = [*page.select(".measure .counter-line a"), *page.select(".league td.n a[href*=entries]")]
    assert len(links) == 8
    for link in links:
        behind = soup(browser.get(link["href"])).select_one(".entries-sum b")
        assert behind is not None
        assert number(behind.get_text()) == number(link.get_text()), link["href"]


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("by", tally.By)
def test_every_breakdown_adds_up_to_the_dials_and_each_figure_opens_its_rows(
    by: tally.By, cast: Cast, sign_in: Open
) -> None:
    browser = sign_in(cast.city)
    page = soup(browser.get(reverse("tally_breakdown"), {"year": 2026, "by": by.value}))
    out = StringIO()
    call_command("tally", "2026", "--json", "--by", by.value, stdout=out)
    rows = [[number(cell.get_text()) for cell in row.select("td.n b")] for row in page.select("tbody tr")]
    assert rows == [[one["skills"], one["entrepreneurship"]] for one in json.loads(out.getvalue())]
    links = page.select("td.n a")
    assert [number(link.get_text()) for link in page.select("tfoot a")] == [50, 3]
    # The last one stands for many: by month there are twelve.
    for link in (links[0], links[-1]):
        behind = soup(browser.get(str(link["href"]))).select_one(".entries-sum b")
        assert behind is not None
        assert number(behind.get_text()) == number(link.get_text()), link["href"]


@pytest.mark.usefixtures("year")
def test_a_district_breaks_down_its_own_figures_and_no_other_s(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.district)
    page = soup(browser.get(reverse("tally_breakdown"), {"year": 2026, "by": "kind"}))
    assert [number(link.get_text()) for link in page.select("tfoot a")] == [40, 3]
    assert browser.get(reverse("tally_breakdown"), {"district": "laishan"}).status_code == 404


@pytest.mark.usefixtures("year")
def test_the_league_tells_what_waits_what_was_sent_back_and_what_rests_on_scans(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    submitted(people_in=4, category=None)
    rows = list(Completion.objects.order_by("pk"))
    completion.approve(by=cast.city, completion=rows[0], now=now)
    completion.send_back(by=cast.district, completion=rows[1], reason="名单有误", now=now)
    zhifu = soup(sign_in(cast.city).get(reverse("desk_tally"))).select(".league tbody tr")[0]
    told = [cell.get_text() for cell in zhifu.select("td.n")][-3:]
    # 1 of 44 person-times rests on scans, the others are an opening batch.
    assert told == ["2", "1", "2.2%"]


@pytest.mark.usefixtures("year")
def test_each_cell_of_the_soundings_opens_its_month(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    page = soup(browser.get(reverse("desk_tally"), {"year": 2026}))
    cells = page.select(".heat tbody tr")[0].select("td a")
    assert len(cells) == 9
    behind = soup(browser.get(str(cells[2]["href"]))).select_one(".entries-sum b")
    assert behind is not None
    assert number(behind.get_text()) == 30


@pytest.mark.usefixtures("year")
def test_this_year_stands_beside_the_same_day_of_last_year(now: datetime, cast: Cast, sign_in: Open) -> None:
    rows = [row("skills", "zhifu", date(2025, 9, 14)) for _ in range(20)]
    rows += [row("skills", "zhifu", date(2025, 9, 15)) for _ in range(90)]
    ledger.load_opening_batch(rows=rows, source="去年", total=110, file_hash="b" * 64, by=None, now=now)
    page = words(sign_in(cast.city).get(reverse("desk_tally"), {"year": 2026}))
    assert "去年同日已核 20，今年多 30 人次。" in page
    assert page.count("去年同日") == 1


@pytest.mark.usefixtures("year")
def test_a_past_day_shows_what_was_known_then_and_its_rows(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    page = browser.get(reverse("desk_tally"), {"year": 2026, "as_of": "2026-05-31"})
    assert told(page) == [40, 0]
    link = soup(page).select_one(".measure .counter-line a")
    assert link is not None
    behind = soup(browser.get(str(link["href"]))).select_one(".entries-sum b")
    assert behind is not None
    assert number(behind.get_text()) == 40
    assert "不能按过去的日期看" in words(page)


@pytest.mark.usefixtures("year")
def test_distance_to_the_pace_is_said_in_a_sentence(cast: Cast, sign_in: Open) -> None:
    """14 September is day 257 of 365: 70 of 100 and 14 of 20 are due."""
    said = [sentence.get_text(" ") for sentence in soup(sign_in(cast.city).get(reverse("desk_tally"))).select(".say")]
    said = ["".join(sentence.split()) for sentence in said]
    assert said[0].startswith("慢于进度，少20人次。按今年平均速度，年底缺口29；此后每周需比现在多")
    assert said[1].startswith("慢于进度，少11人次。")


@pytest.mark.usefixtures("year")
def test_a_district_sees_its_own_figures_alone(cast: Cast, sign_in: Open) -> None:
    page = sign_in(cast.district).get(reverse("desk_tally"), {"year": 2026})
    assert told(page) == [40, 3]
    assert [name.get_text() for name in soup(page).select(".league tbody th")] == ["芝罘区"]


@pytest.mark.usefixtures("year")
def test_an_institution_sees_what_its_own_classes_brought(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    other = catalogue.institution("J009", "别的学校")
    made = submitted(people_in=2, institution=other)
    completion.approve_all(by=cast.city, completions=list(Completion.objects.all()), now=now)
    assert CountEntry.objects.filter(institution="J009", class_number=made.number).count() == 2
    page = soup(sign_in(cast.institution).get(reverse("desk_tally")))
    figures = [[cell.get_text() for cell in line.select("td.n")] for line in page.select("tbody tr")]
    assert figures == [["50", "–", "–", "50"], ["3", "–", "–", "3"]]


def test_a_year_without_targets_says_so(cast: Cast, sign_in: Open) -> None:
    catalogue.policy()
    assert words(sign_in(cast.city).get(reverse("desk_tally"))).count("还没有设这一年的目标") == 2


def test_a_difference_raises_a_bar_and_agreement_is_said(now: datetime, cast: Cast, sign_in: Open) -> None:
    catalogue.policy()
    browser = sign_in(cast.auditor)
    assert "还没有校验。" in words(browser.get(reverse("desk_tally")))
    record_check(differences=0, now=now)
    assert "校验一致。" in words(browser.get(reverse("desk_tally")))
    record_check(differences=2, now=now)
    page = browser.get(reverse("desk_tally"))
    assert "校验发现 2 处不一致" in words(page)
    assert len(soup(page).select(".integrity-bar[role=alert]")) == 1


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("name", ["desk_tally", "tally_breakdown", "tally_entries", "desk_targets_held"])
def test_whoever_reads_figures_while_the_last_check_differs_reads_that(
    name: str, now: datetime, cast: Cast, sign_in: Open
) -> None:
    for who in (cast.city, cast.institution):
        browser = sign_in(who)
        assert not soup(browser.get(reverse(name), follow=True)).select(".integrity-bar")
    record_check(differences=2, now=now)
    for who in (cast.city, cast.institution):
        assert len(soup(sign_in(who).get(reverse(name), follow=True)).select(".integrity-bar")) == 1


@pytest.mark.usefixtures("year")
def test_who_holds_posts_for_two_districts_reads_both_and_no_third(now: datetime, cast: Cast, sign_in: Open) -> None:
    laishan = catalogue.district("laishan", "莱山区", "370613")
    catalogue.district("fushan", "福山区", "370611")
    span = {"since": now - timedelta(days=9), "until": now + timedelta(days=9)}
    Post.objects.create(user=cast.district, role=Post.Role.DISTRICT, district=laishan, **span)
    browser = sign_in(cast.district)
    assert told(browser.get(reverse("desk_tally"), {"year": 2026})) == [10, 0], "the first until one is chosen"
    for name in ("desk_tally", "tally_breakdown"):
        page = browser.get(reverse(name), {"year": 2026, "district": "zhifu"})
        assert [one["value"] for one in soup(page).select("select[name=district] option")] == ["laishan", "zhifu"]
        assert browser.get(reverse(name), {"district": "fushan"}).status_code == 404
    assert told(browser.get(reverse("desk_tally"), {"year": 2026, "district": "zhifu"})) == [40, 3]


@pytest.mark.usefixtures("year")
def test_the_closes_are_led_to_for_whoever_may_read_them(cast: Cast, sign_in: Open) -> None:
    linked = [
        bool(soup(sign_in(who).get(reverse("desk_tally"), follow=True)).select("main a[href*='/desk/closes/']"))
        for who in (cast.city, cast.auditor, cast.inspector, cast.district, cast.institution)
    ]
    assert linked == [True, True, True, True, False]


@pytest.mark.usefixtures("year")
def test_the_figures_of_now_stand_by_line_and_open_their_lists(submitted: Submitted, cast: Cast, sign_in: Open) -> None:
    submitted(people_in=2)
    page = soup(sign_in(cast.city).get(reverse("desk_tally")))
    [cell] = [one for one in page.select("td[data-label='待核，区市未批准'] a") if one.get_text() != "0"]
    assert (cell.get_text(), "line=skills" in str(cell["href"])) == ("2", True)
    listed = soup(sign_in(cast.city).get(str(cell["href"]))).select("tbody tr")
    assert len(listed) == 1
    assert not soup(sign_in(cast.city).get(str(cell["href"]).replace("skills", "own"))).select("tbody tr")
    footer = [str(one["href"]) for one in page.select(".league tfoot a") if "completions" in str(one["href"])]
    assert [word in link for word, link in zip(("pending", "undone"), footer, strict=True)] == [True, True]


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("districts", [1, 3])
def test_the_tally_takes_the_same_statements_for_two_districts_and_for_more(
    districts: int, cast: Cast, sign_in: Open
) -> None:
    for place in range(districts):
        catalogue.district(f"more{place}", f"区{place}", "")
    browser = sign_in(cast.city)
    browser.get(reverse("desk_tally"))
    with CaptureQueriesContext(connection) as spent:
        browser.get(reverse("desk_tally"))
    assert len(spent) == 10


@pytest.mark.parametrize("number_of", [1, 3])
def test_the_lines_take_the_same_statements_for_one_and_for_three(
    number_of: int, now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    submitted(people_in=number_of)
    completion.approve_all(by=cast.district, completions=list(Completion.objects.all()), now=now)
    browser = sign_in(cast.city)
    address = reverse("tally_entries") + "?year=2026&line=skills"
    browser.get(address)
    with CaptureQueriesContext(connection) as spent:
        page = browser.get(address)
    assert len(soup(page).select("tbody tr")) == number_of
    assert len(spent) == 12


@pytest.mark.parametrize(
    "query", ["year=x", "year=99999", "month=y&year=2026", "as_of=never&year=2026", "line=nothing&year=2026"]
)
@pytest.mark.usefixtures("year")
def test_a_filter_that_cannot_be_leaves_nothing(query: str, cast: Cast, sign_in: Open) -> None:
    page = sign_in(cast.city).get(f"{reverse('tally_entries')}?{query}")
    assert "这个数字后面没有计数" in words(page)


def test_the_chain_leads_from_the_line_back_to_each_scan(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    made = submitted(people_in=1)
    completion.approve_all(by=cast.district, completions=list(Completion.objects.all()), now=now)
    entry = CountEntry.objects.get()
    learner = made.enrolments.get().learner
    page = sign_in(cast.auditor).get(reverse("count_entry", args=[entry.code]))
    text = words(page)
    receipts = set(learner.evidence.values_list("receipt", flat=True))
    assert len(receipts) == 4
    assert {receipt for receipt in receipts if receipt in text} == receipts
    done = Completion.objects.get().number
    for link in (entry.code, done, made.number, made.enrolments.get().number, "政策版本 unexamined"):
        assert link in text
    assert [
        word for word in ("老师提出", "机构提交", "区市批准", "三次核对结果一致", "还没有封存") if word not in text
    ] == []
    assert "王小强" not in page.content.decode()
    assert learner.documents.get().number not in page.content.decode()
    assert soup(page).select("main form") == []


def test_the_chain_shows_the_seal_of_the_day_and_a_reversal_on_both_lines(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    submitted(people_in=1)
    row_ = Completion.objects.get()
    completion.approve(by=cast.district, completion=row_, now=now - timedelta(days=1))
    ledger.seal(book=LedgerSeal.Book.LEDGER, day=date(2026, 9, 13), now=now)
    row_.refresh_from_db()
    revoked(row_, now=now, reason="重复发证")
    plus, minus = CountEntry.objects.order_by("pk")
    browser = sign_in(cast.inspector)
    first = words(browser.get(reverse("count_entry", args=[plus.code])))
    assert "已封存" in first
    assert minus.code in first
    second = words(browser.get(reverse("count_entry", args=[minus.code])))
    assert "冲减 1 人次" in second
    assert plus.code in second
    assert "重复发证" in second


@pytest.mark.usefixtures("year")
def test_a_line_of_an_opening_batch_shows_its_batch_and_no_evidence(cast: Cast, sign_in: Open) -> None:
    entry = CountEntry.objects.order_by("pk")[0]
    text = words(sign_in(cast.auditor).get(reverse("count_entry", args=[entry.code])))
    assert "没有到课凭据" in text
    assert "往年数据" in text
    assert "aaaa aaaa" in text


@pytest.mark.parametrize("lessons", [1, 3])
def test_the_chain_takes_the_same_statements_for_a_short_class_and_a_long_one(
    lessons: int, now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    submitted(people_in=1, lessons=lessons)
    completion.approve_all(by=cast.district, completions=list(Completion.objects.all()), now=now)
    browser = sign_in(cast.auditor)
    address = reverse("count_entry", args=[CountEntry.objects.get().code])
    browser.get(address)
    with CaptureQueriesContext(connection) as spent:
        browser.get(address)
    assert len(spent) == 18


@pytest.mark.usefixtures("year")
def test_the_monthly_report_says_whether_it_is_closed_and_tells_the_same_figures(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    browser = sign_in(cast.city)
    quick = words(browser.get(reverse("desk_reports"), {"year": 2026, "month": 8}))
    assert "快报：本月尚未月结，截至 2026 年 9 月 14 日，数字可能调整" in quick
    assert "截至 8 月 31 日，全市 职业技能培训已核 40 人次，完成年度目标 100 人次的 40.0%" in quick.replace(
        "全市职业", "全市 职业"
    )
    MonthClose.objects.create(
        year=2026, month=8, cut_off=date(2026, 9, 13), root="b" * 64,
        snapshot=take(year=2026, month=8, cut_off=date(2026, 9, 14)),
        proposed_by=cast.city, proposed_at=now, closed_by=cast.auditor,
        closed_at=now,
    )  # fmt: skip
    closed = words(browser.get(reverse("desk_reports"), {"year": 2026, "month": 8}))
    assert "快报" not in closed
    assert "月结 YJ-2026-08" in closed


@pytest.mark.usefixtures("year")
def test_while_the_last_check_differs_the_monthly_report_shows_no_figure(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    record_check(differences=2, now=now, named=["daily total 7: 41 where the entries give 40"])
    text = words(sign_in(cast.city).get(reverse("desk_reports"), {"year": 2026, "month": 8}))
    assert "校验发现 2 处不一致" in text
    assert "月报不显示数字，也不能导出" in text
    assert "已核 40 人次" not in text


def test_a_file_of_a_close_is_refused_in_words_while_the_last_check_differs(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    MonthClose.objects.create(
        year=2026, month=8, cut_off=date(2026, 9, 13), root="b" * 64,
        snapshot=take(year=2026, month=8, cut_off=date(2026, 9, 13)),
        proposed_by=cast.city, proposed_at=now, closed_by=cast.auditor, closed_at=now,
    )  # fmt: skip
    record_check(differences=1, now=now)
    answer = sign_in(cast.city).post(reverse("desk_close_file", args=[2026, 8, "csv"]), follow=True)
    assert "报表已锁定，本次未导出" in words(answer)
