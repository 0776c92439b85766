"""规则变更: a version of the policy, or of the commitment's text, is put forward by one officer and published by another.

Nothing changes before the second person confirms, and what they confirm is what they read: a proposal that another
version has overtaken is refused, not merged.
"""

from datetime import date, datetime
from enum import StrEnum
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses import policy as policies
from courses.models import CommitmentText, PolicyVersion, RuleProposal, User
from courses.people.numbers import fresh
from courses.policy import PolicyRefusal, PolicyRefused
from courses.refusals import Refused

Kind, Status = RuleProposal.Kind, RuleProposal.Status
NOTE_MAX = 200


class RuleRefusal(StrEnum):
    REASON_MISSING = "reason_missing"
    SOURCE_MISSING = "source_missing"
    TEXT_MISSING = "text_missing"
    NOTHING_CHANGED = "nothing_changed"
    DATE_PAST = "date_past"
    DATE_TAKEN = "date_taken"
    SAME_PERSON = "same_person"
    OTHERS = "others"
    ANSWER_MISSING = "answer_missing"
    STALE = "stale"
    DECIDED = "decided"


class RuleRefused(Refused):
    sentences = {
        RuleRefusal.REASON_MISSING: _("请写明修改的原因，未保存。"),
        RuleRefusal.SOURCE_MISSING: _("请写明依据的文件，未保存。"),
        RuleRefusal.TEXT_MISSING: _("请填写承诺书全文，未保存。"),
        RuleRefusal.NOTHING_CHANGED: _("没有改动任何一项，未保存。请改好后再提出。"),
        RuleRefusal.DATE_PAST: _(
            "生效日期 %(day)s 已过，未保存。请从今天起选一个日期；已提出的请退回，改日期后重新提出。"
        ),
        RuleRefusal.DATE_TAKEN: _("%(day)s 已有一个版本生效，未保存。请换一个生效日期。"),
        RuleRefusal.SAME_PERSON: _("须由另一人确认或退回，未改动。自己提出的可以收回。"),
        RuleRefusal.OTHERS: _("这是他人提出的，不能收回，未改动。不同意的请退回并写明原因。"),
        RuleRefusal.ANSWER_MISSING: _("请写明退回的原因，未改动。"),
        RuleRefusal.STALE: _("提出之后又发布了别的版本，未发布。请退回，对照现行版本重新提出。"),
        RuleRefusal.DECIDED: _("这项变更已经办结，未改动。请刷新后再看。"),
    }


def propose_policy(
    *, by: User, effective_on: date, values: dict[str, Any], reason: str, source: str, now: datetime
) -> RuleProposal:
    """Put forward a version that differs from the one before it in these values. Nothing changes yet.

    Refused with RuleRefused: no reason or source, a day that is past or has a version, nothing that differs; with
    PolicyRefused for a value that cannot hold.
    """
    _refuse_day(Kind.POLICY, effective_on, now)
    changes = changes_of(effective_on=effective_on, values=values)
    policies.validate(_document(effective_on, changes))
    if not changes:
        raise RuleRefused(RuleRefusal.NOTHING_CHANGED)
    return _put_forward(by, Kind.POLICY, effective_on, reason, source, now, changes=changes)


def propose_commitment(
    *, by: User, effective_on: date, body: str, reason: str, source: str, now: datetime
) -> RuleProposal:
    """Put forward another wording of what institutions commit themselves to. Refused with RuleRefused like a policy,
    and without a text or where it is the one that holds."""
    said = body.strip()
    if not said:
        raise RuleRefused(RuleRefusal.TEXT_MISSING)
    held = text_before(effective_on=effective_on)
    if held is not None and held.body == said:
        raise RuleRefused(RuleRefusal.NOTHING_CHANGED)
    _refuse_day(Kind.COMMITMENT, effective_on, now)
    return _put_forward(by, Kind.COMMITMENT, effective_on, reason, source, now, body=said)


def confirm(*, by: User, proposal: RuleProposal, now: datetime) -> PolicyVersion | CommitmentText:
    """The second person publishes it: a new version, in force from its day.

    Refused with RuleRefused: by who put it forward, decided already, its day past, another version published since;
    with PolicyRefused for a value that cannot hold any more.
    """
    if by.pk == proposal.proposed_by_id:
        raise RuleRefused(RuleRefusal.SAME_PERSON)
    try:
        with transaction.atomic():
            # One after the other, whatever their numbers.
            waiting = (
                RuleProposal.objects.select_for_update().filter(status=Status.PROPOSED).values_list("pk", flat=True)
            )
            if proposal.pk not in list(waiting):
                raise RuleRefused(RuleRefusal.DECIDED)
            if proposal.seen != _seen(proposal.kind):
                raise RuleRefused(RuleRefusal.STALE)
            _refuse_day(proposal.kind, proposal.effective_on, now)
            made = _publish(by, proposal)
            _decide(proposal, Status.PUBLISHED, by, now, **{_field_of(made): made})
            detail = {"version": made.number, "kind": proposal.kind}
            audit.record(by=by, verb="rule_published", target=proposal, now=now, detail=detail)
    except IntegrityError as error:
        # A rival took the number or the day at the same moment.
        raise RuleRefused(RuleRefusal.STALE) from error
    return made


