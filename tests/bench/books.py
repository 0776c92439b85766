"""What the ledger costs: approvals at a ledger without lines and at a full one by turns, the close of a month, the
workbook of its lines; each beside the bare look-up of the roll-up in the same minutes."""

import json
import subprocess
import sys
from statistics import median
from typing import Any

from tests import ground
from tests.bench.rounds import Rounds, Wrong

# Issue: posting cost flat, a month of 50,000 lines closed within a minute, their workbook within 200 MB.
MOST_RATIO, CLOSE_S, MEGABYTES, ENOUGH = 1.5, 60, 200, 50_000


def measure(rounds: Rounds) -> dict[str, Any]:
    """On a ledger that is loaded; raises Wrong for an answer that was wrong."""
    sizes = rounds.sizes
    posting = _posting(rounds)
    look_up_ms = rounds.call("tally:look_up_ms")
    closed = rounds.call("ledger:close")
    written = _written(rounds)
    if faults := closed["faults"] + written["faults"]:
        raise Wrong(str(faults))
    return {
        "posting": posting | {"ratio_to_rollup": round(posting["ms"] / look_up_ms, 2)},
        "close": {
            "entries": sizes.month_rows,
            "seconds": closed["seconds"],
            "per_s": round(sizes.month_rows / max(closed["seconds"], 0.01), 1),
            "ratio_to_rollup": round(closed["seconds"] * 1000 / look_up_ms, 1),
        },
        "export": {
            "rows": sizes.month_rows,
            "seconds": written["seconds"],
            "megabytes": written["megabytes"],
            "ratio_to_rollup": round(written["seconds"] * 1000 / look_up_ms, 1),
        },
    }


def missed(found: dict[str, Any]) -> list[str]:
    """What cost more than promised. Of a small month nothing is said."""
    if found["close"]["entries"] < ENOUGH:
        return []
    asked = (
        ("an approval ÷ one at an empty ledger", found["posting"]["ratio_to_empty"], MOST_RATIO),
        ("seconds of a close", found["close"]["seconds"], CLOSE_S),
        ("megabytes of a workbook", found["export"]["megabytes"], MEGABYTES),
    )
    return [f"{what}: {took:g}, at most {most:g} is promised" for what, took, most in asked if took > most]


def _posting(rounds: Rounds) -> dict[str, float]:
    """Empty and full take turns; the first turn warms up and is forgotten."""
    sizes = rounds.sizes
    turns, each = sizes.turns + 1, sizes.approvals
    with ground.fresh() as bare:
        places = {"empty": bare.name, "full": rounds.ground.name}

        def call(place: str, function: str, **values: Any) -> Any:
            return rounds.crowd.call(places[place], f"tests.bench.ledger:{function}", **values)

        waiting = {place: call(place, "plant", approvals=turns * each) for place in places}
        took: dict[str, list[float]] = {place: [] for place in places}
        for turn in range(turns):
            for place in places if turn % 2 else reversed(places):
                own = waiting[place][turn * each : (turn + 1) * each]
                took[place].append(call(place, "approve", ids=own))
    empty, full = took["empty"][1:], took["full"][1:]
    return {
        "per_s": round(1000 / median(full), 1),
        "ms": round(median(full), 2),
        "ms_empty": round(median(empty), 2),
        "ratio_to_empty": round(median(a / b for a, b in zip(full, empty, strict=True)), 2),
    }


def _written(rounds: Rounds) -> dict[str, Any]:
    """The workbook by a worker of its own, so that its memory is nobody else's."""
    number = rounds.call("ledger:ask")
    command = [sys.executable, "-m", "tests.bench.export", number, str(rounds.sizes.month_rows)]
    done = subprocess.run(
        command, cwd=ground.ROOT, env=rounds.environment, stdout=subprocess.PIPE, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told
