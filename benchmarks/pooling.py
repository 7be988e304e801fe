"""How long pooling takes: one meta-analysis, thousands of them, and the methods that pool again and again.

Run it with the project's environment: python benchmarks/pooling.py [quick]
It prints a table of medians and asserts nothing: times depend on the machine. `quick` leaves out the
million subsets. Data are invented, with fixed seeds. Set OMP_NUM_THREADS=1 for one thread. metafor is timed where
R is installed, its 10,000 meta-analyses on 500 of them, and multiplied.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from in_r import metafor

IN_R = """
for (k in c(10, 100)) {
  data <- of(paste0("k", k))
  for (method in c("DL", "REML")) {
    say(paste0("rma, k = ", k, ", ", method),
        for (i in 1:100) rma(yi, vi, data = data, method = method), 1 / 100)
  }
}
many <- split(of("many"), of("many")$group)
for (method in c("DL", "REML")) {
  failed <- 0
  fit <- function(data) tryCatch(rma(yi, vi, data = data, method = method), error = function(e) failed <<- failed + 1)
  say(paste0("rma, 10,000 ragged, ", method), for (data in many) fit(data), 10000 / length(many))
  if (failed) cat(sprintf("%26s metafor: %d of %d did not converge\\n", "", failed, length(many)))
}
cat(sprintf("%26s a new process with one fit: time Rscript -e 'library(metafor); rma(c(.1,.4,.2), c(.1,.1,.2))'\\n", ""))
"""
FIRST_FIT = "from evisynth.synthesis.pooling.pool import pool; pool([0.1, 0.4, 0.2], [0.1, 0.1, 0.2])"
Arrays = tuple[list[np.ndarray], list[np.ndarray]]


def timed(what: str, job: Callable[[], object], repeats: int) -> None:
    """Print the median time of some repeats, by the clock and of the processor."""
    taken = []
    for _ in range(repeats):
        start, used = time.perf_counter(), processor()
        job()
        taken.append((time.perf_counter() - start, processor() - used))
    clock, busy = (1000 * median(one) for one in zip(*taken, strict=True))
    print(f"{clock:12.3f} {busy:12.3f}  {what}")


def processor() -> float:
    """Seconds that this process and those that it started have used."""
    return time.process_time() + sum(os.times()[2:4])


def run(code: str) -> None:
    """Run code in a new Python."""
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - it is Python itself


def studies(k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Effects and variances of k studies with some spread."""
    generator = np.random.default_rng(seed)
    vi = generator.uniform(0.01, 0.6, k)
    return generator.normal(0.2, np.sqrt(vi + generator.choice([0, 0.05, 0.3]))), vi


def ragged(m: int) -> Arrays:
    """m meta-analyses of 3 to 40 studies."""
    sizes = np.random.default_rng(0).integers(3, 41, m)
    both = [studies(int(k), seed) for seed, k in enumerate(sizes)]
    return [yi for yi, _ in both], [vi for _, vi in both]


def everything(result: object) -> None:
    """Compute every property of a result, as a report would."""
    for name in dir(type(result)):
        if not name.startswith("_"):
            getattr(result, name)


def single() -> None:
    from evisynth.synthesis.moderators.regression import meta_regression
    from evisynth.synthesis.pooling.pool import pool

    for k in (10, 100):
        yi, vi = studies(k, k)
        for method in ("common", "DL", "PM", "ML", "REML"):
            timed(f"pool, k = {k}, {method}", lambda m=method, y=yi, v=vi: pool(y, v, method=m), 301)
        timed(
            f"pool, k = {k}, REML, every property", lambda y=yi, v=vi: everything(pool(y, v, test="HK")), 301
        )
        x = np.arange(k) % 7
        timed(f"meta_regression, k = {k}, REML", lambda y=yi, v=vi, x=x: meta_regression(y, v, {"x": x}), 101)


def many() -> None:
    from evisynth.synthesis.batch import pool_many

    yi, vi = ragged(10_000)
    for method in ("common", "DL", "PM", "ML", "REML"):
        timed(f"pool_many, 10,000 ragged, {method}", lambda m=method: pool_many(yi, vi, method=m), 7)
    print(f"{'':25}  not pooled: {len(pool_many(yi, vi).not_pooled)} of 10,000")


def resampling(*, subsets: bool) -> None:
    from evisynth.synthesis.moderators.fits import fit_designs
    from evisynth.synthesis.pooling.fits import fit_rows

    yi, vi = studies(200, 1)
    timed("leave-one-out, k = 200, REML", lambda: fit_rows(yi, vi, present=~np.eye(200, dtype=bool)), 21)
    yi, vi = studies(30, 2)
    generator = np.random.default_rng(3)
    signs, draws = generator.choice([-1.0, 1.0], (10_000, 30)), generator.integers(0, 30, (10_000, 30))
    timed("10,000 permutations, k = 30, REML", lambda: fit_rows(signs * yi, vi), 7)
    timed("10,000 bootstrap samples, k = 30, REML", lambda: fit_rows(yi[draws], vi[draws]), 7)
    orders = np.array([generator.permutation(30) for _ in range(10_000)])
    X = np.column_stack((np.ones(30), np.arange(30) % 7))[orders]
    timed("10,000 permutations of a moderator, k = 30, REML", lambda: fit_designs(yi, vi, X, tested=[1]), 3)
    if subsets:
        yi, vi = studies(20, 4)
        masks = (np.arange(1, 2**20)[:, None] >> np.arange(20) & 1).astype(bool)
        for method in ("common", "DL", "REML"):
            timed(
                f"1,048,575 subsets, {method}", lambda m=method: fit_rows(yi, vi, present=masks, method=m), 1
            )


def in_metafor() -> None:
    yi, vi = ragged(500)
    group = np.repeat(np.arange(len(yi)), [len(each) for each in yi])
    tables = {f"k{k}": dict(zip(("yi", "vi"), studies(k, k), strict=True)) for k in (10, 100)}
    metafor(IN_R, tables | {"many": {"group": group, "yi": np.concatenate(yi), "vi": np.concatenate(vi)}})


def main(arguments: list[str]) -> None:
    print(f"{'clock, ms':>12} {'processor':>12}")
    single()
    many()
    resampling(subsets="quick" not in arguments)
    timed("start of Python to the first fit", lambda: run(FIRST_FIT), 7)
    timed("start of Python alone", lambda: run("pass"), 7)
    in_metafor()


if __name__ == "__main__":
    main(sys.argv[1:])
