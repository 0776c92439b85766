"""窗口代交 on the desk: proofs and project papers for somebody without a phone, and who must leave the rest to others."""

from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from courses import enrolment, selection, turns
from courses.models import District, Enrolment, Institution, LearnerCategory, Pitch, Post, Proof, TrainingClass, User
from courses.templatetags.desk_words import who
from courses.turns import Turn
from courses.web.uploads import MOST
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, papers, people
from tests.factories.classes import enrolled, training_class
from tests.factories.selection import camp, candidate, scores

pytestmark = pytest.mark.django_db
PAPERS = {"title": "海产加工", "summary": "把养殖户的海产做成预制菜。", "jobs": "6"}


@pytest.fixture(autouse=True)
def _private(settings: Settings, tmp_path: Path) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "private": private}


@pytest.fixture
def row(now: datetime, school: Institution) -> Enrolment:
    """A veteran without a phone who waits for the review of a class."""
    learner = people.learner(now=now, name="于桂芳")
    learner.category = LearnerCategory.objects.create(key="veteran", name="退役军人", name_en="Veteran")
    learner.user, learner.phone = None, ""
    learner.save()
    a_class = training_class(now=now, institution=school, mode=TrainingClass.Mode.REVIEWED)
    return enrolled(training_class=a_class, learner=learner, now=now)


@pytest.fixture
def applicant(now: datetime, school: Institution) -> Enrolment:
    return candidate(camp=camp(now=now, institution=school), now=now, pitch=False)


@pytest.fixture
def colleague(now: datetime, school: Institution) -> User:
    return people.staff(role=Post.Role.INSTITUTION, now=now, institution=school)


def page(name: str, row: Enrolment) -> str:
    return reverse(name, args=[row.training_class.number, row.number])


def bring(browser: Client, row: Enrolment, content: bytes | None = None) -> object:
    file = SimpleUploadedFile("card.pdf", papers.pdf() if content is None else content)
    return browser.post(page("desk_counter_proofs", row), {"file": file}, follow=True)


def test_from_the_receipt_a_proof_is_taken_in_and_the_page_says_by_whom(
    cast: Cast, sign_in: Open, row: Enrolment
) -> None:
    browser, address = sign_in(cast.institution), page("desk_counter_proofs", row)
    assert soup(browser.get(page("desk_receipt", row))).find("a", href=address)
    assert "还没有提交材料。" in words(browser.get(address))
    told = words(bring(browser, row))
    assert "材料已保存，已记下由您代交。还要审核的，由他人办理。" in told
    assert f"由{who(cast.institution)}代交" in told
    assert "于桂芳" not in told
    assert Proof.objects.get().uploaded_by == cast.institution


def test_what_is_no_paper_is_refused_in_place(cast: Cast, sign_in: Open, row: Enrolment) -> None:
    browser = sign_in(cast.institution)
    answer = bring(browser, row, b"MZ program")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "只收照片（JPG、PNG、HEIC）或 PDF，未保存。" in words(answer)
    nothing = browser.post(page("desk_counter_proofs", row), {})
    assert (nothing.status_code, Proof.objects.count()) == (422, 0)


def test_a_file_is_refused_by_its_announced_size_before_it_is_read(cast: Cast, sign_in: Open, row: Enrolment) -> None:
    answer = bring(sign_in(cast.institution), row, b"\0" * (MOST + 1))
    assert answer.status_code in (400, 413)  # type: ignore[attr-defined]
    assert not Proof.objects.exists()


def test_who_took_the_proof_in_is_offered_no_admission_and_refused_one_and_a_colleague_admits(
    cast: Cast, sign_in: Open, row: Enrolment, colleague: User
) -> None:
    mine, others = sign_in(cast.institution), sign_in(colleague)
    bring(mine, row)
    number = row.training_class.number
    listed, file = reverse("desk_applications", args=[number]), reverse("desk_class", args=[number])
    assert [bool(soup(one.get(listed)).select("input[name=enrolment]:not([disabled])")) for one in (mine, others)] == [
        False,
        True,
    ]
    assert [bool(soup(one.get(file)).select("button[value=admit]")) for one in (mine, others)] == [False, True]
    assert ["材料由您代交，须他人审核" in words(one.get(listed)) for one in (mine, others)] == [True, False]
    ahead = mine.get(reverse("desk_admit", args=[number]), {"enrolment": row.number})
    assert "证明材料由您在窗口代交，须由他人审核。请由另一位经办人办理。" in words(ahead)
    decide = reverse("desk_enrolment_decide", args=[number, row.number])
    told = words(mine.post(decide, {"decision": "admit"}, follow=True))
    assert "证明材料由您在窗口代交，须由他人审核，没有录取。请由另一位经办人办理。" in told
    others.post(decide, {"decision": "admit"})
    row.refresh_from_db()
    assert (row.status, row.decided_by) == (Enrolment.Status.ADMITTED, colleague)


