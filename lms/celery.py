"""The background: one app, and the whole timetable on one page.

Every task is a sweep that may run twice or late without harm: the rows say what is due. A task that a screen wakes on
commit (`deliver_outbox`) stands in the timetable as well, so that a lost wake-up costs seconds and not a message.
"""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging, worker_init, worker_process_init, worker_ready
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

from lms import memory
from lms.checks import refuse_to_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.dev")

TRANSPORT_ALIASES["filesystem"] = "lms.broker:Transport"

app = Celery("lms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.update(
    timezone="Asia/Shanghai",
    task_ignore_result=True,
    task_acks_late=True,
    task_time_limit=30 * 60,
    task_soft_time_limit=25 * 60,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
)


@app.on_after_configure.connect
def reach_broker(sender: Celery, **_: Any) -> None:
    """On one machine a folder carries the messages; what must not be lost is a row in the outbox anyway.

    A screen that wakes the background must not wait for a Redis that takes the call and never answers.
    """
    if str(settings.CELERY_BROKER_URL).startswith("redis"):
        sender.conf.broker_transport_options = {"socket_connect_timeout": 1, "socket_timeout": 2}
    if str(settings.CELERY_BROKER_URL).startswith("filesystem"):
        folder = str(settings.CELERY_FOLDER)
        sender.conf.broker_transport_options = {
            "data_folder_in": folder,
            "data_folder_out": folder,
            "control_folder": f"{folder}/control",
            "polling_interval": 0.1,
        }


@setup_logging.connect
def use_project_logging(**_: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)


@worker_ready.connect
@worker_process_init.connect
def settle_down(**_: Any) -> None:
    memory.settle()


@worker_init.connect
@beat_init.connect
def keep_to_the_rules_of_the_web(**_: Any) -> None:
    """The worker hands over login codes: what the web process refuses to start with, it refuses as well."""
    if settings.SERVES_CITIZENS:
        refuse_to_start()


def every(seconds: float, task: str) -> dict[str, Any]:
    """A sweep that is worthless when late: a stopped worker must not find a heap of them."""
    return {"task": f"courses.tasks.{task}", "schedule": seconds, "options": {"expires": seconds}}


def daily(at: str, task: str) -> dict[str, Any]:
    """Once a day at a time of Asia/Shanghai; still wanted when the worker comes back within 12 hours."""
    hour, minute = at.split(":")
    schedule = crontab(hour=hour, minute=minute)
    return {"task": f"courses.tasks.{task}", "schedule": schedule, "options": {"expires": 12 * 3600}}


TIMETABLE = {
    "messages are delivered": every(10, "deliver_outbox"),
    "scheduled pages go live and expire": every(60, "publish_due_pages"),
    "long rosters are checked": every(10, "tend_rosters"),
    "certificates without their paper are drawn": every(60, "make_certificates"),
    "exports that somebody waits for are made": every(10, "make_exports"),
    "offered seats that nobody took go on": every(60, "tend_offers"),
    "changes that can no longer be granted end": every(600, "end_outlived_changes"),
    "lessons that are over are looked through": every(600, "compute_signals"),
    "completions are compared with what is recorded now": every(3600, "compare_completions"),
    "batched approvals that nobody took back count": every(60, "settle_approvals"),
    "accounts that proved no phone are swept": every(3600, "sweep_unproved_accounts"),
    "yesterday is sealed": daily("00:30", "seal_yesterday"),
    "overdue reviews are escalated": daily("07:00", "escalate_reviews"),
    "every number is recomputed from its evidence": daily("02:00", "check_consistency"),
    "selections whose notice is over are settled": daily("08:10", "settle_selections"),
    "what still waits in begun classes ends": daily("08:20", "end_begun"),
    "learners to be called back are drawn": daily("06:10", "draw_call_backs"),
    "those who completed are to be asked later": daily("06:20", "plan_follow_ups"),
    "finished sessions are pruned": daily("03:30", "prune_sessions"),
    "delivered messages are pruned": daily("03:40", "prune_outbox"),
    "answered idempotency keys are pruned": daily("03:50", "prune_idempotency_keys"),
    "proof files past their time are deleted": daily("04:00", "delete_expired_proofs"),
    "files of openings past their time are deleted": daily("04:04", "delete_expired_opening_files"),
    "erased records lose what was still kept of them": daily("04:02", "complete_erasures"),
    "who works here no more is called no more": daily("04:03", "forget_contacts"),
    "roster files past their time are deleted": daily("04:05", "delete_expired_rosters"),
    "pictures of sheets past their time are deleted": daily("04:07", "delete_expired_sheets"),
    "exported files past their time are deleted": every(3600, "delete_expired_exports"),
    "scheduled exports are put in line": daily("06:00", "queue_scheduled_exports"),
    "abandoned drafts are pruned": daily("04:10", "prune_drafts"),
    "private files that no row names are deleted": daily("04:20", "delete_stray_files"),
}
app.conf.beat_schedule = TIMETABLE
