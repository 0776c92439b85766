"""What every kind of spreadsheet is read into, and how large it may be.

The limits guard the service and are no policy: a class has some fifty seats. Rows and columns count from 1.
"""

from dataclasses import dataclass, field

from courses.rosters.refusals import RosterRefusal, RosterRefused

FILE_BYTES = 10 * 1024 * 1024
UNPACKED_BYTES = 64 * 1024 * 1024
ROWS = 5_000
COLUMNS = 100
# Cells with something in them; a sheet of form A has some twelve columns.
CELLS = ROWS * 40
CELL_CHARACTERS = 500
# Titles and notes above the header.
HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """`number`: the file holds a number and not text, so that digits after the fifteenth are lost."""

    text: str
    number: bool = False
    formula: bool = False


@dataclass
class Grid:
    """The first visible sheet: filled cells by row and column, and what a reader of the file would not see."""

    kind: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    other_sheets: list[str] = field(default_factory=list)
    epoch_1904: bool = False
    cells: int = 0

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Refused: RosterRefused for more than a roster can be."""
        text = cell.text.strip()
        if not text:
            return
        if column > COLUMNS:
            raise RosterRefused(RosterRefusal.TOO_WIDE, limit=COLUMNS)
        line = self.rows.setdefault(row, {})
        self.cells += 1
        if len(self.rows) > ROWS + HEADER_WITHIN or self.cells > CELLS:
            raise RosterRefused(RosterRefusal.TOO_MANY_ROWS, limit=f"{ROWS:,}")
        line[column] = Cell(text[:CELL_CHARACTERS], cell.number, cell.formula)


def letters(column: int) -> str:
    """1 → A, 27 → AA."""
    name = ""
    while column:
        column, place = divmod(column - 1, 26)
        name = chr(ord("A") + place) + name
    return name


def place_of(reference: str) -> tuple[int, int]:
    """B12 → (12, 2). A reference that is none is a ValueError."""
    name = reference.rstrip("0123456789")
    column = 0
    for letter in name:
        if not "A" <= letter <= "Z":
            raise ValueError(reference)
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(reference[len(name) :]), column
