"""Catalogues without the gettext tools: extract, check, merge, compile.

    python -m lms.translations check              the English catalogue is complete, exact and free of leftovers
    python -m lms.translations merge [FILE …]     add what is missing, fill in from {"中文": "English"} files, drop
    the rest
    python -m lms.translations compile            write the .mo files that are older than their .po

A sentence is written in Chinese where it is used; its English lives in `locale/en/LC_MESSAGES/django.po`.
"""

import ast
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
CHINESE = "zh_Hans"
PACKAGES = ("courses", "cms", "lms")
SKIPPED = frozenset({"migrations", "tests"})

# Name of the call → positions of (context, singular, plural) among its arguments; -1: it has none.
SHAPES = {"gettext": (-1, 0, -1), "pgettext": (0, 1, -1), "ngettext": (-1, 0, 1), "npgettext": (0, 1, 2)}
CALL = re.compile(r"(?<![\w.])(n?p?gettext|_)\(\s*")
LITERAL = re.compile(r"u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\s*,?\s*", re.DOTALL)
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|\{\w*\}")


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence to translate. `plural` and `context` are empty when the call has none."""

    singular: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.context, self.singular)


class Unreadable(Exception):
    """A sentence is put together at run time, so that no catalogue can hold it."""


def extract() -> dict[Message, list[str]]:
    """Every sentence of the project with the places (`file:line`) that use it."""
    found: dict[Message, list[str]] = {}
    for path in sources():
        text = path.read_text(encoding="utf-8")
        reader = from_python if path.suffix == ".py" else from_template
        for message, line in reader(text, str(path.relative_to(ROOT))):
            found.setdefault(message, []).append(f"{path.relative_to(ROOT)}:{line}")
    return found


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not SKIPPED.intersection(path.relative_to(ROOT).parts):
                yield path
    for folder in (ROOT / "templates", *(ROOT / package for package in PACKAGES)):
        yield from sorted(path for ending in ("*.html", "*.txt") for path in folder.rglob(ending))


def from_python(text: str, origin: str) -> Iterator[tuple[Message, int]]:
    """Sentences of a module, found in its syntax tree. Raises Unreadable for an f-string or a sum."""
    tree = ast.parse(text, origin)
    names = imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (shape := names.get(called_name(node.func))):
            message = read_call(node, shape, origin)
            if message:
                yield message, node.lineno


def imported_names(tree: ast.Module) -> dict[str, tuple[int, int, int]]:
    """What gettext's functions are called in this module, with the shape of each."""
    names = {f"translation.{name}{lazy}": shape for name, shape in SHAPES.items() for lazy in ("", "_lazy")}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                plain = alias.name.removesuffix("_lazy").removesuffix("_noop")
                if plain in SHAPES:
                    names[alias.asname or alias.name] = SHAPES[plain]
    return names


def called_name(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        return func.id
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
        return f"{func.value.id}.{func.attr}"
    return ""


def read_call(node: ast.Call, shape: tuple[int, int, int], origin: str) -> Message | None:
    """The sentence of one call; None where the argument is a plain variable, which another place has marked."""
    parts = []
    for position in shape:
        if position < 0 or position >= len(node.args):
            parts.append("")
            continue
        argument = node.args[position]
        if isinstance(argument, ast.JoinedStr | ast.BinOp):
            raise Unreadable(f"{origin}:{node.lineno}: a translated sentence must be one plain string")
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            return None
        parts.append(argument.value)
    context, singular, plural = parts
    return Message(singular, plural, context) if singular else None


def from_template(text: str, origin: str) -> Iterator[tuple[Message, int]]:
    """Sentences of a template, in the form in which Django looks them up (`%` doubled, variables as `%(name)s`)."""
    from django.utils.translation.template import templatize

    code = templatize(text, origin=origin)
    for call in CALL.finditer(code):
        strings, position = [], call.end()
        while literal := LITERAL.match(code, position):
            strings.append(ast.literal_eval(literal[1]))
            position = literal.end()
        if not strings:
            continue
        if call[1] == "_":
            strings = [strings[0].replace("%", "%%")]
        shape = SHAPES["gettext" if call[1] == "_" else call[1]]
        context, singular, plural = ("" if at < 0 else strings[at] for at in shape)
        yield Message(singular, plural, context), code.count("\n", 0, call.start()) + 1


def check() -> list[str]:
    """What is wrong with the English catalogue, one line each; empty when nothing is."""
    wanted = extract()
    held = {(entry.msgctxt or "", entry.msgid): entry for entry in read_catalogue() if not entry.obsolete}
    problems = []
    for message, places in wanted.items():
        entry = held.get(message.key)
        trouble = "is missing" if entry is None else fault_of(message, entry)
        if trouble:
            problems.append(f"{places[0]}: {trouble}: {message.singular!r}")
    used = {message.key for message in wanted}
    problems += [f"catalogue line {held[key].linenum}: is used nowhere: {key[1]!r}" for key in held if key not in used]
    return sorted(problems)


def fault_of(message: Message, entry: polib.POEntry) -> str:
    forms = list(entry.msgstr_plural.values()) if message.plural else [entry.msgstr]
    if entry.fuzzy:
        return "is fuzzy"
    if not forms or not all(form.strip() for form in forms):
        return "has no English"
    expected = sorted(PLACEHOLDER.findall(message.singular.replace("%%", "")))
    for form in forms:
        given = sorted(PLACEHOLDER.findall(form.replace("%%", "")))
        # "one person" may leave out the number that "%(n)s persons" shows
        if given != expected and not (message.plural and set(given) <= set(expected) and form is forms[0]):
            return f"has other placeholders ({given} for {expected})"
    return ""


def merge(files: list[Path]) -> tuple[int, int, int]:
    """Bring the catalogue in step with the sources. Returns how many were added, filled from `files`, dropped."""
    wanted = extract()
    catalogue = read_catalogue()
    english = {key: value for path in files for key, value in json.loads(path.read_text(encoding="utf-8")).items()}
    held = {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue}
    used = {message.key for message in wanted}
    dropped = [entry for key, entry in held.items() if key not in used or entry.obsolete]
    for entry in dropped:
        catalogue.remove(entry)
    added = [new_entry(message) for message in wanted if message.key not in held]
    catalogue.extend(added)
    filled = sum(fill(entry, english) for entry in catalogue)
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(ENGLISH))
    return len(added), filled, len(dropped)


