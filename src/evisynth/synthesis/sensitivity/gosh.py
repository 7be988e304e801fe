"""GOSH: the result of every subset of the studies, which shows clusters and studies that make them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from evisynth.cluster import Map
from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.pooling.fits import COMMON_METHOD
from evisynth.synthesis.pooling.kernels import blocks
from evisynth.synthesis.pooling.result import Pooled, need_two
from evisynth.synthesis.results import Result
from evisynth.synthesis.sensitivity.draws import Block, random_blocks, seed_of
from evisynth.synthesis.sensitivity.gosh_sums import means_at, subset_sums
from evisynth.synthesis.sensitivity.refit import Recipe, recipe_of
from evisynth.synthesis.sensitivity.text import as_read, table

EXACT = 20  # up to so many studies all subsets are the default
LOW = 14  # 2^14 subsets are worked on together: a few arrays of 128 kB
Bits = NDArray[np.uint8]
Columns = tuple[Bits, Vector, Vector, Vector, Vector, Vector]


@dataclass(frozen=True, slots=True, eq=False)
class Gosh(Result, hidden=("present",)):
    """m subsets of the k studies; arrays (m,), on the analysis scale.

    bits : (m, k / 8) which studies a subset has: study j is bit j % 8 of byte j // 8; see `present` and `masks`.
    k    : number of studies; mu, tau2, Q: as of `Pooled`; vt the typical sampling variance.
    exact, seed : whether these are all subsets, in the order of `masks`; else the seed that they were drawn with.
    """

    studies: tuple[str, ...]
    measure: str
    method: str
    bits: Bits
    k: Vector
    mu: Vector
    tau2: Vector
    Q: Vector
    vt: Vector
    exact: bool
    seed: int | None = None

    def __len__(self) -> int:
        return len(self.mu)

    @property
    def masks(self) -> NDArray[np.uint64]:
        """(m,) the subsets as numbers: bit j is set when study j is in it. Up to 64 studies."""
        if len(self.studies) > 64:
            raise DataError(
                f"{len(self.studies)} studies do not fit into a number of 64 bits; use `present`."
            )
        wide = np.zeros((len(self), 8), dtype=np.uint8)
        wide[:, : self.bits.shape[1]] = self.bits
        masks: NDArray[np.uint64] = wide.view("<u8")[:, 0].astype(np.uint64)
        return masks

    @property
    def present(self) -> Flags:
        """(m, k) which studies each subset has: a byte for each, so large for all subsets of many studies."""
        return np.unpackbits(self.bits, axis=1, count=len(self.studies), bitorder="little").astype(np.bool_)

    def has(self, study: str) -> Flags:
        """(m,) the subsets that have this study."""
        if study not in self.studies:
            raise DataError(f"{study!r} is no study of this analysis; they are {', '.join(self.studies)}.")
        j = self.studies.index(study)
        flags: Flags = (self.bits[:, j // 8] >> (j % 8) & 1).astype(np.bool_)
        return flags

    @property
    def df(self) -> Vector:
        return self.k - 1

    @property
    def I2(self) -> Vector:
        """Percent, from Q; NaN with one study."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(self.Q > self.df, 100 * (self.Q - self.df) / self.Q, 0.0)
        return np.where(self.k > 1, share, np.nan)

    @property
    def I2_tau2(self) -> Vector:
        """Percent, from tau2 and the typical sampling variance; NaN with one study."""
        return 100 * self.tau2 / (self.tau2 + self.vt)

    def quartiles(self, values: Vector) -> tuple[Vector, Vector]:
        """(k, 3) quartiles of values (m,) over the subsets with each study, and over those without it.

        NaN where there is none. Values that are NaN, as I2 of one study, do not count.
        """
        with_it, without = (np.full((len(self.studies), 3), np.nan) for _ in range(2))
        known = np.isfinite(values)
        for at, study in enumerate(self.studies):
            there = self.has(study)
            for found, which in ((with_it, there & known), (without, ~there & known)):
                if np.any(which):
                    found[at] = np.quantile(values[which], (0.25, 0.5, 0.75))
        return with_it, without

    def __str__(self) -> str:
        (name, read), I2 = as_read(self.measure), self.I2
        how = "all" if self.exact else f"drawn with seed {self.seed}"
        low, middle, high = read(np.quantile(self.mu, (0.025, 0.5, 0.975)))
        effects, shares = self.quartiles(self.mu), self.quartiles(I2)
        columns = (*(read(one[:, 1]) for one in effects), *(one[:, 1] for one in shares))
        return "\n".join(
            (
                f"{len(self)} subsets ({how}) of {len(self.studies)} studies, {self.method}",
                f"{name}: median {middle:.4g}, 95% of the subsets {low:.4g} to {high:.4g}",
                table(
                    ("medians", f"{name} with", "without", "I2 % with", "without"),
                    [
                        (study, *row)
                        for study, row in zip(self.studies, np.column_stack(columns).tolist(), strict=True)
                    ],
                ),
            )
        )


