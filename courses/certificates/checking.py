"""查证书: what anybody may learn about a certificate whose number and holder they know, or whose code they hold.

A missing certificate and a wrong name give the same answer, so that nobody can try out names; the number ends in 35
random bits, so that nobody can count up. The name is masked unless its holder agreed to have it shown.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, privacy
from courses import policy as policies
from courses.certificates import signing
from courses.certificates.issuing import of_class
from courses.certificates.signing import Signed
from courses.certificates.snapshot import CARRIED, PRINTED, content_of, fingerprint, read_content
from courses.models import Certificate, CertificateWithdrawal, Completion, TrainingClass, User
from courses.notices import limits
from courses.people import consents
from courses.refusals import Refused

# Of one address: enough for a counter, far too little to try out numbers. A list holds many of them.
AN_HOUR = {"verify": 120, "verify-list": 10}
NUMBER_CHARACTERS = 24


class State(StrEnum):
    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    ALTERED = "altered"


STATE_WORDS = {
    State.VALID: _("有效"),
    State.REVOKED: _("已撤销"),
    State.REPLACED: _("已换发新证"),
    State.EXPIRED: _("已过期"),
    State.ALTERED: _("记录与签名不符"),
}


class CheckRefusal(StrEnum):
    TOO_MANY = "too_many"


class CheckRefused(Refused):
    sentences = {
        CheckRefusal.TOO_MANY: _("同一网络查询的次数较多，这一次没有查。请 %(minutes)s 分钟后再来。"),
    }


@dataclass(frozen=True)
class Checked:
    """The answer: the state, every printed field by its name, and what the code says otherwise, where it does. Of an
    `erased` holder neither name nor document is among the fields."""

    state: State
    fields: dict[str, Any]
    check: str
    since: datetime | None = None
    differs: tuple[str, ...] = ()
    erased: bool = False

    @property
    def words(self) -> str:
        return str(STATE_WORDS[self.state])


def count(*, address: str, now: datetime, what: str = "verify") -> None:
    """One more question from this address. Refused with CheckRefused beyond the number of an hour."""
    taken = limits.take(what=what, value=address, window=timedelta(hours=1), now=now)
    if taken.count > AN_HOUR[what]:
        raise CheckRefused(CheckRefusal.TOO_MANY, minutes=taken.minutes)


def normal(number: str) -> str:
    """As typed off the paper: in groups or not, in small letters or not."""
    plain = "".join(number.split()).replace("-", "").upper()
    return plain if plain.isascii() and plain.isalnum() and len(plain) <= NUMBER_CHARACTERS else ""


def check(*, number: str, name: str, now: datetime) -> Checked | None:
    """By number and surname or full name. None: there is none, or it is somebody else's."""
    return check_many(asked=[(number, name)], now=now)[0]


def check_code(*, code: str, now: datetime) -> Checked | None:
    """By the signed text of the QR. None where no key of ours signed it, or the certificate is not in the register.

    The code is the proof that one holds the paper, so no name is asked.
    """
    said = signing.read_code(code=code, keys=signing.public_keys())
    content = read_content(said) if said is not None else {}
    number = str(content.get("number", ""))
    found = _fetch([number]).get(number)
    if found is None:
        return None
    record = read_content(json.loads(content_of(found.snapshot)))
    # Of a holder who was forgotten there is nothing left to compare the name with.
    compared = (*CARRIED, "name", "holder") if found.snapshot["name"] else CARRIED
    differs = tuple(name for name in compared if record.get(name) != content[name])
    shown = describe(certificates=[found], now=now)[found.number]
    return replace(shown, state=State.ALTERED, differs=differs) if differs else shown


def check_many(*, asked: Sequence[tuple[str, str]], now: datetime) -> list[Checked | None]:
    """The same as `check` for (number, name) in the order asked; a constant number of queries."""
    found = _fetch({normal(number) for number, _name in asked})
    own = {row.number: row for number, name in asked if (row := found.get(normal(number))) and is_holder(row, name)}
    answers = describe(certificates=list(own.values()), now=now)
    return [
        answers.get(normal(number)) if (row := own.get(normal(number))) and is_holder(row, name) else None
        for number, name in asked
    ]


