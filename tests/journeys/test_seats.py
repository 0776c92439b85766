"""One class from its opening to its last seat: returned, corrected, approved, filled by every door, a seat passed on.

A camp gives its seats by rank and takes nobody by a list, so its door is walked on a camp.
"""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories import groups, sheets
from tests.factories.people import resident_number
from tests.journeys.browser import PHONE, enter_as, violations, visitor
from tests.journeys.city import City

pytestmark = pytest.mark.browser

SEATS = 7
# A class of the demo school to plan the like of, in the officer's district, of a course that both learners may take;
# it has a seat to give, so that somebody can change to it.
MODEL = """
from datetime import timedelta
from django.utils import timezone
from courses import enrolment
from courses.models import *
now = timezone.now()
school = Post.objects.get(user__username="demo-institution").institution
district = Post.objects.get(user__username="demo-district").district
both = list(Learner.objects.filter(user__username__in=("demo-learner", "demo-learner-2")))
found = school.classes.filter(status="enrolling", district=district, waiting=0, project=None).exclude(mode="selected")
for one in found.filter(starts_on__gt=(now + timedelta(days=3)).date()).order_by("-starts_on"):
    fits = all(enrolment.check(learner=who, training_class=one, now=now).may_apply for who in both)
    if one.taken < one.seats and one.lessons.exists() and fits:
        break
print(one.number, school.number)
"""
FILLED = """
from courses.models import *
made = TrainingClass.objects.get(number="{number}")
rows = made.enrolments.order_by("arrival_no")
print(made.status, made.taken, made.waiting, ",".join(f"{{row.source}}:{{row.status}}" for row in rows))
"""
MOVED = """
from courses import enrolment
from courses.models import *
first, last = (Learner.objects.get(user__username=name) for name in ("demo-learner-2", "demo-learner"))
here = TrainingClass.objects.get(number="{number}")
left = here.enrolments.get(learner=first)
print(left.status, left.transferred_to.status, left.transferred_to.training_class.number,
      here.enrolments.get(learner=last).status, here.taken, here.waiting, len(enrolment.occupancy_differences()),
      OutboxMessage.objects.filter(learner=first, kind="enrolment_transferred").count(),
      OutboxMessage.objects.filter(learner=last, kind="enrolment_offered").count())
"""
CAMP = """
from courses.models import *
print(TrainingClass.objects.filter(kind_key="camp", status="enrolling").latest("id").number)
"""


def asked(city: City, script: str) -> list[str]:
    return city.manage("shell", "-v0", "-c", script).strip().splitlines()[-1].split()


def test_a_class_is_opened_returned_corrected_approved_filled_by_every_door_and_a_seat_is_passed_on(
    city: City, browser: Browser, tmp_path: Path
) -> None:
    model, school_number = asked(city, MODEL)
    school, officer = visitor(browser), visitor(browser)
    enter_as(school, city.address, "demo-institution")
    enter_as(officer, city.address, "demo-district")
    number = opened(school, city, model)
    returned_and_approved(school, officer, city, number)
    learner, late = visitor(browser, size=PHONE), visitor(browser, size=PHONE)
    by_oneself(learner, city, number)
    by_counter(school, city, number)
    by_group(school, city, number, tmp_path)
    by_roster(school, city, number, tmp_path)
    by_another_system(school, city, number, school_number)
    queued(late, city, number)
    doors = "self:admitted,counter:admitted,group:admitted,group:admitted,import:admitted,import:admitted,api:admitted"
    assert asked(city, FILLED.format(number=number)) == [
        "enrolling", str(SEATS), "1", f"{doors},self:waitlisted",
    ]  # fmt: skip
    wished_and_moved(learner, school, city, number, model)
    moved_up(late, city, number)
    # Who answered on the page is not sent the offer any more.
    assert asked(city, MOVED.format(number=number)) == [
        "transferred", "admitted", model, "admitted", str(SEATS), "0", "0", "1", "0",
    ]  # fmt: skip


