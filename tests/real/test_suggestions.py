"""What a suggestion is worth on what people of a town really wrote."""

import numpy as np
import pytest

from analytics.methods.suggestion import LEAST_PRECISION, WANTED_PRECISION, fit
from geo.cities import load_city
from geo.readers import read_chunks
from issues.mappings import apply, load_mapping


@pytest.fixture(scope="module")
def town(request):
    from tests.conftest import REAL, ROOT

    path = REAL / "newport" / "newport_seeclickfix_2017.parquet"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    city, mapping = (
        load_city(ROOT / "fixtures/cities/newport.toml"),
        load_mapping("seeclickfix", ROOT / "fixtures/mappings"),
    )
    texts, labels = [], []
    for chunk in read_chunks(path):
        rows = apply(mapping, chunk.frame, city).rows
        texts += [d or t for d, t in zip(rows["description"].fillna(""), rows["title"].fillna(""), strict=True)]
        labels += rows["category"].tolist()
    return texts, labels


@pytest.mark.real
def test_on_texts_never_seen_it_is_far_better_than_chance_and_right_when_it_speaks(town):
    spoken = []
    for seed in range(4):
        _model, measured = fit(*town, seed=seed)
        assert measured.accuracy > 0.45, "sixteen subjects; the commonest has a quarter of all texts"
        if not measured.silent:
            assert measured.precision >= WANTED_PRECISION
            assert measured.low >= LEAST_PRECISION
            spoken.append(measured.coverage)
    assert len(spoken) >= 2
    assert np.mean(spoken) > 0.1


@pytest.mark.real
def test_the_same_texts_under_shuffled_subjects_teach_nothing(town):
    texts, labels = town
    shuffled = np.random.default_rng(8).permutation(labels).tolist()
    model, measured = fit(texts, shuffled, seed=1)
    assert model is None
    assert measured.accuracy < 0.3
