"""A multilevel model of a data frame: its columns, of the rows that have all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from evisynth.errors import DataError
from evisynth.synthesis.columns import Dropped, Frame
from evisynth.synthesis.design import Design
from evisynth.synthesis.measures.scale import Flags, Vector
from evisynth.synthesis.model_matrix import NamedMatrix
from evisynth.synthesis.pooling.covariance import Covariance, known_covariance
from evisynth.synthesis.pooling.frames import Lookup, moderators_of, taken
from evisynth.synthesis.pooling.multilevel.terms import NamedTerm, Structured, Term


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What a model is fitted to: the arguments of `multilevel`, without the rows that lack a value."""

    yi: Vector
    V: Covariance
    X: Any
    random: tuple[Term, ...]
    studies: tuple[str, ...]
    dropped: Dropped


def of_frame(
    data: Frame,
    yi: str | ArrayLike,
    V: str | ArrayLike | Sequence[ArrayLike] | Covariance,
    X: Any,
    random: Sequence[Term],
    studies: Sequence[str] | str,
) -> Given:
    """The columns that are named, of the rows that have all of them. What is given as values is for all rows.

    Raises
    ------
    DataError : an unknown column, a value that is no number, a length that does not fit, no row left.

    Source: none; it reads columns.
    """
    look = Lookup.of(data, studies)
    effects = look.numbers(yi, "yi")
    moderators = moderators_of(look, X) if is_names(X) else None
    if X is not None and moderators is None and not isinstance(X, Mapping):
        look.lack(_incomplete(X, look.k), "X")
    named = [one for one in random if isinstance(one, NamedTerm)]
    labels = {name: look.labels(name) for one in named for name in one.columns.values()}
    whole, kept = known_covariance(look, V)
    return Given(
        yi=effects[kept],
        V=whole.take(kept),
        X=_rows(X, kept) if moderators is None else moderators(kept),
        random=tuple(
            one.of(lambda name: taken(labels[name], kept)) if isinstance(one, NamedTerm) else _some(one, kept)
            for one in random
        ),
        studies=tuple(taken(look.studies, kept)),
        dropped=look.dropped,
    )


def is_names(X: Any) -> bool:
    """Whether X is the name of a moderator, or a list of names.

    Source: none; it reads columns.
    """
    if isinstance(X, str):
        return True
    return isinstance(X, (list, tuple)) and bool(X) and all(isinstance(one, str) for one in X)


def _some(term: Term, kept: Flags) -> Term:
    """A term that was made of labels of all rows."""
    assert not isinstance(term, NamedTerm)
    rows = len(term.inner) if isinstance(term, Structured) else len(term[0].numbers)
    if rows != len(kept):
        raise DataError(f"A random effect has {rows} rows; the data have {len(kept)}.")
    return term.take(kept) if isinstance(term, Structured) else tuple(one.take(kept) for one in term)


def _incomplete(X: Any, k: int) -> Flags:
    """(k,) the rows of a model matrix that lack a number."""
    matrix = np.asarray(X.matrix if isinstance(X, NamedMatrix) else X, dtype=np.float64)
    if matrix.ndim != 2 or len(matrix) != k:
        raise DataError(f"X has shape {matrix.shape}; the data have {k} rows.")
    return np.asarray(np.any(np.isnan(matrix), axis=1))


def _rows(X: Any, kept: Flags) -> Any:
    """A model matrix that was given for all rows, of those that are kept; its names stay."""
    if X is None:
        return None
    if isinstance(X, Mapping):
        raise DataError('With data, moderators are names of its columns: X=["year"].')
    if isinstance(X, NamedMatrix):
        return Design(tuple(X.names), X.matrix[kept], {name: (at,) for at, name in enumerate(X.names)})
    return np.asarray(X, dtype=np.float64)[kept]
