"""Disjoint sets of records (union-find), with their members."""

from collections.abc import Sequence


class Sets:
    """Which records belong together. A record that was never joined is a set of its own and costs nothing."""

    def __init__(self) -> None:
        self._members: dict[str, list[str]] = {}
        self._root: dict[str, str] = {}

    def root(self, name: str) -> str:
        """One member that stands for the whole set."""
        return self._root.get(name, name)

    def join(self, a: str, b: str) -> None:
        a, b = self.root(a), self.root(b)
        if a == b:
            return
        if len(self.of(a)) < len(self.of(b)):
            a, b = b, a
        taken = self._members.pop(b, [b])
        for name in taken:
            self._root[name] = a
        self._members.setdefault(a, [a]).extend(taken)

    def of(self, name: str) -> Sequence[str]:
        """All members of the record's set."""
        root = self.root(name)
        return self._members.get(root, [root])

    def together(self, a: str, b: str) -> bool:
        return self.root(a) == self.root(b)
