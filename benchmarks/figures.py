"""How long figures take, from a result to SVG, on invented data: 40 studies by default.

Run it with the project's environment: python benchmarks/figures.py [number of studies]
It prints a table of medians and asserts nothing: times depend on the machine. The target is a forest plot of 40
studies as SVG in less than 500 ms once everything is loaded; loading, most of it matplotlib's, is a line of its own.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

FIRST = "from evisynth.reporting.figures.forest import forest; from evisynth.reporting.figures import page"


def timed(name: str, work: Callable[[], object], repeats: int = 7) -> None:
    """Print the median time of some work, by the clock and of the processor, and the time of its first run."""
    clock, processor = [], []
    for _ in range(repeats + 1):
        start, used = time.perf_counter(), busy()
        work()
        clock.append(time.perf_counter() - start)
        processor.append(busy() - used)
    first, *later = clock
    print(
        f"{1000 * first:9.1f} {1000 * statistics.median(later):9.1f} "
        f"{1000 * statistics.median(processor[1:]):9.1f}  {name}"
    )


def busy() -> float:
    """Seconds of the processor that this process and those that it started have used."""
    return time.process_time() + sum(os.times()[2:4])


def main(k: int) -> None:
    print("first run    median processor  (milliseconds)")
    code = [sys.executable, "-c", FIRST]
    timed("a new Python that loads all of it", lambda: subprocess.run(code, check=True), 3)  # noqa: S603
    from evisynth.reporting.figures.baujat import baujat
    from evisynth.reporting.figures.bubble import bubble
    from evisynth.reporting.figures.drapery import drapery
    from evisynth.reporting.figures.forest import forest
    from evisynth.reporting.figures.funnel import funnel
    from evisynth.reporting.figures.gosh import gosh
    from evisynth.reporting.figures.influence import influence
    from evisynth.reporting.figures.labbe import labbe
    from evisynth.reporting.figures.radial import radial
    from evisynth.synthesis.measures.effect_sizes import effect_sizes
    from evisynth.synthesis.measures.two_by_two import TwoByTwo
    from evisynth.synthesis.moderators.regression import meta_regression
    from evisynth.synthesis.pooling.pool import pool
    from evisynth.synthesis.sensitivity.gosh import gosh as gosh_of
    from evisynth.synthesis.sensitivity.leave_one_out import leave_one_out

    table = invented(k, TwoByTwo)
    effects = effect_sizes("RR", studies=table.studies, **table.columns)
    pooled = pool(effects.yi, effects.vi, measure="RR", studies=effects.studies)
    fit = meta_regression(pooled.yi, pooled.vi, {"year": np.arange(k)}, measure="RR", studies=pooled.studies)
    subsets = gosh_of(pooled, subsets=100_000, seed=1)
    timed(f"forest, RevMan layout, {k} studies", lambda: forest(pooled, table=table).svg)
    timed(f"forest, metafor layout, {k} studies", lambda: forest(pooled, layout="metafor").svg)
    timed("forest, SVG, PNG and PDF", lambda: forest(pooled, table=table).drawing())
    timed("leave-one-out, with its fits", lambda: forest(leave_one_out(pooled)).svg)
    timed("funnel with contours and names", lambda: funnel(pooled, contours=True, named=True).svg)
    timed("Baujat, with its fits", lambda: baujat(pooled).svg)
    timed("radial", lambda: radial(pooled).svg)
    timed("L'Abbe", lambda: labbe(table, pooled).svg)
    timed("bubble", lambda: bubble(fit).svg)
    timed("drapery", lambda: drapery(pooled).svg)
    timed("influence, with its fits", lambda: influence(pooled).svg)
    timed("GOSH, 100,000 subsets", lambda: gosh(subsets, study=pooled.studies[0]).svg)


def invented(k: int, kind: Callable[..., object]) -> object:
    """A table of k trials."""
    generator = np.random.default_rng(k)
    n1, n2 = generator.integers(20, 300, (2, k)).astype(float)
    risk = generator.uniform(0.1, 0.6, k)
    names = tuple(f"Author {1980 + number}" for number in range(k))
    events1, events2 = (
        generator.binomial(n1.astype(int), 0.7 * risk),
        generator.binomial(n2.astype(int), risk),
    )
    return kind(names, events1 + 1.0, n1, events2 + 1.0, n2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
