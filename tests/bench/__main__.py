"""Measure the service against the floor.

python -m tests.bench [--quick] [--rows=N]    a table, and on the last line JSON; --quick is for trying it out, not for
                                              figures; --rows is the size of the ledger that is measured

Exit code 1 for a wrong answer, or (not with --quick) for what is slower or larger than promised: code to green (median
2 s, p95 5 s), an approval beside one at an empty ledger (1.5 ×), a close (60 s), a workbook (200 MB).
"""

import json
import platform
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from statistics import median
from typing import Any

from tests import ground
from tests.bench import books, green, start, weight
from tests.bench.rounds import QUICK, Rounds, Series, Sizes, Wrong
from tests.ground import Ground


def measure(own: Ground, sizes: Sizes) -> dict[str, Any]:
    """Everything in one run on a migrated database; raises Wrong when an answer was wrong."""
    with ground.empty(own.folder, name="floor") as floor, ExitStack() as stack:
        rounds = Rounds(stack, own, floor, sizes, prepared_floor(floor, sizes.learners))
        rounds.play()
        walled = rounds.beside_walls()
        sql = rounds.call("statements:count")
        page_bytes, files = weight.scan_page(rounds.ours, rounds.call("plant:code"))
        load_s = rounds.call("ledger:load", rows=sizes.ledger_rows, month_rows=sizes.month_rows)
        tally = rounds.call("tally:measure")
        kept = books.measure(rounds)
    to_green = green.measure(scans=sizes.green_scans)
    started = start.seconds(own, demo=False)
    say(own, rounds, sql, tally, load_s, files)
    say_kept(kept)
    say_more(walled, to_green, sizes)
    more = kept | {"checkin_beside_walls": beside_walls(walled, sizes), "zero_to_green": to_green}
    return figures(rounds, sql, tally) | {"scan_page_bytes": page_bytes, "start_s": round(started, 1)} | more


def beside_walls(walled: dict[int, tuple[Series, Series]], sizes: Sizes) -> dict[str, Any]:
    """By connections, and how many walls were open."""
    return {
        "screens": sizes.screens,
        **{
            str(connections): {
                "per_s": round(median(ours.per_s), 1),
                "p50_ms": round(median(ours.p50_ms), 1),
                "p99_ms": round(median(ours.p99_ms), 1),
                "ratio_to_floor": round(ours.ratio(floor), 3),
                "p99_ratio_to_floor": round(ours.p99_ratio(floor), 2),
            }
            for connections, (floor, ours) in walled.items()
        },
    }


def say_kept(kept: dict[str, Any]) -> None:
    posting, close, export = (kept[name] for name in ("posting", "close", "export"))
    print(f"  an approval {posting['ms']} ms, at an empty ledger {posting['ms_empty']} ms "
          f"({posting['ratio_to_empty']} ×), {posting['per_s']} a second")  # fmt: skip
    print(f"  a month of {close['entries']:,} lines closed in {close['seconds']} s, "
          f"written as a workbook in {export['seconds']} s and {export['megabytes']} MB\n")  # fmt: skip


def say_more(walled: dict[int, tuple[Series, Series]], to_green: dict[str, float] | None, sizes: Sizes) -> None:
    print(f"  check-ins beside {sizes.screens} open walls (the floor without)")
    for connections, pair in walled.items():
        for name, series in zip((f"floor, {connections} at once", f"check-in, {connections}"), pair, strict=True):
            row = [median(values) for values in (series.per_s, series.p50_ms, series.p99_ms)]
            print(f"  {name:<20}" + "".join(f"{value:>9.1f}" for value in row))
    if to_green:
        print(f"\n  code to green, {to_green['scans']} scans in a slow browser: median {to_green['median_s']} s, "
              f"p95 {to_green['p95_s']} s")  # fmt: skip
    print()


def prepared_floor(floor: Ground, learners: int) -> list[str]:
    command = [sys.executable, "-m", "tests.bench.floor", str(learners)]
    done = subprocess.run(
        command, cwd=ground.ROOT, env=floor.environment(""), check=True, capture_output=True, text=True
    )
    keys: list[str] = json.loads(done.stdout)
    return keys


def figures(rounds: Rounds, sql: dict[str, list[str]], tally: dict[str, float]) -> dict[str, Any]:
    """The shape that scripts rely on."""
    floor, page = rounds.series["floor check-in"], rounds.series["floor page"]
    check_in, enrol, catalogue = (rounds.series[name] for name in ("check-in", "enrol", "catalogue"))
    return {
        "checkin": {
            "per_s": round(median(check_in.per_s), 1),
            "ratio_to_floor": round(check_in.ratio(floor), 3),
            "p99_ratio_to_floor": round(check_in.p99_ratio(floor), 2),
            "sql": len(sql["checkin"]),
        },
        "enrol": {
            "per_s": round(median(enrol.per_s), 1),
            "ratio_to_floor": round(enrol.ratio(floor), 3),
            "sql": len(sql["enrol"]),
            "admitted": rounds.given["admitted"],
            "waitlisted": rounds.given["waitlisted"],
        },
        "tally": {
            "rows": rounds.sizes.ledger_rows,
            "ms": round(tally["ms"], 2),
            "ratio_to_rollup": round(tally["ratio"], 2),
        },
        "catalogue": {
            "per_s": round(median(catalogue.per_s), 1),
            "ratio_to_floor": round(catalogue.ratio(page), 3),
            "sql": len(sql["catalogue"]),
        },
    }


def say(
    own: Ground, rounds: Rounds, sql: dict[str, list[str]], tally: dict[str, float], load_s: float, files: int
) -> None:
    sizes = rounds.sizes
    print(f"\n{own.engine}, Python {platform.python_version()}, 2 web processes each, 16 connections, medians of "
          f"{sizes.turns} rounds of {sizes.learners} requests ({sizes.pages} for pages)\n")  # fmt: skip
    print(f"  {'':<16}{'per s':>9}{'p50 ms':>9}{'p99 ms':>9}")
    for name, series in rounds.series.items():
        row = [median(values) for values in (series.per_s, series.p50_ms, series.p99_ms)]
        print(f"  {name:<16}" + "".join(f"{value:>9.1f}" for value in row))
    print(f"\n  tally of {sizes.ledger_rows:,} lines {tally['ms']:.1f} ms, bare look-up {tally['look_up_ms']:.1f} ms "
          f"(loaded in {load_s:.0f} s)")  # fmt: skip
    print(f"  the scan page is {files} files")
    for name, statements in sql.items():
        print(f"\n  {name}: {len(statements)} statements")
        for statement in statements:
            print(f"    {' '.join(statement.split())[:110]}")
    print()


def sizes_of(arguments: list[str]) -> Sizes:
    """Raises ValueError for an argument that there is not."""
    sizes = Sizes()
    for argument in arguments:
        name, _equals, value = argument.partition("=")
        if argument == "--quick":
            sizes = QUICK
        elif name == "--rows":
            sizes = replace(sizes, ledger_rows=int(value))
        else:
            raise ValueError(argument)
    return sizes


def main(arguments: list[str]) -> int:
    try:
        sizes = sizes_of(arguments)
    except ValueError:
        print(__doc__)
        return 2
    try:
        with ground.fresh() as own:
            found = measure(own, sizes)
    except Wrong as reason:
        print(f"\nWrong answers: {reason}")
        return 1
    slow = green.missed(found["zero_to_green"]) + books.missed(found)
    for words in slow:
        print(f"TOO SLOW: {words}")
    print(json.dumps(found))
    return 1 if slow else 0


if __name__ == "__main__":
    # Whoever ends this run should not leave its servers and databases behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
