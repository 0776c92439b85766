"""Spreadsheets: they open again, numbers stay text, each is logged, and a full one has a purpose."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import FileResponse, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from courses import completion, exports, notices
from courses.exports import Wanted
from courses.models import AuditEvent, Completion, CountEntry, Export, ExportSchedule, OwnForm, Post, TrainingClass
from courses.tally import record_check
from tests.courses.exports.test_own import workbook
from tests.courses.rosters.conftest import private_folder
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import people

__all__ = ["private_folder"]

pytestmark = pytest.mark.django_db
Submitted = Callable[..., TrainingClass]


def opened(response: HttpResponse) -> list[tuple[object, ...]]:
    """The rows of the first sheet, header first."""
    assert isinstance(response, FileResponse)
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))  # type: ignore[arg-type]
    return [tuple(cell.value for cell in row) for row in book.worksheets[0].iter_rows()]


def test_a_roster_opens_with_masked_numbers_and_is_logged(cast: Cast, sign_in: Open, submitted: Submitted) -> None:
    made = submitted(people_in=2)
    response = sign_in(cast.institution).post(reverse("desk_export_roster", args=[made.number]))
    assert made.number in response.headers["Content-Disposition"]
    rows = opened(response)
    assert len(rows) == 3
    numbers = {row.learner.documents.get().number for row in made.enrolments.all()}
    assert not numbers & {str(cell) for row in rows for cell in row}
    event = AuditEvent.objects.get(verb="exported")
    kept = Export.objects.get()
    assert (event.by_name, event.target, event.detail) == ("cast-i", kept.number, {"what": "a", "rows": 2})
    assert (kept.form, kept.filters, kept.full, kept.rows) == ("a", {"class": made.number}, False, 2)


def full_roster(browser: Client, made: TrainingClass, **changes: str) -> HttpResponse:
    values = {"full": "1", "purpose": "办理补贴", **changes}
    address = reverse("desk_export_roster", args=[made.number])
    return browser.post(address, values, follow=True)  # type: ignore[return-value]


def test_a_full_roster_goes_to_who_asked_when_a_second_person_agreed(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the wish on the class's page to the file, each with a browser of their own."""
    monkeypatch.setattr("courses.tasks.make_exports.apply_async", lambda **_: exports.make_due(clock=timezone.now))
    made, asker = submitted(people_in=1), sign_in(cast.city)
    assert "请写明用途，本次未导出。" in words(full_roster(asker, made, purpose=" "))
    assert "等第二人同意" in words(full_roster(asker, made))
    number = Export.objects.get().number
    names = ("desk_export", "desk_export_agree", "desk_export_file")
    page, agree, file = (reverse(name, args=[number]) for name in names)
    assert "须由另一人同意，未办理。" in words(asker.post(agree, follow=True))
    other = sign_in(people.staff(role=Post.Role.CITY, now=now - timedelta(days=9), username="second"))
    assert number in other.get(reverse("desk_exports")).content.decode()
    assert "办理补贴" in words(other.get(page))
    assert "文件只交给申请人。" in words(other.post(agree, follow=True))
    assert other.post(file).headers["Location"] == page
    answer = asker.post(file)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    learner = made.enrolments.get().learner
    assert {learner.documents.get().number, learner.phone} <= set(opened(answer)[1])  # type: ignore[arg-type]
    log = words(sign_in(cast.auditor).get(reverse("desk_export_log"), {"full": "1"}))
    assert all(word in log for word in (number, "学员花名册", "完整信息", "办理补贴", made.number))


