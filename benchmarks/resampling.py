"""How long leaving out, subsets, permutations and bootstrap samples take; beside metafor where R is there.

Run it with the project's environment: python benchmarks/resampling.py [quick]
It prints a table of medians and asserts nothing: times depend on the machine. `quick` leaves out REML of all
subsets. Data are invented, with fixed seeds. Set OMP_NUM_THREADS=1 for one thread. metafor is timed where Rscript
and the package are installed; its subsets and permutations on a part, and multiplied.
"""

import resource
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from in_r import metafor

from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.bootstrap import bootstrap
from evisynth.synthesis.sensitivity.cumulative import cumulative
from evisynth.synthesis.sensitivity.gosh import gosh
from evisynth.synthesis.sensitivity.influence import influence
from evisynth.synthesis.sensitivity.leave_one_out import leave_one_out
from evisynth.synthesis.sensitivity.permutation import permutation_test

IN_R = """
k200 <- rma(yi, vi, data = of("k200")); k30 <- rma(yi, vi, data = of("k30"))
say("leave1out, k = 200, REML", leave1out(k200))
say("influence, k = 200, REML", influence(k200))
for (method in c("EE", "DL", "REML")) {
  fit <- rma(yi, vi, data = of("k20"), method = method)
  say(paste("gosh,", method, "(2,000 subsets, multiplied)"), gosh(fit, subsets = 2000, progbar = FALSE), 1048575 / 2000)
}
say("permutest, REML (500, multiplied)", permutest(k30, iter = 500, progbar = FALSE), 20)
"""


def timed(what: str, job: Callable[[], object], repeats: int) -> None:
    """Print the median time of some repeats, by the clock and of the processor."""
    taken = []
    for _ in range(repeats):
        start, used = time.perf_counter(), time.process_time()
        job()
        taken.append((time.perf_counter() - start, time.process_time() - used))
    clock, busy = (1000 * median(one) for one in zip(*taken, strict=True))
    print(f"{clock:12.1f} {busy:12.1f}  {what}")


def studies(k: int) -> tuple[np.ndarray, np.ndarray]:
    """Effects and variances of k studies with some spread."""
    generator = np.random.default_rng(k)
    vi = generator.uniform(0.01, 0.6, k)
    return generator.normal(0.2, np.sqrt(vi + 0.1)), vi


def leaving_out() -> None:
    pooled = pool(*studies(200))
    timed("leave_one_out, k = 200, REML", lambda: leave_one_out(pooled), 21)
    timed("cumulative, k = 200, REML", lambda: cumulative(pooled), 21)
    timed("influence, k = 200, REML", lambda: influence(pooled), 21)


def subsets(*, quick: bool) -> None:
    for method, repeats in (("common", 7), ("DL", 5), ("REML", 0 if quick else 1)):
        pooled = pool(*studies(20), method=method)
        if repeats:
            timed(f"gosh, 1,048,575 subsets, {method}", lambda pooled=pooled: gosh(pooled), repeats)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'':25}  most memory so far {most:.0f} MB")


def samples() -> None:
    pooled = pool(*studies(30))
    regression = meta_regression(*studies(30), {"x": np.arange(30) % 7})
    timed("10,000 permutations, k = 30, REML", lambda: permutation_test(pooled, draws=10_000, seed=1), 7)
    timed(
        "10,000 permutations of a moderator, k = 30, REML",
        lambda: permutation_test(regression, draws=10_000, seed=1),
        3,
    )
    for kind in ("non-parametric", "parametric"):
        timed(
            f"10,000 bootstrap samples, {kind}, k = 30, REML",
            lambda kind=kind: bootstrap(pooled, kind=kind, seed=1),
            7,
        )
    timed("10,000 bootstrap samples of a regression", lambda: bootstrap(regression, seed=1), 3)


def main(arguments: list[str]) -> None:
    print(f"{'clock, ms':>12} {'processor':>12}")
    leaving_out()
    subsets(quick="quick" in arguments)
    samples()
    metafor(IN_R, {f"k{k}": dict(zip(("yi", "vi"), studies(k), strict=True)) for k in (20, 30, 200)})


if __name__ == "__main__":
    main(sys.argv[1:])