def gosh(pooled: Pooled, *, subsets: int | None = None, seed: int | None = None, run: Map = map) -> Gosh:
    """Pool every subset of the studies, or many that are drawn at random, as the whole was pooled.

    Parameters
    ----------
    pooled : a result by inverse variance.
    subsets : how many to draw; each study is in a subset with probability one half, and the empty subset is
        drawn again. None for all 2^k - 1, up to 20 studies; all of them too when that is no more than asked for.
    seed : of the draws; by default a new one, which the result names.
    run : does the work, as the built-in `map`; see evisynth.cluster.

    Raises
    ------
    DataError : more than 20 studies and no number of subsets; a result that is not by inverse variance.

    Source: Olkin, Dahabreh & Trikalinos 2012, doi:10.1002/jrsm.1053. R: metafor gosh.
    """
    need_two(pooled.studies, ())
    recipe, k = recipe_of(pooled), pooled.k
    if subsets is None and k > EXACT:
        raise DataError(
            f"{k} studies have {2**k - 1:,} subsets; say how many to draw, e.g. subsets=1_000_000, or ask for "
            "all of them by their number."
        )
    exact = subsets is None or subsets >= 2**k - 1
    first = None if exact else seed_of(seed)
    if first is None:
        parts = run(partial(_every_subset, recipe), range(1 << max(0, k - LOW)))
    else:
        assert subsets is not None
        parts = run(partial(_random_subsets, recipe), random_blocks(subsets, first))
    total = 2**k - 1 if exact else int(subsets or 0)
    columns = _gathered(parts, total, -(-k // 8))
    return Gosh(pooled.studies, pooled.measure, pooled.method, *columns, exact=exact, seed=first)


def _gathered(parts: Iterable[Columns], total: int, width: int) -> Columns:
    """The columns of all parts, written into their place as they come."""
    bits = np.empty((total, width), dtype=np.uint8)
    numbers = np.empty((5, total))
    start = 0
    for its_bits, *columns in parts:
        stop = start + len(its_bits)
        bits[start:stop] = its_bits
        for place, values in enumerate(columns):
            numbers[place, start:stop] = values
        start = stop
    k, mu, tau2, Q, vt = numbers
    return bits, k, mu, tau2, Q, vt


def _every_subset(recipe: Recipe, high: int) -> Columns:
    """The subsets with numbers high * 2^LOW onwards, without the empty one."""
    studies = len(recipe.yi)
    low = min(LOW, studies)
    start = 0 if high else 1
    number = (high << low) + np.arange(start, 1 << low, dtype=np.uint64)
    bits = number.astype("<u8")[:, None].view(np.uint8)[:, : -(-studies // 8)]
    quick = recipe.method in (COMMON_METHOD, "DL") and recipe.tau2 is None and recipe.weights is None
    if not quick:
        return _fitted(recipe, bits)
    k, _, mu, Q, C = subset_sums(recipe.yi, recipe.vi, high, low)
    tau2 = np.zeros(len(k))
    with np.errstate(divide="ignore", invalid="ignore"):
        if recipe.method == "DL":
            tau2 = np.where((Q > k - 1) & (C > 0), (Q - (k - 1)) / C, 0.0)
            mu = means_at(recipe.yi, recipe.vi, tau2, high, low)
        vt = np.where(k > 1, (k - 1) / C, np.nan)
    return bits, k[start:], mu[start:], tau2[start:], Q[start:], vt[start:]


def _random_subsets(recipe: Recipe, block: Block) -> Columns:
    """The subsets of one block of draws."""
    stream, n = block
    generator = np.random.default_rng(stream)
    present = generator.integers(0, 2, (n, len(recipe.yi)), dtype=np.uint8)
    empty = np.flatnonzero(~present.any(axis=1))
    while len(empty):
        present[empty] = generator.integers(0, 2, (len(empty), len(recipe.yi)), dtype=np.uint8)
        empty = empty[~present[empty].any(axis=1)]
    return _fitted(recipe, np.packbits(present, axis=1, bitorder="little"))


def _fitted(recipe: Recipe, bits: Bits) -> Columns:
    """The subsets of these bits by any method, some at a time, so that their masks stay small."""
    studies = len(recipe.yi)
    parts = []
    for block in blocks(len(bits), studies):
        present = np.unpackbits(bits[block], axis=1, count=studies, bitorder="little").astype(np.bool_)
        fits = recipe.fit(recipe.yi, recipe.vi, present=present)
        parts.append((fits.k, fits.mu, fits.tau2, fits.Q, fits.vt))
    k, mu, tau2, Q, vt = (np.concatenate(column) for column in zip(*parts, strict=True))
    return bits, k, mu, tau2, Q, vt
