"""The learner's path: beads on a wave that runs down the page. Seven shapes, so that colour is never needed."""

from courses.templatetags.draw.waves import upright

BEADS = {
    "done": '<circle class="b-done" r="13"/><path class="b-knock" d="M-6 .5L-1.5 5 6.5-4"/>',
    "absent": '<path class="b-absent" d="M-10-10H10V10H-10Z"/><path class="b-cross" d="M-4-4L4 4M4-4L-4 4"/>',
    "next": '<circle class="b-next" r="17"/><circle class="b-dot" r="5"/>',
    "coming": '<circle class="b-coming" r="9"/>',
    "exam": '<path class="b-coming" d="M0-13L13 0 0 13-13 0Z"/>',
    "certificate": '<path class="b-certificate" d="M-15-15H15V15H-15Z"/>',
    "certified": '<path class="b-certified" d="M-15-15H15V15H-15Z"/><path class="b-knock" d="M-6 .5L-1.5 5 6.5-4"/>',
}
PASSED = frozenset({"done", "absent"})


def bead(*, state: str) -> str:
    return f'<svg class="bead" viewBox="-20 -20 40 40" width="40" height="40" aria-hidden="true">{BEADS[state]}</svg>'


def segment(*, passed: bool) -> str:
    """From one bead to the next, as high as its row whatever the size of type; the stroke keeps its width."""
    kind = "passed" if passed else "ahead"
    line = upright(period=100, height=14, x=28)
    frame = '<svg class="segment" viewBox="0 0 44 100" preserveAspectRatio="none" aria-hidden="true">'
    return f'{frame}<path class="{kind}" d="{line}"/></svg>'
