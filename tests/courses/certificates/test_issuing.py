"""Who gets a certificate, who gives it, its number, and that nothing changes what it says afterwards."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from courses import certificates, policy
from courses.certificates import CertificateRefusal, CertificateRefused
from courses.completion import revoking
from courses.models import Certificate, Completion, NumberSeries, Undercut
from courses.policy import DEFAULTS
from tests.factories import people
from tests.factories.certificates import approved, issued
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db
# Extension C: in nobody's typeface here.
LACKED = "\U0002b740"


def refusal(run: object) -> CertificateRefused:
    with pytest.raises(CertificateRefused) as refused:
        run()  # type: ignore[operator]
    return refused.value


def test_a_certificate_freezes_every_printed_field(now: datetime) -> None:
    made = issued(now=now)
    a_class = made.completion.enrolment.training_class
    assert made.snapshot == {
        "layout": 1,
        "number": made.number,
        "title": "培训合格证书",
        "authority": "烟台市人力资源和社会保障局（示例）",
        "name": "王小强",
        "document_kind": "居民身份证",
        "document": made.snapshot["document"],
        "course": "中式烹调师（四级）",
        "programme": a_class.course.kind.name,
        "starts_on": a_class.starts_on.isoformat(),
        "ends_on": a_class.ends_on.isoformat(),
        "hours": 36,
        "result": "考核合格",
        "institution": a_class.institution.name,
        "issued_on": "2026-09-14",
        "expires_on": "",
    }
    assert re.fullmatch(r"37\*{13}\d{2}[\dX]", made.snapshot["document"])


def test_what_changes_afterwards_changes_no_certificate(now: datetime) -> None:
    made = issued(now=now)
    before = dict(made.snapshot)
    learner = made.completion.enrolment.learner
    course = made.completion.enrolment.training_class.course
    learner.name, course.name = "王大强", "面点师（三级）"
    learner.save()
    course.save()
    assert Certificate.objects.get().snapshot == before
    shown = certificates.check(number=made.number, name="王小强", now=now)
    assert shown is not None
    assert (shown.state, shown.fields["course"]) == ("valid", "中式烹调师（四级）")


def test_numbers_count_up_by_district_kind_and_year_and_end_in_what_nobody_guesses(now: datetime) -> None:
    a_class = training_class(now=now)
    numbers = [issued(now=now, a_class=a_class).number for _ in range(3)]
    matched = [re.fullmatch(r"(..[A-Z]2026)(\d{5})([0-9A-Z]{7})", number) for number in numbers]
    assert [found[2] for found in matched if found] == ["00001", "00002", "00003"]
    assert len({found[3] for found in matched if found}) == 3
    assert certificates.grouped("02F202600017K7QM2XA") == "02F2026-00017-K7QM2XA"


@pytest.mark.parametrize("status", [status for status in Completion.Status if status != Completion.Status.APPROVED])
def test_only_an_approved_completion_gets_one(status: str, now: datetime) -> None:
    completion = approved(now=now)
    Completion.objects.filter(pk=completion.pk).update(status=status)
    refused = refusal(lambda: certificates.issue(by=people.user(), completion=completion, now=now))
    assert refused.code == CertificateRefusal.NOT_APPROVED


def test_who_approved_does_not_issue(now: datetime) -> None:
    officer = people.user()
    completion = approved(now=now, by=officer)
    refused = refusal(lambda: certificates.issue(by=officer, completion=completion, now=now))
    assert refused.code == CertificateRefusal.SAME_PERSON
    assert not Certificate.objects.exists()


def test_nobody_gets_two(now: datetime) -> None:
    made = issued(now=now)
    refused = refusal(lambda: certificates.issue(by=people.user(), completion=made.completion, now=now))
    assert refused.code == CertificateRefusal.ALREADY_ISSUED
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            number="X", completion=made.completion, version=1, key_id="c1", signature="00",
            issued_by=made.issued_by, issued_at=now, snapshot={},
        )  # fmt: skip


def test_a_character_that_the_typeface_lacks_is_named_and_uses_up_no_number(now: datetime) -> None:
    completion = approved(now=now, learner=people.learner(now=now, name=f"王{LACKED}"))
    before = list(NumberSeries.objects.values_list("key", "last"))
    refused = refusal(lambda: certificates.issue(by=people.user(), completion=completion, now=now))
    assert refused.code == CertificateRefusal.GLYPH_MISSING
    assert LACKED in refused.sentence
    assert "U+2B740" in refused.sentence
    assert list(NumberSeries.objects.values_list("key", "last")) == before
    assert not Certificate.objects.exists()


def test_of_a_class_each_who_can_gets_one_and_the_others_are_told(now: datetime) -> None:
    a_class = training_class(now=now)
    for name in ("王小强", f"李{LACKED}", "阿依古丽·买买提"):
        approved(now=now, a_class=a_class, learner=people.learner(now=now, name=name))
    result = certificates.issue_class(by=people.user(), training_class=a_class, now=now)
    assert {row.snapshot["name"] for row in result.done} == {"王小强", "阿依古丽·买买提"}
    assert [row.code for row in result.refused] == [CertificateRefusal.GLYPH_MISSING]
    assert certificates.issue_class(by=people.user(), training_class=a_class, now=now).done == []


def test_certificates_of_a_kind_run_out_where_the_policy_says_so(now: datetime) -> None:
    a_class = training_class(now=now)
    version = policy.publish(
        by=None, number="v2", effective_on=date(2026, 1, 1),
        document={**DEFAULTS, "certificate_years": {a_class.kind_key: 3}},
    )  # fmt: skip
    a_class.policy = version
    a_class.save()
    made = issued(now=now, a_class=a_class)
    assert made.expires_on == date(2029, 9, 14)
    last, after = (datetime(2029, 9, day, 12, tzinfo=now.tzinfo) for day in (14, 15))
    states = [certificates.check(number=made.number, name="王", now=at) for at in (last, after)]
    assert [one.state for one in states if one] == ["valid", "expired"]


def test_without_a_key_nothing_is_issued(now: datetime, settings: Settings) -> None:
    settings.CERTIFICATE_KEYS = ""
    completion = approved(now=now)
    refused = refusal(lambda: certificates.issue(by=people.user(), completion=completion, now=now))
    assert refused.code == CertificateRefusal.NO_KEY
    assert not NumberSeries.objects.filter(key__startswith="Z").exists()


def test_a_later_day_prints_a_later_date(now: datetime) -> None:
    assert issued(now=now + timedelta(days=1)).snapshot["issued_on"] == "2026-09-15"


def test_while_a_revocation_waits_there_is_no_certificate_and_once_dropped_there_is(now: datetime) -> None:
    completion = approved(now=now)
    a_class = completion.enrolment.training_class
    asked = revoking.propose_revocation(by=people.user(), completion=completion, reason="冒名参训", now=now)
    refused = refusal(lambda: certificates.issue(by=people.user(), completion=completion, now=now))
    assert refused.code == CertificateRefusal.IN_QUESTION
    assert (list(certificates.waiting(training_class=a_class)), Certificate.objects.count()) == ([], 0)
    assert list(certificates.held_back(training_class=a_class)) == [completion]
    revoking.drop_revocation(by=people.user(), revocation=asked, reason="查无此事", now=now)
    assert list(certificates.waiting(training_class=a_class)) == [completion]
    assert list(certificates.held_back(training_class=a_class)) == []
    certificates.issue(by=people.user(), completion=completion, now=now)


@pytest.mark.parametrize(("status", "held"), [("open", True), ("kept", False), ("passed", False)])
def test_what_undercuts_a_completion_holds_its_certificate_back_until_it_is_decided(
    status: str, held: bool, now: datetime
) -> None:
    completion = approved(now=now)
    decided = {"decided_by": people.user(), "decided_at": now, "note": "已核实"} if status == "kept" else {}
    Undercut.objects.create(
        number="Y1", completion=completion, approved_by=completion.approved_by, status=status, lost=[], rows=[],
        found_at=now, **decided,
    )  # fmt: skip
    done, refused = certificates.issue_class(
        by=people.user(), training_class=completion.enrolment.training_class, now=now
    )
    assert (len(done), len(refused)) == (0 if held else 1, 0)
    if held:
        found = refusal(lambda: certificates.issue(by=people.user(), completion=completion, now=now))
        assert found.code == CertificateRefusal.IN_QUESTION
