"""The reference lists as they ship, and the command that loads them."""

import csv
import re
import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.institutions import directory
from courses.management.commands.load_reference import LISTINGS, REFERENCE, BadCell, ReferenceRefused, load
from courses.models import (
    Brand,
    ConsentNotice,
    District,
    DocumentKind,
    EducationLevel,
    Holiday,
    InstitutionKind,
    LearnerCategory,
    Occupation,
    ProgrammeKind,
    SkillLevel,
    Target,
    TrainingNeed,
)
from courses.people import documents

STORED = [listing for listing in LISTINGS if listing.stored]


def rows_of(file: str, folder: Path = REFERENCE) -> list[dict[str, str]]:
    with (folder / file).open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(REFERENCE, tmp_path / "reference"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


# the files


def test_every_file_in_the_folder_has_its_listing():
    assert {path.name for path in REFERENCE.iterdir()} == {listing.file for listing in LISTINGS}


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.file)
def test_keys_are_unique_and_every_chinese_text_has_its_english_twin(listing):
    rows = rows_of(listing.file)
    keys = [tuple(row[column] for column in listing.key) for row in rows]
    assert len(keys) == len(set(keys)) > 0
    twins = [column.removesuffix("_en") for column in listing.columns if column.endswith("_en")]
    for row in rows:
        assert [column for column in twins if bool(row[column]) != bool(row[f"{column}_en"])] == []
        assert [column for column in twins if re.search(r"[\u3400-\u9fff]", row[f"{column}_en"])] == []


@pytest.mark.parametrize("year", ["2025", "2026"])
@pytest.mark.parametrize(("line", "city"), [("skills", 30_000), ("entrepreneurship", 10_000)])
def test_the_districts_targets_add_up_to_the_plan(year, line, city):
    amounts = {
        r["district"]: int(r["amount"]) for r in rows_of("targets.csv") if (r["year"], r["line"]) == (year, line)
    }
    assert amounts.pop("") == city
    assert set(amounts) == {row["key"] for row in rows_of("districts.csv")}
    assert len(amounts) == 14
    assert sum(amounts.values()) == city


def test_each_kind_feeds_its_line():
    lines: dict[str, set[str]] = {}
    for row in rows_of("programme_kinds.csv"):
        lines.setdefault(row["line"], set()).add(row["key"])
    assert lines == {
        "entrepreneurship": {"gyb", "syb", "iyb", "eyb", "net", "sim", "camp"},
        "own": {"tot", "mgr", "guide"},
        "skills": {"skill", "project", "online", "newform"},
    }


def test_levels_rank_from_none_to_chief():
    ranked = sorted(rows_of("levels.csv"), key=lambda row: int(row["rank"]), reverse=True)
    assert "".join(row["key"] for row in ranked) == "CS12345A0"


def test_document_kinds_are_those_that_the_rules_know():
    assert [row["key"] for row in rows_of("document_kinds.csv")] == list(documents.DocumentKind)


def test_the_calendar_has_every_year_and_only_the_unpublished_one_is_provisional():
    rows = rows_of("holidays.csv")
    years = {row["date"][:4] for row in rows}
    assert years == {"2021", "2022", "2023", "2024", "2025", "2026", "2027"}
    assert {row["date"][:4] for row in rows if row["provisional"] == "1"} == {"2027"}
    assert {row["date"][:4] for row in rows if row["provisional"] == "0"} == years - {"2027"}
    for row in rows:
        if row["kind"] == "work":
            assert date.fromisoformat(row["date"]).weekday() >= 5


@pytest.mark.parametrize(
    ("year", "off", "work"),
    [
        ("2021", 31, 7),
        ("2022", 32, 7),
        ("2023", 26, 7),
        ("2024", 28, 8),
        ("2025", 28, 5),
        ("2026", 33, 6),
        ("2027", 13, 0),
    ],
)
def test_a_year_has_as_many_days_off_and_make_up_days_as_were_published(year, off, work):
    kinds = [row["kind"] for row in rows_of("holidays.csv") if row["date"].startswith(year)]
    assert (kinds.count("off"), kinds.count("work")) == (off, work)


# the command


def test_an_empty_database_gets_every_row_once(db):
    load()
    assert {model: model.objects.count() for model in (listing.model for listing in STORED)} == {
        District: 14,
        ProgrammeKind: 14,
        Brand: 5,
        Occupation: 31,
        SkillLevel: 9,
        LearnerCategory: 18,
        EducationLevel: 11,
        DocumentKind: 6,
        InstitutionKind: 9,
        Holiday: 231,
        ConsentNotice: 6,
        Target: 60,
        TrainingNeed: 7,
    }
    assert set(Brand.objects.get(key="haigong").districts.values_list("key", flat=True)) == {"huangbohai", "penglai"}
    assert Target.objects.get(year=2026, line="skills", district=None).amount == 30_000
    assert list(District.objects.values_list("key", flat=True))[:2] == ["zhifu", "fushan"]
    assert ProgrammeKind.objects.get(key="skill").default_hours is None


