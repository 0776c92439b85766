"""A citizen's record is emptied by two people: nothing personal is found anywhere, and every figure stays."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from courses import access, certificates, enrolment, erasure, ledger, merging, notices, supervision, turns
from courses import policy as policies
from courses.completion import revoking
from courses.erasure import ErasureRefusal, ErasureRefused
from courses.models import (
    AuditEvent,
    CallBackLine,
    Completion,
    Consent,
    ConsentNotice,
    CountEntry,
    Enrolment,
    ErasureRequest,
    FollowUp,
    IdentityDocument,
    IdentityDraft,
    Learner,
    LeaveRequest,
    OutboxMessage,
    Proof,
    Tombstone,
    TrainingClass,
    User,
)
from courses.people.learners import (
    NOTICES,
    IdentityRefusal,
    IdentityRefused,
    document_digest,
    open_login,
    verify_identity,
)
from courses.people.search import Asked, search
from tests.courses.erasure.conftest import files, found
from tests.factories import catalogue, people, sheets
from tests.factories.certificates import approved
from tests.factories.classes import enrolled, training_class
from tests.factories.erasure import ADDRESS, BORN, NAME, REASON, certified, closed, erased, received, well_known

pytestmark = pytest.mark.django_db

Callbacks = DjangoCaptureOnCommitCallbacks


def traces(learner: Learner) -> tuple[str, ...]:
    """What a stranger could know the person by; taken before they are erased."""
    number = learner.documents.get().number
    return (number, learner.phone, ADDRESS, REASON, document_digest(kind_key="resident", number=number))


def deliver(now: datetime) -> None:
    notices.deliver_due(now=now + timedelta(days=1))


def test_nothing_of_the_person_is_left_in_any_table_or_file(
    now: datetime, django_capture_on_commit_callbacks: Callbacks
) -> None:
    learner = well_known(now=now)
    client = Client()
    client.force_login(learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/my/data/").status_code == 200
    texts = (*traces(learner), NAME, str(BORN))
    assert {"courses_learner.name", "courses_identitydocument.number", "courses_outboxmessage.params"} <= found(*texts)
    assert files() != []
    with django_capture_on_commit_callbacks(execute=True):
        erased(learner, now=now)
    deliver(now)
    assert found(*texts) == set()
    assert files() == []
    assert client.get("/my/data/").headers["Location"] == "/account/?next=/my/data/"


def test_of_who_completed_a_class_the_files_keep_name_and_digest_and_nothing_else(
    now: datetime, django_capture_on_commit_callbacks: Callbacks
) -> None:
    learner = well_known(now=now)
    certificate, later = certified(learner, now=now)
    closed(certificate)
    *gone, digest = traces(learner)
    with django_capture_on_commit_callbacks(execute=True):
        erased(learner, now=later)
    deliver(later)
    assert found(*gone, str(BORN)) == set()
    assert found(digest) == {"courses_identitydocument.digest"}
    assert found(NAME) == {"courses_learner.name", "courses_certificate.snapshot"}
    assert files() == []
    learner.refresh_from_db()
    assert (learner.sex, learner.user, learner.verified_at, learner.erased_at) == ("1", None, None, later)


def test_a_kept_name_is_found_by_no_search(now: datetime) -> None:
    learner = people.learner(now=now, name=NAME)
    certificate, later = certified(learner, now=now)
    closed(certificate)
    city = people.staff(role="city", now=now)
    asked = Asked(name=NAME)
    assert search(by=city, asked=asked, page=1, per_page=20, now=later).many == 1
    erased(learner, now=later)
    assert search(by=city, asked=asked, page=1, per_page=20, now=later).many == 0


def test_every_figure_stays(now: datetime) -> None:
    learner = people.learner(now=now)
    certificate, later = certified(learner, now=now)
    closed(certificate)
    lines = list(CountEntry.objects.values())
    erased(learner, now=later)
    assert list(CountEntry.objects.values()) == lines
    assert list(ledger.differences()) == []
    assert list(certificates.differences()) == []
    assert enrolment.occupancy_differences() == []


def test_places_that_may_be_given_back_are_and_the_next_one_moves_up(now: datetime) -> None:
    learner = people.learner(now=now)
    a_class = training_class(now=now, seats=1)
    own = enrolled(training_class=a_class, now=now, learner=learner)
    waiting = enrolled(training_class=a_class, now=now)
    erased(learner, now=now)
    own.refresh_from_db()
    waiting.refresh_from_db()
    assert own.status == Enrolment.Status.WITHDRAWN
    assert waiting.status in (Enrolment.Status.OFFERED, Enrolment.Status.ADMITTED)
    assert enrolment.occupancy_differences() == []


def refusal(code: ErasureRefusal, deed: object, **said: object) -> str:
    with pytest.raises(ErasureRefused) as refused:
        deed(**said)  # type: ignore[operator]
    assert refused.value.code == code
    return refused.value.sentence


def test_what_stands_in_the_way_is_named_when_it_is_asked_and_when_it_is_decided(now: datetime) -> None:
    learner = people.learner(now=now)
    a_class = training_class(now=now, lessons=1)
    asked = received(learner, now=now)
    enrolled(training_class=a_class, now=now, learner=learner)
    begun = now + timedelta(days=1)
    TrainingClass.objects.filter(pk=a_class.pk).update(status=TrainingClass.Status.RUNNING)
    said = refusal(ErasureRefusal.STANDS, erasure.agree, request=asked, by=people.user(), now=begun)
    assert a_class.number in said
    asked.refresh_from_db()
    assert asked.status == ErasureRequest.Status.RECEIVED
    assert not Tombstone.objects.exists()
    erasure.take_back(request=asked, by=learner.user, now=begun)
    assert a_class.number in refusal(ErasureRefusal.STANDS, erasure.ask, learner=learner, by=learner.user, now=begun)


def test_a_completion_in_question_a_post_and_a_merge_stand_in_the_way(now: datetime) -> None:
    learner = people.learner(now=now)
    certificate, later = certified(learner, now=now)
    completion = Completion.objects.get(pk=certificate.completion_id)
    revoking.propose_revocation(by=people.user(), completion=completion, reason="核对", now=later)
    merging.propose_merge(by=people.user(), kept=learner, merged=people.learner(now=now), reason="核对", now=later)
    learner.user.posts.create(role="city", since=now)
    seen = erasure.outlook(learner=learner, now=later)
    assert len(seen.obstacles) == 3
    assert (len(seen.kept), seen.kept_until.year) == (1, later.year + 10)


def test_it_takes_two_people_and_neither_is_the_person(now: datetime) -> None:
    learner, first = people.learner(now=now), people.user()
    asked = erasure.ask(learner=learner, by=learner.user, now=now)
    refusal(ErasureRefusal.OWN_RECORD, erasure.receive, request=asked, by=learner.user, note="本人", now=now)
    refusal(ErasureRefusal.NOTE_MISSING, erasure.receive, request=asked, by=first, note=" ", now=now)
    refusal(ErasureRefusal.DECIDED, erasure.agree, request=asked, by=first, now=now)
    erasure.receive(request=asked, by=first, note="回电核对", now=now)
    refusal(ErasureRefusal.SAME_PERSON, erasure.agree, request=asked, by=first, now=now)
    refusal(ErasureRefusal.SAME_PERSON, erasure.refuse, request=asked, by=first, reason="有误", now=now)
    refusal(ErasureRefusal.REASON_MISSING, erasure.refuse, request=asked, by=people.user(), reason="", now=now)
    erasure.agree(request=asked, by=people.user(), now=now)
    refusal(ErasureRefusal.DECIDED, erasure.take_back, request=asked, by=first, now=now)
    refusal(ErasureRefusal.ALREADY_ERASED, erasure.ask, learner=learner, by=first, now=now)


def test_who_received_it_meanwhile_is_told_so_by_a_page_that_was_read_before(now: datetime) -> None:
    learner, first = people.learner(now=now), people.user()
    asked = erasure.ask(learner=learner, by=learner.user, now=now)
    stale = ErasureRequest.objects.select_related("learner").get(pk=asked.pk)
    erasure.receive(request=asked, by=first, note="回电核对", now=now)
    refusal(ErasureRefusal.SAME_PERSON, erasure.agree, request=stale, by=first, now=now)
    refusal(ErasureRefusal.SAME_PERSON, erasure.refuse, request=stale, by=first, reason="有误", now=now)
    erasure.agree(request=stale, by=people.user(), now=now)
    learner.refresh_from_db()
    assert learner.erased_at == now


def test_one_request_waits_with_a_last_day_of_fifteen_working_days(now: datetime) -> None:
    learner = people.learner(now=now)
    asked = erasure.ask(learner=learner, by=learner.user, now=now)
    today = policies.local_date(now)
    assert asked.due_on == policies.working_days_after(start=today, days=15)
    refusal(ErasureRefusal.ALREADY_ASKED, erasure.ask, learner=learner, by=learner.user, now=now)
    erasure.take_back(request=asked, by=learner.user, now=now)
    assert erasure.ask(learner=learner, by=learner.user, now=now).status == ErasureRequest.Status.ASKED


def test_who_is_refused_is_told_and_keeps_everything(now: datetime) -> None:
    learner = people.learner(now=now)
    asked = received(learner, now=now)
    erasure.refuse(request=asked, by=people.user(), reason="电话里不是本人", now=now)
    assert OutboxMessage.objects.get(kind="erasure_refused").to == learner.phone
    learner.refresh_from_db()
    assert (learner.name, learner.erased_at) == ("王小强", None)


def test_who_has_no_login_asks_at_the_counter_and_another_decides(now: datetime) -> None:
    learner, clerk = people.learner(now=now, with_login=False), people.user()
    asked = erasure.ask_at_counter(learner=learner, by=clerk, note="持证到窗口", now=now)
    assert (asked.status, asked.received_by) == (ErasureRequest.Status.RECEIVED, clerk)
    refusal(ErasureRefusal.SAME_PERSON, erasure.agree, request=asked, by=clerk, now=now)
    erasure.agree(request=asked, by=people.user(), now=now)
    learner.refresh_from_db()
    assert (learner.name, learner.phone) == ("", "")


def test_what_was_merged_into_the_record_goes_with_it(now: datetime) -> None:
    kept, merged = people.learner(now=now, name=NAME), people.learner(now=now, name=NAME)
    proposal = merging.propose_merge(by=people.user(), kept=kept, merged=merged, reason="核对", now=now)
    merging.confirm_merge(by=people.user(), proposal=proposal, now=now)
    kept.refresh_from_db()
    erased(kept, now=now)
    assert set(Learner.objects.values_list("name", "phone", "erased_at")) == {("", "", now)}
    assert set(Tombstone.objects.values_list("person", flat=True)) == {kept.person, merged.person}
    assert not IdentityDocument.objects.exists()


def test_the_books_name_who_decided_and_nobody_else(now: datetime) -> None:
    learner = well_known(now=now)
    erased(learner, now=now)
    verbs = AuditEvent.objects.filter(verb__startswith="erasure_").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["erasure_asked", "erasure_received", "erasure_done"]
    stone = Tombstone.objects.get()
    assert (stone.person, stone.keeps_name, stone.at) == (learner.person, False, now)


def test_the_login_is_shut_and_the_phone_free_for_a_new_one(now: datetime) -> None:
    learner = people.learner(now=now)
    login, phone = learner.user, learner.phone
    erased(learner, now=now)
    login.refresh_from_db()
    assert (login.is_active, login.name, login.phone, login.phone_digest) == (False, "", "", None)
    fresh = open_login(phone=phone, now=now)
    assert (fresh.pk != login.pk, fresh.learner.pk != learner.pk) == (True, True)


def test_who_once_held_a_post_keeps_the_name_that_decisions_bear(now: datetime) -> None:
    learner = people.learner(now=now, name=NAME)
    learner.user.posts.create(role="city", since=now - timedelta(days=9), until=now - timedelta(days=1))
    erased(learner, now=now)
    login = User.objects.get(posts__isnull=False)
    assert (login.name, login.is_active, login.phone, login.phone_digest) == (NAME, True, "", None)


def test_the_message_that_it_is_done_leaves_no_phone_once_it_was_handed_over(now: datetime) -> None:
    learner = people.learner(now=now)
    erased(learner, now=now)
    assert OutboxMessage.objects.get().to == learner.phone
    deliver(now)
    assert set(OutboxMessage.objects.values_list("status", "to")) == {("sent", "")}


# ── Certificates ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_check_page_says_valid_and_shows_no_name(now: datetime, client: Client) -> None:
    learner = people.learner(now=now, name=NAME)
    certificate, later = certified(learner, now=now)
    closed(certificate)
    code = certificates.code_of(certificate).partition("#")[2]
    erased(learner, now=later)
    for checked in (
        certificates.check(number=certificate.number, name="欧阳", now=later),
        certificates.check_code(code=code, now=later),
    ):
        assert checked is not None
        assert (checked.state, checked.erased) == (certificates.State.VALID, True)
        shown = {name for name in ("name", "document", "document_kind") if checked.fields[name]}
        assert (shown, checked.differs) == (set(), ())
    assert certificates.check(number=certificate.number, name="王", now=later) is None
    page = client.post("/verify/", {"number": certificate.number, "surname": "欧阳"}).content.decode()
    assert "不再显示" in page
    assert NAME not in page
    assert "欧" not in page.replace('value="欧阳"', "")


def test_nothing_is_drawn_printed_or_issued_for_an_erased_holder(now: datetime) -> None:
    learner = people.learner(now=now, name=NAME)
    certificate, later = certified(learner, now=now)
    a_class = closed(certificate)
    erased(learner, now=later)
    assert certificates.make_due(now=later) == 0
    assert certificates.print_out(by=people.user(), training_class=a_class, number="", now=later) == []
    certificate.refresh_from_db()
    asked = certificates.ask(by=people.user(), certificate=certificate, kind="replace", reason="更正", now=later)
    with pytest.raises(certificates.CertificateRefused) as refused:
        certificates.agree(by=people.user(), withdrawal=asked, now=later)
    assert refused.value.code == certificates.CertificateRefusal.HOLDER_ERASED


def test_a_certificate_that_no_file_needs_forgets_its_holder_with_the_deed(now: datetime) -> None:
    """Of a completion that was taken back before it ever counted nothing is kept, and the night is not waited for."""
    learner = people.learner(now=now, name=NAME)
    over = now - timedelta(days=30)
    a_class = training_class(now=over, first=over, lessons=1, hours_theory=16, hours_practice=20)
    done = approved(now=now, learner=learner, a_class=a_class)
    certificate = certificates.issue(by=people.user(), completion=done, now=now)
    Completion.objects.filter(pk=done.pk).update(status=Completion.Status.REVOKED)
    closed(certificate)
    assert "courses_certificate.snapshot" in found(NAME)
    erased(learner, now=now)
    assert found(NAME) == set()
    assert list(certificates.differences()) == []
    assert AuditEvent.objects.filter(verb="certificate_holder_forgotten").count() == 1
    erasure.sweep(now=now + timedelta(hours=9))
    assert AuditEvent.objects.filter(verb="certificate_holder_forgotten").count() == 1


# ── When the files have run out ───────────────────────────────────────────────────────────────────────────────────────


def test_the_name_goes_when_the_class_files_have_run_out_and_the_code_still_proves_the_paper(now: datetime) -> None:
    learner = people.learner(now=now, name=NAME)
    certificate, later = certified(learner, now=now)
    a_class = closed(certificate)
    code = certificates.code_of(certificate).partition("#")[2]
    erased(learner, now=later)
    years = policies.current(on=a_class.ends_on).file_years
    on_the_day = later.replace(year=a_class.ends_on.year + years, month=a_class.ends_on.month, day=a_class.ends_on.day)
    assert erasure.sweep(now=on_the_day) == 0
    learner.refresh_from_db()
    assert learner.name == NAME
    after = on_the_day + timedelta(days=31)
    assert erasure.sweep(now=after) == 1
    assert found(NAME) == set()
    assert not IdentityDocument.objects.exists()
    checked = certificates.check_code(code=code, now=after)
    assert checked is not None
    assert (checked.state, checked.erased, checked.differs) == (certificates.State.VALID, True, ())
    assert certificates.check(number=certificate.number, name="欧阳", now=after) is None
    assert list(certificates.differences()) == []
    assert erasure.sweep(now=after) == 0


def test_what_was_written_a_moment_after_the_deed_goes_in_the_night(now: datetime) -> None:
    learner = people.learner(now=now, name=NAME)
    erased(learner, now=now)
    Proof.objects.create(
        code="P1", file="proofs/late", learner=learner, kind="jpeg", size=1, digest="0" * 64, uploaded_at=now
    )
    notices.queue(
        kind="erasure_refused", channel="sms", learner=learner, to="19900000000", params={"number": "1"}, now=now
    )
    erasure.sweep(now=now + timedelta(hours=9))
    assert not Proof.objects.filter(deleted_at__isnull=True).exists()
    assert not OutboxMessage.objects.filter(learner=learner).exists()


# ── Coming back ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_left_no_files_registers_as_somebody_new(now: datetime) -> None:
    learner = people.learner(now=now)
    number = learner.documents.get().number
    erased(learner, now=now)
    again = people.learner(now=now, verified=False)
    verify_identity(
        learner=again, kind_key="resident", number=number, name="王小强", education_id=None, category_id=None,
        district_id=None, consent=True, by=again.user, now=now,
    )  # fmt: skip
    assert again.documents.get().number == number


def test_who_left_files_is_sent_to_the_counter_and_is_the_same_person_there(now: datetime) -> None:
    sheets.lists()
    learner = people.learner(now=now, name=NAME, born_on=BORN)
    number = learner.documents.get().number
    for key in NOTICES:
        text = ConsentNotice.objects.create(key=key, version="1", title="t", title_en="t", text="t", text_en="t")
        Consent.objects.create(learner=learner, notice=text, given_at=now)
    certificate, later = certified(learner, now=now)
    closed(certificate)
    erased(learner, now=later)
    again = people.learner(now=later, verified=False)
    with pytest.raises(IdentityRefused) as refused:
        verify_identity(
            learner=again, kind_key="resident", number=number, name=NAME, education_id=None, category_id=None,
            district_id=None, consent=True, by=again.user, now=later,
        )  # fmt: skip
    assert refused.value.code == IdentityRefusal.ERASED
    told = enrolment.Told(
        document_kind="resident", document_number=number, name=NAME, category="unemp", education="71",
        district="zhifu", consent=True,
    )  # fmt: skip
    other = training_class(now=later, course=catalogue.course(occupation=catalogue.occupation(key="welder")))
    clerk = people.user()
    entry = enrolment.begin(told=told, training_class=other, by=clerk, now=later)
    made = enrolment.confirm(entry=entry, acknowledged=True, by=clerk, now=later)
    assert (made.learner.pk, made.learner.person) == (learner.pk, learner.person)
    learner.refresh_from_db()
    assert (learner.name, learner.born_on, learner.erased_at, learner.verified_at) == (NAME, BORN, None, later)
    assert learner.documents.get(until__isnull=True).number == number
    given = Consent.objects.filter(learner=learner)
    assert set(given.values_list("given_at", "withdrawn_at", "witnessed_by")) == {(later, None, clerk.pk)}
    assert certificates.check(number=certificate.number, name=NAME, now=later).erased is False


def test_an_erased_record_gets_no_place_whoever_asks(now: datetime) -> None:
    learner = people.learner(now=now)
    a_class = training_class(now=now)
    stale = Learner.objects.select_related("user").get(pk=learner.pk)
    erased(learner, now=now)
    with pytest.raises(enrolment.EnrolmentRefused) as refused:
        enrolment.apply(learner=stale, training_class=a_class, now=now)
    assert refused.value.code == enrolment.EnrolmentRefusal.NOT_VERIFIED
    a_class.refresh_from_db()
    assert (a_class.taken, a_class.arrivals) == (0, 0)


def test_only_the_city_handles_erasures(now: datetime) -> None:
    asked = received(people.learner(now=now), now=now)
    city = people.staff(role="city", now=now)
    district = people.staff(role="district", now=now, district=catalogue.district())
    assert list(access.visible_erasures(user=city, now=now)) == [asked]
    assert list(access.visible_erasures(user=district, now=now)) == []


def test_what_was_written_about_reasons_is_gone_and_what_was_decided_stays(now: datetime) -> None:
    learner = well_known(now=now)
    erased(learner, now=now)
    request = LeaveRequest.objects.get()
    assert (request.reason, request.kind, request.status) == ("", "sick", "asked")


def test_half_an_answer_to_who_somebody_is_goes_as_well(now: datetime) -> None:
    learner = people.learner(now=now, verified=False)
    IdentityDraft.objects.create(learner=learner, answers={"name": NAME, "number": "370602"}, updated_at=now)
    assert found(NAME) == {"courses_identitydraft.answers"}
    erased(learner, now=now)
    assert found(NAME) == set()


def test_what_was_said_on_the_phone_goes_and_nobody_is_to_call_any_more(now: datetime) -> None:
    learner = people.learner(now=now)
    certificate, later = certified(learner, now=now)
    a_class = closed(certificate)
    said, work, wish = "说家里有病人", "蓬莱海工装备公司", "想学电焊"
    supervision.draw(training_class=a_class, now=later)
    CallBackLine.objects.update(note=said)
    asked = FollowUp.objects.create(
        code="F1", completion=certificate.completion, months=3, opens_at=later, closes_at=later + timedelta(days=90),
        planned_at=later,
        outcome="employed", employer=work, credit_code="91370600MA3C0000X2", wants=wish, by=people.user(), at=later,
    )  # fmt: skip
    assert turns.to_call().count() == 1
    assert FollowUp.objects.filter(turns.open_follow_ups(now=later)).get() == asked
    erased(learner, now=later)
    assert found(said, work, wish, "91370600MA3C0000X2") == set()
    assert FollowUp.objects.get().outcome == "employed"
    assert turns.to_call().count() == 0
    assert FollowUp.objects.filter(turns.open_follow_ups(now=later)).count() == 0


def without_phone(now: datetime) -> Learner:
    learner = people.learner(now=now, with_login=False)
    learner.phone = ""
    learner.save()
    return learner


def test_who_has_no_phone_and_is_refused_is_told_by_people_who_say_how(now: datetime) -> None:
    learner, second, third = without_phone(now), people.user(), people.user()
    asked = received(learner, now=now)
    refusal(ErasureRefusal.NOTHING_TO_TELL, erasure.tell, request=asked, by=third, how="当面", now=now)
    erasure.refuse(request=asked, by=second, reason="不是本人", now=now)
    waits = turns.my_matters(turn=turns.Turn.ERASURE_TELL, user=third)
    assert list(waits) == [asked]
    refusal(ErasureRefusal.HOW_MISSING, erasure.tell, request=asked, by=third, how=" ", now=now)
    later = now + timedelta(days=1)
    erasure.tell(request=asked, by=third, how="本人到窗口，当面说明", now=later)
    refusal(ErasureRefusal.NOTHING_TO_TELL, erasure.tell, request=asked, by=second, how="寄信", now=later)
    asked.refresh_from_db()
    assert (asked.told_by, asked.told_at, asked.told_how) == (third, later, "本人到窗口，当面说明")
    assert not waits.all().exists()
    assert AuditEvent.objects.get(verb="erasure_told").by_id == third.pk


def test_nobody_has_to_tell_whom_a_message_reaches_or_who_was_erased_since(now: datetime) -> None:
    reached, gone = people.learner(now=now), without_phone(now)
    for learner in (reached, gone):
        erasure.refuse(request=received(learner, now=now), by=people.user(), reason="不是本人", now=now)
    waits = turns.my_matters(turn=turns.Turn.ERASURE_TELL, user=people.user())
    assert [one.learner for one in waits] == [gone]
    erased(gone, now=now)
    assert not waits.all().exists()