def test_a_full_roster_is_refused_to_who_may_take_only_masked_ones(
    cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    answer = full_roster(sign_in(cast.institution), submitted(people_in=1))
    assert "您不能导出完整的个人信息，本次未导出。" in words(answer)
    assert not Export.objects.exists()


def test_a_form_asks_for_what_it_needs_and_gives_it_as_asked(cast: Cast, sign_in: Open, submitted: Submitted) -> None:
    made, browser = submitted(people_in=2), sign_in(cast.institution)
    address = reverse("desk_export_form", args=["c"])
    assert "班级编号" in words(browser.get(address))
    wrong = browser.post(address, {"number": "02F20260000", "kind": "xlsx"})
    assert (wrong.status_code, "没有找到这个班，本次未导出。" in words(wrong)) == (422, True)
    right = {"number": made.number, "kind": "print", "purpose": "存档"}
    page = browser.post(address, right)
    assert "no-store" in page.headers["Cache-Control"]
    assert all(word in words(page) for word in ("出勤汇总表", "cast-i 2026-09-14 09:00", "存档", "王小强", "达标"))
    rows = opened(browser.post(address, {**right, "kind": "xlsx"}))  # type: ignore[arg-type]
    assert (rows[0][0], len(rows)) == ("序号", 3)
    csv = b"".join(browser.post(address, {**right, "kind": "csv"}).streaming_content)  # type: ignore[attr-defined]
    assert csv.startswith(b"\xef\xbb\xbf")


def test_a_large_form_is_made_in_the_background_and_says_how_far_it_is(
    cast: Cast, sign_in: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courses.tasks.make_exports.apply_async", lambda **_: None)
    browser = sign_in(cast.city)
    values = {"year": "2026", "month": "", "district": "", "kind": "xlsx"}
    answer = browser.post(reverse("desk_export_form", args=["g"]), values, follow=True)
    assert "马上开始。可以先做别的，稍后回来领取。" in words(answer)
    Export.objects.update(status="running", rows=1000, total=50000)
    assert "已写 1,000 行，约 50,000 行。" in words(browser.get(answer.redirect_chain[-1][0]))
    Export.objects.update(
        status="ready", file="exports/x", sha256="0" * 64, expires_at=timezone.now() + timedelta(hours=1)
    )
    assert "有 1 份导出做好了，等您领取" in words(browser.get(reverse("desk_exports")))
    Export.objects.update(file="", status="failed", trouble="试了 3 次都没有生成。")
    assert "试了 3 次都没有生成。" in words(browser.get(answer.redirect_chain[-1][0]))


def test_a_monthly_export_is_set_and_stopped_by_its_owner_alone(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    browser.post(reverse("desk_export_plan", args=["h"]), {"day": "5", "kind": "xlsx", "district": ""})
    schedule = ExportSchedule.objects.get()
    assert "每月 5 日" in words(browser.get(reverse("desk_exports")))
    stop = reverse("desk_export_stop", args=[schedule.number])
    assert sign_in(cast.district).post(stop).status_code == 404
    assert "已停止。" in words(browser.post(stop, follow=True))


def test_a_district_that_there_is_not_is_refused_in_the_form_s_own_words(cast: Cast, sign_in: Open) -> None:
    values = {"day": "5", "kind": "xlsx", "district": "nowhere"}
    answer = sign_in(cast.city).post(reverse("desk_export_plan", args=["monthly"]), values, follow=True)
    assert "这张表超出您的范围，本次未导出。请改选您的区市，或请上级导出。" in words(answer)
    assert not ExportSchedule.objects.exists()


def test_the_form_of_a_year_asks_for_no_month(cast: Cast, sign_in: Open) -> None:
    page = soup(sign_in(cast.city).get(reverse("desk_export_form", args=["h"])))
    assert [one.get("name") for one in page.select("main [name=year], main [name=month]")] == ["year"]


def test_a_workbook_of_one_s_own_is_brought_mapped_and_filled(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)
    file = SimpleUploadedFile("月报.xlsx", workbook())
    answer = browser.post(reverse("desk_own_forms"), {"name": "月报", "file": file}, follow=True)
    number = OwnForm.objects.get().number
    assert "哪一格填哪个数" in words(answer)
    page, fill = reverse("desk_own_form", args=[number]), reverse("desk_own_form_fill", args=[number])
    assert "还没有写明哪一格填哪个数，本次未填表。" in words(browser.post(fill, follow=True))
    row = {"seen": "1", "sheet-0": "报表", "cell-0": "b2", "figure-0": "年份", "sheet-1": "报表", "cell-1": ""}
    assert "已保存为新的一版。" in words(browser.post(f"{page}map/", row, follow=True))
    assert soup(browser.get(page)).select_one("tbody tr td.n").text == "2026"  # type: ignore[union-attr]
    assert opened(browser.post(fill, {"year": "2026", "month": "8"}))[1][1] == 2026  # type: ignore[arg-type]
    wrong = browser.post(reverse("desk_own_forms"), {"name": "月报", "file": SimpleUploadedFile("x.xlsx", b"x")})
    assert (wrong.status_code, "这不是能读的 xlsx 工作簿" in words(wrong)) == (422, True)
    assert sign_in(cast.district).get(reverse("desk_own_forms")).status_code == 403


def test_a_cell_of_an_own_workbook_is_chosen_in_its_table_and_shows_what_it_would_hold(
    cast: Cast, sign_in: Open
) -> None:
    """Without a script: a cell, a figure, one press."""
    browser = sign_in(cast.city)
    browser.post(reverse("desk_own_forms"), {"name": "月报", "file": SimpleUploadedFile("月报.xlsx", workbook())})
    number = OwnForm.objects.get().number
    page, put = reverse("desk_own_form", args=[number]), reverse("desk_own_form_put", args=[number])
    grid = soup(browser.get(page)).select_one("table.own-grid")
    assert grid is not None
    assert [one.get_text() for one in grid.select("thead th")] == ["A", "B", "C", "D"]
    assert "某市培训月报" in grid.get_text()
    said = {"seen": "1", "sheet": "报表", "cell": "B2", "figure": "year", "year": "2026", "month": "8", "do": "put"}
    for wrong, why in (
        ({"figure": ""}, "还没有选填什么数"),
        ({"cell": ""}, "还没有选哪一格"),
        ({"seen": "7"}, "刚刚有人改过"),
    ):
        assert why in words(browser.post(put, {**said, **wrong}, follow=True))
    answer = browser.post(put, said, follow=True)
    assert answer.redirect_chain[-1][0].startswith(f"{page}?sheet=")
    held = soup(answer).select(".own-filled")
    assert [" ".join(one.get_text(" ").split()) for one in held] == ["B2 2026 年份"]
    answer = browser.post(put, {**said, "seen": "2", "do": "clear"}, follow=True)
    assert soup(answer).select(".own-filled") == []
    assert OwnForm.objects.get().versions.count() == 3
    for user in (cast.district, cast.institution, cast.inspector):
        assert sign_in(user).post(put, said).status_code == 403


def test_a_message_to_the_owner_stands_above_the_queue_for_three_days_and_then_in_the_list(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    params = {"form": "月报", "number": "DC1", "fetch_by": "2026-09-17T09:00:00+08:00"}
    for days in (1, 4):
        at = now - timedelta(days=days)
        notices.queue(
            kind="export_ready", channel="site", user=cast.city, params={**params, "number": f"DC{days}"}, now=at
        )
    browser = sign_in(cast.city)
    above = [one.get_text() for one in soup(browser.get(reverse("desk"))).select("main .notice-info p")]
    assert above == ["定期导出「月报」已生成，编号 DC1，请在 9 月 17 日 9:00 前到「报表」领取，过时删除。"]
    listed = soup(browser.get(reverse("desk_inbox"))).select("main .rows > li > p:first-child")
    assert ["DC1" in listed[0].get_text(), "DC4" in listed[1].get_text(), len(listed)] == [True, True, 2]
    assert "暂无消息" in words(sign_in(cast.district).get(reverse("desk_inbox")))


@pytest.mark.parametrize("many", [1, 5])
def test_the_records_take_the_same_statements_for_one_and_for_many(
    many: int, now: datetime, cast: Cast, sign_in: Open
) -> None:
    for _ in range(many):
        exports.take(by=cast.inspector, wanted=Wanted("i", "print", {"year": 2026, "district": "zhifu"}), now=now)
    browser = sign_in(cast.auditor)
    with CaptureQueriesContext(connection) as spent:
        browser.get(reverse("desk_export_log"))
    assert len(spent) == 10


def test_the_auditor_follows_the_records_to_each_export_and_is_given_no_file(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    taken = exports.take(by=cast.city, wanted=Wanted("f", "xlsx", {"year": 2026}, purpose="核对"), now=now)
    exports.make_due(clock=timezone.now)
    browser, page = sign_in(cast.auditor), reverse("desk_export", args=[taken.export.number])
    assert page in browser.get(reverse("desk_export_log")).content.decode()
    answer = browser.get(page)
    assert (answer.status_code, "文件只交给申请人。" in words(answer), "核对" in words(answer)) == (200, True, True)
    above = soup(answer).select_one("main nav a")
    assert above
    assert browser.get(str(above["href"])).status_code == 200
    assert browser.post(reverse("desk_export_file", args=[taken.export.number])).status_code == 403
    assert sign_in(cast.inspector).get(page).status_code == 404
    assert sign_in(cast.editor).get(page).status_code == 403


def test_the_lines_file_holds_the_lines_of_the_filters_on_the_screen(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    submitted(people_in=2)
    completion.approve_all(by=cast.district, completions=list(Completion.objects.all()), now=now)
    browser = sign_in(cast.inspector)
    rows = opened(browser.post(reverse("desk_export_entries") + "?year=2026&line=skills"))
    assert {row[0] for row in rows[1:]} == set(CountEntry.objects.values_list("code", flat=True))
    assert {row[rows[0].index("姓名")] for row in rows[1:]} == {"王*强"}
    assert len(opened(browser.post(reverse("desk_export_entries") + "?year=2025"))) == 1
    kept = list(Export.objects.order_by("pk").values_list("filters", flat=True))
    assert kept == [{"year": 2026, "line": "skills"}, {"year": 2025}]
    assert "2026 年，职业技能培训" in words(sign_in(cast.auditor).get(reverse("desk_export_log")))


def test_no_lines_leave_after_a_drift_and_the_list_says_why(now: datetime, cast: Cast, sign_in: Open) -> None:
    record_check(differences=1, now=now)
    answer = sign_in(cast.inspector).post(reverse("desk_export_entries") + "?year=2026", follow=True)
    assert "最近一次校验发现 1 处不一致，报表已锁定，本次未导出。" in words(answer)
    assert not Export.objects.exists()


def test_the_tally_file_tells_the_figures_of_the_page(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    submitted(people_in=2)
    completion.approve_all(by=cast.district, completions=list(Completion.objects.all()), now=now)
    rows = opened(sign_in(cast.city).post(reverse("desk_export_tally") + "?year=2026"))
    assert [row[2:4] for row in rows[1:]] == [(2, 2), (0, 0)]


def test_an_institution_cannot_take_the_whole_tally(cast: Cast, sign_in: Open) -> None:
    answer = sign_in(cast.institution).post(reverse("desk_export_tally"))
    assert answer.headers["Location"] == reverse("desk_tally")
    assert not AuditEvent.objects.filter(verb="exported").exists()


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"month": "2026-09"}, "2026 年 9 月"),
        ({"month": "abc"}, "abc"),
        ({"month": "2026-13"}, "2026-13"),
        ({"year": "2026", "status": "in_training"}, "2026 年，在训"),
        ({"status": "enrolling", "district": "zhifu"}, "芝罘区，报名中"),
        ({"institution": "J001", "q": "鲁菜", "kind": "skill", "brand": "lucai"}, "机构 J001，查找「鲁菜」"),
    ],
)
def test_a_list_of_classes_says_on_its_page_and_in_the_records_by_what_it_was_cut(
    filters: dict[str, str], said: str, cast: Cast, sign_in: Open, submitted: Submitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courses.web.desk.exports.AT_ONCE", -1)
    submitted(people_in=1)
    address = f"{reverse('desk_export_classes')}?{urlencode(filters)}"
    own = sign_in(cast.city).post(address, follow=True)
    log = sign_in(cast.auditor).get(reverse("desk_export_log"))
    assert (own.status_code, log.status_code) == (200, 200)
    assert all(said in words(page) for page in (own, log))
    assert Export.objects.get().filters == filters
    assert "q" not in AuditEvent.objects.get(verb="export_asked").detail


def test_a_filter_is_kept_no_longer_than_a_value_can_be(cast: Cast, sign_in: Open) -> None:
    address = f"{reverse('desk_export_classes')}?{urlencode({'q': '长' * 500})}"
    opened(sign_in(cast.city).post(address))  # type: ignore[arg-type]
    assert Export.objects.get().filters == {"q": "长" * 60}
