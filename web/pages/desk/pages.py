"""The desk of the city's staff: a queue by deadline, one issue's work, rules, templates, entering, a crew's sheet."""

from web.pages.desk import bulk, daysheet, entering, queue, rules, templates, views

urlpatterns = [
    *queue.urlpatterns,
    *views.urlpatterns,
    *bulk.urlpatterns,
    *daysheet.urlpatterns,
    *entering.urlpatterns,
    *rules.urlpatterns,
    *templates.urlpatterns,
]