def test_a_second_load_reads_and_writes_nothing(db):
    load()
    with CaptureQueriesContext(connection) as queries:
        tallies = load()
    assert {(tally.added, tally.changed) for tally in tallies} == {(0, 0)}
    written = [q["sql"] for q in queries if q["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert written == []
    assert len([q for q in queries if q["sql"].startswith("SELECT")]) <= 30


def test_an_edited_row_is_changed_and_the_others_are_not(db, folder):
    load()
    edit(folder, "districts.csv", "Zhifu District", "Zhifu")
    edit(folder, "brands.csv", "zhifu fushan", "zhifu laizhou")
    changed = {tally.file: (tally.added, tally.changed) for tally in load(folder) if tally.added or tally.changed}
    assert changed == {"districts.csv": (0, 1), "brands.csv": (0, 1)}
    assert District.objects.get(key="zhifu").name_en == "Zhifu"
    assert set(Brand.objects.get(key="lucai").districts.values_list("key", flat=True)) == {"zhifu", "laizhou"}


def test_only_new_rows_are_added_where_the_office_keeps_its_own_edits(db, folder):
    load()
    District.objects.filter(key="zhifu").update(name_en="Zhifu, our way")
    Brand.objects.get(key="lucai").districts.clear()
    with (folder / "education.csv").open("a", encoding="utf-8") as opened:
        opened.write("99,未说明,Not stated\n")
    load(folder, only_new=True)
    assert District.objects.get(key="zhifu").name_en == "Zhifu, our way"
    assert Brand.objects.get(key="lucai").districts.count() == 0
    assert EducationLevel.objects.get(key="99").name == "未说明"


def test_a_row_that_no_file_names_any_more_stays(db, folder):
    load()
    edit(folder, "education.csv", "90,其他,Other\n", "")
    load(folder)
    assert EducationLevel.objects.filter(key="90").count() == 1


def test_every_bad_cell_is_named_and_nothing_is_written(db, folder):
    edit(folder, "districts.csv", "370602", "37060")
    edit(folder, "programme_kinds.csv", "entrepreneurship,gyb,24,24,30,0,G", "startups,gyb,many,24,30,0,G")
    edit(folder, "brands.csv", "zhifu fushan", "zhifu qingdao")
    edit(folder, "holidays.csv", "2021-01-02,off", "2021-01-32,off")
    edit(folder, "education.csv", "Master's degree", "")
    with pytest.raises(ReferenceRefused) as refused:
        load(folder)
    assert [(cell.file, cell.row, cell.column) for cell in refused.value.cells] == [
        ("districts.csv", 2, "code"),
        ("programme_kinds.csv", 2, "line"),
        ("programme_kinds.csv", 2, "default_hours"),
        ("brands.csv", 2, "districts"),
        ("education.csv", 3, "name_en"),
        ("holidays.csv", 3, "date"),
    ]
    assert all(cell.why for cell in refused.value.cells)
    assert {listing.model.objects.count() for listing in STORED} == {0}


def test_a_repeated_key_is_named_with_the_row_it_repeats(db, folder):
    edit(folder, "levels.csv", "A,学徒工,Apprentice,1", "5,学徒工,Apprentice,1")
    with pytest.raises(ReferenceRefused) as refused:
        load(folder)
    assert refused.value.cells == (BadCell("levels.csv", 4, "key", "与第 3 行重复"),)


def test_district_targets_that_miss_the_city_s_are_refused(db, folder):
    edit(folder, "targets.csv", "2026,skills,zhifu,1,3600", "2026,skills,zhifu,1,3700")
    with pytest.raises(ReferenceRefused) as refused:
        load(folder)
    assert [(c.file, c.column, c.why) for c in refused.value.cells] == [
        ("targets.csv", "amount", "各区市合计 30100，与全市 30000 不符")
    ]


def test_a_target_in_force_is_answered_by_a_new_version_only(db, folder):
    load()
    edit(folder, "targets.csv", "2026,skills,zhifu,1,3600", "2026,skills,zhifu,1,3500")
    edit(folder, "targets.csv", "2026,skills,fushan,1,2500", "2026,skills,fushan,1,2600")
    with pytest.raises(ReferenceRefused) as refused:
        load(folder)
    assert {(cell.file, cell.column) for cell in refused.value.cells} == {("targets.csv", "amount")}
    assert Target.objects.get(year=2026, line="skills", district__key="zhifu").amount == 3_600


def test_the_text_that_people_agreed_to_cannot_be_changed(db, folder):
    load()
    edit(folder, "consent_notices.csv", "不采集人脸", "采集人脸")
    with pytest.raises(ReferenceRefused) as refused:
        load(folder)
    assert [(c.file, c.row, c.column) for c in refused.value.cells] == [("consent_notices.csv", 2, "text")]
    assert "不采集人脸" in ConsentNotice.objects.get(key="registration").text


def test_a_file_saved_by_a_spreadsheet_with_its_mark_is_read(db, folder):
    text = (folder / "education.csv").read_text(encoding="utf-8")
    (folder / "education.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    load(folder)
    assert EducationLevel.objects.get(key="11").name == "博士研究生"


@pytest.mark.parametrize(
    ("content", "row", "why"),
    [
        (None, 1, "没有这个文件"),
        ("key,name,name_en\n11,博士,Doctor\n".encode("gb18030"), 1, "不是 UTF-8 编码，请另存为 CSV UTF-8"),
        ("代码,名称,英文\n".encode(), 1, "表头应为 key,name,name_en"),
        (b"", 1, "表头应为 key,name,name_en"),
        ("key,name,name_en\n11,博士\n".encode(), 2, "这一行有 2 格，应为 3 格"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(db, folder, content, row, why):
    (folder / "education.csv").unlink()
    if content is not None:
        (folder / "education.csv").write_bytes(content)
    with pytest.raises(ReferenceRefused) as refused:
        load(folder)
    assert refused.value.cells == (BadCell("education.csv", row, "key", why),)


def test_the_command_reports_what_changed(db, folder):
    out = StringIO()
    call_command("load_reference", stdout=out)
    assert "districts.csv：新增 14，修改 0，未变 0" in out.getvalue()
    again = StringIO()
    call_command("load_reference", folder=folder, only_new=True, stdout=again)
    assert again.getvalue() == ""


# the bureau's own list of needs

HEADER = "key,version,effective_on,name,name_en,kind,occupation,level,planned,withdrawn\n"


@pytest.fixture
def needs(db, tmp_path):
    load()

    def write(*rows: str) -> Path:
        path = tmp_path / "needs.csv"
        path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return path

    return write


def only_needs(path: Path) -> None:
    call_command("load_reference", path, only="training_needs", verbosity=0)


def test_the_needs_alone_are_loaded_from_the_bureaus_file_and_the_directory_keeps_what_changed(needs):
    before = TrainingNeed.objects.count()
    only_needs(
        needs(
            "welder,2,2026-09-01,海工装备：焊工,Offshore equipment: welder,skill,welder,3,200,0",
            "chinese-cook,2,2026-09-02,鲁菜师傅：中式烹调师,Lu cuisine chef: Chinese cuisine cook,skill,chinese-cook,,,1",
            "barista,1,2026-09-03,咖啡师,Barista,skill,,,40,0",
        )
    )
    assert TrainingNeed.objects.count() == before + 3
    day = date(2026, 9, 10)
    stand = {need.key: need.planned for need in directory.needs(on=day)}
    assert (stand["welder"], stand["barista"], "chinese-cook" in stand) == (200, 40, False)
    told = [(one.what, one.subject.key) for one in directory.needs_changes(on=day)][:3]
    assert told == [("added", "barista"), ("removed", "chinese-cook"), ("changed", "welder")]
    assert "chinese-cook" in {need.key for need in directory.needs(on=date(2026, 8, 31))}


def test_a_version_of_a_need_that_holds_is_never_changed_and_each_bad_cell_is_named(needs):
    sealed = needs("welder,1,2026-01-01,焊工,Welder,skill,welder,,,0")
    with pytest.raises(ReferenceRefused) as refused:
        only_needs(sealed)
    assert {(cell.file, cell.row, cell.column) for cell in refused.value.cells} == {
        ("needs.csv", 2, "name"),
        ("needs.csv", 2, "name_en"),
    }
    wrong = needs("nobody,1,2026-09-01,无,None,juggling,,,,0", "late,1,soon,晚,Late,skill,,,many,0")
    with pytest.raises(ReferenceRefused) as refused:
        only_needs(wrong)
    assert {(cell.row, cell.column) for cell in refused.value.cells} == {
        (2, "kind"),
        (3, "effective_on"),
        (3, "planned"),
    }
    assert not TrainingNeed.objects.filter(key__in=["nobody", "late"]).exists()


def test_the_list_and_its_file_are_named_together(db):
    with pytest.raises(CommandError, match="--only"):
        call_command("load_reference", only="training_needs")
    with pytest.raises(CommandError, match="--only"):
        call_command("load_reference", "needs.csv")


@pytest.mark.parametrize(("verbosity", "lines"), [(0, 0), (1, 1)])
def test_who_asks_for_no_words_hears_none_of_what_was_added(needs, verbosity, lines):
    said = StringIO()
    path = needs("barista,1,2026-09-03,咖啡师,Barista,skill,,,40,0")
    call_command("load_reference", path, only="training_needs", verbosity=verbosity, stdout=said)
    assert len(said.getvalue().splitlines()) == lines
