"""What remains visible of a number or a name on screens and lists."""

import unicodedata


def mask_id(number: str) -> str:
    """``37*************234``. Numbers under 15 characters (passports, permits) keep the first one and the last two.

    On lists, in queues, exports and on paper: enough to hold beside the document in somebody's hand, and to tell two
    people of one name apart. Of the eight digits of the birth date and most of the district none is told; beside sex
    and age band still more than ten thousand numbers are possible. Whoever needs more looks at one person at a time,
    with a reason (`people.learners.reveal`). Source: the form 35*…*123 of a county office (reference, T40).
    """
    head, tail = (2, 3) if len(number) >= 15 else (1, 2)
    if len(number) < 2 * (head + tail):
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def mask_phone(phone: str) -> str:
    """``138****1234``; anything that is not 11 characters keeps the last two only."""
    if len(phone) == 11:
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(len(phone) - 2, 0) + phone[-2:] if len(phone) > 4 else "*" * len(phone)


def mask_email(address: str) -> str:
    """``w***@example.cn``: whose mailbox it is, its owner sees by the first letter and the host."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}***{at}{host}" if at else "*" * len(address)


def _letters(name: str) -> list[str]:
    """Characters as people see them: a combining mark or variation selector stays with the character before it."""
    seen: list[str] = []
    for character in unicodedata.normalize("NFC", name.strip()):
        if seen and (unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}):
            seen[-1] += character
        else:
            seen.append(character)
    return seen


def mask_name(name: str) -> str:
    """``王*强``, ``刘*``, ``阿*提`` for names with ``·``; ``J***`` for names in letters. Stars do not tell the length."""
    letters = _letters(name)
    if len(letters) < 2:
        return "*" * len(letters)
    if not unicodedata.name(letters[0][0], "").startswith("CJK"):
        return f"{letters[0]}***"
    return f"{letters[0]}*" if len(letters) == 2 else f"{letters[0]}*{letters[-1]}"


def mask_given_name(name: str) -> str:
    """``王**``: the first character and nothing else; with the number on the class's list it says who is meant."""
    letters = _letters(name)
    return f"{letters[0]}**" if letters else ""
