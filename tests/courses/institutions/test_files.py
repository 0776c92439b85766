"""An institution's file: who fills it, when it is shut, who decides, and what is kept of every change."""

from datetime import date, datetime, timedelta

import pytest

from courses import institutions
from courses.institutions import Facts, InstitutionRefusal, InstitutionRefused
from courses.models import AuditEvent, District, Institution, InstitutionEvent, InstitutionKind, Registration, User
from courses.people.credit_codes import CreditCodeRefused
from courses.policy import local_date
from tests.factories import catalogue, people
from tests.factories.institutions import approved, filled

pytestmark = pytest.mark.django_db
GOOD_CODE = "12370699MJD0260785"


@pytest.fixture
def school() -> Institution:
    return catalogue.institution()


@pytest.fixture
def clerk() -> User:
    return people.user(username="clerk")


@pytest.fixture
def officer() -> User:
    return people.user(username="officer")


def refusal(code: InstitutionRefusal) -> pytest.RaisesExc[InstitutionRefused]:
    return pytest.raises(InstitutionRefused, match=f"^{code}$")


def facts(name: str = "潮声技校", district: District | None = None) -> Facts:
    kind, _made = InstitutionKind.objects.get_or_create(
        key="skilled-school", defaults={"name": "技工院校", "name_en": "Skilled workers' college"}
    )
    return Facts(name, district or catalogue.district(), kind, "芝罘区潮声路 1 号", "0535-000 0001")


def test_an_institution_is_entered_with_a_number_of_the_system_and_an_empty_draft(officer: User, now: datetime) -> None:
    catalogue.institution("J014")
    made = institutions.register(by=officer, credit_code="12370699 mjd0260785", facts=facts(), now=now)
    assert (made.number, made.credit_code) == ("J015", GOOD_CODE)
    assert [(row.version, row.status) for row in made.registrations.all()] == [(1, "draft")]


def test_a_code_whose_check_character_is_wrong_enters_nobody(officer: User, now: datetime) -> None:
    with pytest.raises(CreditCodeRefused):
        institutions.register(by=officer, credit_code=GOOD_CODE[:-1] + "7", facts=facts(), now=now)
    assert not Institution.objects.exists()


def test_a_code_that_is_known_is_refused_with_the_name_it_belongs_to(officer: User, now: datetime) -> None:
    def enter() -> None:
        institutions.register(by=officer, credit_code=GOOD_CODE, facts=facts(), now=now)

    enter()
    with refusal(InstitutionRefusal.ALREADY_KNOWN) as caught:
        enter()
    assert "潮声技校" in caught.value.sentence


def test_from_draft_to_returned_to_approved_every_change_says_who_when_and_why(
    school: Institution, clerk: User, officer: User, now: datetime
) -> None:
    made = filled(institution=school, by=clerk, now=now)
    institutions.submit(by=clerk, registration=made, now=now)
    institutions.send_back(by=officer, registration=made, reason="教师证书看不清", now=now)
    institutions.submit(by=clerk, registration=made, now=now)
    institutions.approve(by=officer, registration=made, now=now + timedelta(hours=1))
    told = InstitutionEvent.objects.values_list("verb", "by__username", "reason")
    assert list(told) == [
        ("opened", "clerk", ""),
        ("trade_added", "clerk", ""),
        ("trainer_added", "clerk", ""),
        ("submitted", "clerk", ""),
        ("returned", "officer", "教师证书看不清"),
        ("submitted", "clerk", ""),
        ("approved", "officer", ""),
    ]
    assert AuditEvent.objects.filter(target_kind="institution").count() == 7


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_nothing_is_edited_under_review_or_after_approval(
    status: str, school: Institution, clerk: User, officer: User, now: datetime
) -> None:
    made = filled(institution=school, by=clerk, now=now)
    institutions.submit(by=clerk, registration=made, now=now)
    if status == "approved":
        institutions.approve(by=officer, registration=made, now=now)
    trade = made.trades.get()
    day = local_date(now)
    edits = [
        lambda: institutions.save_facts(by=clerk, registration=made, facts=facts(), now=now),
        lambda: institutions.remove_trade(
            by=clerk, registration=made, occupation=trade.occupation.key, level=trade.level.key, now=now
        ),
        lambda: institutions.remove_trainer(by=clerk, registration=made, trainer=made.trainers.get().pk, now=now),
        lambda: institutions.submit(by=clerk, registration=made, now=now),
        lambda: institutions.add_trade(
            by=clerk,
            registration=made,
            occupation=catalogue.occupation("welder", "焊工"),
            level=trade.level,
            valid_from=day,
            valid_until=day,
            now=now,
        ),
    ]
    for edit in edits:
        with refusal(InstitutionRefusal.UNDER_REVIEW):
            edit()
    assert (made.trades.count(), made.trainers.count()) == (1, 1)


