from dataclasses import dataclass


@dataclass(frozen=True)
class Assets:
    leaflet_js: str
    leaflet_css: str
