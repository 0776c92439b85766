"""The books that leave the bureau: a year's file is written by a worker that is killed half way and by one after it, in
bounded memory; every formula of the monthly report gives what stands beside it, in LibreOffice where there is one.

    python -m tests.drill.books STEP ROWS     one step in a process of its own; JSON on the last line
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.ground import ROOT, Ground
from tests.races import Arena, Figures

ROWS = 50_000
MEGABYTES = 200
NOW = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)


def run(arena: Arena, *, rows: int = ROWS) -> Figures:
    figures, ground = Figures("books"), arena.ground
    step(ground, "plant", rows)
    killed = step(ground, "killed", rows)
    figures.add(rows=rows, written_when_killed=killed["rows"])
    if killed["status"] != "running":
        figures.faults.append(f"a killed worker left the export {killed['status']}")
    made = step(ground, "followed", rows)
    figures.add(seconds=made["seconds"], megabytes=made["megabytes"], file_kilobytes=made["kilobytes"])
    figures.faults += made["faults"]
    if made["megabytes"] > MEGABYTES:
        figures.faults.append(f"{made['megabytes']} MB were taken")
    computed = step(ground, "computed", rows)
    figures.add(formulas=computed["formulas"], by_libreoffice=computed["by_libreoffice"])
    figures.faults += computed["faults"]
    return figures


def step(ground: Ground, name: str, rows: int) -> dict[str, Any]:
    """What a step says; one that kills itself says nothing, so the row is asked instead."""
    call = [sys.executable, "-m", "tests.drill.books", name, str(rows)]
    done = subprocess.run(
        call, cwd=ROOT, env=ground.environment("lms.settings.test"), stdout=subprocess.PIPE, text=True, check=False
    )
    if name == "killed":
        if done.returncode != -signal.SIGKILL:
            raise RuntimeError(f"the worker ended by itself: {done.returncode}")
        return step(ground, "state", rows)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.returncode}")
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def plant(rows: int) -> dict[str, Any]:
    """As many person-times as the year's file is to hold, two targets, and one who asks for the file."""
    from courses import exports, tally
    from courses.exports import Wanted
    from tests import lines
    from tests.factories import catalogue, people

    catalogue.policy()
    places = [catalogue.district(key, key) for key in lines.DISTRICTS]
    catalogue.institution()
    city = people.staff(role="city", now=NOW, username="books")
    for line in ("skills", "entrepreneurship"):
        for place in (None, *places):
            tally.set_target(by=city, year=2026, line=line, district=place, amount=999, source="演练", now=NOW)
    days = (date(2026, 1 + number % 8, 1 + number % 28) for number in range(rows))
    lines.enter(lines.of_days(days), total=rows, now=NOW)
    wanted = Wanted("entries", "xlsx", {"year": 2026})
    return {"number": exports.take(by=city, wanted=wanted, now=NOW).export.number}


def killed(rows: int) -> dict[str, Any]:
    """The worker is killed as it says that half of the rows are written."""
    from courses import exports
    from courses.exports import writing
    from courses.models import Export

    writing.EVERY = max(1, rows // 10)
    clock_asked = 0

    def clock() -> datetime:
        nonlocal clock_asked
        clock_asked += 1
        if Export.objects.filter(rows__gte=rows // 2).exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return NOW

    exports.make_due(clock=clock)
    return {"asked": clock_asked}


def state(rows: int) -> dict[str, Any]:
    from courses.models import Export

    export = Export.objects.get()
    return {"status": export.status, "rows": export.rows, "of": rows}


def followed(rows: int) -> dict[str, Any]:
    """Another worker, six minutes later; the file that its owner fetches holds every line once."""
    from courses.models import Export

    return made(Export.objects.get().number, rows=rows, now=NOW + timedelta(minutes=6))


def made(number: str, *, rows: int, now: datetime) -> dict[str, Any]:
    """What a worker needs for the file in line, and whether its owner finds every line of its year in it once."""
    from courses import exports
    from courses.models import Export

    began = time.monotonic()
    exports.make_due(clock=lambda: now)
    seconds = round(time.monotonic() - began, 2)
    megabytes = peak_megabytes()
    export = Export.objects.select_related("asked_by").get(number=number)
    faults = [] if export.status == "ready" else [f"the worker left the export {export.status}"]
    if not faults:
        from python_calamine import CalamineWorkbook

        file = exports.fetch(by=export.asked_by, export=export, now=now).file
        lines = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()[1:]
        codes = [line[0] for line in lines]
        if len(codes) != rows or set(codes) != codes_of(export.filters["year"]):
            faults.append(f"the file holds {len(codes)} lines of {rows}")
    return {"seconds": seconds, "megabytes": megabytes, "kilobytes": export.size // 1024, "faults": faults}


def peak_megabytes() -> int:
    """The most that this process held; what the system's own count says may be that of the process which started it."""
    told = Path("/proc/self/status")
    if not told.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    (peak,) = (line.split()[1] for line in told.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak) // 1024


def codes_of(year: int) -> set[str]:
    from courses.models import CountEntry

    return set(CountEntry.objects.filter(year=year).values_list("code", flat=True))


def computed(rows: int) -> dict[str, Any]:
    """The monthly workbook without its values, computed by somebody else, against the values that it had."""
    from openpyxl import load_workbook

    from courses import exports
    from courses.exports import Wanted
    from courses.models import User
    from tests import lines
    from tests.workbooks import computed as ours
    from tests.workbooks import formulas

    by = User.objects.get(username="books")
    with tempfile.TemporaryDirectory() as folder:
        path, bare = Path(folder) / "monthly.xlsx", Path(folder) / "bare.xlsx"
        wanted = Wanted("monthly", "xlsx", {"year": 2026, "month": 8})
        file = exports.take(by=by, wanted=wanted, now=NOW).file
        assert file is not None
        with file:
            path.write_bytes(file.read())
        said, claimed = load_workbook(path), load_workbook(path, data_only=True)
        said.save(bare)
        office = _by_libreoffice(bare)
    faults, many = [], 0
    for sheet in said.worksheets:
        for cell, formula in formulas(sheet).items():
            found = office[sheet.title][cell].value if office else ours(sheet, formula)
            many += 1
            if found != claimed[sheet.title][cell].value:
                faults.append(f"{sheet.title}!{cell} {formula} is {found}, the file says otherwise")
    whole = claimed["区市"].cell(4 + len(lines.DISTRICTS) + 1, 5).value
    skills = sum(number % 4 != 0 for number in range(rows))
    if whole != skills:
        faults.append(f"the report adds up to {whole} of {skills}")
    return {"formulas": many, "by_libreoffice": int(office is not None), "faults": faults}


def _by_libreoffice(path: Path) -> Any:
    """The workbook as LibreOffice computes it; None where there is none."""
    from openpyxl import load_workbook

    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        return None
    target, profile = path.parent / "office", f"-env:UserInstallation=file://{path.parent}/profile"
    kind = "xlsx:Calc MS Excel 2007 XML"
    call = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(target), str(path)]
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
    return load_workbook(target / path.name, data_only=True)


STEPS = {one.__name__: one for one in (plant, killed, state, followed, computed)}

if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(STEPS[sys.argv[1]](int(sys.argv[2])), ensure_ascii=False))