def test_who_submitted_does_not_decide(school: Institution, clerk: User, now: datetime) -> None:
    made = filled(institution=school, by=clerk, now=now)
    institutions.submit(by=clerk, registration=made, now=now)
    with refusal(InstitutionRefusal.SAME_PERSON):
        institutions.approve(by=clerk, registration=made, now=now)
    with refusal(InstitutionRefusal.SAME_PERSON):
        institutions.send_back(by=clerk, registration=made, reason="x", now=now)


def test_only_what_waits_is_decided_and_a_return_says_why(
    school: Institution, clerk: User, officer: User, now: datetime
) -> None:
    made = filled(institution=school, by=clerk, now=now)
    with refusal(InstitutionRefusal.NOT_UNDER_REVIEW):
        institutions.approve(by=officer, registration=made, now=now)
    institutions.submit(by=clerk, registration=made, now=now)
    with refusal(InstitutionRefusal.REASON_MISSING):
        institutions.send_back(by=officer, registration=made, reason=" ", now=now)


def test_an_incomplete_file_is_not_submitted(school: Institution, clerk: User, now: datetime) -> None:
    made = institutions.open_file(by=clerk, institution=school, now=now)
    with refusal(InstitutionRefusal.NOTHING_TO_RUN):
        institutions.submit(by=clerk, registration=made, now=now)
    filled(institution=school, by=clerk, now=now)
    institutions.remove_trainer(by=clerk, registration=made, trainer=made.trainers.get().pk, now=now)
    with refusal(InstitutionRefusal.NO_TRAINER):
        institutions.submit(by=clerk, registration=made, now=now)


def test_what_has_run_out_is_not_submitted(school: Institution, clerk: User, now: datetime) -> None:
    made = filled(institution=school, by=clerk, now=now)
    run(made, by=clerk, now=now, until=local_date(now) + timedelta(days=9))
    with refusal(InstitutionRefusal.PROGRAMME_EXPIRED) as caught:
        institutions.submit(by=clerk, registration=made, now=now + timedelta(days=10))
    assert "SYB" in caught.value.sentence
    later = now + timedelta(days=731)
    with refusal(InstitutionRefusal.TRADE_EXPIRED):
        institutions.submit(by=clerk, registration=made, now=later)


def run(made: Registration, *, by: User, now: datetime, until: date | None = None) -> None:
    institutions.add_programme(
        by=by, registration=made, kind=catalogue.kind("syb", "entrepreneurship", name="创办你的企业 SYB"),
        valid_from=local_date(now), valid_until=until or local_date(now) + timedelta(days=730), now=now,
    )  # fmt: skip


def test_who_only_runs_entrepreneurship_files_without_a_trade_and_its_changes_are_public(
    school: Institution, clerk: User, officer: User, now: datetime
) -> None:
    made = filled(institution=school, by=clerk, now=now)
    trade = made.trades.get()
    institutions.remove_trade(
        by=clerk, registration=made, occupation=trade.occupation.key, level=trade.level.key, now=now
    )
    run(made, by=clerk, now=now)
    with refusal(InstitutionRefusal.PROGRAMME_TWICE):
        run(made, by=clerk, now=now)
    institutions.submit(by=clerk, registration=made, now=now)
    with refusal(InstitutionRefusal.UNDER_REVIEW):
        institutions.remove_programme(by=clerk, registration=made, kind="syb", now=now)
    institutions.approve(by=officer, registration=made, now=now)
    second = institutions.open_file(by=clerk, institution=school, now=now)
    assert [row.kind.key for row in second.programmes.all()] == ["syb"], "a change starts with what holds"
    institutions.remove_programme(by=clerk, registration=second, kind="syb", now=now)
    institutions.remove_programme(by=clerk, registration=second, kind="syb", now=now)
    filled(institution=school, by=clerk, now=now)
    institutions.submit(by=clerk, registration=second, now=now)
    institutions.approve(by=officer, registration=second, now=now + timedelta(hours=1))
    assert [change.programmes for change in institutions.changes(institution=school)] == [
        [("removed", "syb", "2028-09-13")],
        [("added", "syb", "2028-09-13")],
    ]
    told = InstitutionEvent.objects.filter(verb__startswith="programme").values_list("verb", "detail__programme")
    assert list(told) == [("programme_added", "syb"), ("programme_removed", "syb")]


def test_the_same_trade_twice_and_a_period_that_ends_before_it_begins_are_refused(
    school: Institution, clerk: User, now: datetime
) -> None:
    filled(institution=school, by=clerk, now=now)
    with refusal(InstitutionRefusal.TRADE_TWICE):
        filled(institution=school, by=clerk, now=now)
    with refusal(InstitutionRefusal.PERIOD):
        filled(
            institution=school,
            by=clerk,
            now=now,
            level=catalogue.level("3", 4),
            valid_until=local_date(now - timedelta(2)),
        )


