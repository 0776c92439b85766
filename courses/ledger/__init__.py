"""计数账: what counts, posted once and never edited. The only writer of `CountEntry` and of its roll-ups."""

from courses.ledger.batches import BatchRefusal, BatchRefused, BatchRow, load_opening_batch
from courses.ledger.checks import Difference, differences
from courses.ledger.closed import is_closed
from courses.ledger.foresight import foresee
from courses.ledger.joining import Joined, foresee_join, join
from courses.ledger.locks import exclude, share
from courses.ledger.post import (
    NEEDED,
    LedgerRefusal,
    LedgerRefused,
    NotCounted,
    counts,
    counts_q,
    person_of,
    post,
    post_certified,
    refuse_sealed,
    release,
    reverse,
)
from courses.ledger.rollups import rebuild_rollups
from courses.ledger.seals import (
    SealRefusal,
    SealRefused,
    keep_roots,
    root_lines,
    seal,
    seal_through,
    verify_roots,
    verify_seals,
)

__all__ = [
    "NEEDED",
    "BatchRefusal",
    "BatchRefused",
    "BatchRow",
    "Difference",
    "Joined",
    "LedgerRefusal",
    "LedgerRefused",
    "NotCounted",
    "SealRefusal",
    "SealRefused",
    "counts",
    "counts_q",
    "differences",
    "exclude",
    "foresee",
    "foresee_join",
    "is_closed",
    "join",
    "keep_roots",
    "load_opening_batch",
    "person_of",
    "post",
    "post_certified",
    "rebuild_rollups",
    "refuse_sealed",
    "release",
    "reverse",
    "root_lines",
    "seal",
    "seal_through",
    "share",
    "verify_roots",
    "verify_seals",
]
