"""All addresses of the site: each page family names its own, here they are put together."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from web.api.open311 import urls as open311
from web.pages import (
    account,
    acts,
    addresses,
    apart,
    challenges,
    embed,
    feeds,
    findings,
    following,
    health,
    home,
    hooks,
    issue,
    keys,
    listing,
    live,
    methods,
    mine,
    moderation,
    neighborhoods,
    offline,
    photos,
    problem_areas,
    reports,
    signing,
    similar,
    staff,
    suggestions,
    tiles,
    verdicts,
    what_if,
)
from web.pages.desk import pages as desk
from web.pages.raising import page as raising

urlpatterns = [
    *health.urlpatterns,
    *tiles.urlpatterns,
    *photos.urlpatterns,
    *offline.urlpatterns,
    *open311.urlpatterns,
    path("api/v1/", include("web.api.urls")),
    path("admin/login/", signing.admin_sign_in, name="admin-sign-in"),  # before the admin's own
    path("admin/", admin.site.urls),
    *i18n_patterns(
        *home.urlpatterns,
        *live.urlpatterns,
        *addresses.urlpatterns,
        *suggestions.urlpatterns,
        *similar.urlpatterns,
        *challenges.urlpatterns,
        *raising.urlpatterns,
        *listing.urlpatterns,
        *verdicts.urlpatterns,
        *feeds.urlpatterns,
        *issue.urlpatterns,
        *mine.urlpatterns,
        *photos.private_urlpatterns,
        *following.urlpatterns,
        *embed.urlpatterns,
        *signing.urlpatterns,
        *account.urlpatterns,
        *acts.urlpatterns,
        *staff.urlpatterns,
        *keys.urlpatterns,
        *hooks.urlpatterns,
        *moderation.urlpatterns,
        *desk.urlpatterns,
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
