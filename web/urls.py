"""All addresses of the site: each page family names its own, here they are put together."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import path

from web.pages import (
    apart,
    findings,
    health,
    home,
    live,
    methods,
    neighborhoods,
    problem_areas,
    reports,
    tiles,
    what_if,
)

urlpatterns = [
    *health.urlpatterns,
    *tiles.urlpatterns,
    path("admin/", admin.site.urls),
    *i18n_patterns(
        *home.urlpatterns,
        *live.urlpatterns,
        *methods.urlpatterns,
        *neighborhoods.urlpatterns,
        *problem_areas.urlpatterns,
        *what_if.urlpatterns,
        *findings.urlpatterns,
        *apart.urlpatterns,
        *reports.urlpatterns,
    ),
]

handler404 = "web.pages.errors.not_found"
handler500 = "web.pages.errors.broken"
