"""实名 on the page: once, with words for each refusal, masked afterwards."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import Consent, ConsentNotice, DocumentKind, EducationLevel, Learner, LearnerCategory
from courses.people.learners import NOTICES, IdentityRefusal, IdentityRefused, verify_identity
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer(client: Client) -> Learner:
    catalogue.policy()
    learner = people.learner(now=timezone.now(), verified=False)
    assert learner.user is not None
    client.force_login(learner.user)
    return learner


@pytest.fixture
def said(newcomer: Learner) -> dict[str, Any]:
    """A form as it should be."""
    kind, _created = DocumentKind.objects.get_or_create(
        key="resident", defaults={"name": "居民身份证", "name_en": "Resident identity card"}
    )
    for key in NOTICES:
        ConsentNotice.objects.create(key=key, version="1.0", title=key, title_en=key, text="文", text_en="text")
    return {
        "name": "王小强",
        "kind": kind.pk,
        "number": people.resident_number(born_on=date(1990, 3, 7)),
        "district": catalogue.district().pk,
        "education": EducationLevel.objects.create(key="61", name="高中", name_en="High school").pk,
        "category": LearnerCategory.objects.create(key="other", name="其他", name_en="Other").pk,
        "consent": "on",
    }


def test_a_right_form_proves_who_one_is_with_both_consents(
    client: Client, newcomer: Learner, said: dict[str, Any]
) -> None:
    answer = client.post("/my/identity/?next=/my/enrol/B001/", said)
    newcomer.refresh_from_db()
    assert (answer["Location"], newcomer.name, newcomer.born_on) == ("/my/enrol/B001/", "王小强", date(1990, 3, 7))
    assert set(Consent.objects.values_list("notice__key", flat=True)) == set(NOTICES)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": " "}, "name"), ({"number": "370699199003070010"}, "number"), ({"consent": ""}, "consent")],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    client: Client, newcomer: Learner, said: dict[str, Any], change: dict[str, str], field: str
) -> None:
    answer = client.post("/my/identity/", {**said, **change})
    newcomer.refresh_from_db()
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert (newcomer.name, newcomer.verified_at) == ("", None)


def test_a_number_of_another_record_is_refused(client: Client, said: dict[str, Any], newcomer: Learner) -> None:
    people.learner(now=timezone.now(), document=said["number"])
    answer = client.post("/my/identity/", said)
    assert "已经登记在另一个手机号下" in answer.content.decode()


def test_who_was_registered_by_an_institution_finds_that_record_behind_the_own_login(
    client: Client, said: dict[str, Any], newcomer: Learner
) -> None:
    held = people.learner(now=timezone.now(), document=said["number"], with_login=False)
    assert "登记的手机号与您现在登录的不同" in client.post("/my/identity/", said).content.decode()
    held.phone = newcomer.phone
    held.save(update_fields=["phone"])
    answer = client.post("/my/identity/", {**said, "name": "赵大海"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["name"])
    assert "请带证件到窗口办理" in answer.content.decode()
    assert "王小强" not in answer.content.decode()
    assert client.post("/my/identity/", said)["Location"] == "/my/"
    held.refresh_from_db()
    assert (held.user_id, client.get("/my/identity/").status_code) == (newcomer.user_id, 200)


def test_afterwards_the_page_shows_it_masked_and_asks_no_more(
    client: Client, newcomer: Learner, said: dict[str, Any]
) -> None:
    client.post("/my/identity/", said)
    page = client.get("/my/identity/").content.decode()
    assert (said["number"] in page, newcomer.phone in page) == (False, False)
    assert (said["number"][:3] + "*" * 11 + said["number"][-4:] in page, '<form method="post" novalidate' in page) == (
        True,
        False,
    )


def test_a_form_sent_twice_at_once_ends_well_for_both(client: Client, newcomer: Learner, said: dict[str, Any]) -> None:
    """The second one read the learner before the first was done."""
    before = Learner.objects.get(pk=newcomer.pk)
    client.post("/my/identity/", said)
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
    assert client.post("/my/identity/?next=/my/devices/", said)["Location"] == "/my/devices/"
