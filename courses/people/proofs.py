"""证明材料: what may be handed in, how it is kept, who opened it, and when it is deleted.

A proof is of a category, bears out a request for leave or a dispute, or is a business plan; all are kept alike.

A photo is read and written anew as a JPEG: whatever else was in the file (a place, a page, a program) stays behind.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from courses import audit, policy, privacy
from courses.models import Enrolment, Learner, LearnerCategory, Proof, Reveal, TrainingClass, User
from courses.people import sealed, strays
from courses.people.numbers import fresh
from courses.people.paper import PaperRefused, PaperSlip, read_paper
from courses.refusals import Refused

FOLDER = "proofs"


class ProofRefusal(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    UNREADABLE = "unreadable"
    ACTIVE = "active"
    TOO_MANY = "too_many"
    IN_USE = "in_use"


class ProofRefused(Refused):
    sentences = {
        ProofRefusal.EMPTY: _("还没有选择文件，未保存。请先拍照或选择文件。"),
        ProofRefusal.TOO_LARGE: _("文件超过 %(most)s MB，未保存。请重新拍照，或换一个小一点的文件。"),
        ProofRefusal.WRONG_TYPE: _("只收照片（JPG、PNG、HEIC）或 PDF，未保存。请换一个文件。"),
        ProofRefusal.UNREADABLE: _("文件打不开，可能已损坏，未保存。请重新拍照。"),
        ProofRefusal.ACTIVE: _("PDF 里有脚本、附件或密码，未保存。请改为拍照上传。"),
        ProofRefusal.TOO_MANY: _("最多上传 %(most)s 个文件，这一个未保存。请先删除不需要的。"),
        ProofRefusal.IN_USE: _("这份材料已用于办理，不能删除，未改动。如需更换，请直接上传新的。"),
    }


def hand_in(
    *, learner: Learner, category: LearnerCategory, content: "File[bytes] | None", by: User | None, now: datetime
) -> Proof:
    """Keep one file as proof of a category, encrypted. The same file again is the same proof.

    Refused with ProofRefused: no file, too large or too many by policy, neither photo nor PDF by its content, broken,
    or a PDF that can do something.
    """
    rules = policy.current(on=policy.local_date(now))
    row, plain = _read(learner, content, rules, by, now)
    held = kept(learner=learner, category=category)
    same = held.filter(digest=row.digest).first()
    if same is not None:
        return same
    if held.count() >= rules.proof_files:
        raise ProofRefused(ProofRefusal.TOO_MANY, most=rules.proof_files)
    row.category = category
    return _write(row, plain, by, now)


def hand_in_claim(*, learner: Learner, content: "File[bytes] | None", by: User | None, now: datetime) -> Proof:
    """Keep one file that bears out a request for leave or a dispute, or is a business plan; the row of that then names
    it. Refused as `hand_in`."""
    row, plain = _read(learner, content, policy.current(on=policy.local_date(now)), by, now)
    return _write(row, plain, by, now)


def _read(
    learner: Learner, content: "File[bytes] | None", rules: policy.Policy, by: User | None, now: datetime
) -> tuple[Proof, bytes]:
    """The row of a file that may be kept, and its content."""
    kind, plain = read_file(content, rules)
    digest = privacy.digest(hashlib.sha256(plain).hexdigest(), purpose="proof")
    row = Proof(
        code=fresh(prefix="", length=26), file=_new_name(), learner=learner, kind=kind,
        size=len(plain), digest=digest, uploaded_by=by, uploaded_at=now,
    )  # fmt: skip
    return row, plain


def read_file(content: "File[bytes] | None", rules: policy.Policy) -> tuple[str, bytes]:
    """What a file is by its content, and what of it is kept. Refused with ProofRefused: no file, too large, neither
    photo nor PDF, broken, or a PDF that can do something."""
    if content is None or not content.size:
        raise ProofRefused(ProofRefusal.EMPTY)
    if content.size > rules.proof_megabytes * 1024 * 1024:
        raise ProofRefused(ProofRefusal.TOO_LARGE, most=rules.proof_megabytes)
    try:
        return read_paper(content.read())
    except PaperRefused as refused:
        raise ProofRefused(CODE_OF[refused.code]) from refused  # type: ignore[index]


CODE_OF: dict[PaperSlip, ProofRefusal] = {
    PaperSlip.WRONG_TYPE: ProofRefusal.WRONG_TYPE,
    PaperSlip.UNREADABLE: ProofRefusal.UNREADABLE,
    PaperSlip.ACTIVE: ProofRefusal.ACTIVE,
}


def _write(row: Proof, plain: bytes, by: User | None, now: datetime) -> Proof:
    """The file first: a row without its file would be a lost record, a file without its row is swept away."""
    _seal(row, plain, row.file)
    try:
        with transaction.atomic():
            row.save()
            audit.record(by=by, verb="proof_handed_in", target=row, now=now, detail={"size": row.size})
    except IntegrityError:
        # The same form sent twice: the first one kept this very file.
        _storage().delete(row.file)
        return Proof.objects.get(learner=row.learner, category=row.category, digest=row.digest, deleted_at__isnull=True)
    return row


def kept(*, learner: Learner, category: LearnerCategory) -> QuerySet[Proof]:
    return Proof.objects.filter(learner=learner, category=category, deleted_at__isnull=True)


def of_enrolments(*, enrolments: Iterable[Enrolment]) -> QuerySet[Proof]:
    """The files that prove the category of these enrolments, and no other of these people. One statement."""
    wanted = Q(pk__in=[])
    for row in enrolments:
        if row.category_id is not None:
            wanted |= Q(learner=row.learner_id, category=row.category_id)
    return Proof.objects.filter(wanted, deleted_at__isnull=True)


def by_enrolment(*, enrolments: Sequence[Enrolment]) -> dict[int, list[Proof]]:
    """As `of_enrolments`, by the id of each."""
    found: dict[tuple[int, int | None], list[Proof]] = {}
    for proof in of_enrolments(enrolments=enrolments):
        found.setdefault((proof.learner_id, proof.category_id), []).append(proof)
    return {row.pk: found.get((row.learner_id, row.category_id), []) for row in enrolments}


def of_claims(*, training_class: TrainingClass) -> QuerySet[Proof]:
    """The files that bear out requests for leave and disputes of a class. One statement."""
    asked = Q(leave_requests__enrolment__training_class=training_class)
    raised = Q(disputes__enrolment__training_class=training_class)
    return Proof.objects.filter(asked | raised, deleted_at__isnull=True).distinct()


def of_works(*, training_class: TrainingClass) -> QuerySet[Proof]:
    """The business plans of a class. One statement."""
    return Proof.objects.filter(works__enrolment__training_class=training_class, deleted_at__isnull=True).distinct()


def content_of(*, proof: Proof) -> bytes:
    """The file as it was kept, for whoever may have it; what of others one may see is the caller's scope."""
    return privacy.decrypt_bytes(_stored(proof), context=_context(proof))


