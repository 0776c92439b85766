"""实名 on the pages: one question each, kept on the server, checked at the end; once, and masked afterwards."""

from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.utils import timezone

from courses.models import Consent, ConsentNotice, DocumentKind, EducationLevel, IdentityDraft, Learner, LearnerCategory
from courses.people import identity
from courses.people.learners import NOTICES, IdentityRefusal, IdentityRefused, verify_identity
from tests.factories import catalogue, people
from tests.factories.identity import PAGES, answer, walk

pytestmark = pytest.mark.django_db
NEXT = "?next=/my/enrol/B001/"


@pytest.fixture
def newcomer(client: Client) -> Learner:
    catalogue.policy()
    learner = people.learner(now=timezone.now(), verified=False)
    assert learner.user is not None
    client.force_login(learner.user)
    return learner


@pytest.fixture
def said(newcomer: Learner) -> dict[str, Any]:
    """Answers as they should be."""
    for key, name in (("resident", "居民身份证"), ("passport", "护照")):
        DocumentKind.objects.get_or_create(key=key, defaults={"name": name, "name_en": key})
    for key in NOTICES:
        ConsentNotice.objects.create(key=key, version="1.0", title=key, title_en=key, text="文", text_en="text")
    EducationLevel.objects.create(key="61", name="高中", name_en="High school")
    LearnerCategory.objects.create(key="other", name="其他", name_en="Other")
    return {
        "consent": "on",
        "name": "王小强",
        "kind": "resident",
        "number": people.resident_number(born_on=date(1990, 3, 7)),
        "district": catalogue.district().key,
        "education": "61",
        "category": "other",
    }


def page(client: Client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content, "lxml")


def begin(client: Client, said: dict[str, Any], *pages: str) -> None:
    for name in pages or tuple(PAGES):
        answer(client, name, said)


def test_the_answers_prove_who_one_is_with_both_consents(
    client: Client, newcomer: Learner, said: dict[str, Any]
) -> None:
    done = walk(client, said, NEXT)
    newcomer.refresh_from_db()
    assert (done["Location"], newcomer.name, newcomer.born_on) == ("/my/enrol/B001/", "王小强", date(1990, 3, 7))
    assert [newcomer.district, newcomer.education, newcomer.category] == [
        catalogue.district(), EducationLevel.objects.get(), LearnerCategory.objects.get(),
    ]  # fmt: skip
    assert set(Consent.objects.values_list("notice__key", flat=True)) == set(NOTICES)
    assert not IdentityDraft.objects.exists()


def test_each_page_asks_one_thing_and_leads_to_the_next(client: Client, said: dict[str, Any]) -> None:
    walked, at = [], client.get(f"/my/identity/{NEXT}")["Location"]
    while "/my/identity/?" not in at:
        shown = page(client, at)
        fields = [one["name"] for one in shown.select("main form :is(input, select)[name]:not([type=hidden])")]
        progress = next(text for text in shown.main.stripped_strings if "步，共" in text)  # type: ignore[union-attr]
        walked.append((at.removesuffix(NEXT), sorted(set(fields)), progress))
        at = answer(client, at.split("/")[3], said, NEXT)["Location"]
    assert walked == [
        ("/my/identity/consent/", ["consent", "document"], "第 1 步，共 7 步"),
        ("/my/identity/name/", ["name"], "第 2 步，共 7 步"),
        ("/my/identity/document/", ["kind", "number"], "第 3 步，共 7 步"),
        ("/my/identity/district/", ["answer"], "第 4 步，共 7 步"),
        ("/my/identity/education/", ["answer"], "第 5 步，共 7 步"),
        ("/my/identity/category/", ["answer"], "第 6 步，共 7 步"),
    ]
    assert (at, "第 7 步，共 7 步" in page(client, at).get_text()) == (f"/my/identity/{NEXT}", True)


def test_going_back_finds_the_answer_and_the_way_on(client: Client, said: dict[str, Any]) -> None:
    begin(client, said, "consent", "name", "document")
    district = page(client, f"/my/identity/district/{NEXT}")
    back = district.select_one("main a.row-link")["href"]  # type: ignore[index]
    assert back == f"/my/identity/document/{NEXT}"
    assert page(client, f"/my/identity/name/{NEXT}").select_one("#id_name")["value"] == "王小强"  # type: ignore[index]
    assert answer(client, "name", {"name": "王大强"}, NEXT)["Location"] == f"/my/identity/district/{NEXT}"


