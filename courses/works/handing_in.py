"""A business plan is a file, read and kept as other papers of citizens are; a proof link is text, and nobody fetches
it: what stands behind it is looked at by the reviewer, in the reviewer's own browser."""

from datetime import datetime
from urllib.parse import urlsplit

from django.core.files.base import File
from django.db import IntegrityError, transaction

from courses import audit
from courses import policy as policies
from courses.models import Enrolment, Proof, User, Work
from courses.people import proofs
from courses.people.numbers import fresh
from courses.works.holding import hold
from courses.works.refusals import WorkRefusal, WorkRefused

LINK_MAX = 300
Part = Work.Part


def hand_in_plan(*, enrolment: Enrolment, content: "File[bytes] | None", by: User, now: datetime) -> Work:
    """Keep a business plan as the next version, encrypted, its type told by its content.

    Refused with WorkRefused: not admitted, not asked of this class, one waits already, one passed, erased; with
    ProofRefused: no file, too large, neither photo nor PDF, broken, or a PDF that can do something.
    """
    _refuse_needless(enrolment, Part.PLAN)
    proof = proofs.hand_in_claim(learner=enrolment.learner, content=content, by=by, now=now)
    try:
        return _write(enrolment, Part.PLAN, by, now, proof=proof)
    except WorkRefused:
        # Of two at one moment the second's file belongs to no work.
        proofs.take_back(by=by, proof=proof, now=now)
        raise


def hand_in_link(*, enrolment: Enrolment, link: str, by: User, now: datetime) -> Work:
    """Keep a proof link as the next version, encrypted. Refused with WorkRefused as a plan is, and for a link that
    `read_link` does not take."""
    address = read_link(link)
    _refuse_needless(enrolment, Part.LINK)
    return _write(enrolment, Part.LINK, by, now, link=address)


def read_link(text: str) -> str:
    """https with a public name as its host; no login, no port and no blank in it. Refused with WorkRefused."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise WorkRefused(WorkRefusal.LINK_WRONG) from None
    host = parts.hostname or ""
    named = "." in host and not host.replace(".", "").isdigit() and ":" not in host
    plain = address.isprintable() and not any(one.isspace() or one in "<>\"'\\" for one in address)
    if parts.scheme != "https" or not named or port is not None or "@" in parts.netloc or not plain:
        raise WorkRefused(WorkRefusal.LINK_WRONG)
    if len(address) > LINK_MAX:
        raise WorkRefused(WorkRefusal.LINK_WRONG)
    return address


def _refuse_needless(enrolment: Enrolment, part: str) -> None:
    a_class = enrolment.training_class
    asked = policies.of_pinned(version_id=a_class.policy_id).assessments if a_class.policy_id else {}
    if part not in asked.get(a_class.kind_key, []):
        raise WorkRefused(WorkRefusal.NOT_ASKED)
    if enrolment.status != Enrolment.Status.ADMITTED:
        raise WorkRefused(WorkRefusal.NOT_ADMITTED)
    _refuse_second(enrolment, part)


def _refuse_second(enrolment: Enrolment, part: str) -> None:
    """A version follows only one that did not pass."""
    last = Work.objects.filter(enrolment=enrolment, part=part).order_by("-version").first()
    if last is not None and last.grade != Work.Grade.FAIL:
        raise WorkRefused(WorkRefusal.PASSED if last.grade else WorkRefusal.WAITS)


def _write(
    enrolment: Enrolment, part: str, by: User, now: datetime, proof: Proof | None = None, link: str | None = None
) -> Work:
    """The next version; of two at one moment the second finds that one waits."""
    try:
        with transaction.atomic():
            # Holds off a change of the grade that it follows (`regrading`).
            hold(enrolment=enrolment.pk)
            _refuse_second(enrolment, part)
            version = Work.objects.filter(enrolment=enrolment, part=part).count() + 1
            made = Work.objects.create(
                code=fresh(prefix="", length=26), enrolment=enrolment, part=part, version=version, proof=proof,
                link=link, by=by, at=now, institution_id=enrolment.training_class.institution_id,
            )  # fmt: skip
            detail = {"part": part, "version": version}
            audit.record(by=by, verb="work_handed_in", target=enrolment, now=now, detail=detail)
    except IntegrityError as error:
        raise WorkRefused(WorkRefusal.WAITS) from error
    return made
