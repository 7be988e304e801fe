"""How long models of dependent effects take, on invented data: 1,653 effects in 126 studies by default.

Run it with the project's environment: python benchmarks/multilevel.py [number of effects] [number of studies]
It prints a table and asserts nothing: times depend on the machine. Set OPENBLAS_NUM_THREADS=1 on a busy one.
metafor fits the same three levels where R is installed, with sparse matrices (its dense ones take minutes).
Processor time is of all threads; a row is the median of its repeats, and the first run is not counted.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from in_r import metafor

from evisynth.synthesis.bias.selection import selection_model
from evisynth.synthesis.pooling.covariance import aggregate_effects, sampling_covariance
from evisynth.synthesis.pooling.multilevel import multilevel, nested, structured
from evisynth.synthesis.pooling.multilevel.profile import profile_limits
from evisynth.synthesis.pooling.robust import robust

IN_R = """
say("rma.mv, three levels, sparse", rma.mv(yi, vi, random = ~ 1 | study / effect, data = of("effects"), sparse = TRUE))
"""


def timed(name: str, work: Callable[[], object], repeats: int = 7) -> None:
    """Print the median time of some work, by the clock and of the processor."""
    work()
    clock, processor = [], []
    for _ in range(repeats):
        start, used = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    print(f"{1000 * statistics.median(clock):9.1f} {1000 * statistics.median(processor):9.1f}  {name}")


def main(k: int, n: int) -> None:
    rng = np.random.default_rng(2027)
    study = np.sort(np.concatenate((np.arange(n), rng.integers(0, n, k - n))))
    sample, species, effect = rng.integers(0, 5, k), rng.integers(0, 80, k), np.arange(k)
    vi = rng.gamma(2.0, 0.02, k) + 0.005
    yi = 0.3 + rng.normal(0, 0.3, n)[study] + rng.normal(0, 0.2, k) + rng.normal(0, np.sqrt(vi))
    dose = np.column_stack((np.ones(k), rng.normal(size=(k, 3))))
    outcome = rng.integers(0, 3, k)
    V = sampling_covariance(vi, study, rho=0.5)
    three = [nested(study=study, effect=effect)]
    fit = multilevel(yi, vi, random=three)
    print(f"{k} effects in {n} studies, the largest with {np.bincount(study).max()}\n")
    print("    clock processor  (ms)")
    timed("three levels, independent errors", lambda: multilevel(yi, vi, random=three))
    timed("the same with three moderators", lambda: multilevel(yi, vi, dose, random=three))
    timed(
        "four levels",
        lambda: multilevel(yi, vi, random=[nested(study=study, sample=sample, effect=effect)]),
    )
    crossed = [nested(study=study), nested(species=species), nested(effect=effect)]
    timed("studies crossed with 80 species", lambda: multilevel(yi, vi, random=crossed), 3)
    timed("three levels, V from a correlation", lambda: multilevel(yi, V, random=three), 3)
    timed(
        "three outcomes, UN, V from a correlation",
        lambda: multilevel(yi, V, random=[structured(outcome, study, "UN")]),
        3,
    )
    timed("V from a correlation", lambda: sampling_covariance(vi, study, rho=0.5))
    timed("one effect for each study", lambda: aggregate_effects(yi, V, study))
    timed("limits of one variance", lambda: profile_limits(fit, "study"), 3)
    timed("CR2, one coefficient", lambda: robust(fit, study))
    moderated = multilevel(yi, vi, dose, random=three)
    timed("CR2, four coefficients", lambda: robust(moderated, study))
    few = slice(0, 37)
    timed("step function, 37 studies", lambda: selection_model(yi[few], vi[few], steps=[0.025, 0.5]))
    timed("beta weight function, 37 studies", lambda: selection_model(yi[few], vi[few], function="beta"))
    metafor(IN_R, {"effects": {"yi": yi, "vi": vi, "study": study, "effect": effect}})


if __name__ == "__main__":
    main(*(int(given) for given in sys.argv[1:3])) if len(sys.argv) > 2 else main(1653, 126)