def test_a_change_starts_as_a_copy_and_what_was_approved_holds_until_it_is_approved(
    school: Institution, clerk: User, officer: User, now: datetime
) -> None:
    first = approved(institution=school, now=now)
    second = institutions.open_file(by=clerk, institution=school, now=now)
    assert (second.version, second.trades.count(), second.trainers.get().certificate_number) == (2, 1, "JS-2024-0081")
    assert institutions.open_file(by=clerk, institution=school, now=now) == second
    institutions.save_facts(by=clerk, registration=second, facts=facts(), now=now)
    filled(institution=school, by=clerk, now=now, level=catalogue.level("3", 4))
    institutions.submit(by=clerk, registration=second, now=now)
    school.refresh_from_db()
    assert (institutions.in_force(institution=school), school.address) == (first, "")
    institutions.approve(by=officer, registration=second, now=now)
    school.refresh_from_db()
    assert (institutions.in_force(institution=school), school.address) == (second, "芝罘区潮声路 1 号")
    assert first.trades.count() == 1


def test_an_institution_that_is_renamed_or_moves_is_so_from_the_approval_on_and_the_public_reads_both_names(
    school: Institution, clerk: User, officer: User, now: datetime
) -> None:
    approved(institution=school, now=now)
    Institution.objects.update(name_en="Municipal Technician College")
    second = institutions.open_file(by=clerk, institution=school, now=now)
    laishan = catalogue.district("laishan", "莱山区", "370613")
    institutions.save_facts(by=clerk, registration=second, facts=facts("海洋技师学院", laishan), now=now)
    institutions.submit(by=clerk, registration=second, now=now)
    school.refresh_from_db()
    assert (school.name, school.district.key) == ("市技师学院", "zhifu")
    institutions.approve(by=officer, registration=second, now=now)
    school = Institution.objects.get()
    assert (school.name, school.name_en, school.district) == ("海洋技师学院", "", laishan)
    assert institutions.changes(institution=school)[0].moved == {
        "name": ["市技师学院", "海洋技师学院"],
        "district": ["zhifu", "laishan"],
    }
    institutions.submit(by=clerk, registration=institutions.open_file(by=clerk, institution=school, now=now), now=now)
    third = Registration.objects.get(version=3)
    institutions.approve(by=officer, registration=third, now=now + timedelta(days=1))
    assert institutions.changes(institution=school)[0].moved == {}, "a file that was not touched moves nobody"


def test_a_certificate_is_registered_for_an_account_that_teaches_there_and_goes_along_into_the_next_version(
    school: Institution, clerk: User, officer: User, now: datetime
) -> None:
    made = filled(institution=school, by=clerk, now=now)
    stranger = people.staff(role="trainer", now=now, institution=catalogue.institution("J002"), name="隋德海")

    def add(login: User) -> None:
        institutions.add_trainer(
            by=clerk, registration=made, name="隋德海", occupation=None, certificate="教师证",
            certificate_number="JS-2", valid_until=local_date(now), login=login, now=now,
        )  # fmt: skip

    with refusal(InstitutionRefusal.NO_TRAINER_LOGIN):
        add(stranger)
    own = people.staff(role="trainer", now=now, institution=school, name="隋德海")
    add(own)
    institutions.submit(by=clerk, registration=made, now=now)
    institutions.approve(by=officer, registration=made, now=now)
    second = institutions.open_file(by=clerk, institution=school, now=now)
    assert second.trainers.get(name="隋德海").login == own


def test_a_certificate_number_is_not_readable_in_the_database(school: Institution, clerk: User, now: datetime) -> None:
    from django.db import connection

    filled(institution=school, by=clerk, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT certificate_number FROM courses_registeredtrainer")
        assert "JS-2024" not in cursor.fetchone()[0]
    told = str(list(InstitutionEvent.objects.values())) + str(list(AuditEvent.objects.values()))
    assert "JS-2024" not in told
    assert "王海波" not in told


def test_an_institution_is_taken_off_the_list_and_put_back_with_a_reason(
    school: Institution, officer: User, now: datetime
) -> None:
    to = Institution.Status
    with refusal(InstitutionRefusal.REASON_MISSING):
        institutions.set_status(by=officer, institution=school, to=to.REMOVED, reason="", now=now)
    institutions.set_status(by=officer, institution=school, to=to.REMOVED, reason="注销", now=now)
    with refusal(InstitutionRefusal.SAME_STATUS):
        institutions.set_status(by=officer, institution=school, to=to.REMOVED, reason="注销", now=now)
    institutions.set_status(by=officer, institution=school, to=to.ACTIVE, reason="恢复办学", now=now)
    told = InstitutionEvent.objects.filter(verb="status").values_list("detail__from", "detail__to", "reason")
    assert list(told) == [("active", "removed", "注销"), ("removed", "active", "恢复办学")]


def test_the_database_itself_holds_one_open_file_and_two_people(
    school: Institution, clerk: User, now: datetime
) -> None:
    from django.db import IntegrityError, transaction

    made = filled(institution=school, by=clerk, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(institution=school, version=2, kind=school.kind, district=school.district)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=made.pk).update(
            status="approved", submitted_by=clerk, submitted_at=now, decided_by=clerk, decided_at=now
        )
