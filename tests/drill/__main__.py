"""The long proofs at their full size; the tests run the same code at one fiftieth.

python -m tests.drill           all of them, one after the other
python -m tests.drill NAME …    only these
python -m tests.drill --list    what there is
--share=0.1                     a tenth of the size, of those that can be had smaller

Prints a table and, on the last line, JSON. Exit code 1 when anything is violated.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

import django

from tests import ground
from tests.crowd import Crowd
from tests.races import Arena, Figures

SETTINGS = "lms.settings.test"
FAULTS_SHOWN = 10


def seats(arena: Arena) -> Figures:
    """1,000 contenders for 1 seat and for 200, 200 times: as many admitted, the rest wait in order of arrival."""
    from tests.races import seats

    return seats.run(arena, rounds=seats.ROUNDS)


def checkin(arena: Arena) -> Figures:
    """10,000 learners send one ticket up to five times at once: one row and one receipt each."""
    from tests.races import checkin

    return checkin.run(arena, learners=checkin.LEARNERS)


def person(arena: Arena) -> Figures:
    """One document registered from 200 logins at once, 50 times: exactly one record."""
    from tests.races import person

    return person.run(arena, rounds=person.ROUNDS)


def codes(arena: Arena) -> Figures:
    """200 requests for one phone and one address, 200 guesses at one code, 50 times: no limit is overshot."""
    from tests.races import codes

    return codes.run(arena, rounds=codes.ROUNDS)


def keys(arena: Arena) -> Figures:
    """One application delivered many times at once under one key: one enrolment, one answer."""
    from tests.races import keys

    return keys.run(arena, rounds=keys.ROUNDS)


def numbers(arena: Arena) -> Figures:
    """100 classes and institutions entered at once, 50 times: each gets a number, none is given twice."""
    from tests.races import numbers

    return numbers.run(arena, rounds=numbers.ROUNDS)


def count(arena: Arena) -> Figures:
    """500 people completed in two districts and approved at the same moment: each counts once."""
    from tests.races import count

    return count.run(arena, pairs=count.PAIRS)


def rosters(arena: Arena) -> Figures:
    """1,000 rosters spoiled at random: each bad cell named, nobody imported in part; 5,000 good rows within 5 s."""
    from tests.courses.rosters import dirt, good

    figures = dirt.run(arena, many=dirt.ROSTERS)
    good.run(arena, figures, rows=good.ROWS)
    return figures


def names(arena: Arena) -> Figures:
    """500 names that are hard to print: the same in database, page, code, PDF and workbook, or refused by character."""
    from tests.courses.certificates import names

    return names.run(arena, many=names.NAMES)


def kill(arena: Arena) -> Figures:
    """Web killed every 3 s, PostgreSQL every 10 s, under 10,000 check-ins (SQLite: 2,000): none lost, none double."""
    from tests.kill import run

    if arena.ground.engine == "sqlite":
        return run.run(
            arena, checkins=run.CHECKINS_SQLITE, every_seconds=run.EVERY_SECONDS, clients=24, per_s=run.PER_S_SQLITE
        )
    figures = run.run_with_database(
        checkins=run.CHECKINS, every_seconds=run.EVERY_SECONDS, clients=24, per_s=run.PER_S,
        database_every_seconds=run.DATABASE_EVERY_SECONDS, deaths=run.CHECKINS,
    )  # fmt: skip
    pace = figures.numbers["per_s_while_up"]
    if pace < run.LEAST_PER_S:
        figures.faults.append(f"{pace} check-ins a second while the database was up, {run.LEAST_PER_S} are meant")
    return figures


def handover(arena: Arena) -> Figures:
    """300 people ask for a login code: each is with the gateway within 2 s (p95), through broker and worker."""
    from tests.drill import handover

    return handover.run(arena, codes=handover.CODES, per_s=handover.PER_S)


def newcomers(arena: Arena) -> Figures:
    """120 people never seen before, behind one address: all through the door within 120 s, by broker and worker."""
    from tests.drill import newcomers

    return newcomers.run(arena, people=newcomers.PEOPLE)


def lists(arena: Arena) -> Figures:
    """1,500 classes and 60,000 enrolments: every list of the desk answers within 300 ms, 95 times of 100."""
    from tests.drill import lists

    return lists.run(arena, classes=int(lists.CLASSES * arena.share))


def decode(arena: Arena) -> Figures:
    """1,000 codes blurred, skewed, at 40 % contrast, modules of 7 px: at least 99 of 100 are read, none wrongly."""
    from tests.drill import decode

    return decode.run(arena, codes=decode.CODES)


def cards(arena: Arena) -> Figures:
    """5,000 cards and personal codes held before two kiosks at once: one row and one receipt each."""
    from tests.races import cards

    return cards.run(arena, learners=cards.LEARNERS)


def threats(arena: Arena) -> Figures:
    """T01 to T16: old, forged and pre-opened codes, one phone, clocks, marks, lost signals, swaps: none passes."""
    from tests.adversary import threats

    return threats.run(arena, share=1)


def kit(arena: Arena) -> Figures:
    """3 phones × 500 marks without network, a third sent twice, a tenth contradicted: exactly the union, all listed."""
    from tests.races import kits

    return kits.run(arena, marks=kits.MARKS)


def kitkill(arena: Arena) -> Figures:
    """3 phones hand in 500 marks each, a random web process killed every 3 s: exactly the union, a receipt for each."""
    from tests.kill import kits
    from tests.races.kits import MARKS

    return kits.run(arena, marks=MARKS, every_seconds=3.0, pause_seconds=0.1)


def screens(arena: Arena) -> Figures:
    """150 rooms, a wall and a roster in each: every arrival shown within 3 s, at 5 % of the processors and the rate."""
    from tests.drill import screens

    return screens.run(arena, screens.Size())


def tally(arena: Arena) -> Figures:
    """5,000,000 ledger lines: dials, league, breakdowns, rows: answered and drawn within 300 ms, 95 times of 100."""
    from tests.drill import tally

    return tally.run(arena)


def crowded(arena: Arena) -> Figures:
    """50 check-ins a second beside 50 dashboards and 20 exports: p95 within 300 ms, none refused."""
    from tests.drill import crowded

    return crowded.run(arena)


def gate(arena: Arena) -> Figures:
    """500 pages, docx, xlsx, pdf and csv, a number planted in half: every one found, at most 1 % held for nothing."""
    from tests.drill import gate

    return gate.run(arena, things=int(gate.THINGS * arena.share))


def pages(arena: Arena) -> Figures:
    """Every page in both languages and every mode: nothing for axe to find, nothing that scrolls sideways."""
    from tests.drill import pages

    return pages.run()


def ledger(arena: Arena) -> Figures:
    """5,000,000 entries: 200 planted alterations found 200 times, a month of 50,000 closed within 60 s."""
    from tests.drill import ledger

    return ledger.run(arena)


def agree(arena: Arena) -> Figures:
    """5,000,000 entries and 100,000 chains: every source beside entries and evidence, difference 0; 200 alterations."""
    from tests.drill import agree

    return agree.run(arena, share=arena.share)


def books(arena: Arena) -> Figures:
    """A file of 50,000 rows, its worker killed half way, within 200 MB; formulas as LibreOffice computes them."""
    from tests.drill import books

    return books.run(arena)


DRILLS: dict[str, Callable[[Arena], Figures]] = {
    drill.__name__: drill
    for drill in (
        seats,
        checkin,
        person,
        codes,
        keys,
        numbers,
        count,
        rosters,
        names,
        kill,
        handover,
        newcomers,
        lists,
        decode,
        cards,
        threats,
        kit,
        kitkill,
        screens,
        tally,
        crowded,
        ledger,
        agree,
        books,
        gate,
        pages,
    )
}


def say_what_there_is() -> None:
    for name, drill in DRILLS.items():
        print(f"  {name:<10}{drill.__doc__}")


def run(names: list[str], share: float = 1.0) -> list[Figures]:
    """Each on a database of its own, one crowd for all."""
    done = []
    with Crowd({**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS}) as crowd:
        for name in names:
            print(f"{name}: {DRILLS[name].__doc__}", flush=True)
            began = time.monotonic()
            with ground.fresh() as own:
                figures = DRILLS[name](Arena(crowd, own, share))
            print_figures(figures, time.monotonic() - began)
            done.append(figures)
    return done


def print_figures(figures: Figures, seconds: float) -> None:
    for name, number in figures.numbers.items():
        print(f"  {name:<14}{number:>12,.10g}")
    verdict = f"{len(figures.faults)} VIOLATIONS" if figures.faults else "held"
    print(f"  {verdict} ({seconds:.0f} s)")
    for fault in figures.faults[:FAULTS_SHOWN]:
        print(f"    {fault}")
    print(flush=True)


def main(arguments: list[str]) -> int:
    if arguments == ["--list"]:
        say_what_there_is()
        return 0
    shares = [one.partition("=")[2] for one in arguments if one.startswith("--share=")]
    arguments = [one for one in arguments if not one.startswith("--share=")]
    if unknown := set(arguments) - set(DRILLS):
        print(f"There is no drill {', '.join(sorted(unknown))}. There are:")
        say_what_there_is()
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
    done = run(arguments or list(DRILLS), float(shares[-1]) if shares else 1.0)
    print(json.dumps([asdict(figures) for figures in done], ensure_ascii=False))
    return 1 if any(figures.faults for figures in done) else 0


if __name__ == "__main__":
    # Whoever ends this run should not leave its servers and databases behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
