from neighborhoods.models.access import AccountStep, ApiToken, Department, Grant
from neighborhoods.models.boundaries import NOT_STATED, BoundarySet, Exposure, Neighborhood
from neighborhoods.models.gazetteer import Address
from neighborhoods.models.notices import Follow, Notice
from neighborhoods.models.people import Attempt, Contact, User
from neighborhoods.models.topics import Category

__all__ = [
    "NOT_STATED",
    "AccountStep",
    "Address",
    "ApiToken",
    "Attempt",
    "BoundarySet",
    "Category",
    "Contact",
    "Department",
    "Exposure",
    "Follow",
    "Grant",
    "Neighborhood",
    "Notice",
    "User",
]
