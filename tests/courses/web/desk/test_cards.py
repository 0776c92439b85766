"""红黄牌 at the desk: proposed from an institution, a class or a finding, and every step by who may take it."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import supervision
from courses.models import Card, Institution, Lesson, RoomCheck, Signal, TrainingClass
from courses.supervision import cards
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import cards as planted
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
FACTS = "9 月 10 日末次课，签到 30 人，教室里 12 人。"
SAID = {"colour": "red", "reason": "attendance", "facts": FACTS}
LIST = 7


@pytest.fixture
def made(now: datetime, cast: Cast) -> TrainingClass:
    return training_class(now=now - timedelta(days=9), first=now - timedelta(minutes=30), trainers=[cast.trainer])


def at(step: str, card: Card) -> str:
    return reverse(f"desk_card_{step}" if step else "desk_card", args=[card.number])


def test_from_an_institutions_page_a_district_proposes_and_the_city_shows_it(
    cast: Cast, sign_in: Open, school: Institution, made: TrainingClass
) -> None:
    bureau = sign_in(cast.district)
    address = reverse("desk_card_new", args=[school.number])
    file = reverse("desk_institution", args=[school.number])
    assert soup(bureau.get(file)).select_one(f"#cards a[href='{address}']")
    assert not soup(sign_in(cast.institution).get(file)).select_one(f"a[href='{address}']")
    half = bureau.post(address, {**SAID, "facts": ""})
    assert (half.status_code, Card.objects.count()) == (422, 0)
    answer = bureau.post(address, {**SAID, "training_class": made.number}, follow=True)
    card = Card.objects.get()
    assert (card.training_class, card.colour, card.proposed_by) == (made, "red", cast.district)
    assert "确认之前不生效，机构也看不到" in words(answer)
    assert "等市里另一人确认。" in words(answer)
    assert sign_in(cast.institution).get(at("", card)).status_code == 404
    assert bureau.post(at("confirm", card)).status_code == 403
    city = sign_in(cast.city)
    [row] = [one for one in soup(city.get(reverse("desk"))).select(".queue tbody tr") if card.number in one.get_text()]
    assert school.label in row.get_text()
    assert row.select_one(f"a[href='{at('', card)}']")
    assert soup(city.get(at("", card))).select_one(f"form[action='{at('confirm', card)}']")
    assert "已出示，今天起生效" in words(city.post(at("confirm", card), follow=True))
    told = words(sign_in(cast.institution).get(file))
    assert card.number in told
    assert "2026 年红牌 1 张，黄牌 0 张" in told


def test_the_city_does_not_show_what_it_proposed_itself(cast: Cast, sign_in: Open, made: TrainingClass) -> None:
    city = sign_in(cast.city)
    city.post(reverse("desk_class_card_new", args=[made.number]), SAID)
    card = Card.objects.get()
    page = soup(city.get(at("", card)))
    assert "由您提出，须市里另一人确认。" in page.get_text()
    assert not page.select(f"form[action='{at('confirm', card)}']")
    assert "提出和确认须由两人办理" in words(city.post(at("confirm", card), follow=True))
    city.post(at("drop", card), {"reason": "写错了班"})
    card.refresh_from_db()
    assert card.status == Card.Status.DROPPED


def test_the_institution_objects_and_is_answered_by_the_city(
    cast: Cast, sign_in: Open, made: TrainingClass, now: datetime
) -> None:
    card = planted.proposed(training_class=made, now=now, by=cast.inspector)
    cards.confirm(by=people.staff(role="city", now=now - timedelta(days=1)), card=card, now=now)
    own = sign_in(cast.institution)
    page = soup(own.get(at("", card)))
    assert "2026 年 9 月 21 日截止" in page.get_text()
    assert page.select_one(f"form[action='{at('object', card)}']")
    assert "申辩已提交" in words(own.post(at("object", card), {"text": "当天另有十人在车间。"}, follow=True))
    page = soup(own.get(at("", card)))
    assert not page.select("form[action*='/card/']")
    assert "已提交申辩，等市里答复。" in page.get_text()
    city = sign_in(cast.city)
    assert "申辩待答复" in words(city.get(reverse("desk")))
    assert "请写明原因" in words(city.post(at("answer", card), {"decision": "keep"}, follow=True))
    answer = city.post(at("answer", card), {"decision": "keep", "reason": "车间没有签到"}, follow=True)
    assert "已答复，维持原决定" in words(answer)
    assert "车间没有签到" in words(own.get(at("", card)))
    assert sign_in(cast.inspector).post(at("answer", card), {"reason": "x"}).status_code == 403


def test_a_card_is_withdrawn_by_two_and_the_institution_reads_nothing_of_it_before(
    cast: Cast, sign_in: Open, made: TrainingClass, now: datetime
) -> None:
    card = planted.shown(training_class=made, on=now.date(), now=now)
    bureau, city, own = (sign_in(user) for user in (cast.district, cast.city, cast.institution))
    assert "已提出撤回" in words(bureau.post(at("withdraw", card), {"reason": "核对不属实"}, follow=True))
    assert "撤回待确认" in words(bureau.get(reverse("desk_cards")))
    for page in (own.get(at("", card)), own.get(reverse("desk_cards"), {"state": "withdrawal"})):
        assert "撤回" not in words(page).replace("撤回的不计", "").replace("已撤回", "")
        assert "核对不属实" not in words(page)
    assert "已撤回，不再计入" in words(city.post(at("withdraw_agree", card), follow=True))
    card.refresh_from_db()
    assert card.status == Card.Status.WITHDRAWN
    assert "已撤回，不再计入。" in words(own.get(at("", card)))
    again = planted.shown(training_class=made, on=now.date(), now=now)
    bureau.post(at("withdraw", again), {"reason": "核对不属实"})
    assert "不撤回，继续生效" in words(city.post(at("withdraw_refuse", again), {"reason": "属实"}, follow=True))


def test_a_finding_leads_to_a_card_that_names_it(cast: Cast, sign_in: Open, made: TrainingClass, now: datetime) -> None:
    lesson = made.lessons.order_by("number")[0]
    sum_ = {"counted": 3, "register": 5, "awaiting": 0, "difference": -2, "from": 2}
    signal = Signal.objects.create(code="S1", lesson=lesson, kind="heads", figures=sum_, rows=[], at=now)
    inspector = sign_in(cast.inspector)
    address = reverse("desk_class_card_new", args=[made.number]) + "?signal=S1"
    assert soup(inspector.get(reverse("desk_signal", args=["S1"]))).select_one(f"a[href='{address}']")
    assert "依据待看事项「清点人数不符」" in words(inspector.get(address))
    inspector.post(address, SAID)
    card = Card.objects.get()
    assert (card.signal, card.training_class) == (signal, made)
    assert "待看事项：清点人数不符" in words(sign_in(cast.auditor).get(at("", card)))


def test_the_list_is_narrowed_by_colour_state_district_and_word(
    cast: Cast, sign_in: Open, made: TrainingClass, now: datetime
) -> None:
    laishan = catalogue.district("laishan", "莱山区", "370613")
    away = catalogue.institution("J002", "莱山学校", laishan)
    red = planted.shown(training_class=made, on=now.date(), now=now)
    yellow = planted.shown(institution=away, colour="yellow", on=now.date(), now=now)
    waiting = planted.proposed(training_class=made, now=now)
    browser = sign_in(cast.city)

    def found(**chosen: str) -> set[str]:
        page = soup(browser.get(reverse("desk_cards"), chosen))
        return {one.get_text() for one in page.select("tbody th.id")}

    assert found() == {red.number, yellow.number, waiting.number}
    assert found(colour="yellow") == {yellow.number}
    assert found(state="proposed") == {waiting.number}
    assert found(state="objected") == set()
    assert found(district="laishan") == {yellow.number}
    assert found(q="莱山") == {yellow.number}
    assert found(q=made.number) == {red.number, waiting.number}
    assert "没有红黄牌" in words(browser.get(reverse("desk_cards"), {"q": "没有这家"}))


def test_a_list_of_many_takes_the_statements_of_a_list_of_one(
    cast: Cast, sign_in: Open, made: TrainingClass, now: datetime
) -> None:
    browser = sign_in(cast.city)
    spent = []
    for many in (1, 6):
        while Card.objects.count() < many:
            planted.shown(training_class=made, on=now.date(), now=now)
        browser.get(reverse("desk_cards"))
        with CaptureQueriesContext(connection) as counted:
            browser.get(reverse("desk_cards"))
        spent.append(len(counted))
    assert spent == [LIST, LIST]


def test_who_counted_a_room_writes_what_was_found_and_may_put_it_right(
    cast: Cast, sign_in: Open, made: TrainingClass, now: datetime
) -> None:
    first, second = (enrolled(training_class=made, now=now - timedelta(days=9)) for _ in range(2))
    lesson = Lesson.objects.select_related("training_class").get(training_class=made, number=1)
    browser = sign_in(cast.inspector)
    name = next(
        link["href"].split("/")[3]
        for link in soup(browser.get(reverse("desk_class", args=[made.number]))).select("a[href$='/count/']")
    )
    address = reverse("desk_room_check_new", args=[name])
    assert browser.get(address).headers["Location"] == reverse("desk_count", args=[name])
    supervision.begin_count(by=cast.inspector, lesson=lesson, now=now)
    supervision.count_room(by=cast.inspector, lesson=lesson, counted=1, now=now)
    assert soup(browser.get(reverse("desk_count", args=[name]))).select_one(f"a[href='{address}']")
    assert not soup(sign_in(cast.district).get(reverse("desk_count", args=[name]))).select(f"a[href='{address}']")
    said = {"absent": [first.number], "impostor": [second.number], "conclusion": "fine", "teacher_matches": "true"}
    refused = browser.post(address, said)
    assert (refused.status_code, RoomCheck.objects.count()) == (422, 0)
    assert soup(refused).select_one(f"input[name=absent][value='{first.number}']").has_attr("checked")
    answer = browser.post(address, {**said, "conclusion": "serious", "found": "一人替课"}, follow=True)
    check = RoomCheck.objects.get()
    assert (check.conclusion, check.teacher_matches, check.course_matches) == ("serious", True, None)
    assert first.learner.masked_name in words(answer)
    assert first.learner.name not in words(answer)
    assert soup(answer).select_one(f"a[href$='?check={check.number}']")
    kept = soup(browser.get(address))
    assert kept.select_one("#id_found")["value"] == "一人替课"
    browser.post(address, {"conclusion": "fine"})
    old = words(browser.get(reverse("desk_room_check", args=[check.number])))
    assert "这份记录后来改过" in old
    listed = soup(sign_in(cast.institution).get(reverse("desk_room_checks"))).select("tbody th.id")
    assert len(listed) == 1
    assert listed[0].get_text() != check.number
    assert "没有检查记录" in words(browser.get(reverse("desk_room_checks"), {"conclusion": "serious"}))
