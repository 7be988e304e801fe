"""Random draws in blocks, each with a stream of its own: the same whoever computes which block, and where."""

from collections.abc import Iterator

import numpy as np

from evisynth.errors import DataError

BLOCK = 2048  # draws that are made together; another number would give other draws
Block = tuple[np.random.SeedSequence, int]


def seed_of(seed: int | None) -> int:
    """The seed that was given, or a new one from the system, so that a result can say which it had."""
    if seed is None:
        fresh = np.random.SeedSequence().entropy
        assert isinstance(fresh, int)
        return fresh
    if seed < 0:
        raise DataError(f"Seed {seed}: a seed is a whole number, 0 or more.")
    return int(seed)


def random_blocks(draws: int, seed: int) -> Iterator[Block]:
    """(stream, number of draws) of each block.

    Source: numpy.random.SeedSequence.spawn; O'Neill 2014, PCG, Harvey Mudd College HMC-CS-2014-0905.
    """
    if draws < 1:
        raise DataError(f"{draws} draws; at least one is needed, and 10,000 are usual.")
    streams = np.random.SeedSequence(seed).spawn(-(-draws // BLOCK))
    return ((stream, min(BLOCK, draws - at * BLOCK)) for at, stream in enumerate(streams))


def ranges(start: int, stop: int, size: int) -> Iterator[tuple[int, int]]:
    """start to stop, cut into pieces of one size, the last perhaps shorter."""
    return ((at, min(at + size, stop)) for at in range(start, stop, size))