def test_an_application_whose_proof_one_took_in_waits_for_others_alone(
    cast: Cast, sign_in: Open, row: Enrolment, colleague: User, now: datetime
) -> None:
    def mine(user: User) -> list[TrainingClass]:
        return list(turns.mine(turn=Turn.APPLICATION_REVIEW, user=user, now=now))

    def others(user: User) -> list[tuple[int, str]]:
        found = [(subject, turn) for subject, turn, *_rest in turns.elsewhere(user=user, now=now)]
        return [one for one in found if one[1] == Turn.APPLICATION_REVIEW]

    held = row.training_class
    assert (mine(cast.institution), others(cast.institution)) == ([held], [])
    bring(sign_in(cast.institution), row)
    assert (mine(cast.institution), others(cast.institution)) == ([], [(held.pk, Turn.APPLICATION_REVIEW)])
    assert (mine(colleague), others(colleague)) == ([held], [])
    # Beside the application: that no message reached the learner.
    assert [turns.count_mine(user=user, now=now) for user in (cast.institution, colleague)] == [1, 2]
    enrolled(training_class=held, now=now)
    assert (mine(cast.institution), others(cast.institution)) == ([held], [])


def test_the_learner_reads_that_staff_handed_it_in(cast: Cast, sign_in: Open, row: Enrolment, now: datetime) -> None:
    bring(sign_in(cast.institution), row)
    login = people.user()
    row.learner.user = login
    row.learner.save()
    told = words(sign_in(login).get(reverse("my_enrolment_proof", args=[row.number])))
    assert "由工作人员在窗口代交" in told


def test_a_page_of_many_files_costs_as_many_statements_as_one(
    cast: Cast, sign_in: Open, row: Enrolment, now: datetime
) -> None:
    browser, address = sign_in(cast.institution), page("desk_counter_proofs", row)
    bring(browser, row)
    browser.get(address)
    with CaptureQueriesContext(connection) as one:
        browser.get(address)
    bring(browser, row, papers.photo())
    with CaptureQueriesContext(connection) as two:
        browser.get(address)
    assert (Proof.objects.count(), len(one)) == (2, len(two))


def test_the_papers_of_a_camp_are_handed_in_from_the_receipt_and_named_after_who_did(
    cast: Cast, sign_in: Open, applicant: Enrolment, now: datetime
) -> None:
    browser, address = sign_in(cast.district), page("desk_counter_pitch", applicant)
    assert soup(browser.get(page("desk_receipt", applicant))).find("a", href=address)
    told = words(browser.post(address, PAPERS, follow=True))
    assert "项目材料已保存，已记下由您代交。评分须由他人办理。" in told
    made = Pitch.objects.get()
    assert (made.by, made.title, made.jobs) == (cast.district, "海产加工", 6)
    again = browser.get(address)
    assert f"由{who(cast.district)}代交" in words(again)
    assert soup(again).find("input", {"name": "title"})["value"] == "海产加工"
    empty = browser.post(address, {**PAPERS, "title": ""})
    assert (empty.status_code, Pitch.objects.count()) == (422, 1)


def test_papers_that_the_applicant_wrote_are_not_opened_at_the_counter(
    cast: Cast, sign_in: Open, applicant: Enrolment, now: datetime
) -> None:
    assert applicant.learner.user is not None
    papers = {"title": "海产加工", "summary": "做成预制菜。", "jobs": 6}
    selection.hand_in(enrolment=applicant, by=applicant.learner.user, now=now, **papers)
    told = words(sign_in(cast.district).get(page("desk_counter_pitch", applicant), follow=True))
    assert "申请人自己写过项目材料，窗口不能改写，未保存。" in told
    assert "做成预制菜" not in told


