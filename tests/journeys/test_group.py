"""An employer rings up: its people get their seats together, or nobody does."""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories import groups, sheets
from tests.journeys.browser import PHONE, enter_as, violations, visitor
from tests.journeys.city import City

pytestmark = pytest.mark.browser

# The class furthest ahead that enrols first come, with room for four; the bureau books into any.
ROOMY = """
from courses.models import *
from courses.catalogue.openings import open_query
from django.utils import timezone
found = open_query(now=timezone.now()).filter(mode="first_come", waiting=0, course__kind__line="skills")
row = found.latest("starts_on")
TrainingClass.objects.filter(pk=row.pk).update(seats=row.taken + 4)
print(row.number)
"""
TAKEN = """
from courses.models import *
booking = GroupBooking.objects.get(number="{number}")
told = OutboxMessage.objects.filter(kind="group_given", created_at__gte=booking.created_at)
print(booking.status, booking.enrolments.filter(status="admitted", source="group").count(), told.count(),
      booking.training_class.seats_left)
"""


def last_line(said: str) -> list[str]:
    return said.strip().splitlines()[-1].split()


def listing(folder: Path, places: range, *, spoiled: int | None = None) -> Path:
    rows = [sheets.person(place, born_on=date(1988, 3, 1 + place)) for place in places]
    if spoiled is not None:
        rows[spoiled][4] = rows[spoiled][4][:17]
    file = folder / "名单.xlsx"
    file.write_bytes(sheets.xlsx(rows))
    return file


def send(page: Page, file: Path) -> None:
    page.get_by_label("名单文件").set_input_files(file)
    page.get_by_label("已告知名单上的学员用途，并取得本人同意，其中").check()
    page.get_by_role("button", name="上传并检查").click()


def test_a_group_is_booked_mended_confirmed_printed_and_taken_back(
    city: City, browser: Browser, tmp_path: Path
) -> None:
    (number,) = last_line(city.manage("shell", "-v0", "-c", ROOMY))
    desk = visitor(browser)
    enter_as(desk, city.address, "demo-city")
    desk.goto(f"{city.address}/desk/class/{number}/")
    desk.get_by_role("link", name="单位团报").click()
    desk.get_by_role("button", name="登记，去上传名单").click()
    expect(desk.get_by_role("alert")).to_contain_text("还有 5 处要改")
    assert violations(desk) == []
    desk.get_by_label("单位名称").fill("烟台海风船务有限公司")
    desk.get_by_label("统一社会信用代码").fill(groups.credit_code())
    desk.get_by_label("单位联系人").fill("林主任")
    desk.get_by_label("联系人手机").fill("138 0000 0001")
    desk.get_by_label("团报人数").fill("5")
    desk.get_by_role("button", name="登记，去上传名单").click()
    expect(desk.get_by_role("alert")).to_contain_text("团报 5 人，本班只剩 4 个名额")
    desk.get_by_label("团报人数").fill("3")
    desk.get_by_role("button", name="登记，去上传名单").click()
    expect(desk.get_by_text("请上传 3 人的名单")).to_be_visible()
    assert violations(desk) == []

    send(desk, listing(tmp_path, range(1, 4), spoiled=1))
    expect(desk.get_by_text("还不能确认，一个名额也没有占")).to_be_visible()
    expect(desk.get_by_role("cell", name="E3")).to_be_visible()
    assert violations(desk) == []
    desk.get_by_text("重新上传", exact=True).click()
    send(desk, listing(tmp_path, range(1, 4)))
    expect(desk.get_by_text("3 人全部录取；余 1 席")).to_be_visible()
    assert violations(desk) == []
    desk.get_by_role("button", name="确认，3 人全部报上").click()
    expect(desk.get_by_text("3 人全部占到名额")).to_be_visible()
    assert violations(desk) == []
    booked = desk.url.rstrip("/").rsplit("/", 1)[1]
    assert last_line(city.manage("shell", "-v0", "-c", TAKEN.format(number=booked))) == ["given", "3", "1", "1"]

    desk.get_by_role("button", name="打印名单").click()
    expect(desk.get_by_role("heading", name="单位团报名单")).to_be_visible()
    assert desk.locator(".form-lessons tbody tr").count() == 3
    assert "199****0001" in desk.content()
    assert violations(desk) == []
    desk.get_by_role("link", name="返回").click()

    phone = visitor(browser, size=PHONE)
    enter_as(phone, city.address, "demo-city")
    phone.goto(f"{city.address}/desk/class/{number}/")
    phone.get_by_role("link", name=booked).click()
    phone.get_by_text("撤销这次团报").click()
    phone.get_by_role("button", name="确定撤销").click()
    expect(phone.get_by_text("已撤销，退出 3 人。")).to_be_visible()
    assert violations(phone) == []
    assert last_line(city.manage("shell", "-v0", "-c", TAKEN.format(number=booked))) == ["undone", "0", "0", "4"]


def one_is_booked(desk: Page, city: City, number: str) -> None:
    desk.goto(f"{city.address}/desk/class/{number}/group/")
    for label, said in (
        ("单位名称", "烟台海风船务有限公司"), ("统一社会信用代码", groups.credit_code()), ("单位联系人", "林主任"),
        ("联系人手机", "13800000001"), ("团报人数", "1"),
    ):  # fmt: skip
        desk.get_by_label(label).fill(said)
    desk.get_by_role("button", name="登记，去上传名单").click()


def test_a_near_name_is_proposed_at_its_cell_and_answered(city: City, browser: Browser, tmp_path: Path) -> None:
    """Somebody on record comes again on another list, with one character more."""
    (number,) = last_line(city.manage("shell", "-v0", "-c", ROOMY))
    desk = visitor(browser)
    enter_as(desk, city.address, "demo-city")
    one_is_booked(desk, city, number)
    send(desk, listing(tmp_path, range(11, 12)))
    desk.get_by_role("button", name="确认，1 人全部报上").click()
    desk.get_by_text("撤销这次团报").click()
    desk.get_by_role("button", name="确定撤销").click()
    expect(desk.get_by_text("已撤销，退出 1 人。")).to_be_visible()

    file, row = tmp_path / "再来.xlsx", sheets.person(11, born_on=date(1988, 3, 12))
    file.write_bytes(sheets.xlsx([[row[0], f"{row[1]}生", *row[2:]]]))
    one_is_booked(desk, city, number)
    send(desk, file)
    question = desk.get_by_role("group", name="第 2 行，B2 姓名")
    expect(question).to_contain_text("只差一个字，或字形不同")
    assert violations(desk) == []
    question.get_by_label("是同一人，按登记的姓名报名").check()
    desk.get_by_role("button", name="保存决定").click()
    expect(desk.get_by_text("1 人全部录取；余 3 席")).to_be_visible()
