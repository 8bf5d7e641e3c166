"""The exported page is one file: complete, closed to the network, and safe whatever a place is called."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.utils.translation import override

from analytics.results import Boundary, Theme
from web.reporting.formats import render
from web.reporting.html import exported, map_page

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7|add:1 }}{% now "Y" %}'


class Page(HTMLParser):
    """Every tag with its attributes, the text outside scripts and styles, and the pages inside frames."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.words, self.inside, self.frames = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)
        if "srcdoc" in dict(attrs):
            self.frames.append(Page(dict(attrs)["srcdoc"]))

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style"} & set(self.inside[-1:]):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def in_english(report):
    with override("en"):
        return exported(report).decode()


def addresses(page):
    found = [
        v
        for _, attrs in page.tags
        for k, v in attrs.items()
        if k in ("src", "href", "action", "poster", "data", "srcset")
    ]
    return [*found, *(a for frame in page.frames for a in addresses(frame))]


def test_nothing_in_it_leads_outside(report):
    html = in_english(report)
    page = Page(html)
    assert len(page.frames) == 1
    assert {a[:1] for a in addresses(page)} <= {"#"}
    assert all(u.startswith(("#", "data:")) for u in re.findall(r"url\(\s*[\"']?([^)\"']+)", html))
    assert "@import" not in html
    policy = next(a["content"] for t, a in page.tags if t == "meta" and "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_the_map_runs_in_a_frame_that_may_do_nothing_else(report):
    frame = next(attrs for tag, attrs in Page(in_english(report)).tags if tag == "iframe")
    assert frame["sandbox"] == "allow-scripts"
    assert frame["title"] == "Prințul Turcesc–Lunei: where problems were reported, 1 January – 31 March 2026"
    assert "Leaflet 1.9" in frame["srcdoc"]


def test_sections_stand_in_their_order(report):
    page = Page(in_english(report))
    assert [a["id"] for t, a in page.tags if t == "section"] == [
        "minute",
        "heard",
        "where",
        "answered",
        "rank",
        "method",
    ]


def test_every_section_says_its_numbers(report):
    text = Page(in_english(report)).text
    for said in (
        "n = 90 problems here, 10% of 900 in the whole city.",
        "Streets, pavements, bridges 60",
        "67% (56 to 76)",
        "+8 (52 before)",
        "2 hexagons hold more problems than expected.",
        "31 12.3 2.5× <0.001 1 in 1,000",
        "In the whole city half were closed within 14 days. No clear difference.",
        "12.5 days (9 to 17)",
        "Rank 4 of 32, likely between 2 and 11.",
        "Synthetic data: no resident sent these issues",
        "Approximate boundary: load the official one with load_boundaries",
        "29 issues of the city lie on a default point and are left out.",
        "ASCULT_CITY=timisoara script/manage analyse --since 2026-01-01 --until 2026-04-01 --seed 7",
    ):
        assert said in text, said


def test_a_silent_area_reads_well(silent):
    html = in_english(silent)
    text = Page(html).text
    assert "Nothing was reported here in this period." in text
    assert "There is nothing to rank this area among." in text
    assert not re.search(r"\b(nan|None|null)\b", text)


def test_a_hostile_name_stays_a_name(make_report):
    hostile = make_report(
        name=HOSTILE,
        city_names={"en": HOSTILE},
        boundary=Boundary(HOSTILE, "2024-01-01", None, HOSTILE, HOSTILE, HOSTILE, "d", False),
        themes=(Theme("roads", {"en": HOSTILE}, 90, 1.0, 0.9, 1.0, 3),),
    )
    page = Page(in_english(hostile))
    clean = Page(in_english(make_report(themes=hostile.themes[:0])))
    for one, other in ((page, clean), (page.frames[0], clean.frames[0])):
        assert [t for t, _ in one.tags].count("script") == [t for t, _ in other.tags].count("script")
        assert not [a for _, a in one.tags if "onerror" in a]
    assert HOSTILE in page.text
    assert "alert(1)</script>" not in in_english(hostile)


@pytest.mark.parametrize("language, said", [("ro", "Ce am auzit"), ("en", "What we heard")])
def test_it_speaks_the_language_asked_for(report, language, said):
    html = render(report, "html", language).decode()
    assert f'<html lang="{language}">' in html
    assert said in html


def test_a_base_map_is_asked_for_by_the_site_alone(report, settings):
    with override("en"):
        assert "tile.openstreetmap.org" in map_page(report, settings.CITY.base_map)
        assert "tile.openstreetmap.org" not in map_page(report)
    assert "tile.openstreetmap.org" not in in_english(report)


def test_a_clump_that_may_be_chance_is_in_the_table_and_off_the_map(report):
    page = Page(in_english(report))
    assert "B Street lighting 8 60 m 1.1× 0.80 may be chance" in page.text
    assert "B · q" not in in_english(report)
    assert "A · q = 0.030" in in_english(report)


def test_without_an_earlier_period_there_is_no_column_for_change(make_report):
    text = Page(in_english(make_report(previous=None, incidents_before=None))).text
    assert "Change" not in text
    assert "There is no earlier period to compare with." in text


def test_an_earlier_total_that_is_withheld_is_not_called_missing(make_report):
    text = Page(in_english(make_report(incidents_before=None))).text
    assert "The earlier number is withheld." in text
    assert "the earlier number is withheld" in text
    assert "There is no earlier period" not in text


def test_a_ranking_that_counts_less_says_why(make_report):
    ranking = replace(make_report().ranking, observed=70)
    assert "70 problems where 70 were expected" in Page(in_english(make_report(ranking=ranking))).text
    assert "Sensitive themes are not ranked." in Page(in_english(make_report(ranking=ranking))).text
    assert "Sensitive themes are not ranked." not in Page(in_english(make_report())).text
