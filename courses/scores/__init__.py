"""成绩: recorded by who did not teach, changed by two people once somebody relies on them. Where the district or the city
named somebody from outside (`examiners`), by nobody else."""

from courses.scores.examiners import against_recording
from courses.scores.recording import decide, read_points, record, standing, waiting
from courses.scores.refusals import ExaminerRefusal, ExaminerRefused, ScoreRefusal, ScoreRefused

__all__ = [
    "ExaminerRefusal",
    "ExaminerRefused",
    "ScoreRefusal",
    "ScoreRefused",
    "against_recording",
    "decide",
    "read_points",
    "record",
    "standing",
    "waiting",
]
