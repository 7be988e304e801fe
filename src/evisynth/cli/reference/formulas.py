"""A small reader of R's model formulas: `~ a + factor(b) + a:b + I(a^2) - 1`.

Operators + - : * / ^ and parentheses between terms, factor() and as.factor(), I(), and functions of numbers within them.
Categories have treatment contrasts, the first level in sort order is the reference. Names are those of R.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from evisynth.cli.reference.case import NotExpressible, missing
from evisynth.synthesis.design import INTERCEPT, Design, check_rank, label
from evisynth.synthesis.measures.scale import Vector

_TOKEN = re.compile(
    r"\s*(%in%|<=|>=|==|!=|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+|[A-Za-z.][\w.]*|\"[^\"]*\"|'[^']*'|\S)"
)
_BINDS = {
    "<": 5,
    ">": 5,
    "<=": 5,
    ">=": 5,
    "==": 5,
    "!=": 5,
    "+": 10,
    "-": 10,
    "*": 20,
    "/": 20,
    "%in%": 25,
    ":": 30,
    "^": 40,
}
_SPACED = {"+", "-", "*", "<", ">", "<=", ">=", "==", "!="}
_FACTORS = ("factor", "as.factor", "as.character")
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "log": np.log, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs, "log2": np.log2, "log10": np.log10, "log1p": np.log1p,
    "sin": np.sin, "cos": np.cos, "as.numeric": np.asarray, "I": np.asarray,
}  # fmt: skip
_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power, "<": np.less, ">": np.greater,
    "<=": np.less_equal, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip
Term = tuple[str, ...]  # the variables whose product it is, in R's writing; () is the intercept


@dataclass(frozen=True, slots=True)
class Node:
    """A number, a name, a text, an operator with its sides, or a function with its arguments."""

    kind: str
    value: str
    parts: tuple["Node", ...] = ()

    def __str__(self) -> str:
        """As R writes it."""
        written = [str(part) for part in self.parts]
        if self.kind == "call":
            return f"{self.value}({', '.join(written)})"
        if self.kind == "operator" and len(written) == 1:
            return f"{self.value}{written[0]}"
        if self.kind == "operator":
            return (f" {self.value} " if self.value in _SPACED else self.value).join(written)
        return f"({written[0]})" if self.kind == "(" else self.value

    def names(self) -> set[str]:
        """The columns that it takes."""
        own = {self.value} if self.kind == "name" else set()
        return own.union(*(part.names() for part in self.parts))


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text.strip().removeprefix("~"))
        self.text, self.at = text, 0

    def next(self) -> str:
        if self.at >= len(self.tokens):
            raise NotExpressible(f"formula {self.text!r}: it ends too early")
        self.at += 1
        return str(self.tokens[self.at - 1])

    def ahead(self) -> str:
        return str(self.tokens[self.at]) if self.at < len(self.tokens) else ""

    def expression(self, binds: int = 0) -> Node:
        left = self._operand()
        while _BINDS.get(self.ahead(), 0) > binds:
            operator = self.next()
            right = self.expression(_BINDS[operator] - (operator == "^"))
            left = Node("operator", operator, (left, right))
        return left

    def _operand(self) -> Node:
        word = self.next()
        if word in "+-":
            return Node("operator", word, (self.expression(35),))
        if word == "(":
            return Node("(", "", (self._closed(),))
        if word[0] in "\"'":
            return Node("text", word[1:-1])
        if word[0].isdigit() or (word[0] == "." and word[1:2].isdigit()):
            return Node("number", word)
        if not re.match(r"[A-Za-z.]", word):
            raise NotExpressible(f"formula {self.text!r}: {word!r} is not read")
        if self.ahead() != "(":
            return Node("name", word)
        self.next()
        return Node("call", word, (self._closed(),))

    def _closed(self) -> Node:
        inner = self.expression()
        if self.next() != ")":
            raise NotExpressible(
                f"formula {self.text!r}: a ) is missing, or a function has several arguments"
            )
        return inner


def parsed(text: str) -> Node:
    """The tree of a formula or of an expression."""
    reader = _Reader(text)
    found = reader.expression()
    if reader.ahead():
        raise NotExpressible(f"formula {text!r}: {reader.ahead()!r} is not read")
    return found


def terms_of(text: str) -> tuple[list[Term], dict[str, Node]]:
    """The terms in R's order (intercept first where there is one, then by degree), and their variables."""
    variables: dict[str, Node] = {}
    found = _expanded(parsed(f"1 + {text.strip().removeprefix('~')}"), variables)
    return sorted(found, key=len), variables


def _expanded(node: Node, variables: dict[str, Node]) -> list[Term]:
    if node.kind == "(":
        return _expanded(node.parts[0], variables)
    if node.kind == "number" and node.value in ("0", "1"):
        return [()] if node.value == "1" else [("0",)]
    if node.kind != "operator":
        variables[str(node)] = node
        return [(str(node),)]
    if len(node.parts) == 1:
        one = _expanded(node.parts[0], variables)
        return one if node.value == "+" else _less([()], one)
    left = _expanded(node.parts[0], variables)
    if node.value == "^":
        found = left
        for _ in range(int(node.parts[1].value) - 1):
            found = _union(found, _crossed(found, left))
        return found
    taken_away = node.parts[1]
    if node.value == "+" and taken_away.value == "-" and len(taken_away.parts) == 1:
        return _less(left, _expanded(taken_away.parts[0], variables))
    right = _expanded(node.parts[1], variables)
    if node.value == "+":
        return _less(left, [()]) if right == [("0",)] else _sum(left, right)
    if node.value == "-":
        return _less(left, right)
    crossed = _crossed(left, right)
    if node.value in (":", "%in%"):
        return crossed
    return _union(_union(left, right), crossed) if node.value == "*" else _union(left, crossed)


