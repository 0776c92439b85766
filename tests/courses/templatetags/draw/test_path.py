"""Seven beads, two lines."""

from courses.templatetags.draw.path import BEADS, bead, segment


def test_each_state_has_a_shape_of_its_own() -> None:
    assert set(BEADS) == {"done", "absent", "next", "coming", "exam", "certificate", "certified"}
    assert len({bead(state=state) for state in BEADS}) == 7


def test_the_way_passed_differs_from_the_way_ahead() -> None:
    assert 'class="passed"' in segment(passed=True)
    assert 'class="ahead"' in segment(passed=False)
