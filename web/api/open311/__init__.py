"""Open311 GeoReport v2, by which other cities' programs read and send reports (wiki.open311.org/GeoReport_v2).

Reports are called requests there, subjects services. What we add, and where the standard is silent: docs/open311.md.
"""
