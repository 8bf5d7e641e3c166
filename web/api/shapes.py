"""What answers look like, said once for their description: the shapes of rows, of GeoJSON and of pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

POINT = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"type": "string", "enum": ["Point"]},
        "coordinates": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    },
}
SURFACE = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"type": "string", "enum": ["Polygon", "MultiPolygon"]},
        "coordinates": {"type": "array", "items": {"type": "array"}},
    },
}
_HEAD = {
    "total": (serializers.IntegerField, {"min_value": 0, "help_text": "How many there are, on all pages together."}),
    "page_size": (serializers.IntegerField, {"min_value": 1}),
    "next": (serializers.URLField, {"allow_null": True, "help_text": "The page after this one."}),
    "sensitive_left_out": (
        serializers.BooleanField,
        {"help_text": "Sensitive subjects were asked for too; reports alone count them."},
    ),
}


def feature_of(geometry: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature with that kind of geometry."""
    return {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": geometry,
            "properties": {"type": "object", "description": "The members of the plain JSON, without the place."},
        },
    }


def collection_of(geometry: dict[str, Any], **head: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection, with members of our own beside it."""
    return {
        "type": "object",
        "required": ["type", "features", *head],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            **head,
            "features": {"type": "array", "items": feature_of(geometry)},
        },
    }


PAGE_HEAD: dict[str, dict[str, Any]] = {
    "total": {"type": "integer", "minimum": 0},
    "page_size": {"type": "integer", "minimum": 1},
    "next": {"type": ["string", "null"], "format": "uri"},
    "sensitive_left_out": {"type": "boolean"},
}
COUNT_HEAD: dict[str, dict[str, Any]] = {
    "total": {"type": "integer", "minimum": 0},
    "elsewhere": {"type": "integer", "minimum": 0},
    "sensitive_left_out": {"type": "boolean"},
}


def page_of(name: str, rows: type[serializers.Serializer]) -> serializers.Serializer:
    """A page of rows as plain JSON."""
    head = {key: kind(**given) for key, (kind, given) in _HEAD.items()}
    return inline_serializer(name, {**head, "results": rows(many=True)})
