"""Categories: what can be reported, what each asks, and who answers how soon."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers

from geo.cities import Question
from issues.drafts import allowed
from neighborhoods.models import Category
from web.api.rendering import JSON, NIGHTLY, answered, with_members, written
from web.api.resource import Resource
from web.api.schema import SLUG, described, in_path


class Choice(serializers.Serializer):
    value = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField())


class QuestionShape(serializers.Serializer):
    """What is asked beside the text. Asked only after another one's answer where `when` says so."""

    id = serializers.CharField()
    asks = serializers.DictField(child=serializers.CharField(), help_text="By language.")
    kind = serializers.ChoiceField(["choice", "yesno", "text"])
    values = serializers.ListField(child=serializers.CharField(), help_text="What may be answered; of a text, nothing.")
    names = serializers.DictField(child=serializers.DictField(child=serializers.CharField()))
    when = serializers.DictField(child=serializers.CharField(), allow_null=True)
    public = serializers.BooleanField()


class CategoryRow(serializers.Serializer):
    slug = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField(), help_text="By language.")
    sensitive = serializers.BooleanField(help_text="In no list and on no map; reports alone count it.")
    moderation = serializers.ChoiceField(["after", "before"], help_text="Whether a person looks after or before.")
    promise_days = serializers.IntegerField(allow_null=True)
    goes_to = serializers.DictField(child=serializers.CharField())
    hint = serializers.DictField(child=serializers.CharField())
    questions = QuestionShape(many=True)


class CategoryList(serializers.Serializer):
    total = serializers.IntegerField()
    results = CategoryRow(many=True)


class Categories(Resource):
    """All of them, in the city's order."""

    @described("listCategories", "What can be reported", {(200, JSON.content_type): CategoryList})
    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [written(row(category)) for category in Category.objects.all()]
        return answered(request, with_members({"total": len(rows)}, "results", rows), JSON.content_type, fresh=NIGHTLY)


class One(Resource):
    """One of them."""

    @described(
        "getCategory",
        "One subject",
        {(200, JSON.content_type): CategoryRow},
        more=(in_path("slug", SLUG, "The subject's slug."),),
        problems=(404,),
    )
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        category = Category.objects.filter(slug=slug).first()
        if category is None:
            raise Http404("There is no such subject.")
        return answered(request, written(row(category)), JSON.content_type, fresh=NIGHTLY)


def row(category: Category) -> dict[str, Any]:
    spec = settings.CITY.spec(category.slug)
    return {
        "slug": category.slug,
        "names": category.names,
        "sensitive": category.sensitive,
        "moderation": spec.moderation if spec else "after",
        "promise_days": spec.promise_days if spec else None,
        "goes_to": dict(spec.goes_to) if spec else {},
        "hint": dict(spec.hint) if spec else {},
        "questions": [_asked(question) for question in spec.questions] if spec else [],
    }


def _asked(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "asks": dict(question.ask),
        "kind": question.kind,
        "values": [] if question.kind == "text" else list(allowed(question)),
        "names": {value: dict(words) for value, words in question.options},
        "when": {question.when[0]: question.when[1]} if question.when else None,
        "public": question.public,
    }


urlpatterns = [
    path("categories", Categories.as_view(), name="api-categories"),
    path("categories/<slug:slug>", One.as_view(), name="api-category"),
]
