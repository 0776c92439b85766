"""证明材料: what is taken, how it lies on disk, and when it is gone."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from PIL import Image
from pytest_django import Settings

from courses import privacy
from courses.models import AuditEvent, Learner, LearnerCategory, Proof, Reveal
from courses.people import proofs
from courses.people.proofs import ProofRefusal, ProofRefused
from tests.factories import catalogue, papers, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
PDF = papers.pdf()
EXIF_PLACE = 0x8825


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (40, 30), colour: str = "navy", **fields: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, kind, **fields)
    return written.getvalue()


@pytest.fixture(autouse=True)
def _private(settings: Settings, tmp_path: Path) -> None:
    catalogue.policy()
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "private": private}


@pytest.fixture
def veteran() -> LearnerCategory:
    return LearnerCategory.objects.create(key="veteran", name="退役军人", name_en="Veteran", proof="退役军人优待证")


@pytest.fixture
def learner(now: datetime, veteran: LearnerCategory) -> Learner:
    made = people.learner(now=now)
    made.category = veteran
    made.save()
    return made


def hand_in(learner: Learner, content: bytes, now: datetime) -> Proof:
    assert learner.category
    return proofs.hand_in(
        learner=learner, category=learner.category, content=ContentFile(content), by=learner.user, now=now
    )


def refusal(learner: Learner, content: bytes, now: datetime) -> str:
    with pytest.raises(ProofRefused) as refused:
        hand_in(learner, content, now)
    assert refused.value.sentence
    assert not files()
    return str(refused.value.code)


def files() -> list[str]:
    storage = storages["private"]
    return storage.listdir("proofs")[1] if storage.exists("proofs") else []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_photo_of_any_usual_kind_is_kept_as_a_plain_jpeg(kind: str, learner: Learner, now: datetime) -> None:
    made = hand_in(learner, picture(kind), now)
    assert made.kind == "jpeg"
    with Image.open(io.BytesIO(proofs.content_of(proof=made))) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (40, 30), {})


def test_the_place_where_a_photo_was_taken_does_not_stay_in_it(learner: Learner, now: datetime) -> None:
    exif = Image.Exif()
    exif[EXIF_PLACE] = {1: "N", 2: (37.0, 32.0, 0.0)}
    content = picture(exif=exif, comment=b"secret place")
    assert b"secret place" in content
    kept = proofs.content_of(proof=hand_in(learner, content, now))
    assert b"secret place" not in kept
    with Image.open(io.BytesIO(kept)) as picture_kept:
        assert not picture_kept.getexif().get_ifd(EXIF_PLACE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_page_hidden_behind_a_photo_does_not_survive(kind: str, learner: Learner, now: datetime) -> None:
    kept = proofs.content_of(proof=hand_in(learner, picture(kind) + b"<html><script>alert(1)</script>", now))
    assert b"<script" not in kept


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><body>%PDF-1.7 %%EOF</body></html>",
        b"GIF89a" + bytes(60),
        b"PK\x03\x04" + bytes(60),
        b"MZ" + bytes(60),
        "我是退役军人".encode(),
    ],
)
def test_whatever_is_neither_photo_nor_pdf_by_its_content_is_refused(
    content: bytes, learner: Learner, now: datetime
) -> None:
    assert refusal(learner, content, now) == ProofRefusal.WRONG_TYPE


@pytest.mark.parametrize(
    "inside",
    [
        b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>",
        b"/S/J#61vaScript",
        b"/Launch/F(cmd.exe)",
        b"/EmbeddedFiles 3 0 R",
        b"/Encrypt 5 0 R",
        b"<script>alert(1)</script>",
    ],
)
def test_a_pdf_that_can_do_something_is_refused(inside: bytes, learner: Learner, now: datetime) -> None:
    assert refusal(learner, PDF.replace(b"/Type /Catalog", b"/Type /Catalog" + inside), now) == ProofRefusal.ACTIVE


def test_a_plain_pdf_is_kept_as_it_is(learner: Learner, now: datetime) -> None:
    made = hand_in(learner, PDF, now)
    assert (made.kind, proofs.content_of(proof=made)) == ("pdf", PDF)


@pytest.mark.parametrize("content", [picture()[:200], picture("PNG")[:60], b"%PDF-1.7\nhalf a file"])
def test_a_file_that_ends_too_early_is_refused(content: bytes, learner: Learner, now: datetime) -> None:
    assert refusal(learner, content, now) == ProofRefusal.UNREADABLE


def test_a_picture_of_a_hundred_million_points_is_refused_unopened(learner: Learner, now: datetime) -> None:
    written = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(written, "PNG")
    assert refusal(learner, written.getvalue(), now) == ProofRefusal.UNREADABLE


def test_an_empty_and_a_too_large_file_are_refused(learner: Learner, now: datetime) -> None:
    assert refusal(learner, b"", now) == ProofRefusal.EMPTY
    assert refusal(learner, PDF + bytes(8 * 1024 * 1024), now) == ProofRefusal.TOO_LARGE


def test_more_files_than_the_policy_allows_are_refused(learner: Learner, now: datetime) -> None:
    for colour in ("red", "green", "blue", "white"):
        hand_in(learner, picture(colour=colour), now)
    with pytest.raises(ProofRefused) as refused:
        hand_in(learner, picture(colour="black"), now)
    assert refused.value.code == ProofRefusal.TOO_MANY


def test_the_same_file_sent_twice_is_one_proof(learner: Learner, now: datetime) -> None:
    assert hand_in(learner, PDF, now).pk == hand_in(learner, PDF, now).pk
    assert len(files()) == 1


def test_on_disk_lies_a_cipher_that_opens_for_its_own_row_only(learner: Learner, now: datetime) -> None:
    one, other = hand_in(learner, PDF, now), hand_in(learner, PDF + b"\n%%EOF", now)
    with storages["private"].open(one.file) as file:
        assert b"PDF" not in file.read()
    assert learner.name not in one.file
    Proof.objects.filter(pk=other.pk).update(file="elsewhere")
    other.file = one.file
    with pytest.raises(privacy.TokenRefused):
        proofs.content_of(proof=other)


def test_a_change_of_key_takes_the_files_along(learner: Learner, now: datetime, settings: Settings) -> None:
    made = hand_in(learner, PDF, now)
    before = made.file
    settings.FIELD_KEYS = "k2:" + "Mg" * 21 + "M=," + settings.FIELD_KEYS
    call_command("rotate_field_keys", stdout=io.StringIO())
    made.refresh_from_db()
    assert made.file != before
    assert len(files()) == 1
    settings.FIELD_KEYS = settings.FIELD_KEYS.split(",")[0]
    assert proofs.content_of(proof=made) == PDF


def test_a_look_is_kept_for_the_learner_and_for_the_auditor(learner: Learner, now: datetime) -> None:
    made = hand_in(learner, PDF, now)
    own = enrolled(training_class=training_class(now=now), learner=learner, now=now)
    officer = people.user()
    assert proofs.look(by=officer, proof=made, enrolment=own, now=now) == PDF
    assert Reveal.objects.values_list("by", "learner", "field").get() == (officer.pk, learner.pk, "proof")
    assert AuditEvent.objects.get(verb="proof_opened").detail == {"enrolment": own.number}


def test_a_learner_takes_back_what_no_enrolment_rests_on(learner: Learner, now: datetime) -> None:
    assert learner.user
    proofs.take_back(by=learner.user, proof=hand_in(learner, PDF, now), now=now)
    assert files() == []
    made = hand_in(learner, PDF, now)
    enrolled(training_class=training_class(now=now), learner=learner, now=now)
    with pytest.raises(ProofRefused) as refused:
        proofs.take_back(by=learner.user, proof=made, now=now)
    assert refused.value.code == ProofRefusal.IN_USE
    assert len(files()) == 1


def test_a_proof_nothing_rests_on_goes_after_ninety_days(learner: Learner, now: datetime) -> None:
    made = hand_in(learner, PDF, now)
    assert proofs.sweep(now=now + timedelta(days=89)) == 0
    assert proofs.sweep(now=now + timedelta(days=91)) == 1
    assert files() == []
    made.refresh_from_db()
    assert made.deleted_at == now + timedelta(days=91)
    assert proofs.sweep(now=now + timedelta(days=92)) == 0


def test_a_proof_an_enrolment_rests_on_stays_as_long_as_the_files_of_the_class(learner: Learner, now: datetime) -> None:
    hand_in(learner, PDF, now)
    enrolled(training_class=training_class(now=now), learner=learner, now=now)
    assert proofs.sweep(now=now + timedelta(days=3650)) == 0
    assert proofs.sweep(now=now + timedelta(days=3664)) == 1


def test_files_of_one_enrolment_are_those_of_its_category(learner: Learner, now: datetime) -> None:
    made = hand_in(learner, PDF, now)
    own = enrolled(training_class=training_class(now=now), learner=learner, now=now)
    other = LearnerCategory.objects.create(key="disabled", name="残疾人", name_en="Person with a disability")
    proofs.hand_in(learner=learner, category=other, content=ContentFile(picture()), by=None, now=now)
    assert list(proofs.of_enrolments(enrolments=[own])) == [made]
