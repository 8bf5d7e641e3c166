"""Every method stands on the page with its formula, its numbers and its limits; other pages can link to each."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from analytics.methods.change import RULES
from analytics.methods.grades import LIMITS
from analytics.methods.spread import FREEDOMS
from analytics.methods.units import Parameters
from analytics.models import Run
from analytics.stages import reporting as stage
from analytics.stages.ranking import KIND as RANKING
from analytics.stages.reporting import HIDDEN, NO_LATER
from analytics.stages.reporting import KIND as REPORTING
from maps.palette import LIGHT
from neighborhoods.models import Category
from tests.factories import make_category, make_run
from web.pages.methods import READINESS, SECTIONS, _classes, _limits

pytestmark = pytest.mark.django_db

ANCHORS = (
    *("chain", "rates", "shrinkage", "hot-spots", "patterns", "agreement", "clusters", "alarms", "change", "waiting"),
    *("reporting", "ranking", "grade", "check", "what-if", "severities", "sources"),
)
TABLES_ONLY = {"chain", "severities", "sources"}
NUMBERS = [number for section in SECTIONS for number in section.numbers]


def page(client, language: str = "en") -> str:
    with override(language):
        url = reverse("methods")
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def words(markup: str) -> str:
    """What a reader sees, with single blanks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def part(markup: str, section: str) -> str:
    """The markup of one section."""
    return re.split(r'<section class="method"', markup.split(f' id="{section}"')[1])[0]


def analysed(findings: list[tuple[str, str, int | None, Mapping[str, Any]]] | None = None, **changes: Any) -> Run:
    """A Run that pages read, with these parameters in place of the usual ones."""
    parameters = {**Parameters().to_dict(), **changes}
    return make_run(parameters=parameters, totals={"incidents": 12}, findings=findings or ())


def test_before_any_analysis_it_tells_what_a_first_one_will_use(client):
    text = words(page(client))
    assert "There is no analysis yet. The numbers below are those a first one will use." in text
    assert "Orders drawn 2,000" in text


def test_the_numbers_are_those_of_the_newest_run(client):
    run = analysed(draws=1234, k=3, check_budgets=[0.02, 0.1])
    markup = page(client)
    assert "Orders drawn 1,234" in words(markup)
    assert "put in order 1,234 times" in words(markup)
    assert "Rings of neighbours tested with a hexagon 3" in words(markup)
    assert "Shares of the ground 2% and 10%" in words(markup)
    assert run.findings_digest[:16] in markup


def test_numbers_are_written_as_the_language_writes_them(client):
    assert "<dd>2,000</dd>" in page(client, "en")
    assert "<dd>2.000</dd>" in page(client, "ro")
    assert "<dd>1.645</dd>" in page(client, "en")
    assert "<dd>1,645</dd>" in page(client, "ro")


def test_a_run_older_than_a_parameter_does_not_know_it(client):
    run = analysed()
    del run.parameters["scan_cap"]
    run.save()
    assert "Largest share of the expected in one circle not known" in words(page(client))


def test_every_tunable_number_is_on_the_page():
    assert {number.key for number in NUMBERS if number.key} == set(Parameters().to_dict())


def test_every_anchor_is_there_once_and_every_link_arrives(client):
    markup = page(client)
    ids = re.findall(r'\sid="([^"]+)"', markup)
    assert len(ids) == len(set(ids))
    assert tuple(section.id for section in SECTIONS) == ANCHORS
    assert set(ANCHORS) | set(re.findall(r'href="#([^"]+)"', markup)) <= set(ids)


@pytest.mark.parametrize("section", [s for s in ANCHORS if s not in TABLES_ONLY])
def test_every_method_has_its_question_formula_limits_and_source(client, section):
    found = part(page(client), section)
    assert re.search(r'<p class="asks">[^<]+\?</p>', found)
    assert len(re.findall(r'<math display="block" aria-label="[^"]+">', found)) == found.count("<math") > 0
    assert found.count("<li>") >= 2
    assert "What may not be concluded" in found
    assert re.search(r'<p class="note">.*\w', found)


