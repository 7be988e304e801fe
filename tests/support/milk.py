"""The two outcomes of the milk oral immunotherapy review, the peanut trial, and hypothesis tables."""

from hypothesis import strategies as st

from evisynth.synthesis.measures.two_by_two import TwoByTwo

# Arms and full serving: the trial reports (Longo 2008, doi:10.1016/j.jaci.2007.10.029; Martorell 2011,
# doi:10.1111/j.1365-2222.2011.03749.x; Pajno 2010, doi:10.1016/j.anai.2010.03.015; Salmivesi 2012,
# doi:10.1111/j.1651-2227.2012.02815.x; Skripak 2008, doi:10.1016/j.jaci.2008.09.030). The split of the
# partial outcome is the one that gives the published pooled result; see examples/milk-oit.
FULL = TwoByTwo.from_rows(
    [
        ("Longo 2008", 11, 30, 0, 30),
        ("Martorell 2011", 27, 30, 7, 30),
        ("Pajno 2010", 10, 15, 0, 15),
        ("Salmivesi 2012", 14, 18, 0, 8),
        ("Skripak 2008", 4, 13, 0, 7),
    ]
)
PARTIAL = TwoByTwo.from_rows(
    [
        ("Longo 2008", 15, 30, 0, 30),
        ("Martorell 2011", 1, 30, 0, 30),
        ("Pajno 2010", 1, 15, 0, 15),
        ("Salmivesi 2012", 2, 18, 0, 8),
        ("Skripak 2008", 8, 13, 0, 7),
    ]
)
# Varshney 2011, doi:10.1016/j.jaci.2010.12.1111, intention to treat.
PEANUT = TwoByTwo.from_rows([("Varshney 2011", 16, 19, 0, 9)])


def group():
    """(events, n) with every value possible, zero and everyone included."""
    return st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def inner_group():
    """(events, n) with at least one event and one non-event: nothing to correct."""
    return st.integers(2, 300).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))


def tables(of=group, min_k=2, max_k=8):
    def build(rows):
        return TwoByTwo.from_rows([(f"S{i}", *one, *two) for i, (one, two) in enumerate(rows)])

    return st.lists(st.tuples(of(), of()), min_size=min_k, max_size=max_k).map(build)
