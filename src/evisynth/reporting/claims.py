"""Claims: the numbers of the manuscript. `{{ full-serving.effect }}` is looked up, never typed.

A claim is a path of names, resolved by this module and nothing else; nothing that people type is run.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evisynth.errors import DataError, near
from evisynth.reporting import numbers
from evisynth.reporting.derivations import cell_value, side_in_words
from evisynth.reporting.document import Derivation
from evisynth.reporting.findings import Analysed, Findings, Side
from evisynth.reporting.sentences import effect_with_interval, heterogeneity
from evisynth.screening.agreement import Agreement

CLAIM = re.compile(r"\{\{\s*(.*?)\s*\}\}")
LITERAL = re.compile(r'"([^"]*)"')
FILTERS: Mapping[str, Callable[[str], str]] = {
    "words": lambda text: numbers.in_words(float(text.replace(",", ""))) if _is_number(text) else text,
    "capital": lambda text: text[:1].upper() + text[1:],
    "lower": lambda text: text[:1].lower() + text[1:],
}


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[\d,]+(\.\d+)?", text) is not None


@dataclass(frozen=True, slots=True)
class Found:
    """What a claim says, and the derivations that it rests on."""

    text: str
    how: str
    inputs: tuple[str, ...]


class Claims:
    """All claims of a review. `resolve` gives the text; `derivations` collects where each used claim came from."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.analyses = {analysed.key: analysed for analysed in findings.analyses}
        self.derivations: dict[str, Derivation] = {}

    def resolve(self, claim: str) -> tuple[str, str]:
        """The text of a claim and the key of its derivation ("" for a literal).

        Raises DataError for a claim that does not exist, with the nearest that does, or that has no value.
        """
        path, *filters = (part.strip() for part in claim.split("|"))
        if literal := LITERAL.fullmatch(path):
            return literal[1], ""
        found = self._find(path)
        text = found.text
        for name in filters:
            if name not in FILTERS:
                raise DataError(
                    f"there is no filter {name!r}; known are {', '.join(FILTERS)}.{near(name, FILTERS)}"
                )
            text = FILTERS[name](text)
        key = f"claim/{path}"
        self.derivations[key] = Derivation(key, path, found.text, found.how, found.inputs)
        return text, key

    def _find(self, path: str) -> Found:
        first, _, rest = path.partition(".")
        families: dict[str, Callable[[str], Found]] = {
            "review": self._review,
            "flow": self._flow,
            "searches": self._searches,
            "agreement": self._agreement,
            "randomised": self._randomised,
            "studies": self._studies,
            "settings": self._settings,
            "contacts": self._contacts,
        }
        if first.startswith("cell ") or first == "cell":
            return self._cell(path.removeprefix("cell").strip())
        if first in families:
            return families[first](rest)
        if first in self.analyses:
            return self._analysis(self.analyses[first], rest)
        raise DataError(f"there is no claim {path!r}.{near(first, [*families, *self.analyses])}")

    # ------------------------------------------------------------ the review

    def _pick(self, family: str, name: str, known: Mapping[str, Found]) -> Found:
        if name not in known:
            raise DataError(f"there is no claim {f'{family}.{name}'!r}.{near(name, known)}")
        return known[name]

    def _review(self, name: str) -> Found:
        plan = self.findings.plan
        return self._pick("review", name, {
            "title": Found(plan.title, "review.yaml", ()),
            "date": Found(plan.date, "review.yaml", ()),
            "population": Found(plan.population, "review.yaml", ()),
            "objectives": Found(plan.objectives, "protocol.yaml", ()),
        })  # fmt: skip

    def _settings(self, name: str) -> Found:
        plan = self.findings.plan
        return self._pick("settings", name, {
            "votes-title-abstract": Found(str(plan.votes_title_abstract), "review.yaml, settings", ()),
            "votes-full-text": Found(str(plan.votes_full_text), "review.yaml, settings", ()),
            "consensus-by": Found(f"a {plan.consensus_by}" if plan.consensus_by != "either" else "discussion",
                                  "review.yaml, settings", ()),
        })  # fmt: skip

    def _flow(self, name: str) -> Found:
        flow = self.findings.flow
        boxes = {
            "records": flow.records, "duplicates": flow.duplicates_removed, "screened": flow.screened,
            "excluded": flow.excluded_screening, "sought": flow.sought, "not-retrieved": flow.not_retrieved,
            "assessed": flow.assessed, "excluded-full-text": flow.excluded_full_text,
            "included-reports": flow.included_reports, "included-studies": flow.included_studies,
            "ongoing-studies": flow.ongoing_studies, "awaiting-studies": flow.awaiting_studies,
            "ongoing-reports": flow.ongoing_reports, "awaiting-reports": flow.awaiting_reports,
        }  # fmt: skip
        if name not in boxes:
            raise DataError(f"there is no claim {'flow.' + name!r}.{near(name, boxes)}")
        return Found(
            numbers.whole(boxes[name]), "Box of the flow diagram, counted from the states.", (f"flow/{name}",)
        )

    def _searches(self, name: str) -> Found:
        searches = self.findings.searches
        every = tuple(f"source/{search.key}" for search in searches)
        of = {
            kind: [search for search in searches if search.kind == kind] for kind in ("database", "register")
        }
        latest = max((search.date for search in searches), default="")
        return self._pick("searches", name, {
            "sources": Found(str(len(searches)), "Rows of searches.csv.", every),
            "databases": Found(str(len(of["database"])), "Rows of searches.csv of kind database.", every),
            "registers": Found(str(len(of["register"])), "Rows of searches.csv of kind register.", every),
            "latest": Found(_long_date(latest), "Latest date in searches.csv.", every),
            "names": Found(_listed([search.name for search in searches]), "Names in searches.csv.", every),
        })  # fmt: skip

    def _agreement(self, path: str) -> Found:
        stage, _, name = path.partition(".")
        if stage == "extraction":
            return self._extraction_agreement(name)
        stages = {screened.stage: screened for screened in self.findings.screened}
        if stage not in stages:
            raise DataError(
                f"there is no claim {'agreement.' + path!r}.{near(stage, [*stages, 'extraction'])}"
            )
        screened = stages[stage]
        how = f"Votes of two people at {stage} in screening.csv."
        if name == "conflicts":
            return Found(str(screened.conflicts_settled), f"Consensus rows at {stage} in screening.csv.", ())
        if screened.agreement is None:
            raise DataError(
                f"the claim {'agreement.' + path!r} has no value: {screened.why_none or 'nobody voted twice'}."
            )
        return self._pick(f"agreement.{stage}", name, _agreement_claims(screened.agreement, how))

    def _extraction_agreement(self, name: str) -> Found:
        both = sum(field.both for field in self.findings.field_agreement)
        same = sum(field.same for field in self.findings.field_agreement)
        how = "Values that two people extracted, in extraction.csv; the table of agreement has each field."
        known = {"values": Found(str(both), how, ()), "same": Found(str(same), how, ()),
                 "differ": Found(str(both - same), how, ())}  # fmt: skip
        if both:
            known["share"] = Found(numbers.percent(same / both), how, ())
        return self._pick("agreement.extraction", name, known)

    def _randomised(self, side: str) -> Found:
        """People randomised to one side of the comparison (or `total`) over the included studies."""
        keys, total = [], 0.0
        sides = set()
        for study in self.findings.studies.values():
            for arm in study.arms if study.status == "included" else ():
                sides.add(arm.side)
                cell = self.findings.cells.get(f"{study.key}/{arm.key}/randomised")
                if (
                    arm.side
                    and side in {"total", arm.side}
                    and cell
                    and cell.final
                    and cell.final.number is not None
                ):
                    keys.append(f"cell/{cell.key}")
                    total += cell.final.number
        if not keys:
            raise DataError(f"there is no claim {'randomised.' + side!r}.{near(side, sides | {'total'})}")
        return Found(
            numbers.whole(total),
            "Sum of people randomised over the arms of the included studies.",
            tuple(keys),
        )

    def _studies(self, path: str) -> Found:
        """studies.blinding.double-blind+single-blind: included studies whose consensus characteristic has the value."""
        field, _, wanted = path.partition(".")
        cells = [
            cell
            for cell in self.findings.cells.values()
            if not cell.outcome and not cell.arm and cell.field == field
        ]
        if not cells or not wanted:
            known = [named.key for named in self.findings.plan.characteristics]
            raise DataError(
                f"there is no claim {'studies.' + path!r}; it is studies.<characteristic>.<value>.{near(field, known)}"
            )
        included = {study.key for study in self.findings.studies.values() if study.status == "included"}
        values = {
            cell.key: _slug(cell.final.value) for cell in cells if cell.final and cell.study in included
        }
        if unknown := [value for value in wanted.split("+") if value not in values.values()]:
            raise DataError(
                f"no included study has {field} {unknown[0]!r}.{near(unknown[0], set(values.values()))}"
            )
        matching = [key for key, value in values.items() if value in wanted.split("+")]
        return Found(str(len(matching)), f"Included studies whose {field} is {wanted.replace('+', ' or ')}.",
                     tuple(f"cell/{key}" for key in matching))  # fmt: skip

    def _contacts(self, name: str) -> Found:
        letters = self.findings.contacts
        return self._pick("contacts", name, {
            "sent": Found(str(len(letters)), "Rows of contacts.csv.", ()),
            "studies": Found(str(len({letter.study for letter in letters})), "Studies in contacts.csv.", ()),
            "answered": Found(str(sum(bool(letter.reply) for letter in letters)), "Rows of contacts.csv with a reply.", ()),
        })  # fmt: skip

    def _cell(self, path: str) -> Found:
        cell = self.findings.cells.get(path)
        if cell is None:
            raise DataError(f"there is no value {path!r}.{near(path, self.findings.cells)}")
        if cell.final is None:
            raise DataError(f"the value {path!r} is not settled: its extractions differ or one is missing.")
        return Found(cell_value(self.findings, cell), "The value that stands.", (f"cell/{path}",))

    # ------------------------------------------------------------ analyses

    def _analysis(self, analysed: Analysed, path: str) -> Found:
        first, _, rest = path.partition(".")
        if first in {"first", "second", analysed.first.key, analysed.second.key} and rest:
            return self._side(analysed, "first" if first in {"first", analysed.first.key} else "second", rest)
        known = {**_plain_claims(analysed), **_result_claims(analysed), **_absolute_claims(analysed)}
        if path in known:
            return known[path]
        if path in EVERY_ANALYSIS_CLAIM:
            raise DataError(f"the claim {f'{analysed.key}.{path}'!r} has no value: the analysis is of kind "
                            f"{analysed.kind} ({analysed.why_not_pooled or 'nothing is computed'}).")  # fmt: skip
        raise DataError(
            f"there is no claim {f'{analysed.key}.{path}'!r}.{near(path, [*known, 'first.events', 'second.n'])}"
        )

    def _side(self, analysed: Analysed, which: str, name: str) -> Found:
        named = analysed.first if which == "first" else analysed.second
        rows = [row for row in analysed.rows if not row.left_out and getattr(row, which) is not None]
        sides: list[Side] = [getattr(row, which) for row in rows]
        inputs = tuple(f"row/{analysed.key}/{row.study}" for row in rows)
        if name in {"name", "short"}:
            return Found(
                named.name if name == "short" else getattr(analysed, f"{which}_name"), "protocol.yaml", ()
            )
        if not sides:
            raise DataError(
                f"the claim {f'{analysed.key}.{which}.{name}'!r} has no value: no study has data for {named.name}."
            )
        totals = {
            field: _total([getattr(side, field) for side in sides])
            for field in ("events", "n", "event_count")
        }
        events, n = totals["events"], totals["n"]
        how = f"Sum over the {named.name} arms of {len(rows)} studies."
        known = {field.replace("_", "-"): Found(numbers.whole(total), how, inputs)
                 for field, total in totals.items() if total is not None}  # fmt: skip
        if events is not None and n:
            known["percent"] = Found(numbers.percent(events / n), f"{events:g} of {n:g}. {how}", inputs)
            if events:
                known["one-in"] = Found(str(-(-int(n) // int(events))), f"{n:g} / {events:g} = {n / events:.1f}, rounded "
                                        f"up to the next whole person. {how}", inputs)  # fmt: skip
        if events is not None and totals["event_count"] is not None:
            known["repeat-events"] = Found(
                numbers.whole(totals["event_count"] - events), f"Events less patients. {how}", inputs
            )
        return self._pick(f"{analysed.key}.{which}", name, known)


def _total(values: list[float | None]) -> float | None:
    """The sum, or None unless every study has the value: a total over part of the studies misleads."""
    given = [value for value in values if value is not None]
    return sum(given) if given and len(given) == len(values) else None


def _agreement_claims(agreed: Agreement, how: str) -> dict[str, Found]:
    known = {
        "both": Found(str(agreed.n), how, ()),
        "kappa": Found("not defined" if agreed.kappa is None else f"{agreed.kappa:.2f}", how, ()),
    }
    for name in ("observed", "positive", "negative"):
        share = getattr(agreed, name)
        known[name] = Found("not defined" if share is None else numbers.percent(share), how, ())
    if agreed.kappa_ci is not None:
        known["kappa-ci"] = Found(f"{agreed.kappa_ci[0]:.2f} to {agreed.kappa_ci[1]:.2f}", how, ())
    return known


def _plain_claims(analysed: Analysed) -> dict[str, Found]:
    """What every analysis has, pooled or not."""
    with_data = [row for row in analysed.rows if row.first or row.second]
    known = {
        "title": Found(analysed.title, "protocol.yaml", ()),
        "outcome": Found(analysed.outcome.name, "protocol.yaml", ()),
        "definition": Found(analysed.definition, "protocol.yaml", ()),
        "timepoint": Found(analysed.timepoint, "protocol.yaml", ()),
        "kind": Found(analysed.kind, "From the data and from analyses.yaml.", (f"analysis/{analysed.key}",)),
        "studies": Found(
            str(len(with_data)), "Studies with data for this outcome.", (f"analysis/{analysed.key}",)
        ),
    }
    if analysed.why_not_pooled:
        known["why-not-pooled"] = Found(
            analysed.why_not_pooled, "analyses.yaml, or from the data.", (f"analysis/{analysed.key}",)
        )
    if analysed.certainty is not None:
        how = "GRADE judgement in certainty.yaml: " + "; ".join(
            f"{factor.label} {steps:+d} ({analysed.certainty.reasons.get(factor.id, '')})"
            for factor, steps in analysed.certainty.moved
        )
        known["certainty"] = Found(analysed.certainty.level, how, (f"analysis/{analysed.key}",))
        known["certainty-symbols"] = Found(analysed.certainty.symbols, how, (f"analysis/{analysed.key}",))
    for row in with_data:
        sides = f"{side_in_words(row.first)} against {side_in_words(row.second)}"
        known[f"study.{row.study}"] = Found(sides, "As extracted.", (f"row/{analysed.key}/{row.study}",))
    return known


def _result_claims(analysed: Analysed) -> dict[str, Found]:
    if analysed.result is None or analysed.result.result is None:
        return {}
    result, inputs = analysed.result.result, (f"analysis/{analysed.key}",)
    if result.estimate is None or result.estimate_ci is None:
        return {}
    low, high = result.estimate_ci
    texts = {
        "effect": effect_with_interval(result),
        "measure": result.measure,
        "estimate": numbers.effect(result.estimate),
        "ci": numbers.interval(low, high),
        "ci-low": numbers.effect(low),
        "ci-high": numbers.effect(high),
        "p": numbers.p_value(result.p),
        "steps": "; ".join(analysed.result.steps),
        "participants": numbers.whole(float(analysed.result.table.n1.sum() + analysed.result.table.n2.sum())),
        "pooled-studies": str(analysed.result.pooled.k) if analysed.result.pooled else "1",
    }
    if pooled := analysed.result.pooled:
        texts |= {
            "model": pooled.model,
            "i2": "not defined" if pooled.I2 is None else f"{pooled.I2:.0f}%",
            "q": f"{pooled.Q:.2f}",
            "df": str(pooled.df),
            "p-q": numbers.p_value(pooled.p_Q),
            "tau2": f"{pooled.tau2:.2f}",
            "heterogeneity": heterogeneity(pooled),
        }
    return {name: Found(text, "Read off the analysis.", inputs) for name, text in texts.items()}


def _absolute_claims(analysed: Analysed) -> dict[str, Found]:
    absolute, needed = analysed.absolute, analysed.needed
    if absolute is None or needed is None:
        return {}
    low, high = absolute.intervention_ci_per_1000
    how = f"Assumed risk: {absolute.assumed.source}. {' '.join(absolute.warnings)}".strip()
    texts = {
        "assumed-risk": f"{absolute.comparator_per_1000:.0f} per 1000",
        "assumed-risk-source": absolute.assumed.source,
        "risk": f"{absolute.intervention_per_1000:.0f} per 1000",
        "risk-ci": f"{low:.0f} to {high:.0f}",
        "difference": absolute.difference_text,
        "needed": needed.text,
        "needed-ci": needed.ci_text,
    }
    return {name: Found(text, how, (f"analysis/{analysed.key}",)) for name, text in texts.items()}


EVERY_ANALYSIS_CLAIM = (
    "effect", "measure", "estimate", "ci", "ci-low", "ci-high", "p", "steps", "participants", "pooled-studies", "model",
    "i2", "q", "df", "p-q", "tau2", "heterogeneity", "assumed-risk", "assumed-risk-source", "risk", "risk-ci",
    "difference", "needed", "needed-ci", "certainty", "certainty-symbols", "why-not-pooled",
)  # fmt: skip


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1] if names else ""


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


def _long_date(iso: str) -> str:
    if not iso:
        return "not given"
    year, month, day = iso.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"
