import numpy as np

from evisynth.synthesis.sensitivity.text import as_read, table


def test_a_table_has_aligned_columns_and_a_dash_for_what_is_not_there():
    text = table(("study", "mu", "p"), [("Ito", 0.12345, np.nan), ("Yamaguchi", -1.0, 0.5)])
    assert text.splitlines() == [
        "study          mu    p",
        "Ito        0.1235    -",
        "Yamaguchi      -1  0.5",
    ]


def test_effects_are_headed_by_what_people_read():
    assert [as_read(name)[0] for name in ("RR", "PETO", "generic", "SMD")] == [
        "risk ratio",
        "odds ratio",
        "effect",
        "standardised mean difference",
    ]
    assert as_read("RR")[1](np.array([0.0])).tolist() == [1.0]
    name, read = as_read("PFT")  # its way back needs the number of people
    assert (name, read(np.array([0.7])).tolist()) == ("Freeman-Tukey double arcsine of the proportion", [0.7])