def test_who_handed_the_papers_in_is_offered_no_sheet_and_refused_one_and_others_score(
    cast: Cast, sign_in: Open, applicant: Enrolment, now: datetime
) -> None:
    browser, other = sign_in(cast.district), sign_in(cast.city)
    browser.post(page("desk_counter_pitch", applicant), PAPERS)
    address, camp_page = (
        page("desk_score", applicant),
        reverse("desk_selection", args=[applicant.training_class.number]),
    )
    assert [bool(soup(one.get(camp_page)).find("a", href=address)) for one in (browser, other)] == [False, True]
    assert "由您代交，须他人评分" in words(browser.get(camp_page))
    told = browser.post(address, scores(8))
    assert "项目材料由您在窗口代交，须由他人评分，未保存。请由另一位评审办理。" in words(told)
    assert f"由{who(cast.district)}代交" in words(other.get(address))
    assert other.post(address, scores(8)).status_code == 302
    assert [one.status_code for one in (told,)] == [422]
    late = browser.post(page("desk_counter_pitch", applicant), PAPERS)
    assert "已经开始评分，项目材料不能再改，未保存。" in words(late)


def test_the_applicant_reads_that_staff_wrote_the_papers_and_writes_them_anew(
    cast: Cast, sign_in: Open, applicant: Enrolment, now: datetime
) -> None:
    said = {"title": "海带", "summary": "晒干。", "jobs": 2}
    selection.hand_in(enrolment=applicant, by=cast.institution, now=now, **said)
    assert applicant.learner.user is not None
    browser, address = sign_in(applicant.learner.user), reverse("my_pitch", args=[applicant.number])
    words_of_it = "现在的材料由工作人员在窗口代交。请核对，评分开始前可以修改。"
    assert words_of_it in words(browser.get(address))
    browser.post(address, PAPERS)
    assert words_of_it not in words(browser.get(address))


@pytest.mark.parametrize("name", ["desk_counter_proofs", "desk_counter_pitch"])
def test_who_may_hand_in_at_a_counter(
    cast: Cast, sign_in: Open, row: Enrolment, applicant: Enrolment, name: str
) -> None:
    address = page(name, applicant if name == "desk_counter_pitch" else row)
    told = {role: sign_in(user).get(address).status_code for role, user in cast.everybody().items()}
    assert told == {
        "learner": 403,
        "trainer": 403,
        "institution": 200,
        "district": 200,
        "city": 200,
        "inspector": 403,
        "auditor": 403,
        "editor": 403,
    }


@pytest.fixture
def elsewhere(now: datetime) -> list[User]:
    other: District = catalogue.district("fushan", "福山区", "370611")
    school = catalogue.institution("J002", "另一所学校", district=other)
    return [
        people.staff(role=Post.Role.DISTRICT, now=now, district=other),
        people.staff(role=Post.Role.INSTITUTION, now=now, institution=school),
    ]


def test_of_another_institution_nothing_is_found_and_nothing_written(
    cast: Cast, sign_in: Open, row: Enrolment, applicant: Enrolment, elsewhere: list[User]
) -> None:
    for user in elsewhere:
        browser = sign_in(user)
        assert bring(browser, row).status_code == 404  # type: ignore[attr-defined]
        assert browser.post(page("desk_counter_pitch", applicant), PAPERS).status_code == 404
    assert (Proof.objects.count(), Pitch.objects.count()) == (0, 0)


def test_papers_of_no_camp_and_of_an_enrolment_that_is_over_have_no_page(
    cast: Cast, sign_in: Open, row: Enrolment, now: datetime
) -> None:
    browser = sign_in(cast.institution)
    assert browser.get(page("desk_counter_pitch", row)).status_code == 404
    enrolment.refuse(by=cast.institution, enrolment=row, reason="材料不全", now=now)
    assert browser.get(page("desk_counter_proofs", row)).status_code == 404
    receipt = soup(browser.get(page("desk_receipt", row)))
    assert receipt.find("a", href=page("desk_counter_proofs", row)) is None
