from issues.models.course import StatusChange, Verdict
from issues.models.desk import DeskStep, Note, PlacedTogether, ReplyTemplate, RoutingRule, SavedView
from issues.models.hooks import Delivery, Webhook
from issues.models.issues import STATES, Incident, Issue
from issues.models.moderation import ModerationStep
from issues.models.photos import Photo
from issues.models.searching import SearchRow
from issues.models.submissions import HeldReport, NumberKey, Submission
from issues.models.tallies import TallyBlock, TallyChange

__all__ = [
    "STATES",
    "Delivery",
    "DeskStep",
    "HeldReport",
    "Incident",
    "Issue",
    "ModerationStep",
    "Note",
    "NumberKey",
    "Photo",
    "PlacedTogether",
    "ReplyTemplate",
    "RoutingRule",
    "SavedView",
    "SearchRow",
    "StatusChange",
    "Submission",
    "TallyBlock",
    "TallyChange",
    "Verdict",
    "Webhook",
]
