"""Claims: the numbers of the manuscript. `{{ full-serving.effect }}` is looked up, never typed.

A claim is a path of names, resolved by this module and nothing else; nothing that people type is run.
"""

import re
from collections.abc import Callable, Mapping

from evisynth.appraisal.tools.rob1 import ROB1
from evisynth.errors import DataError, near
from evisynth.reporting import numbers
from evisynth.reporting.analysis_claims import analysis_claim
from evisynth.reporting.derivations import cell_title, cell_value, study_name
from evisynth.reporting.document import Derivation
from evisynth.reporting.findings import Findings
from evisynth.reporting.found import Found, counted, in_a_row, long_date, no_claim, pick, slug
from evisynth.reporting.sentences import kappa_interval
from evisynth.reporting.update_claims import update_claim
from evisynth.screening.agreement import Agreement

CLAIM = re.compile(r"\{\{\s*(.*?)\s*\}\}")
LONGEST = 400
LITERAL = re.compile(r'"([^"]*)"')
FILTERS: Mapping[str, Callable[[str], str]] = {
    "words": lambda text: numbers.in_words(float(text.replace(",", ""))) if _is_number(text) else text,
    "none": lambda text: "none" if text == "0" else FILTERS["words"](text),
    "capital": lambda text: text[:1].upper() + text[1:],
    "lower": lambda text: text[:1].lower() + text[1:],
}


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9][0-9,]*(\.[0-9]+)?", text) is not None


