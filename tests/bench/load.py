"""A cheap load: prepared requests over kept connections in a closed loop, in one thread, without an HTTP library.

Its share of the two cores is that of the thing measured as little as it is the floor's; cheap means that it stays
small.
"""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

CONNECTIONS = 16
HEAD_END = b"\r\n\r\n"
QUIET_SECONDS = 60


@dataclass
class Load:
    """`statuses` counts the answers; `heads` keeps what stood above each, in the order of the requests."""

    seconds: float
    latencies: list[float]
    statuses: Counter[int]
    heads: list[bytes] = field(repr=False)

    @property
    def per_s(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def request(
    method: str, path: str, *, host: str, headers: dict[str, str] | None = None, form: str | None = None
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    body = (form or "").encode()
    if form is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + HEAD_END + body


def run(port: int, requests: Sequence[bytes], *, connections: int = CONNECTIONS) -> Load:
    """Send every request once; each connection takes the next as soon as it has its answer."""
    return _Run(port, requests).go(connections)


@dataclass
class _Lane:
    """The request that a connection waits for, and what has come of its answer."""

    number: int
    sent_at: float
    buffer: bytearray


class _Run:
    def __init__(self, port: int, requests: Sequence[bytes]) -> None:
        self.port, self.requests = port, requests
        self.waiting = iter(range(len(requests)))
        self.load = Load(0.0, [0.0] * len(requests), Counter(), [b""] * len(requests))
        self.selector = selectors.DefaultSelector()

    def go(self, connections: int) -> Load:
        began = time.perf_counter()
        with self.selector:
            for _ in range(min(connections, len(self.requests))):
                self.send(self.connect())
            while self.selector.get_map():
                ready = self.selector.select(QUIET_SECONDS)
                if not ready:
                    raise RuntimeError(f"no answer within {QUIET_SECONDS} s")
                for key, _event in ready:
                    self.receive(key.fileobj, key.data)  # type: ignore[arg-type]
        self.load.seconds = time.perf_counter() - began
        return self.load

    def connect(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def send(self, line: socket.socket) -> None:
        number = next(self.waiting, None)
        if number is None:
            line.close()
            return
        line.sendall(self.requests[number])
        self.selector.register(line, selectors.EVENT_READ, _Lane(number, time.perf_counter(), bytearray()))

    def receive(self, line: socket.socket, lane: _Lane) -> None:
        piece = line.recv(262_144)
        if not piece:
            raise RuntimeError(f"closed before answer {lane.number} was there: {bytes(lane.buffer[:200])!r}")
        lane.buffer += piece
        end = lane.buffer.find(HEAD_END)
        if end < 0 or len(lane.buffer) < end + len(HEAD_END) + _length(bytes(lane.buffer[:end])):
            return
        head = bytes(lane.buffer[:end])
        self.load.latencies[lane.number] = time.perf_counter() - lane.sent_at
        self.load.statuses[int(head[9:12])] += 1
        self.load.heads[lane.number] = head
        self.selector.unregister(line)
        if b"connection: close" in head.lower():
            line.close()
            line = self.connect()
        self.send(line)


def _length(head: bytes) -> int:
    _before, found, after = head.lower().partition(b"content-length:")
    if not found:
        raise RuntimeError(f"an answer without a length: {head[:300]!r}")
    return int(after.partition(b"\r\n")[0])
