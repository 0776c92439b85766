"""Spreadsheets and letters out. Text stays text, nothing typed is a formula, each file is a row in the records.

Every file has its definitions and says who took it, when and why; full document numbers need a second person.
"""

from courses.exports.asking import Ask, By, Form
from courses.exports.checking import code_of, find, is_same
from courses.exports.figures import Named, named, named_figures, narrowed
from courses.exports.forms import FORMS
from courses.exports.keeping import reencrypt_files, sweep, sweep_strays
from courses.exports.lists import QueueLine, institutions_xlsx, queue_xlsx, tally_xlsx
from courses.exports.making import agree, drop, fetch, make_due
from courses.exports.monthly import MonthlyReport, mark_of, monthly_report
from courses.exports.own import Grid, grid, latest, preview, put, set_cells, sheet_names, upload
from courses.exports.refusals import ExportRefusal, ExportRefused
from courses.exports.schedules import MONTHLY, plan, queue_due, stop
from courses.exports.sheets import Book, Formula, Sheet
from courses.exports.taking import Taken, Wanted, take
from courses.exports.writing import OPTIONS, Mark, about_of, grouped

__all__ = [
    "FORMS",
    "MONTHLY",
    "OPTIONS",
    "Ask",
    "Book",
    "By",
    "ExportRefusal",
    "ExportRefused",
    "Form",
    "Formula",
    "Grid",
    "Mark",
    "MonthlyReport",
    "Named",
    "QueueLine",
    "Sheet",
    "Taken",
    "Wanted",
    "about_of",
    "agree",
    "code_of",
    "drop",
    "fetch",
    "find",
    "grid",
    "grouped",
    "institutions_xlsx",
    "is_same",
    "latest",
    "make_due",
    "mark_of",
    "monthly_report",
    "named",
    "named_figures",
    "narrowed",
    "plan",
    "preview",
    "put",
    "queue_due",
    "queue_xlsx",
    "reencrypt_files",
    "set_cells",
    "sheet_names",
    "stop",
    "sweep",
    "sweep_strays",
    "take",
    "tally_xlsx",
    "upload",
]