def is_holder(certificate: Certificate, name: str) -> bool:
    """The surname is enough, the full name is better; a name that the certificate does not bear is neither."""
    asked, held = _plain(name), _plain(str(certificate.snapshot["name"]))
    return bool(asked) and held.startswith(asked)


def _plain(name: str) -> str:
    return "".join(name.split()).replace("•", "·").replace("・", "·").casefold()


def _fetch(numbers: Iterable[str]) -> dict[str, Certificate]:
    rows = (
        Certificate.objects.filter(number__in=[number for number in numbers if number])
        .select_related("completion__enrolment__learner")
        .prefetch_related("withdrawals")
    )
    return {row.number: row for row in rows}


def print_out(*, by: User, training_class: TrainingClass, number: str, now: datetime) -> list[Certificate]:
    """The certificates of a class that hold now, or the one with this number, for who hands them out on paper.

    The names on them are in full, so the print is recorded; of an erased holder nothing is handed out any more.
    """
    rows = of_class(training_class=training_class).select_related("completion__enrolment__learner")
    held = list(rows.filter(number=number) if number else rows)
    states = describe(certificates=held, now=now)
    valid = [row for row in held if states[row.number].state == State.VALID and not states[row.number].erased]
    with transaction.atomic():
        audit.record_many(by=by, verb="certificate_printed", targets=((row, {}) for row in valid), now=now)
    return valid


def describe(*, certificates: Sequence[Certificate], now: datetime) -> dict[str, Checked]:
    """By number, what the public may see of each at this moment. Wants completion, learner and withdrawals
    at hand."""
    today, keys = policies.local_date(now), signing.public_keys()
    agreed = consents.holders(
        learners={row.completion.enrolment.learner_id for row in certificates}, key=consents.CERTIFICATE_NAME
    )
    return {row.number: _describe(row, today, keys, open_name=row.completion.enrolment.learner_id in agreed)
            for row in certificates}  # fmt: skip


def _describe(certificate: Certificate, today: date, keys: Mapping[str, bytes], *, open_name: bool) -> Checked:
    shown = {name: certificate.snapshot.get(name, "") for name in PRINTED}
    erased = certificate.completion.enrolment.learner.erased_at is not None
    if erased:
        shown |= {"name": "", "document_kind": "", "document": ""}
    elif not open_name:
        shown["name"] = privacy.mask_name(shown["name"])
    state, since = state_of(certificate, today=today, keys=keys)
    return Checked(state, shown, fingerprint(certificate.signature), since, erased=erased)


def state_of(certificate: Certificate, *, today: date, keys: Mapping[str, bytes]) -> tuple[State, datetime | None]:
    """Valid, or why not and since when. A record that its signature does not cover is worth nothing, whatever else
    holds."""
    if not _is_covered(certificate, keys):
        return State.ALTERED, None
    done = [row for row in certificate.withdrawals.all() if row.status == CertificateWithdrawal.Status.DONE]
    gone = [row for row in done if row.kind in CertificateWithdrawal.ENDING]
    if gone:
        replaced = gone[0].kind == CertificateWithdrawal.Kind.REPLACE
        return State.REPLACED if replaced else State.REVOKED, gone[0].decided_at
    if certificate.completion.status != Completion.Status.APPROVED:
        return State.REVOKED, certificate.completion.sent_back_at
    last = certificate.snapshot["expires_on"]
    if last and date.fromisoformat(last) < today:
        return State.EXPIRED, None
    return State.VALID, None


def differences() -> Iterator[tuple[str, str]]:
    """(row, what differs) for each certificate whose signature does not cover what it says; read one after another."""
    keys = signing.public_keys()
    for row in Certificate.objects.order_by("pk").iterator(chunk_size=500):
        if not _is_covered(row, keys):
            yield f"certificate {row.number}", "its signature does not cover what it says"


def _is_covered(certificate: Certificate, keys: Mapping[str, bytes]) -> bool:
    """Signed as it stands, and under the number of its row."""
    signed = Signed(certificate.key_id, certificate.signature)
    return certificate.snapshot.get("number") == certificate.number and signing.holds(
        content=content_of(certificate.snapshot), signed=signed, keys=keys
    )
