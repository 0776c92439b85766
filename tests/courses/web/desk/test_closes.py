"""The pages on which a count is taken back, looked at again, closed and asked why it changed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses import attendance, completion, ledger, tally
from courses.attendance import Mark
from courses.completion import batches
from courses.models import (
    ApprovalBatch,
    Completion,
    CountEntry,
    District,
    Export,
    Institution,
    MergeProposal,
    MonthClose,
    Post,
    Revocation,
    Sample,
    TrainingClass,
    User,
)
from courses.tally import record_check
from tests.courses.web.desk.conftest import Cast, soup, words
from tests.factories import cards, catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
Submitted = Callable[..., TrainingClass]
LONG_AGO = datetime(2026, 1, 5, 1, tzinfo=UTC)


@pytest.fixture
def second(now: datetime):
    """Another officer of the city."""
    return people.staff(role=Post.Role.CITY, now=now - timedelta(days=300), username="cast-c2", name="姜楠")


@pytest.fixture
def august(now: datetime) -> None:
    batch(rows=[row(counted_on=date(2026, 8, 3), posted_on=date(2026, 8, 20)) for _ in range(3)], now=now)


def counted(submitted: Submitted, cast: Cast, now: datetime, people_in: int = 1) -> list[CountEntry]:
    submitted(people_in=people_in)
    rows = list(Completion.objects.order_by("number"))
    completion.approve_all(by=cast.district, completions=rows, now=now - timedelta(days=1))
    return list(CountEntry.objects.order_by("pk"))


def test_several_approvals_wait_in_a_batch_that_its_officer_takes_back(cast, sign_in, submitted, now) -> None:
    submitted(people_in=2)
    browser = sign_in(cast.district)
    numbers = list(Completion.objects.values_list("number", flat=True))
    answer = browser.post(reverse("desk_approve_done"), {"completion": numbers}, follow=True)
    assert "已批准，还可撤回" in words(answer)
    assert not CountEntry.objects.exists()
    assert "没有待处理的事" in words(browser.get(reverse("desk")))
    number = ApprovalBatch.objects.get().number
    undone = browser.post(reverse("desk_batch_take_back", args=[number]), follow=True)
    assert "批准已撤回" in words(undone)
    assert set(Completion.objects.values_list("status", flat=True)) == {"submitted"}


def test_a_batch_counts_when_its_officer_does_not_wait(cast, sign_in, submitted, now) -> None:
    submitted(people_in=2)
    rows = list(Completion.objects.select_related(*completion.NEEDED))
    made = batches.approve_later(by=cast.district, completions=rows, now=now)
    page = sign_in(cast.district).post(reverse("desk_batch_settle", args=[made.number]), follow=True)
    assert words(page).count("计入 1 人次") == 2
    assert CountEntry.objects.count() == 2


def test_a_batch_that_reaches_beyond_a_district_shows_its_officer_their_own_part(cast, sign_in, submitted, now) -> None:
    here = submitted(people_in=1)
    there = submitted(people_in=1, district=catalogue.district(key="laizhou", name="莱州市", code="370683"))
    rows = list(Completion.objects.select_related(*completion.NEEDED))
    made = batches.approve_later(by=cast.city, completions=rows, now=now)
    for user, seen in ((cast.city, {here.number, there.number}), (cast.district, {here.number})):
        told = words(sign_in(user).get(reverse("desk_batch", args=[made.number])))
        assert {each.number for each in (here, there) if each.number in told} == seen


def test_a_revocation_is_proposed_on_the_chain_and_confirmed_by_another(cast, second, sign_in, submitted, now) -> None:
    (entry,) = counted(submitted, cast, now)
    browser = sign_in(cast.city)
    assert "提出撤销" in words(browser.get(reverse("count_entry", args=[entry.code])))
    browser.post(reverse("desk_revocation_propose", args=[entry.completion.number]), {"reason": "冒名参训"})
    made = Revocation.objects.get()
    assert "须他人确认" in words(browser.get(reverse("desk_revocation", args=[made.number])))
    assert made.number in words(browser.get(reverse("desk_revocations")))
    sign_in(second).post(reverse("desk_revocation_confirm", args=[made.number]))
    assert [one.amount for one in CountEntry.objects.order_by("pk")] == [1, -1]
    assert "已撤销" in words(browser.get(reverse("desk_revocation", args=[made.number])))


def test_another_districts_officer_finds_neither_batch_nor_revocation(cast, sign_in, submitted, now) -> None:
    from tests.factories import catalogue

    (entry,) = counted(submitted, cast, now)
    made = completion.revoking.propose_revocation(by=cast.city, completion=entry.completion, reason="疑", now=now)
    laishan = catalogue.district("laishan", "莱山区", "370613")
    stranger = people.staff(role=Post.Role.DISTRICT, now=now - timedelta(days=9), district=laishan, username="cast-l")
    browser = sign_in(stranger)
    assert browser.get(reverse("desk_revocation", args=[made.number])).status_code == 404
    assert browser.post(reverse("desk_revocation_confirm", args=[made.number])).status_code == 404
    assert browser.post(reverse("desk_revocation_propose", args=[entry.completion.number])).status_code == 404


def test_a_sample_is_drawn_and_a_doubt_becomes_a_proposal(cast, sign_in, submitted, now) -> None:
    (entry,) = counted(submitted, cast, now)
    browser = sign_in(cast.city)
    answer = browser.post(reverse("desk_samples"), {"year": 2026, "month": 9, "district": ""}, follow=True)
    assert "与留存的名单一致" in words(answer)
    sample = Sample.objects.get()
    address = reverse("desk_sample_note", args=[sample.number, entry.completion.number])
    assert "请写明哪里存疑" in words(browser.post(address, {"result": "doubtful"}, follow=True))
    page = browser.post(address, {"result": "doubtful", "note": "电话回访称未参训"}, follow=True)
    assert Revocation.objects.get().number in words(page)
    assert "1 / 1" in words(browser.get(reverse("desk_samples")))


def test_a_month_is_proposed_confirmed_and_gives_the_same_files(august, cast, second, sign_in, now) -> None:
    browser, other = sign_in(cast.city), sign_in(second)
    record_check(differences=0, now=now)
    before = words(browser.get(reverse("desk_close", args=[2026, 8])))
    assert "月结前核对" in before
    proposed = browser.post(reverse("desk_close_propose", args=[2026, 8]), follow=True)
    assert "须他人确认" in words(proposed)
    closed = confirmed(other)
    text = words(closed)
    assert "YJ-2026-08" in text
    assert "没有变" in text
    for kind in ("json", "csv", "xlsx"):
        address = reverse("desk_close_file", args=[2026, 8, kind])
        answers = (browser.post(address), other.post(address, headers={"accept-language": "en"}))
        assert len({b"".join(one.streaming_content) for one in answers}) == 1
        assert f'filename="YJ-2026-08.{kind}"' in answers[0].headers["Content-Disposition"]
    assert {row.form for row in Export.objects.all()} == {"close"}
    assert "已月结" in words(browser.get(reverse("desk_closes"), {"year": 2026}))


def confirmed(browser: Client, page: str = "desk_close", period: tuple[int, ...] = (2026, 8)):
    """As a person does it: the page is read, and its form is sent."""
    form = soup(browser.get(reverse(page, args=period))).select_one('form[action$="/confirm/"]')
    assert form is not None
    said = {field["name"]: field["value"] for field in form.select("input[name]")}
    return browser.post(form["action"], said, follow=True)


def test_the_second_person_reads_the_records_of_the_month_before_they_confirm_them(
    august, cast, second, sign_in, submitted, now
) -> None:
    for month, attended in ((7, 2), (8, 1)):
        _taught(month, attended, by=cast.trainer)
    cards.shown(institution=catalogue.institution(), on=date(2026, 8, 24), now=now)
    proposer, browser = sign_in(cast.city), sign_in(second)
    told = {}
    for month in (7, 8):
        proposer.post(reverse("desk_close_propose", args=[2026, month]))
        page = soup(browser.get(reverse("desk_close", args=[2026, month])))
        assert page.select_one('form[action$="/confirm/"]') is not None
        table, districts = page.select("#quality table")
        told[month] = [
            [cell.get_text(" ", strip=True) for cell in row.select("td")] for row in table.select("tbody tr")
        ]
    assert [row[1] for row in told[7]] == ["没有记下"] * 9
    assert told[8] == [
        ["360", "360"], ["180 50.0%", "360 100.0%"], ["3", "3"], ["0 0.0%", "0 0.0%"], ["0", "0"], ["0", "0"],
        ["0", "0"], ["0", "0"], ["1", "0"],
    ]  # fmt: skip
    assert all("看" + words in page.get_text() for words in ("各区市", "各机构", "各类培训", "各品牌"))
    (zhifu,) = districts.select("tbody tr")
    assert [cell.get_text() for cell in zhifu.select("td")] == ["360", "180", "3", "0", "0", "0", "0", "0", "1"]


def _taught(month: int, attended: int, *, by: User) -> None:
    """A class of that month with one learner, who came to so many of its two lessons."""
    begun, first = datetime(2026, 6, 1, 1, 0, tzinfo=UTC), datetime(2026, month, 20, 1, 0, tzinfo=UTC)
    made = training_class(now=begun, first=first, lessons=2, trainers=[by])
    own = enrolled(training_class=made, now=begun)
    for lesson in made.lessons.order_by("number")[:attended]:
        for word, moment in ((Mark.PRESENT, lesson.starts_at), (Mark.OUT, lesson.ends_at)):
            attendance.mark(by=by, lesson=lesson, learner=own.learner, as_=word, reason="no_phone", now=moment)


def test_a_page_that_shows_a_proposal_of_before_confirms_nothing(august, cast, second, sign_in, now) -> None:
    browser, other = sign_in(cast.city), sign_in(second)
    browser.post(reverse("desk_close_propose", args=[2026, 8]))
    answer = other.post(reverse("desk_close_confirm", args=[2026, 8]), {"root": "0" * 64}, follow=True)
    assert "您看到的数字不是这次提出的，未确认" in words(answer)
    assert MonthClose.objects.get().closed_at is None


def test_a_year_is_closed_by_two_gives_the_same_files_and_says_why_it_changed(cast, second, sign_in, now) -> None:
    batch(rows=[row(counted_on=date(2025, 6, 3), posted_on=date(2025, 6, 20)) for _ in range(2)], now=now)
    for month in range(1, 13):
        close = tally.propose_close(by=people.user(), year=2025, month=month, now=now)
        tally.confirm_close(by=people.user(), close=close, seen=close.root, now=now)
    browser, other = sign_in(cast.city), sign_in(second)
    browser.post(reverse("desk_year_close_propose", args=[2025]))
    page = browser.get(reverse("desk_year_close", args=[2025]))
    assert "须他人确认" in words(page)
    assert soup(page).select_one("#quality") is None
    assert "YJ-2025" in words(confirmed(other, "desk_year_close", (2025,)))
    addresses = [reverse("desk_year_close_file", args=[2025, kind]) for kind in ("json", "csv", "xlsx")]
    first = [b"".join(browser.post(address).streaming_content) for address in addresses]
    batch(rows=[row(counted_on=date(2025, 6, 9))], now=now)
    why = soup(browser.get(reverse("desk_year_close", args=[2025]))).select_one("#why-changed")
    assert [cell.get_text() for cell in why.select("table")[0].select("td")] == ["2", "+1", "3"]
    Institution.objects.update(name="新学院")
    with time_machine.travel(now + timedelta(hours=30), tick=False):
        later, english = sign_in(second), {"accept-language": "en"}
        again = [b"".join(later.post(address, headers=english).streaming_content) for address in addresses]
    assert again == first


def test_a_page_answers_why_august_changed(august, cast, second, sign_in, now) -> None:
    sign_in(cast.city).post(reverse("desk_close_propose", args=[2026, 8]))
    confirmed(sign_in(second))
    batch(rows=[row(counted_on=date(2026, 8, 30))], now=now)
    late = CountEntry.objects.get(is_adjustment=True)
    page = sign_in(cast.auditor).get(reverse("desk_close", args=[2026, 8]))
    why = soup(page).select_one("#why-changed").get_text(" ")
    assert late.code in why
    assert "往年台账" in why
    assert [cell.get_text() for cell in soup(page).select("#why-changed table")[0].select("td")] == ["3", "+1", "4"]


def test_a_drift_stands_in_the_way_of_a_close_and_says_what_it_is(august, cast, sign_in, now) -> None:
    record_check(differences=1, now=now, named=["dailytotal 2026: stored 4, entries say 3"])
    browser = sign_in(cast.city)
    page = browser.get(reverse("desk_close", args=[2026, 8]))
    assert len(soup(page).select(".integrity-bar[role=alert]")) == 1
    assert "entries say 3" in words(page)
    refused = browser.post(reverse("desk_close_propose", args=[2026, 8]), follow=True)
    assert "最近一次校验发现的不一致" in words(refused)
    assert not MonthClose.objects.exists()


def test_the_closes_show_the_root_of_each_sealed_book(august, cast, sign_in, now) -> None:
    ledger.seal_through(day=date(2026, 9, 13), now=now)
    shown = words(sign_in(cast.auditor).get(reverse("desk_closes")))
    assert all(line in shown for line in ledger.root_lines())


def test_each_figure_of_a_close_opens_the_rows_that_it_was_counted_from(august, cast, sign_in, now) -> None:
    ledger.seal_through(day=date(2026, 9, 13), now=now)
    record_check(differences=0, now=now)
    close = tally.propose_close(by=cast.city, year=2026, month=8, now=now)
    browser = sign_in(cast.auditor)
    links = soup(browser.get(reverse("desk_close", args=[2026, 8]))).select("main td a[href*='tally/entries']")
    assert len(links) == 2 + 2 * 4, "人次 and 人, and two lines of each cut"
    for one in links:
        assert "month=8&" in str(one["href"])
        assert f"as_of={close.cut_off.isoformat()}" in str(one["href"])
        sums = soup(browser.get(str(one["href"]))).select_one(".entries-sum b")
        assert sums is not None
        assert sums.get_text() == one.get_text()


def test_an_institution_is_led_from_the_closes_to_its_tally(cast, sign_in) -> None:
    for name, given in (("desk_closes", []), ("desk_close", [2026, 8]), ("desk_year_close", [2025])):
        assert sign_in(cast.institution).get(reverse(name, args=given))["Location"] == reverse("desk_tally")


@pytest.fixture
def two_districts(cast: Cast, now: datetime) -> MonthClose:
    """August with three of 芝罘区 and one of 莱山区, proposed and not yet confirmed."""
    catalogue.district("laishan", "莱山区", "370613")
    august = {"counted_on": date(2026, 8, 3), "posted_on": date(2026, 8, 20)}
    batch(rows=[*(row(**august) for _ in range(3)), row(**august, district="laishan")], now=now)
    ledger.seal_through(day=date(2026, 9, 13), now=now)
    record_check(differences=0, now=now)
    for line, amount in ((None, 90), ("zhifu", 60), ("laishan", 30)):
        district = District.objects.get(key=line) if line else None
        tally.set_target(
            by=cast.city, year=2026, line="skills", district=district, amount=amount, source="计划", now=LONG_AGO
        )
    return tally.propose_close(by=people.user(), year=2026, month=8, now=now)


def seal(close: MonthClose, now: datetime) -> None:
    tally.confirm_close(by=people.user(), close=close, seen=close.root, now=now)


def figures(page: object) -> list[str]:
    table = soup(page).select("main table")[0]
    return [cell.get_text(" ", strip=True) for cell in table.select("tbody td")]


def test_a_district_reads_of_a_close_its_own_figures_once_they_are_confirmed_and_nothing_of_another(
    two_districts, cast, sign_in, now
) -> None:
    browser, address = sign_in(cast.district), reverse("desk_close", args=[2026, 8])
    early = browser.get(address)
    assert ("这个月还没有月结" in words(early), soup(early).select("main table")) == (True, [])
    assert "待他人确认" in words(browser.get(reverse("desk_closes"), {"year": 2026}))
    seal(two_districts, now)
    batch(rows=[row(counted_on=date(2026, 8, 30), district=key) for key in ("zhifu", "laishan", "laishan")], now=now)
    page = browser.get(address)
    assert figures(page) == ["3", "上月未月结", "3", "3", "60"]
    own, other = (CountEntry.objects.filter(is_adjustment=True, district=key) for key in ("zhifu", "laishan"))
    why = soup(page).select_one("#why-changed")
    assert [cell.get_text() for cell in why.select("table")[0].select("td")] == ["3", "+1", "4"]
    assert [link.get_text() for link in why.select("tbody th a")] == [one.code for one in own]
    said = page.content.decode()
    assert [word for word in ("莱山区", "laishan", *(one.code for one in other)) if word in said] == []
    assert figures(sign_in(cast.city).get(address)) == ["4", "上月未月结", "4", "4", "90"]


def test_a_district_has_no_deed_and_no_file_of_a_close_and_no_close_of_another_district(
    two_districts, cast, sign_in, now
) -> None:
    seal(two_districts, now)
    browser, address = sign_in(cast.district), reverse("desk_close", args=[2026, 8])
    pages = [
        browser.get(address),
        browser.get(reverse("desk_closes")),
        browser.get(reverse("desk_close", args=[2026, 7])),
    ]
    assert [form["action"] for page in pages for form in soup(page).select("main form[method=post]")] == []
    assert all(line not in words(page) for page in pages for line in ledger.root_lines())
    assert all("可以月结" not in words(page) for page in pages)
    assert browser.get(address, {"district": "laishan"}).status_code == 404
    assert browser.get(reverse("desk_closes"), {"district": "laishan"}).status_code == 404
    taken = browser.post(reverse("desk_close_file", args=[2026, 8, "xlsx"]))
    assert taken["Location"] == reverse("desk_tally")
    for name in ("desk_close_propose", "desk_close_confirm", "desk_close_take_back"):
        assert browser.post(reverse(name, args=[2026, 8])).status_code == 403


def test_who_holds_posts_for_two_districts_chooses_whose_closes_to_read(two_districts, cast, sign_in, now) -> None:
    seal(two_districts, now)
    laishan = District.objects.get(key="laishan")
    Post.objects.filter(user=cast.district).update(until=now + timedelta(days=1))
    Post.objects.create(user=cast.district, role=Post.Role.DISTRICT, district=laishan, since=now - timedelta(days=1))
    browser = sign_in(cast.district)
    page = soup(browser.get(reverse("desk_closes"), {"year": 2026, "district": "zhifu"}))
    assert {one["value"] for one in page.select("#district option")} == {"zhifu", "laishan"}
    (link,) = [one["href"] for one in page.select("main tbody a") if "/8/" in one["href"]]
    assert figures(browser.get(link))[0] == "3"
    assert figures(browser.get(reverse("desk_close", args=[2026, 8]), {"district": "laishan"}))[0] == "1"


def test_the_tally_of_a_district_leads_to_its_closes_and_an_adjustment_to_its_month(
    two_districts, cast, sign_in, now
) -> None:
    seal(two_districts, now)
    batch(rows=[row(counted_on=date(2026, 8, 30))], now=now)
    browser = sign_in(cast.district)
    closes = f"{reverse('desk_closes')}?year=2026&district=zhifu"
    assert closes in {one["href"] for one in soup(browser.get(reverse("desk_tally"))).select("#definitions a")}
    entry = CountEntry.objects.get(is_adjustment=True)
    page = soup(browser.get(reverse("count_entry", args=[entry.code])))
    (link,) = [one["href"] for one in page.select("main a") if "/closes/" in one["href"]]
    assert browser.get(link).status_code == 200


def test_another_setting_is_tried_and_nothing_is_written(cast, sign_in, submitted, now) -> None:
    counted(submitted, cast, now)
    browser = sign_in(cast.city)
    address = reverse("desk_count_settings")
    assert browser.get(address).status_code == 200
    asked = {
        "year": 2026,
        "inside": "1",
        "count_date": "approval",
        "kind_tot": "own",
        "kind_mgr": "own",
        "kind_guide": "own",
    }
    page = browser.get(address, asked)
    assert soup(page).select_one("tfoot tr").get_text(" ").split() == ["合计", "1", "1", "0"]
    assert browser.get(address, {"count_date": "yesterday"}).status_code == 422


def test_two_records_are_merged_by_two_people(cast, second, sign_in, submitted, now) -> None:
    (entry,) = counted(submitted, cast, now)
    merged = entry.completion.enrolment.learner
    kept = people.learner(now=now)
    from courses.models import Enrolment

    made_class = entry.completion.enrolment.training_class
    assert Enrolment.objects.filter(training_class=made_class).exists()
    browser = sign_in(cast.city)
    form = {"kept": kept.number, "merged": merged.number, "reason": "本人持证到窗口核对"}
    page = browser.post(reverse("desk_merges"), form, follow=True)
    assert "1 人次转到保留的记录" in words(page)
    assert merged.name not in page.content.decode()
    number = MergeProposal.objects.get().number
    assert "须他人确认" in words(page)
    done = sign_in(second).post(reverse("desk_merge_confirm", args=[number]), follow=True)
    assert "已合并" in words(done)
    assert [one.amount for one in CountEntry.objects.filter(person=kept.person)] == [1]
    unknown = browser.post(reverse("desk_merges"), {**form, "merged": "X0000000000"})
    assert unknown.status_code == 422
