"""One limit, many requests: however many ask for a code at once, and however many try one, the counters hold."""

from collections import Counter
from datetime import UTC, datetime

from courses import notices
from courses.models import OutboxMessage, RateCount, User
from courses.notices import CodeRefused
from courses.people import accounts
from courses.people.accounts import CODE_TRIES, PendingCode, ProofRefused
from tests.races import Arena, Figures, latency

THIS = "tests.races.codes"
CONTENDERS = 200
ROUNDS = 50
ALLOWED = {"phone": 1, "address": 10}  # one a minute, and ten an hour without an arrival ticket


def run(arena: Arena, *, rounds: int, contenders: int = CONTENDERS) -> Figures:
    """Four contests a round: one phone, one address, guesses at one code, and the right code many times."""
    figures = Figures("codes")
    for _ in range(rounds):
        for shared, allowed in ALLOWED.items():
            _ask(arena, figures, shared=shared, allowed=allowed, contenders=contenders)
        _try(arena, figures, "guess", contenders, {"wrong": CODE_TRIES - 1, "too_many": contenders - CODE_TRIES + 1})
        right = {"in": 1, "used": CODE_TRIES - 1, "too_many": contenders - CODE_TRIES}
        _try(arena, figures, "give", contenders, right)
        figures.add(rounds=1, contenders=contenders * 4)
    return figures


def _ask(arena: Arena, figures: Figures, *, shared: str, allowed: int, contenders: int) -> None:
    crowd, database = arena.crowd, arena.ground.name
    asking = [
        {
            "phone": "19910000000" if shared == "phone" else f"1992{number:07d}",
            "address": "10.0.0.1" if shared == "address" else f"10.1.{number // 250}.{number % 250}",
        }
        for number in range(contenders)
    ]
    heard = crowd.race(database, f"{THIS}:ask", asking)
    sent, rows = sum(answer.value == "sent" for answer in heard), crowd.call(database, f"{THIS}:clear")
    if (sent, rows) != (allowed, allowed):
        figures.faults.append(
            f"one {shared}: {sent} told that a code is on its way, {rows} messages, {allowed} allowed"
        )
    figures.faults += [f"one {shared}: {answer.raised}" for answer in heard if answer.raised]
    figures.numbers |= latency(heard)


def _try(arena: Arena, figures: Figures, contest: str, contenders: int, expected: dict[str, int]) -> None:
    crowd, database = arena.crowd, arena.ground.name
    heard = crowd.race(database, f"{THIS}:{contest}", [{"sealed": crowd.call(database, f"{THIS}:seal")}] * contenders)
    seen = Counter(answer.raised or str(answer.value) for answer in heard)
    if seen != expected:
        figures.faults.append(f"{contest}: {dict(sorted(seen.items()))}")
    crowd.call(database, f"{THIS}:clear")


def ask(*, phone: str, address: str) -> str:
    try:
        accounts.send_code(phone=phone, address=address, has_ticket=False, language="zh-hans", now=datetime.now(UTC))
    except CodeRefused:
        return "refused"
    return "sent"


def seal() -> str:
    """What a browser keeps of the code 123456."""
    return PendingCode("19930000000", accounts._code_digest("nonce", "123456"), "nonce", datetime.now(UTC)).seal()


def guess(*, sealed: str) -> str:
    return _prove(sealed, "654321")


def give(*, sealed: str) -> str:
    return _prove(sealed, "123456")


def _prove(sealed: str, code: str) -> str:
    pending = accounts.open_pending(sealed=sealed)
    assert pending is not None
    try:
        accounts.prove(pending=pending, code=code, now=datetime.now(UTC))
    except ProofRefused as refusal:
        return str(refusal.code)
    return "in"


def clear() -> int:
    """The counters of a contest are none of the next one's; returns the messages that were written."""
    RateCount.objects.all().delete()
    return OutboxMessage.objects.all().delete()[0]


def logins() -> int:
    return User.objects.count()


# ── Without protection ────────────────────────────────────────────────────────────────────────────────────────────────


def guess_unprotected(*, sealed: str) -> str:
    """Look first, count afterwards, as a limiter in a cache does."""
    pending = accounts.open_pending(sealed=sealed)
    assert pending is not None
    key, window = notices.limits._key("code-try", pending.nonce), "unprotected"
    row = RateCount.objects.filter(key=key, window=window).first()
    tries = (row.count if row else 0) + 1
    RateCount.objects.update_or_create(key=key, window=window, defaults={"count": tries, "expires_at": pending.sent_at})
    return "wrong" if tries < CODE_TRIES else "too_many"
