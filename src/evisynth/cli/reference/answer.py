"""What a mapping gives back: results, each with a table from R's names of outputs to its fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evisynth.cli.reference.case import Call, NotExpressible

Table = Mapping[str, Callable[[Any], Any]]


Parts = list[tuple[Table, Any]]


@dataclass(frozen=True, slots=True)
class After:
    """What is done with a fit: the call, the fit with its weights if some were given, and the step with its options."""

    call: Call
    fit: Any
    step: Mapping[str, Any] = field(default_factory=dict)
    weights: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Results of a call with the tables of their outputs; the first table that has a name is taken.

    by_likelihood : whether the numbers come from a general optimiser, so that a higher log likelihood than the stored one
                    is no failure.
    convert       : what a stored output goes through first, where R gives it on a scale that says nothing.
    """

    parts: tuple[tuple[Table, Any], ...]
    by_likelihood: bool = False
    convert: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    def output(self, name: str) -> Any:
        """One output by its R name."""
        for table, result in self.parts:
            if name in table:
                return table[name](result)
        raise NotExpressible(f"output {name}")

    def wanted(self, name: str, value: Any) -> Any:
        """A stored output in the form in which ours is given."""
        return self.convert[name](value) if name in self.convert else value


def fields(*names: str, **renamed: str) -> Table:
    """A table of fields that have the same name as in R, and of others (R's name = our field)."""
    return {
        theirs: _getter(ours) for theirs, ours in (dict(zip(names, names, strict=True)) | renamed).items()
    }


def same(value: Any) -> Callable[[Any], Any]:
    """An output that does not depend on the result."""
    return lambda _: value


def _getter(name: str) -> Callable[[Any], Any]:
    return lambda result: getattr(result, name)
