"""T01 to T16 of the reference (trust-and-ux.md §3.1), each at its N: what is wrong, in sentences, or nothing.

Those that others prove stand in docs/adversary.md with their tests: T03 is this folder's simulation, T12 the drill
`checkin`, T14 the drill `kit`. `run` plays all of these, with those of `impossible`; the suite plays them at one
fiftieth.
"""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import sqrt
from typing import Any

import time_machine
from django.db import transaction
from django.test import Client

from courses import attendance, policy
from courses.attendance import Scanner, ScanRefused, Who, codes, personal
from courses.models import Attendance, Direction, Evidence, Learner, Lesson, RefusedScan, Signal
from courses.people.numbers import CROCKFORD
from courses.policy import Policy
from courses.supervision import Facts, find
from courses.supervision.rules import Stood
from courses.web.public.binding import cookie_name
from tests.adversary import impossible
from tests.adversary.rooms import BEGAN, Room, code_of_now, room
from tests.adversary.seeds import SEED, drawn
from tests.factories import crowds
from tests.races import Arena, Figures

THIS = "tests.adversary.threats"
LESSON = Lesson(code=123_456_789)
DAY = 24 * 3600
# |z| beyond which chance gives a difference less than once in a hundred.
P_ONE_PERCENT = 2.576
AGENTS = (
    "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50", "Mozilla/5.0 (iPhone) DingTalk/7.6", "WhatsApp/2.24",
    "facebookexternalhit/1.1", "Twitterbot/1.0", "Slackbot-LinkExpanding 1.0", "TelegramBot (like TwitterBot)",
    "Discordbot/2.0", "LinkedInBot/1.0", "Googlebot/2.1", "bingbot/2.0", "Baiduspider/2.0", "Sogou web spider/4.0",
    "YisouSpider/5.0", "360Spider", "curl/8.5", "Wget/1.21", "python-requests/2.32", "Microsoft Office Protocol",
    "Barracuda Sentinel (EE)",
)  # fmt: skip
METHODS = ("get", "get", "head", "options")


def t01_replayed_codes(many: int) -> list[str]:
    """Codes 31 s to 24 h old give no ticket, codes 0 to 20 s old do; a thousand steps give a thousand codes."""
    chance, found = drawn(), []
    for _ in range(many):
        shown = BEGAN + timedelta(seconds=chance.uniform(0, DAY))
        step = shown - timedelta(seconds=shown.timestamp() % 10)
        if _accepted(shown, step + timedelta(seconds=31 * (DAY / 31) ** chance.random())):
            found.append(f"a code of {step} was taken again")
        if not _accepted(shown, shown + timedelta(seconds=chance.uniform(0, 20))):
            found.append(f"a fresh code of {shown} was refused")
    texts = {_code(BEGAN + timedelta(seconds=10 * number)) for number in range(1000)}
    return found if len(texts) == 1000 else [*found, f"{len(texts)} codes of 1,000 steps"]


def _code(shown: datetime, direction: Direction = Direction.IN) -> str:
    return attendance.issue(lesson=LESSON, direction=direction, policy=Policy(), now=shown).text


def _accepted(shown: datetime, at: datetime) -> bool:
    return _reads(_code(shown), at)


def _reads(text: str, at: datetime) -> bool:
    try:
        codes.read(scan=codes.split(text), policy=Policy(), now=at)
    except ScanRefused:
        return False
    return True


def t02_forged_codes(many: int) -> list[str]:
    """Random proofs under a lesson's true name are all refused."""
    taken = sum(_reads(_forged(), BEGAN) for _ in range(many))
    return [f"{taken} invented codes were taken"] if taken else []


def _forged() -> str:
    return codes.lesson_name(LESSON) + "".join(secrets.choice(CROCKFORD) for _ in range(10))


def t02_same_time(many: int) -> list[str]:
    """A forged code is answered as fast as an outlived one: over three runs, chance explains the difference in one."""
    apart, chance = [], drawn()
    for _run in range(3):
        texts = [(_forged(), True) for _ in range(many)]
        texts += [(_code(BEGAN - timedelta(seconds=chance.uniform(31, DAY))), False) for _ in range(many)]
        chance.shuffle(texts)
        apart.append(round(_rank_sum([(_seconds(text), forged) for text, forged in texts]), 2))
    told = f"forged and outlived codes differ in time: z {', '.join(map(str, apart))}"
    return [told] if all(abs(z) > P_ONE_PERCENT for z in apart) else []


def _seconds(text: str) -> float:
    began = time.perf_counter()
    _reads(text, BEGAN)
    return time.perf_counter() - began


def _rank_sum(times: list[tuple[float, bool]]) -> float:
    """How far the ranks of those marked are from what chance gives, in standard deviations (Wilcoxon); half are."""
    half = len(times) / 2
    ranks = sum(rank for rank, (_time, marked) in enumerate(sorted(times), start=1) if marked)
    return float((ranks - half * (len(times) + 1) / 2) / sqrt(half * half * (len(times) + 1) / 12))


