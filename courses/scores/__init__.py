"""成绩: recorded by who did not teach, changed by two people once somebody relies on them."""

from courses.scores.recording import decide, may_record, read_points, record, standing, waiting
from courses.scores.refusals import ScoreRefusal, ScoreRefused

__all__ = ["ScoreRefusal", "ScoreRefused", "decide", "may_record", "read_points", "record", "standing", "waiting"]
