"""How many requests were answered and how long it took, for `/metrics`. Routes are patterns: no address, no person."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("tideline_requests", "Requests answered", ["route", "status"])
SECONDS = Histogram(
    "tideline_request_seconds", "Seconds until an answer began", ["route"], buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
)


def count(*, route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(route, f"{status // 100}xx").inc()
    SECONDS.labels(route).observe(seconds)
