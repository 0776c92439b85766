"""培训需求目录 at the desk: an entry is added, changed and withdrawn in versions; who, when and why stays; the public page
follows."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from courses import institutions
from courses.institutions import NeedFacts, NeedRefusal, NeedRefused
from courses.models import AuditEvent, TrainingNeed, User
from tests.courses.web.desk.conftest import Cast, Open, words
from tests.factories import catalogue

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 14)


def facts(**changed: Any) -> NeedFacts:
    return NeedFacts(**{"name": "海工装备焊工", "name_en": "Offshore welder", "kind": catalogue.kind(), **changed})


def added(by: User, now: datetime, on: date = TODAY, **changed: Any) -> TrainingNeed:
    return institutions.add_need(by=by, facts=facts(**changed), effective_on=on, reason="烟人社发〔2026〕12号", now=now)


def sent(need: TrainingNeed | None = None, **changed: Any) -> dict[str, Any]:
    """The form as the browser sends it."""
    said = {"name": "海工装备焊工", "name_en": "Offshore welder", "kind": catalogue.kind().pk, "planned": "300"}
    version = {"version": need.version} if need else {}
    return {**said, "effective_on": "2026-09-14", "reason": "烟人社发〔2026〕12号", **version, **changed}


def public() -> str:
    return words(Client().get(reverse("needs_directory")))


def test_the_city_adds_changes_and_withdraws_a_need_and_the_public_reads_each_step(
    cast: Cast, sign_in: Open, now: datetime
) -> None:
    browser = sign_in(cast.city)
    browser.post(reverse("desk_need_new"), sent())
    need = TrainingNeed.objects.get()
    assert "海工装备焊工 列入" in public()
    browser.post(reverse("desk_need_change", args=[need.key]), sent(need, planned="500"))
    assert "共 1 项需求" in public()
    assert "海工装备焊工 变更 计划改为 500 人次" in public()
    out = {"out-effective_on": "2026-09-14", "out-reason": "任务已完成", "out-version": 2}
    browser.post(reverse("desk_need_withdraw", args=[need.key]), out)
    assert "共 0 项需求" in public()
    assert "海工装备焊工 退出" in public()
    assert list(AuditEvent.objects.filter(target=need.key).order_by("pk").values_list("verb", "by_id")) == [
        ("need_added", cast.city.pk), ("need_changed", cast.city.pk), ("need_withdrawn", cast.city.pk),
    ]  # fmt: skip


def test_who_when_and_why_is_read_at_the_desk_and_not_in_public(cast: Cast, sign_in: Open, now: datetime) -> None:
    need = added(cast.city, now)
    page = words(sign_in(cast.district).get(reverse("desk_need", args=[need.key])))
    assert "烟人社发〔2026〕12号" in page
    assert "9 月 14 日" in page
    assert "保存为新的一版" not in page
    assert "烟人社发" not in public()


def test_a_version_of_a_file_says_that_nobody_wrote_it_at_the_desk(cast: Cast, sign_in: Open) -> None:
    TrainingNeed.objects.create(
        key="welder", version=1, effective_on=TODAY, name="焊工", name_en="Welder", kind=catalogue.kind()
    )
    assert "由文件导入" in words(sign_in(cast.city).get(reverse("desk_need", args=["welder"])))


def test_what_is_to_come_is_not_public_before_its_day(cast: Cast, sign_in: Open, now: datetime) -> None:
    need = added(cast.city, now, on=date(2026, 10, 1))
    assert "共 0 项需求" in public()
    assert "待生效" in words(sign_in(cast.city).get(reverse("desk_needs")))
    with pytest.raises(NeedRefused) as refused:
        institutions.withdraw_need(by=cast.city, latest=need, effective_on=TODAY, reason="写错了", now=now)
    assert refused.value.code == NeedRefusal.DATE_BEFORE


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": " "}, NeedRefusal.REASON_MISSING),
        ({"reason": "见 13805351234"}, NeedRefusal.HAS_NUMBER),
        ({"facts": {"name": "焊工 370699199001010016"}}, NeedRefusal.HAS_NUMBER),
        ({"effective_on": TODAY - timedelta(days=1)}, NeedRefusal.DATE_PAST),
        ({"facts": {}}, NeedRefusal.NOTHING_CHANGED),
    ],
)
def test_a_change_is_refused_and_nothing_is_saved(
    cast: Cast, now: datetime, changed: dict[str, Any], code: NeedRefusal
) -> None:
    need = added(cast.city, now)
    said = {"facts": {"planned": 9}, "effective_on": TODAY, "reason": "任务调整"} | changed
    with pytest.raises(NeedRefused) as refused:
        institutions.change_need(by=cast.city, latest=need, now=now, **{**said, "facts": facts(**said["facts"])})
    assert refused.value.code == code
    assert TrainingNeed.objects.count() == 1


def test_who_read_an_older_version_changes_nothing(cast: Cast, sign_in: Open, now: datetime) -> None:
    need = added(cast.city, now)
    institutions.change_need(
        by=cast.city, latest=need, facts=facts(planned=80), effective_on=TODAY, reason="任务调整", now=now
    )
    answer = sign_in(cast.city).post(reverse("desk_need_change", args=[need.key]), sent(need, planned="900"))
    assert answer.status_code == 422
    assert "刚才有人改了这项需求，未保存" in words(answer)
    assert [one.planned for one in institutions.versions_of(key=need.key)] == [80, None]


def test_what_was_withdrawn_is_withdrawn_once_and_may_be_listed_again(cast: Cast, now: datetime) -> None:
    need = added(cast.city, now)
    gone = institutions.withdraw_need(by=cast.city, latest=need, effective_on=TODAY, reason="任务已完成", now=now)
    with pytest.raises(NeedRefused) as refused:
        institutions.withdraw_need(by=cast.city, latest=gone, effective_on=TODAY, reason="任务已完成", now=now)
    assert refused.value.code == NeedRefusal.WITHDRAWN
    institutions.change_need(by=cast.city, latest=gone, facts=facts(), effective_on=TODAY, reason="又有任务", now=now)
    assert [one.what for one in institutions.needs_changes(on=TODAY)] == ["added", "removed", "added"]


def test_the_database_keeps_no_version_of_somebody_without_a_reason(cast: Cast, now: datetime) -> None:
    row = {"key": "welder", "version": 1, "effective_on": TODAY, "name": "焊工", "name_en": "Welder"}
    with pytest.raises(IntegrityError):
        TrainingNeed.objects.create(kind=catalogue.kind(), by=cast.city, at=now, **row)


def test_a_file_goes_on_where_the_desk_left_off(cast: Cast, now: datetime, tmp_path: Any) -> None:
    need = added(cast.city, now)
    head = "key,version,effective_on,name,name_en,kind,occupation,level,planned,withdrawn"
    path = tmp_path / "needs.csv"
    line = f"{need.key},2,2026-09-20,海工装备焊工,Offshore welder,{need.kind.key},,,700,0"
    path.write_text(f"{head}\n{line}\n", encoding="utf-8")
    call_command("load_reference", path, only="training_needs", verbosity=0)
    assert [(one.version, one.planned) for one in institutions.versions_of(key=need.key)] == [(2, 700), (1, None)]


@pytest.mark.parametrize("entries", [1, 6])
def test_the_list_costs_the_same_however_long_it_is(
    cast: Cast, sign_in: Open, now: datetime, entries: int, django_assert_num_queries: Any
) -> None:
    for _entry in range(entries):
        added(cast.city, now)
    browser = sign_in(cast.city)
    browser.get(reverse("desk_needs"))
    with django_assert_num_queries(5):
        browser.get(reverse("desk_needs"))
