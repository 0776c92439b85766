"""Whether the process lives, whether it can serve, and what it measures."""

import hmac
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from courses.models import Evidence, OutboxMessage
from courses.web import clock
from courses.web.gate import public

LOOPBACK = frozenset({"127.0.0.1", "::1"})
QUEUE_AGE_LIMIT = timedelta(minutes=5)
WAITING = (OutboxMessage.Status.QUEUED, OutboxMessage.Status.CLAIMED)


@public
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Each part by name; 503 while one is missing, or this machine's clock is off from the database's or was set back.
    A long queue is told but does not take the service away."""
    off = _clock_off()
    steady = off <= clock.OFF_LIMIT.total_seconds() and not clock.is_set_back(now=timezone.now(), ticks=monotonic())
    parts = {"database": _database(), "migrations": _migrations(), "cache": _cache(), "clock": steady}
    ready = all(parts.values())
    age = _queue_age()
    queue = {"queue_age_seconds": age, "queue_late": age > QUEUE_AGE_LIMIT.total_seconds()}
    body = {"ready": ready, **parts, "clock_off_seconds": off, **queue}
    return JsonResponse(body, status=200 if ready else 503)


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: from loopback, elsewhere by bearer token; to others the address does not exist."""
    if not _may_measure(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(_OfNow())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_OfThisProcess())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _OfNow(Collector):
    """What the database says at this moment; no process has figures of its own."""

    def collect(self) -> Iterator[Metric]:
        late = OutboxMessage.objects.filter(status__in=WAITING).count()
        recent = Evidence.objects.filter(received_at__gt=timezone.now() - timedelta(hours=1)).count()
        yield GaugeMetricFamily("tideline_outbox_waiting", "Messages not yet delivered", late)
        yield GaugeMetricFamily("tideline_outbox_age_seconds", "Age of the oldest message due", _queue_age())
        yield GaugeMetricFamily(
            "tideline_clock_off_seconds", "Clock of this machine against the database's", _clock_off()
        )
        yield GaugeMetricFamily("tideline_evidence_last_hour", "Evidence rows received in the last hour", recent)


class _OfThisProcess(Collector):
    """What was counted here since the start, without the libraries' own figures."""

    def collect(self) -> Iterator[Metric]:
        yield from (metric for metric in REGISTRY.collect() if metric.name.startswith("tideline_"))


def _may_measure(request: HttpRequest) -> bool:
    proxied = "HTTP_X_FORWARDED_FOR" in request.META
    if request.META.get("REMOTE_ADDR") in LOOPBACK and not proxied:
        return True
    offered = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(offered.encode(), settings.METRICS_TOKEN.encode())


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # noqa: BLE001  whatever the driver raises, the answer is: not ready
        return False
    return True


def _clock_off() -> float:
    """Seconds by which this machine and the database differ for certain, whatever the way between them takes."""
    before = timezone.now()
    try:
        told = _database_time()
    except Exception:  # noqa: BLE001  that it cannot be asked is told as the database's own part
        return 0.0
    apart = max(before - told, told - timezone.now(), timedelta()) if told else timedelta()
    return round(apart.total_seconds(), 3)


def _database_time() -> datetime | None:
    """None where the database is a file of this machine, which has no clock of its own."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        told: datetime = cursor.fetchone()[0]
    return told


def _migrations() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception:  # noqa: BLE001
        return False


def _cache() -> bool:
    try:
        cache.set("readyz", 1, 5)
        return bool(cache.get("readyz"))
    except Exception:  # noqa: BLE001
        return False


def _queue_age() -> float:
    """Seconds that the oldest message which is due has waited; 0 when none is."""
    now = timezone.now()
    try:
        oldest = OutboxMessage.objects.filter(status__in=WAITING, due_at__lte=now).order_by("due_at").first()
    except Exception:  # noqa: BLE001
        return 0.0
    return (now - oldest.due_at).total_seconds() if oldest else 0.0