def test_headings_come_in_order(client):
    levels = [int(level) for level in re.findall(r"<h(\d)", page(client))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_it_needs_no_script_and_asks_no_other_origin(client):
    markup = page(client)
    assert markup.count("<script") == markup.count("ascult/queue.js") == 1  # waiting reports, on every page
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', markup) == []
    assert " style=" not in markup


def test_each_subject_is_listed_with_what_the_city_decided(client):
    make_category()
    own = Category.objects.get(slug="lighting")
    Category.objects.filter(slug="lighting").update(severity=3.5, life_days=61, incident_radius_m=62, incident_days=33)
    rows = words(part(page(client), "severities"))
    assert f"{own.name('en')} 3.5 61 metres of street 62 33" in rows
    assert all(c.name("en") in rows for c in Category.objects.all())
    assert rows.count("sensitive: in no ranking") == Category.objects.filter(sensitive=True).count()


def test_a_weight_changed_since_is_shown_as_the_run_took_it(client):
    make_category()
    body = {"severity": {"lighting": 4.0}, "life_days": {"lighting": 9.0}, "exposure": {"lighting": "area"}}
    none = {"ids": [], "excess": {}}
    analysed([(RANKING, "", None, {**body, **none})])
    name = Category.objects.get(slug="lighting").name("en")
    assert f"{name} 4 9 ground wanted: metres of street" in words(part(page(client), "severities"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"usable": True, "why": ""}, "readiness to report is known and used"),
        ({"usable": False, "why": NO_LATER}, "it is not known: no problem was reported again"),
        ({"usable": False, "why": HIDDEN}, "could be seen by its first reporter alone"),
    ],
)
def test_it_says_whether_readiness_was_learnt(client, body, said):
    analysed([(REPORTING, "", None, body)])
    text = words(part(page(client), "reporting"))
    assert said in text
    assert text.count("In the newest analysis") == 1


def test_each_reason_not_to_use_readiness_has_a_sentence_of_its_own():
    named = [getattr(stage, name, None) for name in stage._why.__code__.co_names]
    codes = [value for value in named if isinstance(value, str)]
    assert codes
    assert set(READINESS) == {"", *codes}
    assert len({str(said) for said in READINESS.values()}) == len(READINESS)


def test_before_any_analysis_nothing_is_said_of_readiness(client):
    assert "In the newest analysis" not in words(page(client))


def test_the_tails_of_delay_are_as_the_method_learns_them(client):
    found = part(page(client), "ranking")
    assert (min(FREEDOMS), max(FREEDOMS)) == pytest.approx((1.11, 10), abs=0.01)
    assert "how heavy the tails are, learnt too, 1.1 to 10" in words(found)
    assert "<msub><mi>t</mi><mi>ν</mi></msub>" in found
    assert {"gelman-2013", "lee-2008"} <= set(re.findall(r'href="#([^"]+)"', found))


@pytest.mark.parametrize("section", ["shrinkage", "ranking"])
def test_rates_and_ranks_answer_for_what_was_reported(client, section):
    assert "answer for what was reported, not for all there is" in words(part(page(client), section))


@pytest.mark.parametrize(
    ("section", "view", "asked"),
    [
        ("rates", "ranking-json", ""),
        ("patterns", "ranking-json", ""),
        ("grade", "ranking-json", ""),
        ("what-if", "what-if", "?half_life_days=60"),
    ],
)
def test_what_stands_in_no_page_is_linked_where_there_is_an_analysis(client, section, view, asked):
    link = f'href="{reverse(view)}{asked}"'
    assert link not in part(page(client), section)
    analysed()
    assert link in part(page(client), section)


def test_every_class_of_change_and_every_limit_is_explained():
    assert {rule.kind for rule in RULES} <= set(_classes())
    assert [len(values) for _, values in _limits()["rows"]] == [3] * len(_limits()["rows"])
    assert len(_limits()["rows"]) == len(set(LIMITS) - {"placing"})


def test_its_stylesheet_uses_the_names_of_the_palette():
    sheet = Path(__file__).resolve().parents[2] / "web/static/ascult/methods.css"
    text = sheet.read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl", text) == []
    assert set(re.findall(r"var\(--([\w-]+)\)", text)) - {"small", "h1", "h2", "h3", "round", "page"} <= set(LIGHT)
