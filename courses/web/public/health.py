"""Whether the process lives, whether it can serve, and what it measures."""

import hmac
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from courses.models import Evidence, OutboxMessage
from courses.web.gate import public

LOOPBACK = frozenset({"127.0.0.1", "::1"})
QUEUE_AGE_LIMIT = timedelta(minutes=5)
WAITING = (OutboxMessage.Status.QUEUED, OutboxMessage.Status.CLAIMED)


@public
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Each part by name; 503 while one is missing. A long queue is told but does not take the service away."""
    parts = {"database": _database(), "migrations": _migrations(), "cache": _cache()}
    ready = all(parts.values())
    age = _queue_age()
    body = {"ready": ready, **parts, "queue_age_seconds": age, "queue_late": age > QUEUE_AGE_LIMIT.total_seconds()}
    return JsonResponse(body, status=200 if ready else 503)


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: from loopback, elsewhere by bearer token; to others the address does not exist."""
    if not _may_measure(request):
        raise Http404
    registry = CollectorRegistry()
    Gauge("tideline_outbox_waiting", "Messages not yet delivered", registry=registry).set(
        OutboxMessage.objects.filter(status__in=WAITING).count()
    )
    Gauge("tideline_outbox_age_seconds", "Age of the oldest message due", registry=registry).set(_queue_age())
    Gauge("tideline_evidence_last_hour", "Evidence rows received in the last hour", registry=registry).set(
        Evidence.objects.filter(received_at__gt=timezone.now() - timedelta(hours=1)).count()
    )
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


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