def test_the_answers_are_checked_before_they_count_and_each_can_be_changed(
    client: Client, newcomer: Learner, said: dict[str, Any]
) -> None:
    begin(client, said)
    shown = page(client, "/my/identity/")
    number = said["number"]
    rows = {row.dt.text: row.dd.get_text("｜", strip=True) for row in shown.select(".summary > div")}
    assert rows == {
        "姓名": "王小强",
        "居民身份证": f"{number[:2]}{'*' * 13}{number[-3:]}｜{newcomer.Sex(sex_of(number)).label}，1990-03-07 出生",
        "常住区市": catalogue.district().label,
        "文化程度": "高中",
        "人员类别": "其他",
    }
    changed = [row.select_one(".summary-action a")["href"] for row in shown.select(".summary > div")]
    assert changed == [f"/my/identity/{name}/" for name in ("name", "document", "district", "education", "category")]
    newcomer.refresh_from_db()
    assert newcomer.verified_at is None
    assert answer(client, "name", {"name": "王大强"})["Location"] == "/my/identity/"
    client.post("/my/identity/")
    newcomer.refresh_from_db()
    assert newcomer.name == "王大强"


def sex_of(number: str) -> str:
    return "1" if int(number[16]) % 2 else "2"


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("name", {"name": " "}, "name"),
        ("document", {"number": "370699199003070010"}, "number"),
        ("document", {"kind": ""}, "kind"),
        ("document", {"number": people.resident_number(born_on=date(timezone.now().year - 10, 1, 1))}, "number"),
        ("category", {"category": "none"}, "answer"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_not_kept(
    client: Client, newcomer: Learner, said: dict[str, Any], name: str, change: dict[str, str], field: str
) -> None:
    begin(client, said, "consent")
    given = {word: value for word, value in {**said, **change}.items() if value}
    told = answer(client, name, given)
    assert (told.status_code, list(told.context["form"].errors)) == (422, [field])  # type: ignore[attr-defined]
    assert identity.IdentityStep(name) not in identity.answers_of(learner=newcomer).given


@pytest.mark.parametrize("refused", ["consent", "document"])
def test_the_document_number_is_agreed_to_by_a_tick_of_its_own(
    client: Client, newcomer: Learner, said: dict[str, Any], refused: str
) -> None:
    shown = page(client, "/my/identity/consent/")
    assert [(block.summary.text, block.input["name"]) for block in shown.select(".consents")] == [
        ("registration", "consent"), ("document-number", "document"),
    ]  # fmt: skip
    assert shown.select("input[checked]") == []
    ticked = ({"consent", "document"} - {refused}).pop()
    told = client.post("/my/identity/consent/", {ticked: "on"})
    assert (told.status_code, list(told.context["form"].errors)) == (422, [refused])
    again = BeautifulSoup(told.content, "lxml")
    assert [field["name"] for field in again.select("input[checked]")] == [ticked], "the other tick stays"
    with pytest.raises(IdentityRefused) as kept_out:
        identity.agree(learner=newcomer, **{ticked: True, refused: False}, now=timezone.now())
    assert kept_out.value.code == {
        "consent": IdentityRefusal.CONSENT_MISSING, "document": IdentityRefusal.DOCUMENT_CONSENT_MISSING,
    }[refused]  # fmt: skip
    assert not IdentityDraft.objects.exists()


def test_nothing_is_taken_before_the_notices_were_agreed_to(
    client: Client, newcomer: Learner, said: dict[str, Any]
) -> None:
    assert answer(client, "document", said, NEXT)["Location"] == f"/my/identity/consent/{NEXT}"
    assert not IdentityDraft.objects.exists()
    begin(client, said)
    ConsentNotice.objects.create(key=NOTICES[0], version="1.1", title="新", title_en="new", text="新", text_en="new")
    assert client.post("/my/identity/")["Location"] == "/my/identity/consent/"
    newcomer.refresh_from_db()
    assert newcomer.verified_at is None
    assert answer(client, "consent", said)["Location"] == "/my/identity/", "the other answers are still there"


def test_the_number_lies_encrypted_and_comes_back_to_no_page(
    client: Client, newcomer: Learner, said: dict[str, Any]
) -> None:
    begin(client, said)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM courses_identitydraft")
        kept = str(cursor.fetchall())
    assert (said["number"] in kept, "王小强" in kept) == (False, False)
    pages = [client.get(path) for path in ("/my/identity/document/", "/my/identity/")]
    assert [said["number"] in shown.content.decode() for shown in pages] == [False, False]
    assert ["no-store" in shown["Cache-Control"] for shown in pages] == [True, True]
    assert f"{said['number'][:2]}{'*' * 13}{said['number'][-3:]}" in pages[0].content.decode()


def test_answers_left_lying_go(client: Client, newcomer: Learner, said: dict[str, Any]) -> None:
    begin(client, said, "consent", "name")
    now = timezone.now()
    assert identity.prune(now=now + timedelta(days=29)) == 0
    assert identity.prune(now=now + timedelta(days=31)) == 1
    assert not IdentityDraft.objects.exists()


def test_a_number_of_another_record_is_refused_with_the_answers_kept(
    client: Client, said: dict[str, Any], newcomer: Learner
) -> None:
    people.learner(now=timezone.now(), document=said["number"])
    told = walk(client, said)
    shown = BeautifulSoup(told.content, "lxml")
    assert told.status_code == 422
    assert "已经登记在另一个手机号下" in shown.select_one(".error-summary").text  # type: ignore[union-attr]
    assert shown.select_one(".error-summary a")["href"] == "#document"  # type: ignore[index]
    assert shown.select_one("#document .summary-action a")["href"] == "/my/identity/document/"  # type: ignore[index]
    assert IdentityDraft.objects.filter(learner=newcomer).exists()


def test_who_was_registered_by_an_institution_finds_that_record_behind_the_own_login(
    client: Client, said: dict[str, Any], newcomer: Learner
) -> None:
    held = people.learner(now=timezone.now(), document=said["number"], with_login=False)
    assert "登记的手机号与您现在登录的不同" in walk(client, said).content.decode()
    held.phone = newcomer.phone
    held.save(update_fields=["phone"])
    told = walk(client, {**said, "name": "赵大海"})
    summary = BeautifulSoup(told.content, "lxml").select_one(".error-summary a")
    assert (told.status_code, summary["href"]) == (422, "#name")  # type: ignore[index]
    assert "请带证件到窗口办理" in told.content.decode()
    assert "王小强" not in told.content.decode()
    assert walk(client, said)["Location"] == "/my/"
    held.refresh_from_db()
    assert (held.user_id, client.get("/my/identity/").status_code) == (newcomer.user_id, 200)
    assert not IdentityDraft.objects.exists()


def test_afterwards_the_page_shows_it_masked_and_asks_no_more(
    client: Client, newcomer: Learner, said: dict[str, Any]
) -> None:
    walk(client, said)
    shown = client.get("/my/identity/").content.decode()
    assert (said["number"] in shown, newcomer.phone in shown) == (False, False)
    assert (said["number"][:2] + "*" * 13 + said["number"][-3:] in shown, '<form class="section"' in shown) == (
        True,
        False,
    )
    assert client.get("/my/identity/name/")["Location"] == "/my/identity/"
    assert answer(client, "name", {"name": "别人"}, "?next=/my/devices/")["Location"] == "/my/devices/"


def test_a_form_sent_twice_at_once_ends_well_for_both(client: Client, newcomer: Learner, said: dict[str, Any]) -> None:
    """The second one read the learner before the first was done."""
    before = Learner.objects.get(pk=newcomer.pk)
    walk(client, said)
    with pytest.raises(IdentityRefused) as refused:
        verify_identity(
            learner=before,
            kind_key="resident",
            number=said["number"],
            name="王小强",
            education_id=None,
            category_id=None,
            district_id=None,
            consent=True,
            by=before.user,
            now=timezone.now(),
        )
    assert refused.value.code == IdentityRefusal.ALREADY_VERIFIED
    assert client.post("/my/identity/?next=/my/devices/")["Location"] == "/my/devices/"


def test_an_unknown_question_is_not_found_and_another_host_is_not_gone_to(client: Client, said: dict[str, Any]) -> None:
    assert client.get("/my/identity/payment/").status_code == 404
    assert walk(client, said, "?next=https://elsewhere.example/")["Location"] == "/my/"


def test_a_choice_that_was_taken_from_its_list_is_asked_for_again(client: Client, said: dict[str, Any]) -> None:
    begin(client, said)
    EducationLevel.objects.all().delete()
    assert client.get("/my/identity/").headers["Location"] == "/my/identity/education/"


def test_an_answer_from_another_window_is_not_kept_once_one_has_proved_who_one_is(
    client: Client, newcomer: Learner, said: dict[str, Any]
) -> None:
    stale = Learner.objects.get(pk=newcomer.pk)
    begin(client, said)
    client.post("/my/identity/")
    with pytest.raises(IdentityRefused) as refused:
        identity.agree(learner=stale, consent=True, document=True, now=timezone.now())
    assert refused.value.code == IdentityRefusal.ALREADY_VERIFIED
    assert IdentityDraft.objects.count() == 0
