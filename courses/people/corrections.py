"""更正: a name, a document or a phone on record that is wrong, or has changed, put right at the counter.

Whoever stands there shows a document. A name and a document say who somebody is: one person asks, another decides, and
the certificates that were issued stay as they are. The phone of somebody without a login changes at once; who has a
login proves a new number by themself.
"""

from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit, notices
from courses.models import Correction, DocumentKind, Enrolment, IdentityDocument, Learner, PersonMerge, User
from courses.people.documents import CheckedDocument
from courses.people.learners import (
    IdentityRefused,
    attach_document,
    checked_document,
    document_digest,
)
from courses.people.numbers import fresh
from courses.people.phones import normalise_mobile
from courses.refusals import Refused

What, Status = Correction.What, Correction.Status
NOTICE_OF = {What.NAME: "name_corrected", What.DOCUMENT: "document_corrected"}
TEXT_MAX = 200


class CorrectionRefusal(StrEnum):
    NAME_MISSING = "name_missing"
    REASON_MISSING = "reason_missing"
    NOTHING_CHANGES = "nothing_changes"
    NOT_VERIFIED = "not_verified"
    HAS_LOGIN = "has_login"
    HELD_BY_ANOTHER = "held_by_another"
    MERGED = "merged"
    ERASED = "erased"
    OWN_RECORD = "own_record"
    ALREADY = "already"
    SAME_PERSON = "same_person"
    ANSWER_MISSING = "answer_missing"
    DECIDED = "decided"


class CorrectionRefused(Refused):
    sentences = {
        CorrectionRefusal.NAME_MISSING: _("请填写证件上的姓名，未保存。"),
        CorrectionRefusal.REASON_MISSING: _("请写明哪里不对、怎样核实的，未保存。"),
        CorrectionRefusal.NOTHING_CHANGES: _("填写的与登记的相同，没有要更正的，未保存。请核对。"),
        CorrectionRefusal.NOT_VERIFIED: _("本人还没有实名，没有登记姓名和证件，未保存。请本人登录后先办实名。"),
        CorrectionRefusal.HAS_LOGIN: _(
            "本人有账号，手机号由本人登录后在报名时自己改，未保存。原号码已停用、登不进去的，请市级管理办理。"
        ),
        CorrectionRefusal.HELD_BY_ANOTHER: _(
            "这个证件号码登记在另一份学员记录上，未更正。是同一人的，请市级管理办理合并；不是的，请再核对证件。"
        ),
        CorrectionRefusal.MERGED: _("这份记录已并入别的记录，未保存。请用保留的那份记录办理。"),
        CorrectionRefusal.ERASED: _("这份记录已注销，不能更正，未保存。不用再办。"),
        CorrectionRefusal.OWN_RECORD: _("这是您本人的记录，未保存。请交他人办理。"),
        CorrectionRefusal.ALREADY: _("这一项已经提出过更正，未重复保存。请等他人确认。"),
        CorrectionRefusal.SAME_PERSON: _("更正须由另一人确认，未改动。请交他人办理。"),
        CorrectionRefusal.ANSWER_MISSING: _("请写明不更正的原因，未保存。"),
        CorrectionRefusal.DECIDED: _("这项更正已经办结，未改动。请刷新后再看。"),
    }


def ask_name(*, learner: Learner, name: str, seen: DocumentKind, reason: str, by: User, now: datetime) -> Correction:
    """Ask for another name, read from the document that was seen. Nothing changes before somebody else confirms.

    Refused with CorrectionRefused: no name or the one on record, no reason, a record without 实名, merged, erased or
    one's own, and while one waits.
    """
    written = name.strip()
    if not written:
        raise CorrectionRefused(CorrectionRefusal.NAME_MISSING)
    _refuse_unproved(learner, reason, by)
    if written == learner.name:
        raise CorrectionRefused(CorrectionRefusal.NOTHING_CHANGES)
    return _asked(
        Correction(learner=learner, what=What.NAME, kind=seen, before=learner.name, after=written), reason, by, now
    )


