from django.contrib import admin
from django.contrib.gis.admin import ModelAdmin

from neighborhoods.models import BoundarySet, Category, Exposure, Neighborhood


@admin.register(BoundarySet)
class BoundarySetAdmin(ModelAdmin):
    list_display = ["layer", "valid_from", "valid_to", "authority", "approximate"]


@admin.register(Neighborhood)
class NeighborhoodAdmin(ModelAdmin):
    list_display = ["name", "slug", "boundary_set"]
    list_filter = ["boundary_set"]
    exclude = ["geometry"]


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ["slug", "position", "exposure", "sensitive"]


@admin.register(Exposure)
class ExposureAdmin(ModelAdmin):
    list_display = ["neighborhood", "kind", "year", "value"]
    list_filter = ["kind", "year"]
