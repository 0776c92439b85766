"""报名 on the page: one press for who is known, one question a page for the rest, and the reason before the button."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from courses import enrolment, seating
from courses.models import Enrolment, EnrolmentDraft, Institution, Learner, LearnerCategory, Proof, TrainingClass
from tests.factories import catalogue, papers, people
from tests.factories.classes import training_class
from tests.factories.ledger import counted

pytestmark = pytest.mark.django_db
PDF = papers.pdf()


@pytest.fixture(autouse=True)
def _clock(now: datetime, settings: Settings, tmp_path: Path) -> Iterator[None]:
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    for key, name in (
        ("flexible", "灵活就业"),
        ("veteran", "退役军人"),
        ("student", "在校学生"),
        ("owner", "小微企业主"),
    ):
        LearnerCategory.objects.create(key=key, name=name, name_en=key, proof="证明" if key == "veteran" else "")
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def learner(client: Client, now: datetime) -> Learner:
    made = people.learner(now=now)
    made.category = LearnerCategory.objects.get(key="flexible")
    made.save()
    assert made.user
    client.force_login(made.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    return training_class(now=now)


@pytest.fixture
def camp(now: datetime) -> TrainingClass:
    return training_class(now=now, course=catalogue.course(kind=catalogue.kind("camp", module="camp", letter="Y")))


def address(a_class: TrainingClass, step: str = "") -> str:
    return f"/my/enrol/{a_class.number}/{step and step + '/'}"


def page(client: Client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content, "lxml")


def tasks(client: Client, a_class: TrainingClass) -> list[str]:
    return [row.get_text(" ", strip=True) for row in page(client, address(a_class)).select(".task-list > li")]


def answer(client: Client, a_class: TrainingClass, step: str, value: object) -> str:
    given = client.post(address(a_class, step), {"answer": value})
    return given.headers.get("Location", str(given.status_code))


def test_who_is_known_confirms_with_one_press(client: Client, learner: Learner, a_class: TrainingClass) -> None:
    button = page(client, address(a_class)).select_one("form button[type=submit]")
    assert button is not None
    assert "确认报名" in button.text
    given = client.post(address(a_class))
    own = Enrolment.objects.get()
    assert (given.headers["Location"], own.status) == (reverse("my_enrolment", args=[own.number]), "admitted")


def test_who_applies_vouches_for_what_they_state_and_the_version_is_kept(
    client: Client, learner: Learner, a_class: TrainingClass
) -> None:
    text = catalogue.consent_notice("truth-of-status")
    box = page(client, address(a_class)).select_one("input[name=truth]")
    assert box is not None
    assert (box["value"], box.has_attr("checked")) == (text.version, False)
    for said in ({}, {"truth": "0.9"}):
        refused = client.post(address(a_class), said)
        assert refused.status_code == 409
        assert "还没有确认所填情况属实，这次没有报名。" in refused.content.decode()
    assert not Enrolment.objects.exists()
    client.post(address(a_class), {"truth": text.version})
    assert Enrolment.objects.get().truth == "1.0"


def test_the_one_press_stays_within_nine_statements(
    client: Client, learner: Learner, a_class: TrainingClass, now: datetime
) -> None:
    other = training_class(now=now, first=now + timedelta(days=20))
    client.post(address(other))
    with CaptureQueriesContext(connection) as captured:
        client.post(address(a_class))
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    said = [query["sql"] for query in captured if not query["sql"].startswith(frame)]
    assert len(said) <= 9, said
    assert Enrolment.objects.count() == 2


def test_the_task_list_says_how_far_each_row_is(client: Client, learner: Learner, a_class: TrainingClass) -> None:
    assert tasks(client, a_class) == [
        "1 姓名和证件 已完成",
        f"2 联系方式 {learner.phone[:3]}****{learner.phone[-4:]}",
        "3 类别和材料 已完成",
        "4 确认报名 最后一步",
    ]


def test_a_newcomer_is_led_to_the_identity_first(client: Client, a_class: TrainingClass, now: datetime) -> None:
    newcomer = people.learner(now=now, verified=False)
    assert newcomer.user
    client.force_login(newcomer.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    told = page(client, address(a_class))
    assert "下一步：填写姓名和证件" in told.select_one(".btn-wide").text  # type: ignore[union-attr]
    assert not told.select("form button.btn-wide")


def test_the_reason_stands_there_before_the_button(
    client: Client, learner: Learner, a_class: TrainingClass, now: datetime
) -> None:
    counted(learner=learner, key="occupation:chinese-cook:4", now=now)
    told = page(client, address(a_class))
    assert "同样的内容已经学完" in told.select_one(".notice").text  # type: ignore[union-attr]
    assert not told.select(".task-list, form button.btn-wide")
    assert client.post(address(a_class)).status_code == 409
    assert not Enrolment.objects.exists()


def test_a_remark_is_shown_before_and_after_and_does_not_stop_anybody(
    client: Client, learner: Learner, a_class: TrainingClass
) -> None:
    Learner.objects.filter(pk=learner.pk).update(born_on=date(1960, 1, 1))
    before = page(client, address(a_class))
    receipt = client.post(address(a_class), follow=True).content.decode()
    assert "可能已到退休年龄" in before.select_one(".notice").text  # type: ignore[union-attr]
    assert "可能已到退休年龄" in receipt


def test_an_answer_waits_on_the_server_and_becomes_a_particular_with_the_application(
    client: Client, learner: Learner, a_class: TrainingClass
) -> None:
    assert answer(client, a_class, "contact", "139 0000 1111") == address(a_class)
    learner.refresh_from_db()
    assert learner.phone != "13900001111"
    assert "139****1111" in tasks(client, a_class)[1]
    client.post(address(a_class))
    learner.refresh_from_db()
    assert learner.phone == "13900001111"
    assert not EnrolmentDraft.objects.exists()


def test_a_wrong_phone_is_said_beside_the_field_and_not_kept(
    client: Client, learner: Learner, a_class: TrainingClass
) -> None:
    given = client.post(address(a_class, "contact"), {"answer": "1390000"})
    assert given.status_code == 422
    assert "手机号应为 11 位" in given.content.decode()
    assert not EnrolmentDraft.objects.exists()


def test_another_category_is_asked_for_its_proof_and_frozen_with_the_application(
    client: Client, learner: Learner, a_class: TrainingClass
) -> None:
    assert answer(client, a_class, "category", "veteran") == address(a_class, "proof")
    assert "可以报名后再补" in tasks(client, a_class)[2]
    file = SimpleUploadedFile("anything.exe", PDF)
    client.post(address(a_class, "proof"), {"file": file})
    assert "已完成" in tasks(client, a_class)[2]
    client.post(address(a_class))
    own = Enrolment.objects.select_related("category", "learner__category").get()
    assert own.category is not None
    assert (own.category.key, own.learner.category, own.findings) == ("veteran", own.category, [])


def test_a_student_is_asked_for_the_day_of_the_diploma(
    client: Client, learner: Learner, a_class: TrainingClass
) -> None:
    assert answer(client, a_class, "category", "student") == address(a_class, "graduation")
    assert answer(client, a_class, "graduation", "2090-06-30") == "422"
    assert answer(client, a_class, "graduation", "2029-06-30") == address(a_class, "proof")
    assert "毕业学年" in page(client, address(a_class)).select_one(".notice").text  # type: ignore[union-attr]
    answer(client, a_class, "graduation", "2027-06-30")
    client.post(address(a_class))
    learner.refresh_from_db()
    assert learner.graduates_on == date(2027, 6, 30)


def test_a_camp_asks_for_every_criterion(client: Client, learner: Learner, camp: TrainingClass) -> None:
    assert "下一步：请逐条确认参加条件" in page(client, address(camp)).select_one(".btn-wide").text  # type: ignore[union-attr]
    assert client.post(address(camp)).status_code == 409
    assert answer(client, camp, "criteria", ["venture"]) == "422"
    assert answer(client, camp, "criteria", ["venture", "attend"]) == address(camp)
    client.post(address(camp))
    assert Enrolment.objects.get().declared == ["attend", "venture"]


@pytest.mark.parametrize("step", ["category", "graduation", "criteria", "contact"])
def test_a_page_without_an_answer_says_so(client: Client, learner: Learner, camp: TrainingClass, step: str) -> None:
    given = client.post(address(camp, step), {})
    assert given.status_code == 422
    assert "error-summary" in given.content.decode()


def test_an_unknown_step_is_not_found(client: Client, learner: Learner, a_class: TrainingClass) -> None:
    assert client.get(address(a_class, "payment")).status_code == 404


def test_an_abandoned_draft_goes_after_thirty_days(
    client: Client, learner: Learner, a_class: TrainingClass, now: datetime
) -> None:
    answer(client, a_class, "category", "veteran")
    assert enrolment.prune_drafts(now=now + timedelta(days=29)) == 0
    assert enrolment.prune_drafts(now=now + timedelta(days=31)) == 1


def photo() -> bytes:
    written = BytesIO()
    Image.new("RGB", (30, 20), "navy").save(written, "JPEG")
    return written.getvalue()


def handed_in(client: Client, a_class: TrainingClass) -> Proof:
    answer(client, a_class, "category", "veteran")
    client.post(address(a_class, "proof"), {"file": SimpleUploadedFile("a.jpg", photo(), "image/jpeg")})
    return Proof.objects.get()


def test_a_proof_comes_back_as_a_download_that_nothing_runs(
    client: Client, learner: Learner, a_class: TrainingClass
) -> None:
    proof = handed_in(client, a_class)
    given = client.post(reverse("my_proof", args=[proof.code]))
    assert given.headers["Content-Disposition"] == f'attachment; filename="{proof.code}.jpg"'
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in given.headers["Cache-Control"]
    assert client.get(reverse("my_proof", args=[proof.code])).status_code == 405


def test_a_file_of_the_wrong_kind_is_said_beside_the_field(
    client: Client, learner: Learner, a_class: TrainingClass
) -> None:
    answer(client, a_class, "category", "veteran")
    given = client.post(
        address(a_class, "proof"), {"file": SimpleUploadedFile("a.jpg", b"<html><script>", "image/jpeg")}
    )
    assert given.status_code == 422
    assert "只收照片" in given.content.decode()
    assert not Proof.objects.exists()


def test_a_body_beyond_all_measure_is_refused_unread(client: Client, learner: Learner, a_class: TrainingClass) -> None:
    given = client.post(address(a_class, "proof"), {"file": SimpleUploadedFile("a.jpg", bytes(13 * 1024 * 1024))})
    assert given.status_code == 400
    assert not Proof.objects.exists()


def test_what_another_learner_handed_in_is_not_found(
    client: Client, learner: Learner, a_class: TrainingClass, now: datetime
) -> None:
    proof = handed_in(client, a_class)
    client.post(address(a_class))
    own = Enrolment.objects.get()
    stranger = people.learner(now=now)
    assert stranger.user
    client.force_login(stranger.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("my_enrolment_proof", args=[own.number])).status_code == 404
    assert [client.post(reverse(name, args=[proof.code])).status_code for name in ("my_proof", "my_proof_delete")] == [
        404,
        404,
    ]


def test_a_proof_is_added_after_applying_and_not_taken_from_under_the_enrolment(
    client: Client, learner: Learner, a_class: TrainingClass
) -> None:
    answer(client, a_class, "category", "veteran")
    receipt = client.post(address(a_class), follow=True).content.decode()
    assert "还没有提交，请在开班前补上" in receipt
    own = Enrolment.objects.get()
    there = reverse("my_enrolment_proof", args=[own.number])
    client.post(there, {"file": SimpleUploadedFile("a.jpg", photo())})
    assert "已提交 1 个文件" in client.get(reverse("my_enrolment", args=[own.number])).content.decode()
    given = client.post(reverse("my_proof_delete", args=[Proof.objects.get().code]), {"next": there}, follow=True)
    assert "不能删除" in given.content.decode()
    assert Proof.objects.filter(deleted_at__isnull=True).count() == 1


def test_who_leaves_is_told_of_the_next_one_only_where_somebody_moved_up(
    client: Client, learner: Learner, now: datetime
) -> None:
    a_class = training_class(now=now, seats=1)
    said = []
    for waits in (False, True):
        own = enrolment.apply(learner=learner, training_class=a_class, now=now)
        if waits:
            enrolment.apply(learner=people.learner(now=now), training_class=a_class, now=now)
        answer = client.post(f"/my/enrolment/{own.number}/withdraw/", follow=True)
        said += [str(message) for message in answer.context["messages"]]
    assert said == ["已退出这个班。", "已退出，席位已让给候补的学员。"]


def test_the_receipt_of_a_cancelled_class_says_that_the_class_was_cancelled_and_why(
    client: Client, learner: Learner, a_class: TrainingClass, now: datetime
) -> None:
    own = enrolment.apply(learner=learner, training_class=a_class, now=now)
    seating.advance(
        by=people.user(), training_class=a_class, to=TrainingClass.Status.CANCELLED, now=now, reason="场地停用"
    )
    seen = page(client, f"/my/enrolment/{own.number}/")
    assert seen.h1 is not None
    assert seen.h1.get_text() == "这个班已取消"
    assert "原因：场地停用" in seen.get_text()


@pytest.mark.parametrize("days", [0, 1, 2])
@pytest.mark.parametrize("mode", [TrainingClass.Mode.FIRST_COME, TrainingClass.Mode.REVIEWED])
def test_to_leave_is_offered_just_as_long_as_it_is_done_and_then_it_is_said_whom_to_call(
    days: int, mode: str, client: Client, learner: Learner, now: datetime
) -> None:
    """The class starts tomorrow. Who has no seat yet may leave on that day too."""
    a_class = training_class(now=now, mode=mode)
    Institution.objects.filter(pk=a_class.institution_id).update(contact_phone="0535-6001234")
    own = enrolment.apply(learner=learner, training_class=a_class, now=now)
    with time_machine.travel(now + timedelta(days=days), tick=False):
        seen = page(client, f"/my/enrolment/{own.number}/")
        offered = seen.select_one(f'form[action="/my/enrolment/{own.number}/withdraw/"]') is not None
        told = "已到开课日期，不能自己在网上退出。请联系培训机构办理。" in seen.get_text()
        assert (offered, told, bool(seen.select('a[href="tel:0535-6001234"]'))) == (offered, not offered, not offered)
        client.post(f"/my/enrolment/{own.number}/withdraw/")
    own.refresh_from_db()
    assert offered == (own.status == Enrolment.Status.WITHDRAWN) == (days == 0 or mode != TrainingClass.Mode.FIRST_COME)


@pytest.mark.parametrize(
    ("days", "sentence"), [(0, "开班前可以自己退出。"), (1, "已到开课日期，录取后要退出，请联系培训机构。")]
)
def test_before_the_press_it_is_said_until_when_one_may_leave(
    days: int, sentence: str, client: Client, learner: Learner, a_class: TrainingClass, now: datetime
) -> None:
    with time_machine.travel(now + timedelta(days=days), tick=False):
        assert sentence in page(client, address(a_class)).get_text()