def opened(school: Page, city: City, model: str) -> str:
    """The like of a class again, later and smaller; its papers by hand, its commitment by a press."""
    school.goto(f"{city.address}/desk/classes/new/?from={model}")
    school.get_by_label("计划人数").fill(str(SEATS))
    school.get_by_label("先到先得").check()
    school.get_by_role("group", name=re.compile("^教师")).get_by_role("checkbox").first.check()
    school.get_by_label("首次上课日期").fill((date.today() + timedelta(days=70)).isoformat())
    school.get_by_label("教室").fill("东楼 909")
    school.get_by_role("button", name="保存草稿").click()
    school.get_by_role("link", name="开班材料和检查").click()
    number = school.url.split("/class/")[1].split("/")[0]
    expect(school.get_by_text("不能提交")).to_be_visible()
    school.get_by_label("教材").fill("《中式烹调师（四级）》，中国劳动社会保障出版社")
    school.get_by_label("考核方案").fill("理论闭卷，实操两道菜，各 60 分合格")
    school.get_by_label("负责人").fill("姜文海")
    school.get_by_label("联系人").fill("陈明")
    school.get_by_label("联系电话").fill("0535-6600000")
    school.get_by_role("button", name="保存材料").click()
    school.get_by_role("button", name="已阅读，确认承诺").click()
    expect(school.get_by_text("材料齐全")).to_be_visible()
    assert violations(school) == []
    submitted(school, city, number)
    return number


def submitted(school: Page, city: City, number: str) -> None:
    school.goto(f"{city.address}/desk/class/{number}/")
    school.get_by_role("button", name="提交区市审核").click()
    expect(school.get_by_text("已提交，等区市审核。")).to_be_visible()


def returned_and_approved(school: Page, officer: Page, city: City, number: str) -> None:
    officer.goto(f"{city.address}/desk/?q={number}")
    officer.get_by_role("link", name=re.compile(number)).first.click()
    officer.get_by_text("退回机构", exact=True).click()
    officer.get_by_label("退回原因").fill("教材要写明版次")
    officer.get_by_role("button", name="退回", exact=True).click()
    expect(officer.get_by_text("已退回机构，原因已写明。")).to_be_visible()
    school.goto(f"{city.address}/desk/?q={number}")
    expect(school.get_by_text("已退回，待改")).to_be_visible()
    school.goto(f"{city.address}/desk/class/{number}/")
    expect(school.get_by_text("教材要写明版次").first).to_be_visible()
    school.get_by_role("link", name="开班材料和检查").click()
    school.get_by_label("教材").fill("《中式烹调师（四级）》第 2 版，中国劳动社会保障出版社")
    school.get_by_role("button", name="保存材料").click()
    submitted(school, city, number)
    officer.goto(f"{city.address}/desk/class/{number}/")
    officer.get_by_role("button", name="批准，开始报名").click()
    expect(officer.get_by_text("已批准，班次开始报名。")).to_be_visible()
    assert violations(officer) == []


def by_oneself(learner: Page, city: City, number: str) -> None:
    enter_as(learner, city.address, "demo-learner-2")
    learner.goto(f"{city.address}/my/enrol/{number}/")
    learner.get_by_label("我确认所填情况属实").check()
    learner.get_by_role("button", name="确认报名").click()
    expect(learner.locator("h1").last).to_have_text("报名成功")


def by_counter(school: Page, city: City, number: str) -> None:
    """A cook of 57 without a phone."""
    school.goto(f"{city.address}/desk/class/{number}/counter/")
    school.get_by_label("姓名", exact=True).fill("曲桂兰")
    school.get_by_label("证件号码").fill(resident_number(born_on=date(1969, 5, 6), serial=533))
    school.get_by_label("人员类别").select_option("unemp")
    school.get_by_label("文化程度").select_option("71")
    school.get_by_label("常住区市").select_option("zhifu")
    school.get_by_label("本人已在两份告知书上分别签名，我在场").check()
    school.get_by_label("本人当面确认：所报情况属实").check()
    school.get_by_role("button", name="核对，下一步").click()
    if (said := school.get_by_label("已向本人说明")).count():
        said.check()
    school.get_by_role("button", name="确认报名").click()
    expect(school.locator("h1")).to_have_text("已录取")


def listing(folder: Path, places: range) -> Path:
    file = folder / f"名单-{places.start}.xlsx"
    file.write_bytes(sheets.xlsx([sheets.person(place, born_on=date(1986, 2, place % 27 + 1)) for place in places]))
    return file


