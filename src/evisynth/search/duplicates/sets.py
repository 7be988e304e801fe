"""Disjoint sets of records (union-find), with their members."""

from collections.abc import Iterable, Sequence


class Sets:
    """Which records belong together. A record that was never joined is a set of its own and costs nothing."""

    def __init__(self) -> None:
        self._members: dict[str, list[str]] = {}
        self._root: dict[str, str] = {}

    def root(self, name: str) -> str:
        """One member that stands for the whole set."""
        return self._root.get(name, name)

    def join(self, a: str, b: str) -> bool:
        """Make one set of the two; whether they were two."""
        a, b = self._root.get(a, a), self._root.get(b, b)
        if a == b:
            return False
        members, taken = self._members.get(a), self._members.get(b)
        if taken and (not members or len(members) < len(taken)):
            a, b, members, taken = b, a, taken, members
        if not members:
            members = self._members[a] = [a]
        for name in taken or (b,):
            self._root[name] = a
            members.append(name)
        if taken:
            del self._members[b]
        return True

    def joined(self) -> Iterable[Sequence[str]]:
        """All sets of more than one record."""
        return self._members.values()

    def of(self, name: str) -> Sequence[str]:
        """All members of the record's set."""
        root = self.root(name)
        return self._members.get(root, [root])

    def together(self, a: str, b: str) -> bool:
        return self.root(a) == self.root(b)
