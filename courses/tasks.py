"""The background's edge: load, one domain call, log. When each runs stands in lms/celery.py."""

import logging
from datetime import timedelta
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from courses import (
    certificates,
    classes,
    enrolment,
    erasure,
    exports,
    ledger,
    notices,
    policy,
    rosters,
    seating,
    selection,
    supervision,
)
from courses.attendance import paper
from courses.classes import paper_files
from courses.completion import batches, undercut
from courses.people import accounts, clients, contacts, identity, proofs

LOG = logging.getLogger(__name__)


@shared_task
def deliver_outbox() -> None:
    sent = notices.deliver_due(now=timezone.now(), clock=timezone.now)
    if sent:
        LOG.info("messages delivered", extra={"count": sent})


@shared_task
def deliver_message(message_id: int) -> None:
    notices.deliver_one(message_id=message_id, now=timezone.now())


def wake_delivery(message_id: int) -> None:
    """Ask the background to deliver now. A dead broker costs seconds: the sweep finds the row."""
    try:
        deliver_message.apply_async((message_id,), retry=False, expires=60)
    except Exception:  # noqa: BLE001 (whatever the broker's library raises)
        LOG.warning("the broker takes no message; the sweep will deliver", extra={"row": message_id})


@shared_task
def sweep_unproved_accounts() -> None:
    LOG.info("unproved accounts swept", extra={"count": accounts.sweep_unproved(now=timezone.now())})


@shared_task
def seal_yesterday() -> None:
    now = timezone.now()
    seals = ledger.seal_through(day=policy.local_date(now) - timedelta(days=1), now=now)
    if settings.LEDGER_ROOTS:
        ledger.keep_roots(file=Path(settings.LEDGER_ROOTS))
    LOG.info("days sealed", extra={"count": len(seals), "roots": ledger.root_lines()})


@shared_task
def settle_approvals() -> None:
    settled = batches.settle_due(now=timezone.now())
    if settled:
        LOG.info("batched approvals took effect", extra={"count": settled})


@shared_task
def escalate_reviews() -> None:
    LOG.info("overdue reviews escalated", extra={"count": classes.escalate_overdue(now=timezone.now())})


@shared_task
def check_consistency() -> None:
    kept = Path(settings.LEDGER_ROOTS) if settings.LEDGER_ROOTS else None
    try:
        call_command("check_consistency", roots=kept if kept and kept.exists() else None)
    except (CommandError, SystemExit):
        LOG.exception("the recomputed figures differ from the stored ones")


@shared_task
def prune_sessions() -> None:
    call_command("clearsessions")


@shared_task
def prune_outbox() -> None:
    LOG.info("finished messages pruned", extra={"count": notices.prune(now=timezone.now())})


@shared_task
def prune_idempotency_keys() -> None:
    LOG.info("answered keys pruned", extra={"count": clients.prune_answers(now=timezone.now())})


@shared_task
def publish_due_pages() -> None:
    call_command("publish_due")


@shared_task
def tend_rosters() -> None:
    checked = rosters.tend(now=timezone.now())
    if checked:
        LOG.info("rosters checked", extra={"count": checked})


@shared_task
def delete_expired_proofs() -> None:
    LOG.info("proof files deleted", extra={"count": proofs.sweep(now=timezone.now())})


@shared_task
def delete_expired_opening_files() -> None:
    LOG.info("files of openings deleted", extra={"count": paper_files.sweep(now=timezone.now())})


@shared_task
def complete_erasures() -> None:
    LOG.info("names of erased records deleted", extra={"count": erasure.sweep(now=timezone.now())})


@shared_task
def forget_contacts() -> None:
    LOG.info("contacts of posts that ran out forgotten", extra={"count": contacts.sweep(now=timezone.now())})


@shared_task
def delete_expired_rosters() -> None:
    LOG.info("roster files deleted", extra={"count": rosters.sweep(now=timezone.now())})


@shared_task
def delete_expired_sheets() -> None:
    LOG.info("pictures of sheets deleted", extra={"count": paper.sweep(now=timezone.now())})


@shared_task
def delete_expired_exports() -> None:
    LOG.info("exported files deleted", extra={"count": exports.sweep(now=timezone.now())})


@shared_task
def queue_scheduled_exports() -> None:
    LOG.info("scheduled exports put in line", extra={"count": exports.queue_due(now=timezone.now())})


@shared_task
def make_exports() -> None:
    made = exports.make_due(clock=timezone.now)
    if made:
        LOG.info("exports made", extra={"count": made})


def wake_exports() -> None:
    """Ask the background to write now. A dead broker costs seconds: the sweep finds the rows."""
    try:
        make_exports.apply_async(retry=False, expires=60)
    except Exception:  # noqa: BLE001 (whatever the broker's library raises)
        LOG.warning("the broker takes no message; the sweep will make the exports")


KEEPERS = (proofs, paper_files, rosters, certificates, paper, exports)


@shared_task
def delete_stray_files() -> None:
    now = timezone.now()
    count = sum(kept.sweep_strays(now=now) for kept in KEEPERS)
    LOG.info("private files without a row deleted", extra={"count": count})


@shared_task
def settle_selections() -> None:
    LOG.info("selections settled", extra={"count": selection.settle_due(now=timezone.now())})


@shared_task
def compute_signals() -> None:
    lessons = supervision.compute_due(now=timezone.now())
    if lessons:
        LOG.info("signals computed", extra={"count": lessons})


@shared_task
def draw_call_backs() -> None:
    LOG.info("classes drawn to be called back", extra={"count": supervision.draw_due(now=timezone.now())})


@shared_task
def plan_follow_ups() -> None:
    LOG.info("moments of follow-up planned", extra={"count": supervision.plan_due(now=timezone.now())})


@shared_task
def compare_completions() -> None:
    found = undercut.tend(now=timezone.now())
    if found:
        LOG.info("completions whose grounds have changed", extra={"count": found})


@shared_task
def tend_offers() -> None:
    ended = enrolment.tend_offers(now=timezone.now())
    if ended:
        LOG.info("offers ran out", extra={"count": ended})


@shared_task
def end_outlived_changes() -> None:
    ended = enrolment.end_outlived(now=timezone.now())
    if ended:
        LOG.info("changes ended that can no longer be granted", extra={"count": ended})


@shared_task
def end_begun() -> None:
    ended = seating.end_begun(now=timezone.now())
    if ended:
        LOG.info("places in begun classes ended", extra={"count": ended})


@shared_task
def prune_drafts() -> None:
    now = timezone.now()
    count = enrolment.prune_drafts(now=now) + enrolment.prune_entries(now=now) + identity.prune(now=now)
    LOG.info("abandoned drafts pruned", extra={"count": count})


@shared_task
def make_certificates() -> None:
    made = certificates.make_due(now=timezone.now())
    if made:
        LOG.info("certificates drawn", extra={"count": made})


def wake_certificates() -> None:
    """Ask the background to draw now. A dead broker costs a minute: the sweep finds the rows."""
    try:
        make_certificates.apply_async(retry=False, expires=60)
    except Exception:  # noqa: BLE001 (whatever the broker's library raises)
        LOG.warning("the broker takes no message; the sweep will draw the certificates")
