"""计数账: what counts, posted once and never edited. The only writer of `CountEntry` and of its roll-ups."""

from courses.ledger.batches import BatchRefusal, BatchRefused, BatchRow, load_opening_batch
from courses.ledger.checks import Difference, differences
from courses.ledger.foresight import foresee
from courses.ledger.post import NEEDED, LedgerRefusal, LedgerRefused, NotCounted, counts_q, post, reverse
from courses.ledger.rollups import rebuild_rollups
from courses.ledger.seals import SealRefusal, SealRefused, seal, seal_through, verify_seals

__all__ = [
    "NEEDED",
    "BatchRefusal",
    "BatchRefused",
    "BatchRow",
    "Difference",
    "LedgerRefusal",
    "LedgerRefused",
    "NotCounted",
    "SealRefusal",
    "SealRefused",
    "counts_q",
    "differences",
    "foresee",
    "load_opening_batch",
    "post",
    "rebuild_rollups",
    "reverse",
    "seal",
    "seal_through",
    "verify_seals",
]
