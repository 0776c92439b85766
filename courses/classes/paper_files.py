"""Files of an opening: what an institution hands in with its papers, how it is kept, who opened it, when it goes.

Read, sealed and given out as proofs are: neither name nor ending says what a file is, and a photo is written anew.
"""

import hashlib
from datetime import datetime, timedelta

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from courses import audit, policy, privacy
from courses.classes.planning import hold_draft
from courses.models import OpeningFile, TrainingClass, User
from courses.people import proofs, sealed, strays
from courses.people.numbers import fresh
from courses.people.proofs import ProofRefusal, ProofRefused
from courses.policy import local_date

FOLDER = "openings"


def attach(
    *, by: User, training_class: TrainingClass, paper: str, content: "File[bytes] | None", now: datetime
) -> OpeningFile:
    """Keep one file of one paper of a draft, encrypted. The same file again is the same row.

    Refused with ProofRefused: no file, too large or too many by policy, neither photo nor PDF by its content, broken,
    or a PDF that can do something; with ClassRefused once the class is under review.
    """
    rules = policy.current(on=local_date(now))
    kind, plain = proofs.read_file(content, rules)
    digest = privacy.digest(hashlib.sha256(plain).hexdigest(), purpose="opening")
    held = kept(training_class=training_class).filter(paper=OpeningFile.Paper(paper))
    if (same := held.filter(digest=digest).first()) is not None:
        return same
    row = OpeningFile(
        code=fresh(prefix="", length=26), training_class=training_class, paper=paper, kind=kind, size=len(plain),
        digest=digest, uploaded_by=by, uploaded_at=now,
    )  # fmt: skip
    row.file = sealed.keep(plain=plain, folder=FOLDER, context=_context(row))
    try:
        with transaction.atomic():
            hold_draft(training_class)
            if held.count() >= rules.proof_files:
                raise ProofRefused(ProofRefusal.TOO_MANY, most=rules.proof_files)
            row.save()
            audit.record(by=by, verb="opening_file_attached", target=row, now=now, detail=_detail(row))
    except IntegrityError:
        # The same form sent twice: the first one kept this very file.
        sealed.drop(row.file)
        return held.get(digest=digest)
    except Exception:
        sealed.drop(row.file)
        raise
    return row


def kept(*, training_class: TrainingClass) -> QuerySet[OpeningFile]:
    return OpeningFile.objects.filter(training_class=training_class, deleted_at__isnull=True)


def look(*, by: User, file: OpeningFile, now: datetime) -> bytes:
    """The content, for whoever may read the papers of its class; the look is kept."""
    audit.record(by=by, verb="opening_file_opened", target=file, now=now, detail=_detail(file))
    return sealed.content(file.file, context=_context(file))


def remove(*, by: User, file: OpeningFile, now: datetime) -> None:
    """Of a draft; what was handed in stays with the class. Refused with ClassRefused once it is under review."""
    with transaction.atomic():
        hold_draft(file.training_class)
        _forget(file, verb="opening_file_removed", by=by, now=now)
    sealed.drop(file.file)


def sweep(*, now: datetime) -> int:
    """Delete what the policy of the day no longer keeps; gives how many files.

    The files of a class stay `file_years` after its last day, as the class's own do; those of a draft that was never
    handed in stay `proof_unused_days`. The row remains and tells when the file went.
    """
    today = local_date(now)
    rules = policy.current(on=today)
    # A day that every month has, so that a file is rather kept a little longer.
    years_ago = today.replace(year=today.year - rules.file_years, day=min(today.day, 28))
    never_handed_in = Q(
        training_class__status=TrainingClass.Status.DRAFT,
        training_class__submitted_at__isnull=True,
        uploaded_at__lt=now - timedelta(days=rules.proof_unused_days),
    )
    due = Q(training_class__ends_on__lt=years_ago) | never_handed_in
    rows = OpeningFile.objects.filter(due, deleted_at__isnull=True).select_related("training_class")
    return sum(_expire(row, due, now) for row in list(rows))


def _expire(row: OpeningFile, due: Q, now: datetime) -> bool:
    """Whether the file is gone. It stays when its draft was handed in since the sweep looked."""
    with transaction.atomic():
        TrainingClass.objects.select_for_update().get(pk=row.training_class_id)
        still_due = OpeningFile.objects.filter(due, pk=row.pk, deleted_at__isnull=True).exists()
        gone = still_due and _forget(row, verb="opening_file_expired", by=None, now=now)
    if gone:
        # Bytes come back from no rollback; those left by a crash here have no row, and `sweep_strays` takes them.
        sealed.drop(row.file)
    return gone


def _forget(file: OpeningFile, *, verb: str, by: User | None, now: datetime) -> bool:
    """Of two at one moment only the first deletes it and is on record."""
    if not OpeningFile.objects.filter(pk=file.pk, deleted_at__isnull=True).update(deleted_at=now):
        return False
    audit.record(by=by, verb=verb, target=file, now=now, detail=_detail(file))
    return True


def sweep_strays(*, now: datetime) -> int:
    """Delete files whose row was never written; gives how many."""
    return strays.sweep(folder=FOLDER, rows=OpeningFile.objects.filter(deleted_at__isnull=True), now=now)


def reencrypt_files() -> int:
    """Bring every kept file under the current key; gives how many."""
    return sealed.rekey(rows=OpeningFile.objects.filter(deleted_at__isnull=True), folder=FOLDER, context=_context)


def _context(file: OpeningFile) -> str:
    return f"courses.openingfile.{file.code}"


def _detail(file: OpeningFile) -> dict[str, str]:
    return {"class": file.training_class.number, "paper": str(file.paper)}
