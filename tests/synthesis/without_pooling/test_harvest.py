import pytest

from evisynth.errors import DataError
from evisynth.synthesis.without_pooling.harvest import HarvestBar, harvest_plot

BARS = [
    HarvestBar("A", "pain", "benefit", height=1, shade="low"),
    HarvestBar("B", "pain", "benefit", height=3, shade="high", label="120"),
    HarvestBar("C", "pain", "harm", height=2, shade="low"),
    HarvestBar("A", "sleep", "mixed"),
]


def test_bars_stand_under_their_direction_the_tallest_first():
    plot = harvest_plot(BARS)
    assert plot.outcomes == ("pain", "sleep")
    assert plot.columns == ("harm", "mixed", "benefit")
    assert [bar.study for bar in plot.panels["pain", "benefit"]] == ["B", "A"]
    assert plot.panels["sleep", "benefit"] == ()
    assert (plot.tallest, plot.shades) == (3, ("low", "high"))


def test_every_bar_is_drawn_once():
    plot = harvest_plot(BARS)
    assert sorted(bar.study for panel in plot.panels.values() for bar in panel) == ["A", "A", "B", "C"]
    assert str(plot).splitlines()[0] == "pain: 1 harm, 0 mixed, 2 benefit"


@pytest.mark.parametrize(
    ("bars", "message"),
    [
        ([], "at least one"),
        ([HarvestBar("A", "x", "up")], "direction 'up'"),
        ([HarvestBar("A", "x", "harm", height=0)], "above 0"),
        ([HarvestBar("A", "x", "harm"), HarvestBar("A", "x", "benefit")], "2 bars for x"),
    ],
)
def test_what_cannot_be_drawn_is_refused(bars, message):
    with pytest.raises(DataError, match=message):
        harvest_plot(bars)
