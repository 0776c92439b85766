"""The month of the demo city: page, workbook, letter, API and command tell one number for every district and line."""

import json
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

from tests.journeys.browser import enter_as, visitor
from tests.journeys.city import City

pytestmark = pytest.mark.browser
LINES = {"skills": "职业技能培训", "entrepreneurship": "创业培训"}
Told = dict[tuple[str, str], int]


def test_page_workbook_letter_api_and_command_tell_one_number(city: City, browser: Browser, tmp_path: Path) -> None:
    today = json.loads(city.manage("tally", str(date.today().year), "--json"))["as_of"]
    year, month = int(today[:4]), int(today[5:7])
    page = visitor(browser)
    enter_as(page, city.address, "demo-city")
    command = json.loads(city.manage("tally", str(year), "--json"))
    told = {(row["name"], row["line"]): row["verified"] for row in command["districts"]}
    assert len(told) == 28
    assert sum(told.values()) > 100
    assert of_api(city, year) == told
    assert of_page(page, city, year, month) == told
    assert of_workbook(taken(page, city, "xlsx", year, month, tmp_path)) == told
    assert of_letter(taken(page, city, "docx", year, month, tmp_path)) == told


def of_api(city: City, year: int) -> Told:
    said = city.manage("api_client", "核对", "--scope", "tally")
    token = said.strip().splitlines()[-1]
    ask = urllib.request.Request(f"{city.address}/api/v1/tally/{year}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(ask) as answer:
        return {(row["name"], row["line"]): row["verified"] for row in json.load(answer)["districts"]}


def of_page(page: Page, city: City, year: int, month: int) -> Told:
    page.goto(f"{city.address}/desk/tally/report/?year={year}&month={month}")
    rows = page.locator(".report-table tbody tr").all()
    cells = [[cell.replace(",", "") for cell in row.locator("th, td").all_inner_texts()] for row in rows]
    return {(row[1], line): int(row[place]) for row in cells for line, place in zip(LINES, (3, 7), strict=True)}


def taken(page: Page, city: City, kind: str, year: int, month: int, folder: Path) -> Path:
    """By the form that an officer fills in."""
    page.goto(f"{city.address}/desk/exports/form/monthly/")
    page.get_by_label("年度").first.fill(str(year))
    page.locator("#id_month").select_option(str(month))
    page.locator(f"input[value={kind}]").check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出").click()
    path = folder / f"monthly.{kind}"
    waiting.value.save_as(path)
    return path


def of_workbook(path: Path) -> Told:
    sheet = load_workbook(path, data_only=True)["区市"]
    heading: list[Any] = [cell.value for cell in sheet[4]]
    rows = [dict(zip(heading, row, strict=True)) for row in sheet.iter_rows(min_row=5, values_only=True)]
    return {
        (row["区市"], line): row[f"{words}累计"] for row in rows if row["名次"] for line, words in LINES.items()
    }  # fmt: skip


def of_letter(path: Path) -> Told:
    rows = [[cell.text for cell in row.cells] for row in Document(str(path)).tables[0].rows]
    return {
        (row[1], line): int(row[place]) for row in rows[1:] if row[0] for line, place in zip(LINES, (4, 9), strict=True)
    }