def t04_opened_links(many: int) -> list[str]:
    """Twenty programs that open links, each with GET, HEAD and OPTIONS: no row, no ticket that names a person. As many
    GETs as are asked for, and half as many of the others."""
    here, found = room(people=1), []
    for number in range(2 * many):
        agent = {"User-Agent": AGENTS[number % len(AGENTS)]}
        method = METHODS[number // len(AGENTS) % len(METHODS)]
        answer = getattr(Client(headers=agent), method)(f"/C/{code_of_now(here)}")
        if "Location" in answer or "device" in answer.cookies:
            found.append(f"{method} by {agent} led somewhere")
    rows = [model.objects.count() for model in (Evidence, Attendance, RefusedScan)]
    return found if rows == [0, 0, 0] else [*found, f"opening links left {rows} rows"]


def t05_one_phone(many: int) -> list[str]:
    """The second to fifth account on one browser wait for the trainer."""
    found = []
    for _ in range(max(1, many // 4)):
        with transaction.atomic():
            here = room(people=5)
            kept = [here.scan(learner, browser="one phone").standing for learner in here.learners]
            if kept != ["counts", "awaits", "awaits", "awaits", "awaits"]:
                found.append(f"five accounts on one phone: {kept}")
            transaction.set_rollback(True)
        policy.of_pinned.cache_clear()
    return found


def t05_one_address(many: int) -> list[str]:
    """A hall of 120 phones behind one address: all are let in."""
    found, left = [], many
    while left > 0:
        here = room(people=min(120, left))
        answers = [_phone(learner).post_after_scan(code_of_now(here)) for learner in here.learners]
        out = sum("签到成功" not in answer.content.decode() for answer in answers)
        found += [f"{out} of {len(answers)} at one address were not let in"] if out else []
        left -= len(answers)
    return found


def t06_no_position(many: int) -> list[str]:
    """No answer lets a page ask where somebody is."""
    here, client = room(people=1), Client()
    paths = ("/C/", f"/C/{code_of_now(here)}", "/C/help/", "/verify/", "/selection/", "/account/login/", "/board/")
    answers = [client.get(paths[number % len(paths)]) for number in range(many)]
    wrong = sum("geolocation=()" not in answer.get("Permissions-Policy", "") for answer in answers)
    return [f"{wrong} answers let pages ask for a position"] if wrong else []


def t07_marked_by_hand(many: int) -> list[str]:
    """More than a tenth of those who came marked by hand is told with every name; a tenth or less is not."""
    chance, found = drawn(), []
    for _ in range(many):
        came = chance.randint(1, 50)
        marked = chance.randint(0, came)
        stood = [Stood(f"X{number}", BEGAN, None, number < marked) for number in range(came)]
        over = BEGAN + timedelta(hours=5)
        told = find(facts=Facts(BEGAN + timedelta(hours=3), stood=stood), policy=Policy(), now=over)
        named = [len(one.rows) for one in told if one.kind == Signal.Kind.BY_HAND]
        if named != ([marked] if marked * 100 > 10 * came else []):
            found.append(f"{marked} of {came} by hand: told of {named}")
    return found


def t10_wrong_clocks(many: int) -> list[str]:
    """Whatever time a device claims, ±24 h, arrival and minutes are those of the server."""
    chance, found, here = drawn(), [], room(people=1)
    [learner] = here.learners
    at = BEGAN + timedelta(minutes=1)
    for _ in range(many):
        claimed = at + timedelta(hours=chance.uniform(-24, 24))
        with transaction.atomic():
            text = personal.code_at(learner=learner, device=learner.devices.get(), moment=at)
            kiosk = Scanner(origin=Evidence.Origin.API, name="K")
            told = attendance.scan_person(text=text, at=here.lesson, scanner=kiosk, now=at, claimed_at=claimed)
            row = Evidence.objects.get(receipt=told.receipt.number)
            if (row.happened_at, row.claimed_at, told.receipt.standing) != (at, claimed, "counts"):
                found.append(f"claimed {claimed}: arrived {row.happened_at}")
            transaction.set_rollback(True)
    return found


def t15_lost_signal(many: int) -> list[str]:
    """The signal goes at each of twelve points between scan and result: afterwards the first scan counts, once, and no
    page was green before the row stood."""
    found = []
    for point in range(1, 13):
        here = room(people=many)
        for learner in here.learners:
            found += _cut_at(point, here, learner)
    return found


def t16_swaps(many: int) -> list[str]:
    """A couple's one phone, wrong names and 不是我: who was there counts, the other does not, all rows stand."""
    chance, here = drawn(), room(people=2)
    there, absent = here.learners
    at = here.minute(0)
    for _ in range(many):
        who = here.learners[chance.randrange(2)]
        ticket = here.ticket(at, "one phone")
        receipt = attendance.check_in(ticket=ticket, who=Who(user_id=who.user_id), now=at)
        attendance.undo(learner_id=who.pk, receipt=receipt.number, nonce=receipt.ticket, now=at)
    here.scan(there, browser="another")
    undone = Evidence.objects.filter(lesson=here.lesson, kind="undo").count()
    states = dict(Attendance.objects.filter(lesson=here.lesson).values_list("learner", "status"))
    told = (undone, states[there.pk], states.get(absent.pk, "unmarked"))
    wrong = [] if told == (many, "awaiting", "unmarked") else [f"after {many} swaps: {told}"]
    return wrong + [f"{name}: {what}" for name, what in attendance.differences(now=at)]


# ── Phones ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Phone(Client):
    def post_after_scan(self, code: str) -> Any:
        self.get(f"/C/{code}")
        return self.post("/C/", follow=True)


def _phone(learner: Learner) -> _Phone:
    phone = _Phone(REMOTE_ADDR="10.0.0.1")
    phone.cookies[cookie_name()] = crowds.cookie_of(learner.devices.get())
    return phone


def _cut_at(point: int, here: Room, learner: Learner) -> list[str]:
    """What happens at a point is lost with its answer, or never leaves the phone; then the signal is back."""
    phone, seen = _phone(learner), []
    code, scanned = code_of_now(here), datetime.now(UTC)

    def rows() -> int:
        return Evidence.objects.filter(lesson=here.lesson, learner=learner).count()

    def see(answer: Any) -> Any:
        seen.append(("签到成功" in answer.content.decode(), rows()))
        return answer

    before = dict(phone.cookies)
    answer = phone.get(f"/C/{code}") if point != 1 else None
    if point in (1, 2):  # the scan never left, or its answer never came: the ticket is not in the browser
        phone.cookies.clear()
        phone.cookies.update(before)
        answer = phone.get(f"/C/{code}")
    see(answer)
    later = {4: 1, 5: 2, 6: 5, 12: 9}.get(point, 0)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=later), tick=True):
        if point in (3, 4):  # the page stood there without its script, or the post never left
            see(phone.get("/C/"))
        if point in (5, 7, 8):  # the post was done and its answer lost, once or again and again
            for _time in range(point - 4):
                phone.post("/C/")
        posted = phone.post("/C/")
        if point in (9, 10):  # the page of the result never came, or only in part
            for _time in range(point - 8):
                phone.get(posted["Location"])
        if point == 11:  # the phone was restarted on the way: nothing but its cookies is left
            phone = _restarted(phone)
        see(phone.get(posted["Location"]))
    return _wrong(point, learner, here, scanned, seen)


def _restarted(phone: _Phone) -> _Phone:
    other = _Phone(REMOTE_ADDR="10.0.0.1")
    other.cookies.update(phone.cookies)
    return other


def _wrong(
    point: int, learner: Learner, here: Room, scanned: datetime, seen: list[tuple[bool, int]]
) -> list[str]:  # fmt: skip
    rows = list(Evidence.objects.filter(lesson=here.lesson, learner=learner))
    found = [f"point {point}: green with {count} rows" for green, count in seen if green and not count]
    if len(rows) != 1 or not seen[-1][0]:
        found.append(f"point {point}: {len(rows)} rows, at the end {'green' if seen[-1][0] else 'not green'}")
    elif abs((rows[0].happened_at - scanned).total_seconds()) > 30:
        found.append(f"point {point}: arrived {rows[0].happened_at}, scanned {scanned}")
    return found


# ── All of them ───────────────────────────────────────────────────────────────────────────────────────────────────────

FULL: dict[str, int] = {
    "t01_replayed_codes": 10_000,
    "t02_forged_codes": 1_000_000,
    "t02_same_time": 10_000,
    "t04_opened_links": 10_000,
    "t05_one_phone": 1000,
    "t05_one_address": 6000,
    "t06_no_position": 1000,
    "t07_marked_by_hand": 500,
    "t07_classes_marked_by_hand": 500,
    "t08_impossible_classes": 300,
    "t10_wrong_clocks": 2000,
    "t11_server_clocks": 2000,
    "t13_keys_again": 1000,
    "t15_lost_signal": 200,
    "t16_swaps": 1000,
}


def play(*, name: str, many: int, seed: int = 0) -> list[str]:
    """In the crowd's process: the clock stands in the lesson's first minutes and runs on."""
    seed = seed or secrets.randbits(32)
    print(f"{name}: seed {seed}")
    threat: Callable[[int], list[str]] = globals().get(name) or getattr(impossible, name)
    token = SEED.set(seed)
    try:
        with time_machine.travel(BEGAN + timedelta(minutes=1), tick=True):
            return [f"{fault} (seed {seed})" for fault in threat(many)]
    finally:
        SEED.reset(token)


def run(arena: Arena, *, share: float) -> Figures:
    figures = Figures("threats")
    for name, full in FULL.items():
        many, seed = max(1, round(full * share)), secrets.randbits(32)
        print(f"{name}: seed {seed}", flush=True)
        found = arena.crowd.call(arena.ground.name, f"{THIS}:play", name=name, many=many, seed=seed)
        figures.numbers[name] = many
        figures.faults += [f"{name}: {fault}" for fault in found]
    return figures
