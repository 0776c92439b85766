"""Simulated classes of cheats and honest people against the real rules; the full size writes docs/adversary.md.

python -m tests.adversary                    fixed seed, full size: some 2,000 classes
python -m tests.adversary --seed=N|fresh     another seed; `fresh` takes one that nobody knows
python -m tests.adversary --share=0.1        a tenth of the classes
python -m tests.adversary --jobs=N           in N processes, by default one for each core
python -m tests.adversary --write            write docs/adversary.md at a size other than the full one as well

Prints a table and, on the last line, JSON. Exit code 1 below the floor.
"""

import json
import os
import secrets
import sys
import time
from typing import TYPE_CHECKING

import django

from tests.adversary import jobs

if TYPE_CHECKING:
    from tests.adversary import measure

SETTINGS = "lms.settings.test"
FIXED = 20260914


def main(arguments: list[str]) -> int:
    told = dict(argument.partition("=")[::2] for argument in arguments)
    if set(told) - {"--seed", "--share", "--jobs", "--write"}:
        print(__doc__)
        return 2
    seed = secrets.randbits(32) if told.get("--seed") == "fresh" else int(told.get("--seed") or FIXED)
    share = float(told.get("--share") or 1)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
    with jobs.opened(int(told.get("--jobs") or os.cpu_count() or 1), SETTINGS) as opened:
        return _measure(seed, share, opened.play, write=share == 1 or "--write" in told)


def _measure(seed: int, share: float, player: "measure.Player", *, write: bool) -> int:
    from django.db import connection

    from tests.adversary import measure, report

    began, faults, results = time.monotonic(), [], []
    print(report.HEAD)
    for attack, found in measure.run(seed=seed, share=share, player=player):
        results.append((attack, found))
        faults += measure.faults(attack, found, full=share >= 1)
        print(report.line(attack, found), flush=True)
    careless = measure.careless(seed=seed, share=share, player=player)
    seconds = time.monotonic() - began
    if write:
        report.write(results, careless, seed=seed, share=share, engine=connection.vendor, seconds=seconds)
    for fault in faults:
        print(f"BELOW THE FLOOR: {fault}")
    print(f"{'below the floor' if faults else 'held'} ({seconds:.0f} s)")
    told = {
        attack.name: {"kept_out": round(found.kept_out, 4), "wrongly_held": round(found.wrongly_held, 4)}
        for attack, found in results
    }
    print(
        json.dumps({"seed": seed, "engine": connection.vendor, "faults": faults, "attacks": told}, ensure_ascii=False)
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
