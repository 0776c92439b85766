"""常用筛选: few, named once on a list, and holding nothing but the filters of that list."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from courses import saved_views
from courses.models import AuditEvent, SavedView, User
from courses.saved_views import SavedViewRefusal, SavedViewRefused
from tests.factories import people

pytestmark = pytest.mark.django_db
Listing = SavedView.Listing


@pytest.fixture
def officer() -> User:
    return people.user(username="officer")


def test_a_view_keeps_the_filters_of_its_list_and_drops_what_is_none(now: datetime, officer: User) -> None:
    query = "q=技师&page=3&status=running&name=王小强&brand="
    made = saved_views.keep(by=officer, listing=Listing.CLASSES, label=" 在办 ", query=query, now=now)
    assert (made.label, made.place) == ("在办", 1)
    assert made.query == "status=running&q=%E6%8A%80%E5%B8%88"
    event = AuditEvent.objects.get(verb="view_saved")
    assert (event.by_name, event.detail) == ("officer", {"listing": "classes"})


@pytest.mark.parametrize(
    ("label", "query", "code", "sentence"),
    [
        (" ", "status=running", SavedViewRefusal.LABEL_MISSING, "请给这组筛选起一个名称，未保存。"),
        ("字" * 21, "status=running", SavedViewRefusal.LABEL_LONG, "名称最多 20 个字，未保存。请缩短后再保存。"),
        (
            "已有",
            "status=running",
            SavedViewRefusal.LABEL_TAKEN,
            "已有名为「已有」的常用筛选，未保存。请换一个名称，或先删除原来的。",
        ),
        (
            "空的",
            "page=2&status=",
            SavedViewRefusal.NO_FILTER,
            "现在没有任何筛选条件，未保存。请先筛选，再保存。",
        ),
        ("长的", f"q={'a' * 300}", SavedViewRefusal.QUERY_LONG, "筛选条件太长，未保存。请缩短查找的文字。"),
    ],
)
def test_what_cannot_be_saved_is_refused_and_nothing_is_kept(
    label: str, query: str, code: SavedViewRefusal, sentence: str, now: datetime, officer: User
) -> None:
    saved_views.keep(by=officer, listing=Listing.CLASSES, label="已有", query="status=draft", now=now)
    with pytest.raises(SavedViewRefused) as refused:
        saved_views.keep(by=officer, listing=Listing.CLASSES, label=label, query=query, now=now)
    assert (refused.value.code, refused.value.sentence) == (code, sentence)
    assert SavedView.objects.count() == 1


def test_a_list_has_room_for_twelve_and_a_removed_one_leaves_its_place(now: datetime, officer: User) -> None:
    made = [
        saved_views.keep(by=officer, listing=Listing.QUEUE, label=f"第 {number} 组", query="check=open", now=now)
        for number in range(12)
    ]
    with pytest.raises(SavedViewRefused) as refused:
        saved_views.keep(by=officer, listing=Listing.QUEUE, label="多了", query="check=open", now=now)
    assert refused.value.code == SavedViewRefusal.TOO_MANY
    saved_views.keep(by=officer, listing=Listing.CLASSES, label="别的列表", query="status=draft", now=now)
    saved_views.forget(by=officer, view=made[4], now=now)
    again = saved_views.keep(by=officer, listing=Listing.QUEUE, label="补上", query="check=open", now=now)
    assert again.place == 5


def test_nobody_forgets_the_view_of_another_and_forgetting_twice_is_no_error(now: datetime, officer: User) -> None:
    made = saved_views.keep(by=officer, listing=Listing.QUEUE, label="逾期", query="check=open", now=now)
    saved_views.forget(by=people.user(), view=made, now=now)
    assert SavedView.objects.count() == 1
    for _ in range(2):
        saved_views.forget(by=officer, view=made, now=now)
    assert SavedView.objects.count() == 0
    assert AuditEvent.objects.filter(verb="view_forgotten").count() == 1


@pytest.mark.parametrize("changes", [{"label": "一"}, {"place": 1}, {"place": 13}, {"query": ""}, {"listing": "x"}])
def test_the_database_itself_keeps_them_few_and_named_once(
    changes: dict[str, object], now: datetime, officer: User
) -> None:
    saved_views.keep(by=officer, listing=Listing.QUEUE, label="一", query="check=open", now=now)
    row = {"owner": officer, "listing": "queue", "label": "二", "query": "check=open", "place": 2, **changes}
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(**row)