def _sum(left: list[Term], right: list[Term]) -> list[Term]:
    """A sum; a 0 at the start of the right side takes the intercept away."""
    if ("0",) in right:
        return _union(_less(left, [()]), [term for term in right if term != ("0",)])
    return _union(left, right)


def _less(left: list[Term], right: list[Term]) -> list[Term]:
    gone = [() if term == ("0",) else term for term in right]
    return [term for term in left if term not in gone]


def _union(left: list[Term], right: list[Term]) -> list[Term]:
    there = {frozenset(term) for term in left}
    return left + [term for term in right if frozenset(term) not in there]


def _crossed(left: list[Term], right: list[Term]) -> list[Term]:
    found: list[Term] = []
    for a, b in itertools.product(left, right):
        found = _union(found, [tuple(dict.fromkeys(a + b))])
    return found


def evaluate(node: Node, columns: Mapping[str, Any]) -> Any:
    """The value of an expression: an array of numbers or of truth values, or a list of text."""
    if node.kind == "number":
        return float(node.value)
    if node.kind == "text":
        return node.value
    if node.kind == "name":
        if node.value not in columns:
            raise NotExpressible(f"there is no column {node.value}")
        return columns[node.value]
    parts = [evaluate(part, columns) for part in node.parts]
    if node.kind == "(":
        return parts[0]
    if node.kind == "operator":
        if node.value not in _OPERATORS:
            raise NotExpressible(f"operator {node.value} within a variable")
        return (
            _OPERATORS[node.value](*parts)
            if len(parts) == 2
            else (-parts[0] if node.value == "-" else parts[0])
        )
    if node.value == "scale":
        return (parts[0] - np.mean(parts[0])) / np.std(parts[0], ddof=1)
    if node.value not in _FUNCTIONS:
        raise NotExpressible(f"function {node.value}() in a formula")
    return _FUNCTIONS[node.value](parts[0])


def is_category(node: Node, values: Any) -> bool:
    return node.value in _FACTORS or not isinstance(values, np.ndarray) or values.dtype == np.bool_


def value_of(node: Node, columns: Mapping[str, Any]) -> Any:
    """The value of a variable; factor() leaves its values as they are."""
    return evaluate(node.parts[0] if node.kind == "call" and node.value in _FACTORS else node, columns)


def complete(text: str, columns: Mapping[str, Any]) -> Any:
    """(k,) flags of the rows that have all columns of a formula."""
    there = None
    for name in sorted(parsed(text).names()):
        if name not in columns:
            raise NotExpressible(f"formula {text!r}: there is no column {name}")
        own = ~missing(columns[name])
        there = own if there is None else there & own
    return np.ones(len(next(iter(columns.values()))), dtype=np.bool_) if there is None else there


def design_of(text: str, columns: Mapping[str, Any]) -> Design:
    """The model matrix of a formula for columns without missing values."""
    terms, variables = terms_of(text)
    k = len(next(iter(columns.values())))
    values = {name: value_of(node, columns) for name, node in variables.items()}
    made: dict[str, tuple[int, ...]] = {}
    names: list[str] = []
    matrix: list[Vector] = []
    full = _coded_in_full(terms, variables, values)
    for term in terms:
        added = {INTERCEPT: np.ones(k)} if not term else {"": np.ones(k)}
        for name in term:
            own = _columns_of(name, variables[name], values[name], k, full=(term, name) in full)
            added = {
                f"{left}:{right}" if left else right: a * b
                for right, b in own.items()
                for left, a in added.items()
            }
        made[":".join(term) or INTERCEPT] = tuple(range(len(names), len(names) + len(added)))
        names += added
        matrix += added.values()
    if not names:
        raise NotExpressible(f"formula {text!r} has no term")
    check_rank(names, np.column_stack(matrix))
    return Design(tuple(names), np.column_stack(matrix), made, intercept=() in terms)


def _coded_in_full(
    terms: list[Term], variables: Mapping[str, Node], values: Mapping[str, Any]
) -> set[tuple[Term, str]]:
    """Where a category has a column for each level: where the term without it is not in the model.

    A main effect has contrasts all the same, but for the first category of a model without intercept.
    """
    there = {frozenset(term) for term in terms}
    first = () not in terms
    found = set()
    for term in terms:
        for name in term:
            if not is_category(variables[name], values[name]):
                continue
            rest = frozenset(term) - {name}
            if (not rest and first) or (rest and rest not in there):
                found.add((term, name))
            first = first and bool(rest)
    return found


def _columns_of(name: str, node: Node, values: Any, k: int, *, full: bool) -> dict[str, Vector]:
    if not is_category(node, values):
        return {name: np.broadcast_to(np.asarray(values, dtype=np.float64), (k,))}
    plain = values.tolist() if isinstance(values, np.ndarray) else list(values)
    levels = sorted(set(plain))
    return {
        f"{name}{_shown(level)}": np.array([float(one == level) for one in plain])
        for level in (levels if full else levels[1:])
    }


def _shown(level: Any) -> str:
    """A level in R's writing."""
    return str(level).upper() if isinstance(level, bool) else label(level)
