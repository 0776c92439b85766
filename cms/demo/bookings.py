"""Who and what is taken when, so that no teacher of the demo city stands in two rooms and no room holds two classes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from courses.classes import LessonPlan

# From one venue to the next, beyond the city's own district.
ON_THE_WAY = timedelta(minutes=60)


class Bookings:
    def __init__(self) -> None:
        self._taken: dict[str, list[tuple[datetime, datetime]]] = {}

    def first_free(self, names: Iterable[str], lessons: Sequence[LessonPlan], *, gap: timedelta = timedelta()) -> str:
        """The first of these that is free for all lessons, and taken from now on; the very first where none is."""
        wanted = list(names)
        found = next((name for name in wanted if self._is_free(name, lessons, gap)), wanted[0])
        self.take(found, lessons)
        return found

    def take(self, name: str, lessons: Sequence[LessonPlan]) -> None:
        self._taken.setdefault(name, []).extend((one.starts_at, one.ends_at) for one in lessons)

    def _is_free(self, name: str, lessons: Sequence[LessonPlan], gap: timedelta) -> bool:
        return all(
            one.ends_at + gap <= begun or one.starts_at >= ended + gap
            for begun, ended in self._taken.get(name, [])
            for one in lessons
        )
