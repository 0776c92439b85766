"""定期导出: once a month, of the month before, for who still may."""

from datetime import datetime, timedelta

import pytest

from courses import exports, notices, tally
from courses.exports import ExportRefusal, ExportRefused, Wanted
from courses.models import Export, ExportSchedule, OutboxMessage
from courses.policy import CITY_TIME

pytestmark = pytest.mark.django_db


def plan(by, now: datetime, **changes) -> ExportSchedule:
    values = {"form": "i", "kind": "xlsx", "district": "", "day": 5, **changes}
    return exports.plan(by=by, now=now, **values)


def test_on_its_day_the_month_before_is_made_once(now, city) -> None:
    schedule = plan(city, now)
    fourth = datetime(2026, 10, 4, 6, tzinfo=CITY_TIME)
    # The fifth of September is past: it begins with October.
    assert [exports.queue_due(now=at) for at in (now, fourth)] == [0, 0]
    sixth = fourth + timedelta(days=2)
    assert [exports.queue_due(now=sixth), exports.queue_due(now=sixth)] == [1, 0]
    made = Export.objects.get()
    assert (made.filters, made.schedule, made.asked_by) == ({"year": 2026, "month": 9}, schedule, city)
    assert exports.make_due(clock=lambda: sixth) == 1


def told(user) -> list[str]:
    return [one.text for one in notices.told_staff(user=user)]


def test_its_owner_is_told_on_the_site_that_it_is_ready_until_when_and_nobody_else(now, city, second) -> None:
    plan(city, now)
    sixth = datetime(2026, 10, 6, 6, tzinfo=CITY_TIME)
    exports.queue_due(now=sixth)
    exports.make_due(clock=lambda: sixth)
    made = Export.objects.get()
    assert told(city) == [
        f"定期导出「督导检查记录」已生成，编号 {made.number}，请在 10 月 9 日 6:00 前到「报表」领取，过时删除。"
    ]
    assert told(second) == []
    assert list(notices.told_staff(user=city, since=sixth + timedelta(seconds=1))) == []
    message = OutboxMessage.objects.get()
    assert (message.channel, message.user, message.learner, message.to) == ("site", city, None, "")
    assert notices.deliver_due(now=sixth) == 1


def test_its_owner_is_told_that_it_was_not_made_and_why(now, city) -> None:
    plan(city, now, form="h")
    sixth = datetime(2026, 10, 6, 6, tzinfo=CITY_TIME)
    exports.queue_due(now=sixth)
    tally.record_check(differences=1, now=sixth)
    assert exports.make_due(clock=lambda: sixth) == 0
    made = Export.objects.get()
    assert made.status == Export.Status.FAILED
    assert told(city) == [
        f"定期导出「培训情况汇总表」没有生成，编号 {made.number}。{made.trouble}需要时请到「报表」重新导出。"
    ]


def test_a_worker_that_never_comes_to_an_end_is_told_of_too_and_once(now, city) -> None:
    plan(city, now)
    sixth = datetime(2026, 10, 6, 6, tzinfo=CITY_TIME)
    exports.queue_due(now=sixth)
    Export.objects.update(attempts=3)
    for _ in range(2):
        exports.make_due(clock=lambda: sixth)
    (words,) = told(city)
    assert "试了 3 次都没有生成" in words


def test_who_asked_by_hand_waits_on_the_page_and_gets_no_message(now, city) -> None:
    exports.take(by=city, wanted=Wanted("f", "csv", {"year": 2026}), now=now)
    assert exports.make_due(clock=lambda: now) == 1
    assert told(city) == []


def test_the_form_of_a_year_is_made_of_the_month_s_year(now, city) -> None:
    plan(city, now, form="h")
    for at in (now + timedelta(days=30), datetime(2027, 1, 6, tzinfo=CITY_TIME)):
        assert exports.queue_due(now=at) == 1
    assert list(Export.objects.order_by("pk").values_list("filters", flat=True)) == [{"year": 2026}, {"year": 2026}]


def test_a_stopped_one_and_one_whose_owner_may_no_more_make_nothing(now, city, second) -> None:
    exports.stop(by=city, schedule=plan(city, now), now=now)
    plan(second, now)
    second.posts.update(until=now)
    assert exports.queue_due(now=now + timedelta(days=40)) == 0


def test_a_plan_that_makes_no_sense_is_refused(now, city) -> None:
    plan(city, now)
    for changes, code in (
        ({}, ExportRefusal.TWICE),
        ({"form": "a"}, ExportRefusal.NOT_MONTHLY),
        ({"kind": "print"}, ExportRefusal.UNKNOWN_KIND),
        ({"day": 29}, ExportRefusal.NO_DAY),
        ({"form": "zz"}, ExportRefusal.NOT_MONTHLY),
        ({"form": "circular", "kind": "docx", "district": "nowhere"}, ExportRefusal.NOT_YOURS),
        *(
            ({"form": form, "district": "nowhere"}, ExportRefusal.NOT_YOURS)
            for form in (*"fghij", "monthly", "entries")
        ),
    ):
        with pytest.raises(ExportRefused) as refused:
            plan(city, now, **changes)
        assert refused.value.code == code