def send_back(*, by: User, proposal: RuleProposal, answer: str, now: datetime) -> None:
    """The second person does not agree, and says why. Refused with RuleRefused: no reason, by who put it forward,
    decided already."""
    if by.pk == proposal.proposed_by_id:
        raise RuleRefused(RuleRefusal.SAME_PERSON)
    if not answer.strip():
        raise RuleRefused(RuleRefusal.ANSWER_MISSING)
    with transaction.atomic():
        _decide(proposal, Status.RETURNED, by, now, answer=answer.strip()[:NOTE_MAX])
        audit.record(by=by, verb="rule_returned", target=proposal, now=now)


def take_back(*, by: User, proposal: RuleProposal, now: datetime) -> None:
    """Who put it forward thinks better of it. Refused with RuleRefused by anybody else, or decided already."""
    if by.pk != proposal.proposed_by_id:
        raise RuleRefused(RuleRefusal.OTHERS)
    with transaction.atomic():
        _decide(proposal, Status.TAKEN_BACK, by, now)
        audit.record(by=by, verb="rule_taken_back", target=proposal, now=now)


def changes_of(*, effective_on: date, values: dict[str, Any]) -> dict[str, list[Any]]:
    """By key, the value that holds on a day and the one that would: of those that differ."""
    held = policies.current(on=effective_on).as_document()
    return {key: [held.get(key), value] for key, value in values.items() if held.get(key) != value}


def text_before(*, effective_on: date) -> CommitmentText | None:
    """The wording that holds on a day."""
    return CommitmentText.objects.filter(effective_on__lte=effective_on).order_by("-effective_on").first()


def later_versions(*, effective_on: date) -> list[PolicyVersion]:
    """Versions that come into force after a day, and will not hold what is changed on it."""
    rows = PolicyVersion.objects.filter(effective_on__gt=effective_on, is_exception=False).defer("document")
    return list(rows.order_by("effective_on"))


def _document(effective_on: date, changes: dict[str, list[Any]]) -> dict[str, Any]:
    held = policies.current(on=effective_on).as_document()
    return {**held, **{key: after for key, (_before, after) in changes.items()}}


def _refuse_day(kind: str, effective_on: date, now: datetime) -> None:
    if effective_on < policies.local_date(now):
        raise RuleRefused(RuleRefusal.DATE_PAST, day=effective_on)
    taken = (
        PolicyVersion.objects.filter(effective_on=effective_on, is_exception=False)
        if kind == Kind.POLICY
        else CommitmentText.objects.filter(effective_on=effective_on)
    )
    if taken.exists():
        raise RuleRefused(RuleRefusal.DATE_TAKEN, day=effective_on)


def _put_forward(
    by: User, kind: RuleProposal.Kind, effective_on: date, reason: str, source: str, now: datetime, **content: Any
) -> RuleProposal:
    for words, code in ((reason, RuleRefusal.REASON_MISSING), (source, RuleRefusal.SOURCE_MISSING)):
        if not words.strip():
            raise RuleRefused(code)
    with transaction.atomic():
        made = RuleProposal.objects.create(
            number=fresh(prefix="GZ"),
            kind=kind,
            effective_on=effective_on,
            seen=_seen(kind),
            reason=reason.strip()[:NOTE_MAX],
            source=source.strip()[:NOTE_MAX],
            proposed_by=by,
            proposed_at=now,
            **content,
        )
        detail = {"kind": kind.value, "keys": sorted(made.changes)}
        audit.record(by=by, verb="rule_proposed", target=made, now=now, detail=detail)
    return made


def _seen(kind: str) -> int:
    """How many versions there are that come into force by date."""
    if kind == Kind.COMMITMENT:
        return CommitmentText.objects.count()
    return PolicyVersion.objects.filter(is_exception=False).count()


def _publish(by: User, proposal: RuleProposal) -> PolicyVersion | CommitmentText:
    day = proposal.effective_on
    if proposal.kind == Kind.COMMITMENT:
        number = _free_number(f"{day.year}-", set(CommitmentText.objects.values_list("number", flat=True)))
        return CommitmentText.objects.create(number=number, effective_on=day, body=proposal.body)
    try:
        return policies.publish(
            by=by,
            number=_free_number("v", set(PolicyVersion.objects.values_list("number", flat=True))),
            effective_on=day,
            document=_document(day, proposal.changes),
            note=f"{proposal.source}：{proposal.reason}"[:NOTE_MAX],
        )
    except PolicyRefused as refused:
        if refused.code == PolicyRefusal.DATE_TAKEN:
            raise RuleRefused(RuleRefusal.DATE_TAKEN, day=day) from refused
        raise


def _free_number(prefix: str, taken: set[str]) -> str:
    return next(number for number in (f"{prefix}{one}" for one in count(1)) if number not in taken)


def _field_of(made: PolicyVersion | CommitmentText) -> str:
    return "version" if isinstance(made, PolicyVersion) else "text"


def _decide(proposal: RuleProposal, status: RuleProposal.Status, by: User, now: datetime, **fields: Any) -> None:
    """One conditional update decides between rivals."""
    changes = {"status": status, "decided_by": by, "decided_at": now, **fields}
    if not RuleProposal.objects.filter(pk=proposal.pk, status=Status.PROPOSED).update(**changes):
        raise RuleRefused(RuleRefusal.DECIDED)
    for name, value in changes.items():
        setattr(proposal, name, value)
