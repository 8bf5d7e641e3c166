"""The same chunks give the same bytes in this process and on two workers of a cluster."""

import numpy as np
import pytest

from analytics.executors import Dask, NoClusterError, Serial
from analytics.methods.cube import count
from tests.analytics.methods.test_cube import PLAN, incidents, some


def chunks(size):
    whole = incidents(2_000)
    return [some(whole, np.arange(at, min(at + size, 2_000))) for at in range(0, 2_000, size)]


@pytest.mark.parametrize("size", [2_000, 700, 90])
def test_chunks_of_any_size_in_this_process(size):
    assert Serial().total(iter(chunks(size)), PLAN).digest() == count(incidents(2_000), PLAN).digest()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_two_workers_give_the_bytes_of_one_process():
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        assert Dask(client).total(iter(chunks(90)), PLAN).digest() == count(incidents(2_000), PLAN).digest()


def test_a_cluster_that_does_not_answer_is_named():
    with pytest.raises(NoClusterError, match="no cluster answers at nonsense://here"):
        Dask.at("nonsense://here")
