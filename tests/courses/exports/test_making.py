"""Files made in the background: two people for full numbers, progress, a killed worker, one reader, and an end."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from courses import exports
from courses.exports import ExportRefusal, ExportRefused, Wanted, keeping, making, writing
from courses.models import AuditEvent, District, Export, Post, User
from tests.courses.exports.conftest import NUMBER, read
from tests.factories import catalogue, people
from tests.factories.completion import counted
from tests.factories.ledger import batch, row

pytestmark = pytest.mark.django_db
PURPOSE = "核对补贴"


def refused(deed, *args, **kwargs) -> str:
    with pytest.raises(ExportRefused) as caught:
        deed(*args, **kwargs)
    return str(caught.value.code)


def full(roster, by, now: datetime) -> Export:
    wanted = Wanted("a", "xlsx", {"class": roster.number}, full=True, purpose=PURPOSE)
    return exports.take(by=by, wanted=wanted, now=now).export


def entries(by, now: datetime, **filters) -> Export:
    return exports.take(by=by, wanted=Wanted("entries", "xlsx", {"year": 2025, **filters}), now=now).export


def test_full_numbers_are_written_when_a_second_person_agreed_and_go_to_who_asked(now, city, second, roster) -> None:
    export = full(roster, city, now)
    assert (export.status, exports.make_due(clock=lambda: now)) == ("asked", 0)
    assert refused(exports.agree, by=city, export=export, now=now) == ExportRefusal.SAME_PERSON
    exports.agree(by=second, export=export, now=now)
    assert refused(exports.drop, by=second, export=export, now=now) == ExportRefusal.DECIDED
    assert exports.make_due(clock=lambda: now) == 1
    export.refresh_from_db()
    assert refused(exports.fetch, by=second, export=export, now=now) == ExportRefusal.NOT_YOURS
    sheets = read(exports.fetch(by=city, export=export, now=now).file)
    line = dict(zip(*sheets["学员花名册"], strict=True))
    phone = roster.enrolments.get().learner.phone
    assert (line["证件号码"], line["联系电话"], line["姓名"]) == (NUMBER, phone, "=1+1")
    about = dict(sheets["口径"][1:])
    assert (about["用途"], about["证件号码"], about["导出编号"]) == (PURPOSE, "完整号码", export.number)
    assert list(AuditEvent.objects.filter(target=export.number).order_by("pk").values_list("verb", "by_name")) == [
        ("export_asked", "city&co"),
        ("export_agreed", "second"),
        ("exported", "city&co"),
        ("export_fetched", "city&co"),
    ]


def test_full_numbers_lie_in_clear_on_no_disk(now, city, second, roster, monkeypatch) -> None:
    """Where no temporary file can be made, a masked roster is not written, and a full one is."""
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    export = full(roster, city, now)
    exports.agree(by=second, export=export, now=now)
    assert exports.make_due(clock=lambda: now) == 1
    sheets = read(exports.fetch(by=city, export=Export.objects.get(), now=now).file)
    assert NUMBER in sheets["学员花名册"][1]
    with pytest.raises(FileNotFoundError):
        exports.take(by=city, wanted=Wanted("a", "xlsx", {"class": roster.number}), now=now)


def test_full_numbers_need_a_right_a_purpose_a_form_that_has_them_and_xlsx(now, city, roster) -> None:
    officer = people.staff(role="district", now=now, district=catalogue.district())
    filters = {"class": roster.number}
    for by, wanted, code in (
        (officer, Wanted("a", "xlsx", filters, full=True, purpose=PURPOSE), ExportRefusal.NOT_FULL),
        (city, Wanted("a", "xlsx", filters, full=True, purpose=" "), ExportRefusal.PURPOSE_MISSING),
        (city, Wanted("c", "xlsx", filters, full=True, purpose=PURPOSE), ExportRefusal.NOBODY_IN_IT),
        (city, Wanted("a", "csv", filters, full=True, purpose=PURPOSE), ExportRefusal.FULL_IS_XLSX),
    ):
        assert refused(exports.take, by=by, wanted=wanted, now=now) == code
    assert not Export.objects.exists()


@pytest.mark.parametrize("changes", [{"decided_by": None}, {"decided_by": "own"}, {"purpose": ""}])
def test_the_database_wants_the_second_person_and_the_purpose(changes, now, city, second, roster) -> None:
    export = full(roster, city, now)
    values = {"status": "queued", "decided_by": second, "decided_at": now, **changes}
    values["decided_by"] = city if values["decided_by"] == "own" else values["decided_by"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(**values)


def test_a_dropped_request_is_never_made(now, city, second, roster) -> None:
    export = full(roster, city, now)
    exports.drop(by=second, export=export, now=now)
    assert exports.make_due(clock=lambda: now) == 0
    assert refused(exports.fetch, by=city, export=export, now=now) == ExportRefusal.GONE


def test_a_large_form_says_how_far_it_is_and_lies_encrypted(now, city, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(writing, "EVERY", 10)
    batch(rows=[row() for _ in range(25)], now=now)
    export = entries(city, now)
    assert (export.status, export.total) == ("queued", 25)
    seen = []

    def clock() -> datetime:
        seen.append(Export.objects.get().rows)
        return now

    assert exports.make_due(clock=clock) == 1
    export.refresh_from_db()
    # The clock is read after each tenth row was said, and before the next.
    assert sorted(set(seen)) == [0, 10, 20]
    assert (export.status, export.rows, export.expires_at) == ("ready", 25, now + timedelta(hours=72))
    stored = (tmp_path / export.file).read_bytes()
    assert not stored.startswith(b"PK")
    content = exports.fetch(by=city, export=export, now=now).file
    assert len(read(content)["计数账"]) == 26


def test_what_a_killed_worker_left_is_begun_anew_and_given_up_after_three_tries(now, city) -> None:
    batch(rows=[row()], now=now)
    export = entries(city, now)
    dead = {"status": "running", "claim": "dead", "claimed_at": now, "attempts": 1}
    Export.objects.filter(pk=export.pk).update(**dead)
    assert exports.make_due(clock=lambda: now + timedelta(minutes=4)) == 0
    assert exports.make_due(clock=lambda: now + timedelta(minutes=5)) == 1
    other = entries(city, now, month=6)
    Export.objects.filter(pk=other.pk).update(**{**dead, "attempts": 3})
    assert exports.make_due(clock=lambda: now + timedelta(minutes=5)) == 0
    other.refresh_from_db()
    assert (other.status, other.trouble) == (
        "failed", "试了 3 次都没有生成。请重新导出；再不行，请联系系统管理员。",
    )  # fmt: skip


def test_a_worker_that_was_overtaken_leaves_no_file(now, city, monkeypatch, tmp_path: Path) -> None:
    batch(rows=[row()], now=now)
    export = entries(city, now)
    kept = keeping.keep

    def overtaken(**values):
        Export.objects.filter(pk=export.pk).update(claim="another")
        return kept(**values)

    monkeypatch.setattr(keeping, "keep", overtaken)
    assert making.make_due(clock=lambda: now) == 0
    assert list((tmp_path / keeping.FOLDER).iterdir()) == []
    export.refresh_from_db()
    assert (export.status, export.claim) == ("running", "another")


def test_what_may_no_longer_be_seen_is_not_made(now, city, roster, second) -> None:
    export = full(roster, city, now)
    exports.agree(by=second, export=export, now=now)
    city.posts.update(until=now)
    assert exports.make_due(clock=lambda: now + timedelta(minutes=1)) == 0
    export.refresh_from_db()
    assert (export.status, export.trouble) == (
        "failed",
        "这张表超出您的范围，本次未导出。请改选您的区市，或请上级导出。",
    )


def test_who_left_the_post_does_not_fetch_what_was_made(now, city) -> None:
    export = entries(city, now)
    exports.make_due(clock=lambda: now)
    export.refresh_from_db()
    city.posts.update(until=now)
    left = User.objects.get(pk=city.pk)
    assert refused(exports.fetch, by=left, export=Export.objects.get(), now=now) == ExportRefusal.NOT_YOURS


def moved(by: User, district: District | None, at: datetime) -> None:
    by.posts.update(until=at)
    role = "district" if district else "city"
    Post.objects.create(user=by, role=role, district=district, since=at, given_by=None)


def test_who_moved_to_another_district_does_not_fetch_the_file_of_the_old_one(now, city) -> None:
    """The whole city opens it, and so does the same post given anew; the filters name no district."""
    zhifu, laishan = catalogue.district(), catalogue.district("laishan", "莱山区", "370613")
    officer = people.staff(role="district", now=now, district=zhifu)
    batch(rows=[row()], now=now)
    export = entries(officer, now)
    exports.make_due(clock=lambda: now)
    answers = []
    for hours, place in ((1, laishan), (2, zhifu), (3, None)):
        later = now + timedelta(hours=hours)
        moved(officer, place, later)
        try:
            exports.fetch(by=User.objects.get(pk=officer.pk), export=Export.objects.get(), now=later).file.close()
        except ExportRefused as refusal:
            answers.append(refusal.code)
        else:
            answers.append("given")
    assert (export.filters, answers) == ({"year": 2025}, [ExportRefusal.NOT_YOURS, "given", "given"])


def test_who_moved_before_it_was_made_is_given_nothing_of_either_district(now) -> None:
    zhifu, laishan = catalogue.district(), catalogue.district("laishan", "莱山区", "370613")
    officer = people.staff(role="district", now=now, district=zhifu)
    batch(rows=[row()], now=now)
    export = entries(officer, now)
    moved(officer, laishan, now + timedelta(minutes=1))
    assert exports.make_due(clock=lambda: now + timedelta(minutes=2)) == 0
    export.refresh_from_db()
    assert (export.status, export.file) == ("failed", "")


def test_a_file_goes_after_its_hours_and_its_row_stays(now, city, tmp_path: Path) -> None:
    export = entries(city, now)
    exports.make_due(clock=lambda: now)
    export.refresh_from_db()
    later = now + timedelta(hours=72)
    assert refused(exports.fetch, by=city, export=export, now=later) == ExportRefusal.GONE
    assert (exports.sweep(now=later - timedelta(seconds=1)), exports.sweep(now=later)) == (0, 1)
    kept = Export.objects.get()
    assert (kept.status, kept.file, kept.sha256) == ("expired", "", export.sha256)
    assert list((tmp_path / keeping.FOLDER).iterdir()) == []


def test_a_page_for_the_printer_holds_only_so_many_rows(now, city, monkeypatch) -> None:
    from courses.exports import taking

    counted(now=now - timedelta(days=9))
    monkeypatch.setattr(taking, "PRINT_ROWS", 0)
    code = refused(exports.take, by=city, wanted=Wanted("f", "print", {"year": 2026}), now=now)
    assert code == ExportRefusal.TOO_LONG
