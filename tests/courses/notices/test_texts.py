"""What a message keeps by its key is put into the words of its reader, and nothing else is taken for it."""

import pytest

from courses import notices
from courses.notices.texts import SENTENCES, spoken


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "网店链接"), ("en", "Shop link")])
def test_the_part_of_a_work_is_said_in_the_language_of_its_reader(language: str, words: str) -> None:
    assert spoken(params={notices.WORK_PART: "link"}, language=language) == {notices.WORK_PART: words}


def test_a_part_of_anything_else_is_no_part_of_a_work() -> None:
    said = {"part": "理论", "course": "某课"}
    assert spoken(params=said, language="en") == said
    named = {kind for kind, words in SENTENCES.items() if f"%({notices.WORK_PART})s" in str(words)}
    assert named == {"work_judged_excellent", "work_judged_pass", "work_judged_fail", "work_judged_fail_over"}