def look(*, by: User, proof: Proof, enrolment: Enrolment, now: datetime) -> bytes:
    """The content for somebody who reviews an enrolment, or what a learner of it asks for. The look is kept, and the
    learner sees it in 我的信息."""
    words = _("审核报名 %(number)s") if proof.category_id else _("办理请假或异议，报名 %(number)s")
    if proof.works.exists():
        words = _("评定创业计划书，报名 %(number)s")
    with transaction.atomic():
        reason = str(words) % {"number": enrolment.number}
        Reveal.objects.create(by=by, learner=proof.learner, field="proof", reason=reason, at=now)
        audit.record(by=by, verb="proof_opened", target=proof, now=now, detail={"enrolment": enrolment.number})
    return content_of(proof=proof)


def take_back(*, by: User, proof: Proof, now: datetime) -> None:
    """A learner deletes a file that nothing rests on. Refused with ProofRefused while an enrolment, a request for leave
    or a dispute does."""
    resting = Enrolment.objects.filter(learner=proof.learner_id, category=proof.category_id, status__in=Enrolment.LIVE)
    claimed = proof.leave_requests.exists() or proof.disputes.exists() or proof.works.exists()
    if claimed or (proof.category_id is not None and resting.exists()):
        raise ProofRefused(ProofRefusal.IN_USE)
    _delete(proof, verb="proof_taken_back", by=by, now=now)


def sweep(*, now: datetime) -> int:
    """Delete what the policy of the day no longer keeps; gives how many files.

    A proof on which an enrolment, a request for leave or a dispute rests, and a business plan, stays `file_years` after
    the last day of its class, as the class's own files do; one on which nothing rests stays `proof_unused_days`. The
    row remains and tells when the file went.
    """
    today = policy.local_date(now)
    rules = policy.current(on=today)
    rests = Q(learner__enrolments__category=F("category"), learner__enrolments__status__in=Enrolment.LIVE)
    unused_since = now - timedelta(days=rules.proof_unused_days)
    # A day that every month has, so that a file is rather kept a little longer.
    years_ago = today.replace(year=today.year - rules.file_years, day=min(today.day, 28))
    due = (
        Proof.objects.filter(deleted_at__isnull=True)
        .annotate(
            last_day=Coalesce(
                Max("learner__enrolments__training_class__ends_on", filter=rests),
                Max("leave_requests__enrolment__training_class__ends_on"),
                Max("disputes__enrolment__training_class__ends_on"),
                Max("works__enrolment__training_class__ends_on"),
            )
        )
        .filter(Q(last_day__lt=years_ago) | Q(last_day__isnull=True, uploaded_at__lt=unused_since))
    )
    rows = list(due)
    for row in rows:
        _delete(row, verb="proof_expired", by=None, now=now)
    return len(rows)


def _delete(proof: Proof, *, verb: str, by: User | None, now: datetime) -> None:
    """The file first; when the row does not follow, the next sweep finds it again."""
    _storage().delete(proof.file)
    with transaction.atomic():
        Proof.objects.filter(pk=proof.pk).update(deleted_at=now)
        audit.record(by=by, verb=verb, target=proof, now=now)


def sweep_strays(*, now: datetime) -> int:
    """Delete files of proofs whose row was never written; gives how many."""
    return strays.sweep(folder=FOLDER, rows=Proof.objects.filter(deleted_at__isnull=True), now=now)


def reencrypt_files() -> int:
    """Bring every kept file under the current key; gives how many."""
    return sealed.rekey(rows=Proof.objects.filter(deleted_at__isnull=True), folder=FOLDER, context=_context)


def _new_name() -> str:
    return f"{FOLDER}/{fresh(prefix='', length=26)}"


def _context(proof: Proof) -> str:
    return f"courses.proof.{proof.code}"


def _seal(proof: Proof, plain: bytes, name: str) -> None:
    _storage().save(name, ContentFile(privacy.encrypt_bytes(plain, context=_context(proof))))


def _stored(proof: Proof) -> bytes:
    with _storage().open(proof.file) as file:
        return bytes(file.read())


def _storage() -> Storage:
    return storages["private"]
