"""Work on a dask cluster: two worker processes on this machine stand for other machines."""

import subprocess
import sys

import pytest

from evisynth.cluster import on_cluster, without_garbage_search
from evisynth.errors import DataError
from evisynth.search.duplicates import Correction, duplicate_groups
from evisynth.search.record import Record

distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def address():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        cluster.wait_for_workers(2)
        yield cluster.scheduler_address


def twice(number):
    return 2 * number


def refused(number):
    raise DataError(f"Study {number}: no.")


def copies(publications):
    """Two copies of each publication, written a little differently; every fifth title is one of two years."""
    for n in range(publications):
        record = Record(
            title=f"A trial of {'abcdefghij'[n % 10] * 8} drops for hiccups, {n // 5}",
            authors=(f"Ito{n // 10}, K.", "Mori, T."),
            year=1990 + n % 5,
            journal="Journal of Hiccups",
            volume=str(n % 17 + 1),
            pages=f"{n + 1}-{n + 9}",
            abstract=f"Background {n}. " + "Hiccups trouble many people. " * 40,
            raw=f"TY  - JOUR\nID  - {n}\n" * 20,
        )
        yield f"medline:{n}", record
        yield f"embase:{n}", Record(title=record.title.upper(), authors=("ITO K.",), year=record.year, volume=record.volume,
                                    pages=record.pages)  # fmt: skip


def test_results_come_in_the_order_of_the_items_however_many_there_are(address):
    with on_cluster(address) as run:
        assert list(run(twice, range(50))) == [2 * number for number in range(50)]
        assert list(run(twice, [])) == []


def test_an_error_of_a_worker_reaches_the_caller_as_it_is(address):
    with on_cluster(address) as run, pytest.raises(DataError, match="Study 3: no"):
        list(run(refused, [3]))


def test_duplicates_found_on_a_cluster_are_those_found_here(address):
    records = dict(copies(300))
    corrections = [
        Correction("medline:1", "embase:1", "keep apart", "ra"),
        Correction("medline:2", "medline:7", "merge"),
    ]
    here = duplicate_groups(records, corrections)
    with on_cluster(address) as run:
        assert duplicate_groups(records, corrections, run=run) == here
    assert len(here.groups) == 300  # one pair kept apart, two publications merged
    assert sum(len(group.members) for group in here.groups) == 600


def test_no_records_are_no_groups_on_a_cluster_too(address):
    with on_cluster(address) as run:
        assert duplicate_groups({}, run=run).groups == ()


def test_an_address_where_nothing_answers_is_named(monkeypatch):
    monkeypatch.setattr("evisynth.cluster.SECONDS_TO_CONNECT", 1)
    with (
        pytest.raises(DataError, match=r"No dask scheduler answers at .tcp://127\.0\.0\.1:9."),
        on_cluster("tcp://127.0.0.1:9"),
    ):
        pass


def test_a_scheduler_without_workers_is_an_error_and_no_endless_wait():
    with (
        distributed.LocalCluster(n_workers=0, processes=True, dashboard_address=":0") as cluster,
        pytest.raises(DataError, match="has no workers"),
        on_cluster(cluster.scheduler_address),
    ):
        pass


def test_dask_is_loaded_only_when_a_cluster_is_asked_for():
    code = "import sys, evisynth.cluster, evisynth.search.duplicates; print('distributed' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_search_for_garbage_goes_on_afterwards():
    import gc

    with without_garbage_search():
        assert not gc.isenabled()
    assert gc.isenabled()
