"""GRADE: how certain a body of evidence is about one outcome.

Source: Guyatt 2008, doi:10.1136/bmj.39489.470347.AD; Balshem 2011, doi:10.1016/j.jclinepi.2010.07.015;
Cochrane Handbook 6, section 14.2. Wording after Santesso 2020, doi:10.1016/j.jclinepi.2019.10.014.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evisynth.errors import DataError

Level = Literal["high", "moderate", "low", "very low"]
Start = Literal["high", "low"]

LEVELS: tuple[Level, ...] = ("very low", "low", "moderate", "high")


@dataclass(frozen=True, slots=True)
class Factor:
    """One of the things that lower or raise certainty, and by how many levels at most."""

    id: str
    label: str
    most: int
    help: str


DOWN: tuple[Factor, ...] = (
    Factor(
        "risk-of-bias", "Risk of bias", 3, "How much of the weight comes from results at high risk of bias?"
    ),
    Factor("inconsistency", "Inconsistency", 2, "Do the studies differ by more than chance, unexplained?"),
    Factor(
        "indirectness", "Indirectness", 2, "Do people, interventions or outcomes differ from the question's?"
    ),
    Factor(
        "imprecision", "Imprecision", 2, "Does the interval include effects that call for other decisions?"
    ),
    Factor("publication-bias", "Publication bias", 2, "Are studies or results likely to be missing?"),
)
UP: tuple[Factor, ...] = (
    Factor(
        "large-effect", "Large effect", 2, "Is the effect so large that bias alone can hardly explain it?"
    ),
    Factor("dose-response", "Dose-response gradient", 1, "Does the effect grow with the dose?"),
    Factor(
        "opposing-confounding",
        "Opposing confounding",
        1,
        "Would what is left of confounding hide the effect?",
    ),
)
FACTORS: dict[str, Factor] = {factor.id: factor for factor in DOWN + UP}

# How a result is worded at each level: put in front of the verb ("may increase").
QUALIFIERS: dict[Level, str] = {
    "high": "",
    "moderate": "probably",
    "low": "may",
    "very low": "it is very uncertain whether",
}
MEANINGS: dict[Level, str] = {
    "high": "we are very confident that the true effect is close to the estimate",
    "moderate": "the true effect is probably close to the estimate, but it could differ substantially",
    "low": "the true effect may be substantially different from the estimate",
    "very low": "the true effect is likely to be substantially different from the estimate",
}


@dataclass(frozen=True, slots=True)
class Certainty:
    """The certainty about one outcome, with every step and its reason.

    start    : "high" for randomised trials and where ROBINS-I is used, "low" for other evidence.
    down, up : levels taken off or added, by factor id; a factor that is not named moves nothing.
    reasons  : why, by factor id; needed for each factor that moves the level, welcome for the others.

    Raises DataError for an unknown factor or a number of levels that GRADE does not allow. What is to be
    put right or looked at is in `problems` and `warnings`.
    """

    start: Start = "high"
    down: Mapping[str, int] = field(default_factory=dict)
    up: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.start not in ("high", "low"):
            raise DataError(f"GRADE start {self.start!r}: evidence starts high or low.")
        _check_steps("down", self.down, DOWN)
        _check_steps("up", self.up, UP)
        for name in self.reasons:
            if name not in FACTORS:
                raise DataError(f"GRADE reason for {name!r}: known are {', '.join(FACTORS)}.")

    @property
    def level(self) -> Level:
        """The start less what is taken off plus what is added, between very low and high."""
        steps = LEVELS.index(self.start) - sum(self.down.values()) + sum(self.up.values())
        return LEVELS[min(max(steps, 0), len(LEVELS) - 1)]

    @property
    def symbols(self) -> str:
        """⊕⊕⊕⊕ high to ⊕◯◯◯ very low."""
        filled = LEVELS.index(self.level) + 1
        return "⊕" * filled + "◯" * (len(LEVELS) - filled)

    @property
    def qualifier(self) -> str:
        """How sure a sentence may sound: "", "probably", "may" or "it is very uncertain whether"."""
        return QUALIFIERS[self.level]

    @property
    def meaning(self) -> str:
        return MEANINGS[self.level]

    @property
    def moved(self) -> tuple[tuple[Factor, int], ...]:
        """The factors that move the level, in GRADE's order: below 0 lowers it, above 0 raises it."""
        lowered = tuple((factor, -self.down.get(factor.id, 0)) for factor in DOWN)
        raised = tuple((factor, self.up.get(factor.id, 0)) for factor in UP)
        return tuple((factor, steps) for factor, steps in lowered + raised if steps)

    @property
    def problems(self) -> tuple[str, ...]:
        """What has to be put right: steps without a reason."""
        return tuple(
            f"{factor.label}: {_signed(steps)} without a reason; every step needs one."
            for factor, steps in self.moved
            if not self.reasons.get(factor.id, "").strip()
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed but unusual, for the team to look at."""
        found = []
        if any(self.up.values()) and any(self.down.values()):
            found.append(
                "Certainty is raised although it was lowered; GRADE advises against raising it then."
            )
        if any(self.up.values()) and self.start == "high":
            found.append(
                "Certainty is raised although it starts high; raising is meant for observational evidence."
            )
        return tuple(found)

    @property
    def footnotes(self) -> tuple[str, ...]:
        """One line for each step: "Risk of bias, −1: two of five studies were open"."""
        return tuple(
            f"{factor.label}, {_signed(steps)}: {self.reasons.get(factor.id, 'no reason given')}"
            for factor, steps in self.moved
        )


EffectWord = Literal["increases", "reduces", "little or no difference"]
VERBS: dict[EffectWord, tuple[str, str]] = {  # in the third person, and after "may"
    "increases": ("increases", "increase"),
    "reduces": ("reduces", "reduce"),
    "little or no difference": ("makes little or no difference to", "make little or no difference to"),
}


def effect_statement(level: Level, effect: EffectWord, what: str) -> str:
    """What may be said at a level, to put after the intervention: "may increase tolerance".

    Source: Santesso 2020, doi:10.1016/j.jclinepi.2019.10.014.
    """
    if effect not in VERBS:
        raise DataError(f"Effect {effect!r} has no wording; known are {', '.join(VERBS)}.")
    third, base = VERBS[effect]
    if level == "high":
        return f"{third} {what}"
    if level == "moderate":
        return f"probably {third} {what}"
    if level == "low":
        return f"may {base} {what}"
    return f"may {base} {what}, but the evidence is very uncertain"


def _signed(steps: int) -> str:
    return f"{'+' if steps > 0 else '−'}{abs(steps)}"


def _check_steps(name: str, steps: Mapping[str, int], factors: tuple[Factor, ...]) -> None:
    most = {factor.id: factor.most for factor in factors}
    for factor, levels in steps.items():
        if factor not in most:
            raise DataError(f"GRADE {name}: {factor!r} is not known; known are {', '.join(most)}.")
        if levels not in range(most[factor] + 1):
            raise DataError(
                f"GRADE {name}, {factor}: {levels} levels; from 0 to {most[factor]} are possible."
            )
