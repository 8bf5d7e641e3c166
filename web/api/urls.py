"""Every address of the API, resource by resource."""

from django.urls import path

from web.api import areas, categories, cells, exports, incidents, issues, layers, rankings, reports
from web.api.schema import Document

urlpatterns = [
    path("schema.json", Document.as_view(), name="api-schema"),
    *exports.urlpatterns,
    *issues.urlpatterns,
    *incidents.urlpatterns,
    *categories.urlpatterns,
    *areas.urlpatterns,
    *cells.urlpatterns,
    *rankings.urlpatterns,
    *reports.urlpatterns,
    *layers.urlpatterns,
]
