"""The importer of the screen from the command line."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from courses.models import Enrolment
from tests.courses.rosters.conftest import a_class, private_folder  # noqa: F401
from tests.factories import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.xlsx"


def test_a_dry_run_says_what_would_happen_and_enrols_nobody(a_class, file, capsys) -> None:  # noqa: F811
    file.write_bytes(sheets.xlsx([sheets.person(1)]))
    call_command("import_roster", a_class.number, str(file), "--dry-run")
    assert "要报名 1 人，剩 30 个名额" in capsys.readouterr().out
    assert Enrolment.objects.count() == 0
    call_command("import_roster", a_class.number, str(file))
    assert Enrolment.objects.get().source == "import"


def test_bad_cells_are_printed_by_row_and_column_and_end_in_an_error(a_class, file, capsys) -> None:  # noqa: F811
    file.write_bytes(sheets.xlsx([[*sheets.person(1)[:8], "123"]]))
    with pytest.raises(CommandError):
        call_command("import_roster", a_class.number, str(file))
    assert "第 2 行 I2 联系电话" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("import_roster", "nowhere", str(file))
    with pytest.raises(CommandError):
        call_command("import_roster", a_class.number, "nowhere.xlsx")
    assert Enrolment.objects.count() == 0
