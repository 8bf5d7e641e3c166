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
    with pytest.raises(NoClusterError, match=r"no cluster answers at tcp://127\.0\.0\.1:1"):
        Dask.at("tcp://127.0.0.1:1", wait_s=0.2)


@pytest.mark.parametrize("text", ["", "nonsense", "http://here:1", "tcp://here"])
def test_what_is_no_address_is_refused_at_once(text):
    with pytest.raises(NoClusterError, match="is no address of a scheduler"):
        Dask.at(text)


def test_a_cluster_lost_on_the_way_is_named():
    class Gone:
        def submit(self, *args, **kwargs):
            raise OSError("in <TCP>: Stream is closed")

    with pytest.raises(NoClusterError, match="lost while it counted; nothing is saved"):
        Dask(Gone()).total([None], None)
