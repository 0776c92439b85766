"""What every refusal has: a code from a closed list and a sentence that says what to do next."""

from enum import StrEnum
from typing import Any

from django.utils.functional import Promise


class Refused(Exception):
    """Base of the typed refusals, each of which is defined beside the function that raises it."""

    sentences: dict[Any, str | Promise] = {}

    def __init__(self, code: StrEnum, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(code.value)

    @property
    def sentence(self) -> str:
        text = str(self.sentences[self.code])
        return text % self.values if self.values else text
