"""The results as a table, and the page about them: docs/adversary.md, between the words that stand in it."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from tests.adversary.assumptions import WORDS, Assumptions
from tests.adversary.attacks import Attack
from tests.adversary.outcome import Outcome

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adversary.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEAD = f"  {'attack':<20}{'classes':>8}{'ghosts':>8}{'kept out':>10}{'counted':>9}{'honest':>8}{'held':>8}"


def line(attack: Attack, found: Outcome) -> str:
    limit = "" if attack.floor else "  known limit"
    return (
        f"  {attack.name:<20}{found.classes:>8}{found.ghosts:>8}{_percent(found.kept_out):>10}{found.counted:>9}"
        f"{found.honest:>8}{_percent(found.wrongly_held):>8}{limit}"
    )


def write(
    results: Sequence[tuple[Attack, Outcome]], careless: Sequence[tuple[float, Outcome]], *, seed: int, share: float,
    engine: str, seconds: float,
) -> None:  # fmt: skip
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    size = "the full size" if share == 1 else f"{share:g} of the full size"
    said = [
        f"Measured at {size} with seed {seed} on {engine}, in {seconds:.0f} s.",
        "### Attacks that the floor is asked of",
        _table([(attack, found) for attack, found in results if attack.floor]),
        "### Known limits",
        _table([(attack, found) for attack, found in results if not attack.floor]),
        "### Relay by how often a trainer confirms somebody who is not there",
        _careless(careless),
        "### Signals by attack: per cent of classes in which a signal of the kind was raised",
        _signals(results),
        "### What is assumed",
        _assumed(),
    ]
    PAGE.write_text(before + BEGIN + "\n" + "\n\n".join(said) + "\n" + END + after, encoding="utf-8")


def _table(results: Sequence[tuple[Attack, Outcome]]) -> str:
    rows = [
        (
            "| attack | what | classes | ghosts | not counted | short of hours | waiting | held | counted | honest | "
            "of these held | waiting | short |"
        ),
        "|---|---|" + "---:|" * 11,
    ]
    rows += [_row(attack, found) for attack, found in results]
    return "\n".join(rows)


def _row(attack: Attack, one: Outcome) -> str:
    ghosts = [one.classes, one.ghosts, f"**{_percent(one.kept_out)}**", one.short, one.waiting, one.held, one.counted]
    honest = [_share(part, one.honest) for part in (one.honest_held, one.honest_waiting, one.honest_short)]
    return "| " + " | ".join(map(str, [f"`{attack.name}`", attack.words, *ghosts, one.honest, *honest])) + " |"


def _careless(careless: Sequence[tuple[float, Outcome]]) -> str:
    rows = ["| confirmed by mistake | ghosts | not counted | counted by such a mistake |", "|---:|---:|---:|---:|"]
    rows += [
        f"| {_percent(mistakes)} | {found.ghosts} | {_percent(found.kept_out)} | {found.mistaken} |"
        for mistakes, found in careless
    ]
    return "\n".join(rows)


def _signals(results: Sequence[tuple[Attack, Outcome]]) -> str:
    kinds = sorted({kind for _attack, found in results for kind in found.signals})
    rows = ["| attack | " + " | ".join(f"`{kind}`" for kind in kinds) + " |", "|---|" + "---:|" * len(kinds)]
    for attack, found in results:
        shares = [f"{found.signals[kind] * 100 / found.classes:.0f}" for kind in kinds]
        rows.append(f"| `{attack.name}` | " + " | ".join(shares) + " |")
    return "\n".join(rows)


def _assumed() -> str:
    rows = ["| assumption | value | what | source |", "|---|---:|---|---|"]
    for field in fields(Assumptions):
        words, source = WORDS[field.name]
        value = getattr(Assumptions(), field.name)
        told = " to ".join(f"{number:g}" for number in value) if isinstance(value, tuple) else f"{value:g}"
        rows.append(f"| `{field.name}` | {told} | {words} | {source} |")
    return "\n".join(rows)


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _share(part: int, whole: int) -> str:
    return f"{part} ({_percent(part / whole)})" if whole else "0"
