"""成果: a business plan or a proof link, handed in by the learner or for them, judged by somebody from outside; a wrong
judgement is put right by two (`regrading`)."""

from courses.works.assigning import given
from courses.works.handing_in import hand_in_link, hand_in_plan, read_link
from courses.works.judging import GRADES, judge, may_judge, standing
from courses.works.refusals import WorkRefusal, WorkRefused

__all__ = [
    "GRADES",
    "WorkRefusal",
    "WorkRefused",
    "given",
    "hand_in_link",
    "hand_in_plan",
    "judge",
    "may_judge",
    "read_link",
    "standing",
]