def ask_document(*, learner: Learner, kind_key: str, number: str, reason: str, by: User, now: datetime) -> Correction:
    """Ask for another document: renewed under a new number, of another kind, or read wrongly before.

    Refused as `ask_name`; with IdentityRefused for a number that cannot be; with CorrectionRefused too where another
    record holds it.
    """
    _refuse_unproved(learner, reason, by)
    checked = checked_document(kind_key=kind_key, number=number, now=now)
    held = _held(checked)
    if held is not None and held.learner_id == learner.pk and held.until is None:
        raise CorrectionRefused(CorrectionRefusal.NOTHING_CHANGES)
    if held is not None and held.learner_id != learner.pk:
        raise CorrectionRefused(CorrectionRefusal.HELD_BY_ANOTHER)
    kind = DocumentKind.objects.get(key=checked.kind)
    return _asked(Correction(learner=learner, what=What.DOCUMENT, kind=kind, after=checked.number), reason, by, now)


def correct_phone(
    *, learner: Learner, phone: str, seen: DocumentKind, reason: str, by: User, now: datetime
) -> Correction:
    """Another contact phone, or none any more, for somebody without a login; at once. What still waits to go out goes
    to the new number, and the old one is told nothing.

    Refused: PhoneRefused; CorrectionRefused as `ask_name`, and for somebody with a login.
    """
    number = normalise_mobile(phone) if phone.strip() else ""
    with transaction.atomic():
        held = Learner.objects.select_for_update().get(pk=learner.pk)
        _refuse(held, reason, by)
        if held.user_id is not None:
            raise CorrectionRefused(CorrectionRefusal.HAS_LOGIN)
        if number == held.phone:
            raise CorrectionRefused(CorrectionRefusal.NOTHING_CHANGES)
        Learner.objects.filter(pk=held.pk).update(phone=number)
        learner.phone = number
        done = Correction(learner=held, what=What.PHONE, kind=seen, status=Status.DONE, decided_at=now)
        made = _asked(done, reason, by, now)
        notices.readdress(learner=held, to=number)
        if number:
            notices.queue(kind="phone_corrected", channel="sms", learner=held, to=number, params={}, now=now)
    return made


def confirm(*, correction: Correction, by: User, now: datetime) -> None:
    """Take over what was asked for, and tell the learner. The former document ends and stays on record, with its
    number; birth date and sex are what the new one says.

    Refused with CorrectionRefused: by who asked, on one's own record, decided already, merged or erased meanwhile, a
    document that another record holds by now; with IdentityRefused for one that cannot be any more.
    """
    if by.pk == correction.asked_by_id:
        raise CorrectionRefused(CorrectionRefusal.SAME_PERSON)
    with transaction.atomic():
        learner = Learner.objects.select_for_update().get(pk=correction.learner_id)
        _refuse_untouchable(learner, by)
        after = correction.after
        if correction.what == What.DOCUMENT:
            _decide(correction, Status.DONE, by, now, after="")
            _take_document(learner, checked_document(kind_key=correction.kind.key, number=after, now=now), now)
        else:
            _decide(correction, Status.DONE, by, now)
            Learner.objects.filter(pk=learner.pk).update(name=after)
        audit.record(by=by, verb="correction_confirmed", target=correction, now=now, detail=_detail(correction))
        _tell(correction, learner, NOTICE_OF[What(correction.what)], now)


def drop(*, correction: Correction, answer: str, by: User, now: datetime) -> None:
    """All stays as it was, and the learner is told why. Refused with CorrectionRefused: no reason, decided already."""
    if not answer.strip():
        raise CorrectionRefused(CorrectionRefusal.ANSWER_MISSING)
    with transaction.atomic():
        said = answer.strip()[:TEXT_MAX]
        _decide(correction, Status.DROPPED, by, now, answer=said, before="", after="")
        audit.record(by=by, verb="correction_dropped", target=correction, now=now, detail=_detail(correction))
        _tell(correction, correction.learner, "correction_dropped", now, reason=said)


