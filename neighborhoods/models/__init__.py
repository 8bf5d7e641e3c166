from neighborhoods.models.boundaries import NOT_STATED, BoundarySet, Exposure, Neighborhood
from neighborhoods.models.people import User
from neighborhoods.models.topics import Category

__all__ = ["NOT_STATED", "BoundarySet", "Category", "Exposure", "Neighborhood", "User"]
