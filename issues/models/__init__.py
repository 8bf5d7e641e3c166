from issues.models.course import StatusChange, Verdict
from issues.models.issues import STATES, Incident, Issue
from issues.models.moderation import ModerationStep
from issues.models.photos import Photo
from issues.models.searching import SearchRow
from issues.models.submissions import HeldReport, NumberKey, Submission
from issues.models.tallies import TallyBlock, TallyChange

__all__ = [
    "STATES",
    "HeldReport",
    "Incident",
    "Issue",
    "ModerationStep",
    "NumberKey",
    "Photo",
    "SearchRow",
    "StatusChange",
    "Submission",
    "TallyBlock",
    "TallyChange",
    "Verdict",
]
