"""证书: frozen, numbered and signed at issue; drawn from that alone; checked by anybody; taken back by two people."""

from courses.certificates.checking import (
    STATE_WORDS,
    Checked,
    CheckRefusal,
    CheckRefused,
    State,
    check,
    check_code,
    check_many,
    count,
    describe,
    differences,
    print_out,
)
from courses.certificates.external import (
    external_by_completion,
    external_of_class,
    record,
    take_back_external,
)
from courses.certificates.forgetting import forget_holder
from courses.certificates.issuing import Issued, held_back, issue, issue_class, of_class, waiting
from courses.certificates.papers import code_of, content, draw, lines_of, make_due, reencrypt_files, sweep_strays
from courses.certificates.refusals import CertificateRefusal, CertificateRefused
from courses.certificates.signing import as_key_set
from courses.certificates.snapshot import grouped
from courses.certificates.supplying import SupplyRefusal, SupplyRefused
from courses.certificates.withdrawing import agree, ask, drop, to_give_anew

__all__ = [
    "STATE_WORDS",
    "CertificateRefusal",
    "CertificateRefused",
    "CheckRefusal",
    "CheckRefused",
    "Checked",
    "Issued",
    "State",
    "SupplyRefusal",
    "SupplyRefused",
    "agree",
    "as_key_set",
    "ask",
    "check",
    "check_code",
    "check_many",
    "code_of",
    "content",
    "count",
    "describe",
    "differences",
    "draw",
    "drop",
    "external_by_completion",
    "external_of_class",
    "forget_holder",
    "grouped",
    "held_back",
    "issue",
    "issue_class",
    "lines_of",
    "make_due",
    "of_class",
    "print_out",
    "record",
    "reencrypt_files",
    "sweep_strays",
    "take_back_external",
    "to_give_anew",
    "waiting",
]