def new_entry(message: Message) -> polib.POEntry:
    entry = polib.POEntry(msgid=message.singular, msgctxt=message.context or None)
    if message.plural:
        entry.msgid_plural, entry.msgstr_plural = message.plural, {0: "", 1: ""}
    return entry


def fill(entry: polib.POEntry, english: dict[str, str | list[str]]) -> bool:
    """Fill an empty entry; a sentence with a plural takes one text for both numbers or a list of two."""
    given = english.get(entry.msgid)
    if not given or entry.msgstr or any(entry.msgstr_plural.values()):
        return False
    if entry.msgid_plural:
        one, many = (given, given) if isinstance(given, str) else given
        entry.msgstr_plural = {0: one, 1: many}
    elif isinstance(given, str):
        entry.msgstr = given
    return True


def read_catalogue() -> polib.POFile:
    if ENGLISH.exists():
        return polib.pofile(str(ENGLISH))
    catalogue = polib.POFile(wrapwidth=120)
    catalogue.metadata = {
        "Project-Id-Version": "Tideline",
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return catalogue


def stale() -> list[Path]:
    """The .po files whose .mo is missing or older than what it is made from."""
    found = []
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        made_from = [source, ENGLISH] if repeats(source) else [source]
        if not target.exists() or target.stat().st_mtime < max(part.stat().st_mtime for part in made_from):
            found.append(source)
    return found


def repeats(source: Path) -> bool:
    return CHINESE in source.parts and ENGLISH.exists()


def compile_all() -> list[Path]:
    """Write every .mo that is stale; returns those that were written."""
    written = []
    for source in stale():
        target = source.with_suffix(".mo")
        catalogue = polib.pofile(str(source))
        if repeats(source):
            repeat_own(catalogue)
        fresh = target.with_suffix(f".{os.getpid()}.tmp")
        catalogue.save_as_mofile(str(fresh))
        fresh.replace(target)
        written.append(target)
    return written


def repeat_own(catalogue: polib.POFile) -> None:
    """Our sentences are Chinese already. Named here, they are found at once instead of being looked for, 20 µs each,
    in the thirty catalogues of everything that is installed."""
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue}
    for entry in read_catalogue():
        if entry.obsolete or (entry.msgctxt, entry.msgid) in known:
            continue
        own = polib.POEntry(msgctxt=entry.msgctxt, msgid=entry.msgid, msgid_plural=entry.msgid_plural)
        if entry.msgid_plural:
            own.msgstr_plural = {0: entry.msgid}
        else:
            own.msgstr = entry.msgid
        catalogue.append(own)


def main(arguments: list[str]) -> int:
    verb, *rest = arguments or ["help"]
    if verb == "check":
        problems = check()
        print("\n".join(problems) or "translations: complete")
        return 1 if problems else 0
    if verb == "merge":
        added, filled, dropped = merge([Path(name) for name in rest])
        print(f"translations: {added} added, {filled} filled, {dropped} dropped")
        return 0
    if verb == "compile":
        print(f"translations: {len(compile_all())} compiled")
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