def by_group(school: Page, city: City, number: str, folder: Path) -> None:
    school.goto(f"{city.address}/desk/class/{number}/group/")
    school.get_by_label("单位名称").fill("烟台渔家小馆有限公司")
    school.get_by_label("统一社会信用代码").fill(groups.credit_code())
    school.get_by_label("单位联系人").fill("林主任")
    school.get_by_label("联系人手机").fill("13800000009")
    school.get_by_label("团报人数").fill("2")
    school.get_by_role("button", name="登记，去上传名单").click()
    school.get_by_label("名单文件").set_input_files(listing(folder, range(801, 803)))
    school.get_by_label("已告知名单上的学员用途，并取得本人同意，其中").check()
    school.get_by_role("button", name="上传并检查").click()
    school.get_by_role("button", name="确认，2 人全部报上").click()
    expect(school.get_by_text("2 人全部占到名额")).to_be_visible()


def by_roster(school: Page, city: City, number: str, folder: Path) -> None:
    school.goto(f"{city.address}/desk/class/{number}/roster/")
    school.get_by_label("名单文件").set_input_files(listing(folder, range(811, 813)))
    school.get_by_label("已告知名单上的学员用途，并取得本人同意，其中").check()
    school.get_by_role("button", name="上传并检查").click()
    school.get_by_role("button", name="确认，报名 2 人").click()
    expect(school.get_by_text("已报名 2 人")).to_be_visible()


def by_another_system(school: Page, city: City, number: str, school_number: str) -> None:
    """The school's own software applies for one of its people."""
    token = city.manage(
        "api_client", f"教务系统 {number}", "--scope", "applications", "--institution", school_number
    ).strip()
    answer = school.request.post(
        f"{city.address}/api/v1/classes/{number}/applications",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"journey-{number}"},
        data={
            "name": "孙小海",
            "document_kind": "resident",
            "document_number": resident_number(born_on=date(1991, 7, 8), serial=640),
            "phone": "19900640640",
            "education": "31",
            "category": "unemp",
            "district": "zhifu",
            "consent": True,
        },
    )
    assert (answer.status, answer.json().get("status")) == (201, "admitted"), answer.text()


def queued(late: Page, city: City, number: str) -> None:
    enter_as(late, city.address, "demo-learner")
    late.goto(f"{city.address}/my/enrol/{number}/")
    expect(late.get_by_text("已满，可候补，前面 0 人")).to_be_visible()
    late.get_by_label("我确认所填情况属实").check()
    late.get_by_role("button", name="确认排队候补").click()
    expect(late.locator("h1").last).to_have_text("已排队候补，第 1 位")


def wished_and_moved(learner: Page, school: Page, city: City, number: str, model: str) -> None:
    """The learner asks on the phone; the school finds it in the queue and moves them."""
    learner.get_by_text("时间不合适？申请转班").click()
    learner.get_by_role("radio", name=re.compile(model)).check()
    learner.get_by_label("转班原因").fill("那段时间要出海")
    assert violations(learner) == []
    learner.get_by_role("button", name="提交转班申请").click()
    expect(learner.get_by_text("正在等机构办理")).to_be_visible()
    school.goto(f"{city.address}/desk/?q={number}")
    expect(school.get_by_text("1 份转班申请")).to_be_visible()
    school.goto(f"{city.address}/desk/class/{number}/")
    school.get_by_role("link", name=re.compile("^办理转班")).click()
    expect(school.get_by_text(f"本人申请转到 {model} 班")).to_be_visible()
    assert violations(school) == []
    school.get_by_role("button", name="下一步，核对").click()
    school.get_by_role("button", name="确认转班").click()
    expect(school.locator("h1")).to_have_text("转班回执")
    learner.reload()
    expect(learner.locator("h1").last).to_have_text("已转到另一个班")


def moved_up(late: Page, city: City, number: str) -> None:
    late.reload()
    expect(late.locator("h1").last).to_have_text("有空位了，请确认")
    assert violations(late) == []
    late.get_by_role("button", name="接受").first.click()
    expect(late.locator("h1").last).to_have_text("报名成功")


def test_a_camp_takes_an_application_of_ones_own(city: City, browser: Browser) -> None:
    """The sixth door: criteria one by one, no seat is promised; `test_selection` goes on from the project papers."""
    (camp,) = asked(city, CAMP)
    page = visitor(browser, size=PHONE)
    enter_as(page, city.address, "demo-learner-2")
    page.goto(f"{city.address}/my/enrol/{camp}/")
    expect(page.get_by_text(re.compile("共 \\d+ 席，按评选结果录取"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^下一步")).click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name=re.compile("保存|下一步")).click()
    page.get_by_label("我确认所填情况属实").check()
    page.get_by_role("button", name="确认报名").click()
    expect(page.locator("h1").last).to_have_text("报名已收到，等待评选")
    assert violations(page) == []