def differing_places(*, one: str, other: str) -> list[int]:
    """At which places two numbers of one length differ, from 1 on; none where they are of two lengths."""
    if len(one) != len(other):
        return []
    return [place for place, (a, b) in enumerate(zip(one, other, strict=True), start=1) if a != b]


def _refuse_unproved(learner: Learner, reason: str, by: User) -> None:
    _refuse(learner, reason, by)
    if learner.verified_at is None:
        raise CorrectionRefused(CorrectionRefusal.NOT_VERIFIED)


def _refuse(learner: Learner, reason: str, by: User) -> None:
    if not reason.strip():
        raise CorrectionRefused(CorrectionRefusal.REASON_MISSING)
    _refuse_untouchable(learner, by)


def _refuse_untouchable(learner: Learner, by: User) -> None:
    if learner.erased_at is not None:
        raise CorrectionRefused(CorrectionRefusal.ERASED)
    if PersonMerge.objects.filter(merged=learner).exists():
        raise CorrectionRefused(CorrectionRefusal.MERGED)
    if learner.user_id == by.pk:
        raise CorrectionRefused(CorrectionRefusal.OWN_RECORD)


def _asked(row: Correction, reason: str, by: User, now: datetime) -> Correction:
    row.number, row.reason, row.asked_by, row.asked_at = fresh(prefix="GZ"), reason.strip()[:TEXT_MAX], by, now
    verb = "correction_asked" if row.status == Status.ASKED else "phone_corrected"
    try:
        with transaction.atomic():
            row.save()
            audit.record(by=by, verb=verb, target=row, now=now, detail=_detail(row))
    except IntegrityError as error:
        raise CorrectionRefused(CorrectionRefusal.ALREADY) from error
    return row


def _detail(row: Correction) -> dict[str, str]:
    return {"learner": row.learner.number, "what": row.what, "seen": row.kind.key}


def _decide(correction: Correction, status: Correction.Status, by: User, now: datetime, **said: str) -> None:
    """One conditional update decides between rivals."""
    changes = {"status": status, "decided_by": by, "decided_at": now, **said}
    if not Correction.objects.filter(pk=correction.pk, status=Status.ASKED).update(**changes):
        raise CorrectionRefused(CorrectionRefusal.DECIDED)
    for name, value in changes.items():
        setattr(correction, name, value)


def _held(checked: CheckedDocument) -> IdentityDocument | None:
    digest = document_digest(kind_key=checked.kind, number=checked.number)
    return IdentityDocument.objects.filter(digest=digest).first()


def _take_document(learner: Learner, checked: CheckedDocument, now: datetime) -> None:
    held = _held(checked)
    if held is not None and held.learner_id != learner.pk:
        raise CorrectionRefused(CorrectionRefusal.HELD_BY_ANOTHER)
    learner.documents.filter(until__isnull=True).update(until=now)
    if held is not None:
        # A former one of theirs: it holds again.
        IdentityDocument.objects.filter(pk=held.pk).update(since=now, until=None)
    else:
        _attach(learner, checked, now)
    Learner.objects.filter(pk=learner.pk).update(
        sex=checked.sex or learner.sex, born_on=checked.birth_date or learner.born_on
    )


def _attach(learner: Learner, checked: CheckedDocument, now: datetime) -> None:
    try:
        attach_document(learner=learner, checked=checked, now=now)
    except IdentityRefused as refusal:
        raise CorrectionRefused(CorrectionRefusal.HELD_BY_ANOTHER) from refusal


def _tell(correction: Correction, learner: Learner, kind: str, now: datetime, **params: str) -> None:
    """By a message, else by the institution of the latest class."""
    latest = Enrolment.objects.filter(learner=learner).select_related("training_class").order_by("-pk").first()
    notices.queue(
        kind=kind, channel="sms", learner=learner, to=learner.phone, now=now,
        training_class=latest.training_class if latest else None, params={"number": correction.number, **params},
    )  # fmt: skip