class Claims:
    """All claims of a review. `resolve` gives the text; `derivations` collects where each used claim came from."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.analyses = {analysed.key: analysed for analysed in findings.analyses}
        self.derivations: dict[str, Derivation] = {}

    def resolve(self, claim: str) -> tuple[str, str]:
        """The text of a claim and the key of its derivation ("" for a literal and for words of the team).

        Raises DataError for a claim that does not exist, with the nearest that does, or that has no value.
        """
        if literal := LITERAL.fullmatch(claim.strip()):
            return literal[1], ""
        if len(claim) > LONGEST:
            raise DataError(
                f"a path of {len(claim)} letters is no claim; there is none of more than {LONGEST}."
            )
        path, *filters = (part.strip() for part in claim.split("|"))
        found = self._find(path)
        text = found.text
        for name in filters:
            if name not in FILTERS:
                raise DataError(
                    f"there is no filter {name!r}; known are {', '.join(FILTERS)}.{near(name, FILTERS)}"
                )
            text = FILTERS[name](text)
        if not found.inputs and found.how in {"review.yaml", "protocol.yaml"}:
            return (
                text,
                "",
            )  # words that the team wrote: nothing was computed, and a whole paragraph would be a link
        key = f"claim/{path}"
        self.derivations[key] = Derivation(key, self._title(path), found.text, found.how, found.inputs)
        return text, key

    def _title(self, path: str) -> str:
        """A claim's path as words: "Full serving of milk at the end of treatment: effect"."""
        if path.startswith("cell ") and (cell := self.findings.cells.get(path[5:].strip())):
            return cell_title(self.findings, cell)
        first, _, rest = path.partition(".")
        what = self.analyses[first].title if first in self.analyses else first[:1].upper() + first[1:]
        words = rest.replace(".", ", ").replace("-", " ")
        return f"{what}: {words}" if words else what

    def _find(self, path: str) -> Found:
        first, _, rest = path.partition(".")
        families: dict[str, Callable[[str], Found]] = {
            "review": self._review,
            "flow": self._flow,
            "update": lambda rest: update_claim(self.findings, rest),
            "searches": self._searches,
            "agreement": self._agreement,
            "randomised": self._randomised,
            "studies": self._studies,
            "settings": self._settings,
            "contacts": self._contacts,
            "protocol": self._protocol,
            "study": self._study,
            "duplicates": self._duplicates,
            "risk-of-bias": self._risk_of_bias,
        }
        if first.startswith("cell ") or first == "cell":
            return self._cell(path.removeprefix("cell").strip())
        if first in families:
            return families[first](rest)
        if first in self.analyses:
            return analysis_claim(self.analyses[first], rest)
        raise no_claim(path, first, [*families, *self.analyses])

    # ------------------------------------------------------------ the review

    def _review(self, name: str) -> Found:
        plan = self.findings.plan
        return pick("review", name, {
            "title": Found(plan.title, "review.yaml"),
            "date": Found(long_date(plan.date), "review.yaml"),
            "population": Found(plan.population, "review.yaml"),
            "intervention": Found(plan.intervention, "review.yaml"),
            "comparator": Found(plan.comparator, "review.yaml"),
            "objectives": Found(plan.objectives, "protocol.yaml"),
        })  # fmt: skip

    def _settings(self, name: str) -> Found:
        plan = self.findings.plan
        return pick("settings", name, {
            "votes-title-abstract": Found(str(plan.votes_title_abstract), "review.yaml, settings"),
            "extractors": Found(str(plan.extractors), "review.yaml, settings", ()),
            "assessors": Found(str(plan.assessors), "review.yaml, settings", ()),
            "votes-full-text": Found(str(plan.votes_full_text), "review.yaml, settings"),
            "consensus-by": Found(f"a {plan.consensus_by}" if plan.consensus_by != "either" else "discussion",
                                  "review.yaml, settings"),
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
        for line in flow.exclusion_reasons:
            boxes[f"reason.{line.key}"] = line.n
        if name not in boxes:
            raise no_claim(f"flow.{name}", name, boxes)
        box = "excluded-full-text" if name.startswith("reason.") else name
        return Found(
            numbers.whole(boxes[name]), "Box of the flow diagram, counted from the states.", (f"flow/{box}",)
        )

    def _searches(self, name: str) -> Found:
        searches = self.findings.searches
        every = tuple(f"source/{search.key}" for search in searches)
        of = {
            kind: [search for search in searches if search.kind == kind] for kind in ("database", "register")
        }
        latest = max((search.date for search in searches), default="")
        lost = sum(file.lost for search in searches for file in search.files)
        return pick("searches", name, {
            "sources": Found(str(len(searches)), "Rows of searches.csv.", every),
            "databases": Found(str(len(of["database"])), "Rows of searches.csv of kind database.", every),
            "registers": Found(str(len(of["register"])), "Rows of searches.csv of kind register.", every),
            "latest": Found(long_date(latest), "Latest date in searches.csv.", every),
            "names": Found(in_a_row([search.name for search in searches]), "Names in searches.csv.", every),
            "databases-names": Found(in_a_row([search.name for search in of["database"]]), "Names in searches.csv.", every),
            "registers-names": Found(in_a_row([search.name for search in of["register"]]), "Names in searches.csv.", every),
            "not-read": Found(numbers.whole(lost), "Records of the exports that could not be read.", every),
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
            return Found(str(screened.conflicts_settled), f"Consensus rows at {stage} in screening.csv.")
        if screened.agreement is None:
            raise DataError(
                f"the claim {'agreement.' + path!r} has no value: {screened.why_none or 'nobody voted twice'}."
            )
        return pick(f"agreement.{stage}", name, _agreement_claims(screened.agreement, how))

    def _extraction_agreement(self, name: str) -> Found:
        both = sum(field.both for field in self.findings.field_agreement)
        same = sum(field.same for field in self.findings.field_agreement)
        how = "Values that two people extracted, in extraction.csv; the table of agreement has each field."
        known = {"values": Found(str(both), how), "same": Found(str(same), how),
                 "differ": Found(str(both - same), how)}  # fmt: skip
        if both:
            known["share"] = Found(numbers.percent(same / both), how)
        return pick("agreement.extraction", name, known)

    def _randomised(self, side: str) -> Found:
        """People randomised to one side of the comparison (or `total`) over the included studies."""
        included = [study for study in self.findings.studies.values() if study.status == "included"]
        arms = [(study.key, arm) for study in included for arm in study.arms if arm.side]
        cells = [f"{study}/{arm.key}/randomised" for study, arm in arms if side in {"total", arm.side}]
        if not cells:
            raise no_claim(f"randomised.{side}", side, {arm.side for _, arm in arms} | {"total"})
        total = 0.0
        for key in cells:
            final = cell.final if (cell := self.findings.cells.get(key)) else None
            if final is None or final.number is None:  # a sum over part of the arms would mislead
                raise DataError(
                    f"the claim {f'randomised.{side}'!r} has no value: there is no number that stands for {key}."
                )
            total += final.number
        return Found(
            numbers.whole(total),
            "Sum of people randomised over the arms of the included studies.",
            tuple(f"cell/{key}" for key in cells),
        )

    def _studies(self, path: str) -> Found:
        """studies.blinding.double-blind+single-blind: included studies whose consensus characteristic has the value.

        With `.names` at the end: their names.
        """
        field, _, rest = path.partition(".")
        wanted, _, names = rest.partition(".")
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
        included = self._included()
        values = {cell.key: slug(cell.final.value) for cell in cells if cell.final and cell.study in included}
        if unknown := [value for value in wanted.split("+") if value not in values.values()]:
            raise DataError(
                f"no included study has {field} {unknown[0]!r}.{near(unknown[0], set(values.values()))}"
            )
        matching = [key for key, value in values.items() if value in wanted.split("+")]
        how = f"Included studies whose {field} is {wanted.replace('+', ' or ')}."
        known_claims = counted(
            [study_name(self.findings, self.findings.cells[key].study) for key in matching],
            how, tuple(f"cell/{key}" for key in matching),
        )  # fmt: skip
        return pick(f"studies.{field}.{wanted}", names, known_claims)

    def _included(self) -> set[str]:
        return {study.key for study in self.findings.studies.values() if study.status == "included"}

    def _study(self, key: str) -> Found:
        """study.longo-2008: the name of a study, with its primary report behind it."""
        studies = self.findings.studies
        if key not in studies:
            raise no_claim(f"study.{key}", key, studies)
        primary = tuple(f"report/{report}" for report, role in studies[key].reports if role == "primary")
        return Found(studies[key].name, "Name in studies.csv; its primary report is linked.", primary)

    def _risk_of_bias(self, path: str) -> Found:
        """risk-of-bias.allocation-concealment.low: included studies with this judgement; with `.names` their names."""
        if path == "tool":
            return Found(ROB1.name, "protocol.yaml")
        domain, _, rest = path.partition(".")
        judgement, _, names = rest.partition(".")
        for given, known in ((domain, [of.id for of in ROB1.domains]), (judgement, list(ROB1.judgements))):
            if given not in known:
                raise no_claim(f"risk-of-bias.{path}", given, known)
        studies = [
            study_name(self.findings, judged.study)
            for judged in self.findings.judged
            if (judged.domain, judged.final, judged.outcome) == (domain, judgement, "")
            and judged.study in self._included()
        ]
        return pick(f"risk-of-bias.{domain}.{judgement}", names,
                    counted(studies, f"Studies at {judgement} risk in this domain, in appraisal.csv."))  # fmt: skip

    def _protocol(self, name: str) -> Found:
        dates = [date for _, date, _ in self.findings.plan.versions]
        return pick("protocol", name, {
            "first": Found(long_date(min(dates, default="")), "First version in protocol.yaml."),
            "latest": Found(long_date(max(dates, default="")), "Latest version in protocol.yaml."),
            "versions": Found(str(len(dates)), "Versions in protocol.yaml."),
        })  # fmt: skip

    def _duplicates(self, name: str) -> Found:
        decided = [decision for _, _, decision, _, _ in self.findings.decided_duplicates]
        how = "Rows of duplicates.csv that count."
        return pick("duplicates", name, {
            "merged-by-people": Found(str(decided.count("merge")), how),
            "kept-apart": Found(str(decided.count("keep apart")), how),
        })  # fmt: skip

    def _contacts(self, name: str) -> Found:
        letters = self.findings.contacts
        return pick("contacts", name, {
            "sent": Found(str(len(letters)), "Rows of contacts.csv."),
            "studies": Found(str(len({letter.study for letter in letters})), "Studies in contacts.csv."),
            "answered": Found(str(sum(bool(letter.reply) for letter in letters)), "Rows of contacts.csv with a reply."),
        })  # fmt: skip

    def _cell(self, path: str) -> Found:
        cell = self.findings.cells.get(path)
        if cell is None:
            raise DataError(f"there is no value {path!r}.{near(path, self.findings.cells)}")
        if cell.final is None:
            raise DataError(f"the value {path!r} is not settled: its extractions differ or one is missing.")
        return Found(cell_value(self.findings, cell), "The value that stands.", (f"cell/{path}",))


def _agreement_claims(agreed: Agreement, how: str) -> dict[str, Found]:
    known = {
        "both": Found(str(agreed.n), how),
        "kappa": Found("not defined" if agreed.kappa is None else f"{agreed.kappa:.2f}", how),
    }
    for name in ("observed", "positive", "negative"):
        share = getattr(agreed, name)
        known[name] = Found("not defined" if share is None else numbers.percent(share), how)
    if agreed.kappa_ci is not None:
        known["kappa-ci"] = Found(kappa_interval(agreed), how)
    return known
