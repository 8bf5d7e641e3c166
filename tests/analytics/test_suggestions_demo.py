"""The demo city learns from sentences a program put together; here people ask for the same things in other words."""

import numpy as np
import pytest

from analytics.methods.grams import predict, suggest
from analytics.methods.suggestion import fit
from geo.cities import load_city
from geo.readers import read_areas, read_table
from issues.demo import generate
from issues.demo_recipe import load_recipe
from tests.tiny import FIXTURES

# Written by hand, none of them among the sentences of the demo.
PEOPLE = [
    ("illegal-parking", "O dubă e lăsată de ieri pe trecerea de pietoni din fața școlii."),
    ("illegal-parking", "Nu mai putem merge pe trotuar, e blocat de mașini în fiecare seară."),
    ("illegal-parking", "Cineva și-a lăsat mașina pe pista de biciclete."),
    ("roads", "E o groapă imensă lângă stația de tramvai, mi-am spart cauciucul."),
    ("roads", "Trotuarul din fața blocului 5 e plin de denivelări."),
    ("roads", "Asfaltul s-a surpat lângă gura de canal."),
    ("parks", "Iarba din parc n-a mai fost tunsă de o lună."),
    ("parks", "O creangă groasă stă să cadă peste trotuar."),
    ("parks", "Leagănele din locul de joacă sunt stricate."),
    ("cleaning", "De o săptămână nu a venit nimeni să ridice gunoiul menajer."),
    ("cleaning", "Tomberoanele sunt pline și miroase groaznic."),
    ("cleaning", "Strada e plină de frunze și hârtii."),
    ("signs", "Semaforul de la intersecție e stins."),
    ("signs", "Trecerea de pietoni trebuie vopsită din nou, nu se mai vede."),
    ("signs", "Indicatorul de cedare a fost dărâmat."),
    ("lighting", "Nu arde niciun bec pe strada noastră."),
    ("lighting", "Felinarul din fața casei pâlpâie toată noaptea."),
    ("lighting", "E întuneric beznă în parcare, stâlpul nu luminează."),
    ("parking", "Nu găsim loc de parcare seara în cartier."),
    ("parking", "Parcometrul mi-a înghițit banii."),
    ("dumping", "Cineva a descărcat moloz pe câmp."),
    ("dumping", "Au apărut saci cu gunoi aruncați lângă calea ferată."),
    ("dumping", "Lângă bloc zace o canapea veche de două săptămâni."),
    ("building", "Vecinul construiește un etaj fără autorizație."),
    ("building", "Camioanele de la șantier umplu strada de noroi."),
    ("transit", "Autobuzul 33 întârzie în fiecare dimineață."),
    ("transit", "Panoul din stație nu arată când vine tramvaiul."),
    ("water", "S-a spart o țeavă și curge apa pe stradă."),
    ("water", "Lipsește capacul de la canal, e periculos."),
    ("noise", "Terasa de lângă noi dă muzica tare până la ora trei."),
    ("other", "Sunt câini fără stăpân lângă grădiniță."),
    ("other", "Cineva a desenat graffiti pe peretele blocului."),
]
STRANGE = [
    "Bună ziua, aș dori să aflu programul bibliotecii județene",
    "The street light in front of our house is broken",
    "asdfgh qwertz yxcvbn uiopü",
    "💡💡💡💡💡💡💡💡💡💡💡💡",
]


@pytest.fixture(scope="module")
def learnt():
    folder = FIXTURES / "boundaries"
    demo = generate(
        load_city(FIXTURES / "cities" / "timisoara.toml"),
        read_areas(folder / "timisoara_neighborhoods.geojson", "name"),
        read_table(folder / "timisoara_exposure.csv"),
        load_recipe(FIXTURES / "demo" / "timisoara.toml"),
    )
    texts = [said or title for said, title in zip(demo["description"], demo["title"], strict=True)]
    return texts, demo["category"].tolist(), *fit(texts, demo["category"].tolist(), seed=1)


def test_sentences_of_the_same_program_are_nearly_all_told_right(learnt):
    _texts, _labels, _model, measured = learnt
    assert measured.accuracy > 0.97
    assert measured.coverage > 0.95
    assert measured.precision > 0.98


def test_of_what_people_would_write_most_is_told_and_nearly_all_of_it_right(learnt):
    model = learnt[2]
    found = [(suggest(model, text), label) for label, text in PEOPLE]
    right = [one.label == label for one, label in found if one]
    assert len(right) >= 0.6 * len(PEOPLE)
    assert np.mean(right) >= 0.85
    assert np.mean([one.confidence for one, _ in found if one]) == pytest.approx(np.mean(right), abs=0.12)


@pytest.mark.parametrize("text", STRANGE)
def test_what_the_city_never_spoke_of_gets_no_suggestion(learnt, text):
    assert suggest(learnt[2], text) is None


def test_shuffled_subjects_teach_nothing(learnt):
    texts, labels, _model, _measured = learnt
    shuffled = np.random.default_rng(4).permutation(labels[:4_000]).tolist()
    model, measured = fit(texts[:4_000], shuffled, seed=1)
    assert model is None
    assert measured.accuracy < 0.25


def test_a_text_without_marks_and_in_capitals_says_the_same(learnt):
    model = learnt[2]
    one, two = (
        predict(model, "Stâlpul de pe strada Lunei nu luminează"),
        predict(model, "STALPUL DE PE STRADA LUNEI NU LUMINEAZA"),
    )
    assert one == two
    assert one.label == "lighting"
