"""`evisynth synthesis pool`: one analysis from a table of studies."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evisynth.cli.console import errors_shown, messages
from evisynth.errors import DataError

if TYPE_CHECKING:
    from evisynth.cli.study_table import StudyTable

FIGURES = (".svg", ".png", ".pdf")
MODELS = {"random": "random effects", "common": "common effect"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    measure: str
    method: str
    model: str
    tau2: str
    test: str
    level: float
    profile: str
    likelihood: str


def pool_table(
    table: Annotated[Path, typer.Argument(metavar="DATA.csv", help="A table with a row for each study.")],
    measure: Annotated[
        str,
        typer.Option(
            metavar="M", help="RR, OR, RD, MD, SMD, IRR, PLO, ... (see docs/methods/effect-sizes.md)."
        ),
    ] = "",
    method: Annotated[
        str, typer.Option(metavar="HOW", help="IV, MH, Peto, GLMM, or SSW: how the studies are pooled.")
    ] = "IV",
    model: Annotated[str, typer.Option(metavar="MODEL", help="random or common.")] = "random",
    tau2: Annotated[
        str,
        typer.Option(metavar="EST", help="The estimator of tau2: REML, DL, PM, ...; REML, or the profile's."),
    ] = "",
    test: Annotated[
        str, typer.Option(metavar="TEST", help="The interval of random effects: z, t, HK, HK-adhoc, KR.")
    ] = "z",
    level: Annotated[float, typer.Option(metavar="L", help="Of the intervals, as a fraction.")] = 0.95,
    by: Annotated[str, typer.Option(metavar="COLUMN", help="Subgroups by this column.")] = "",
    moderators: Annotated[str, typer.Option(metavar="A,B", help="Meta-regression on these columns.")] = "",
    profile: Annotated[
        str,
        typer.Option(metavar="ID", help="The arithmetic of a program: revman5, revman-web, metafor, meta."),
    ] = "",
    likelihood: Annotated[
        str, typer.Option(metavar="NAME", help="Of GLMM for OR and IRR: UM.FS, UM.RS, CM.EL or CM.AL.")
    ] = "",
    forest: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw a forest plot: FILE.svg, .png or .pdf.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every number, unrounded, as JSON.")] = False,
) -> None:
    """Pool the studies of a table, in subgroups or with moderators if asked for."""
    with errors_shown():
        if forest is not None and forest.suffix not in FIGURES:
            raise DataError(f"{forest}: a forest plot is drawn as {', '.join(FIGURES)}.")
        if model not in MODELS:
            raise DataError(f"--model {model}: a model is random or common.")
        from evisynth.cli.study_table import read_table  # noqa: PLC0415 - it brings numpy

        studies = read_table(table)
        wanted = Wanted(measure, method, MODELS[model], tau2, test, level, profile, likelihood)
        with studies.placed():
            result, drawn = _analysed(studies, wanted, by, moderators)
        twice = sorted(name for name, times in Counter(studies.studies).items() if times > 1)
        if twice:
            messages.print(
                f"{studies.file}: several rows of {', '.join(twice)}, pooled as if they were independent studies.",
                markup=False,
            )
        if forest is not None:
            _draw(forest, result, drawn)
    if as_json:
        found = json.loads(result.to_json()) | {
            "methods_sentence": result.methods_sentence(),
            "references": list(result.references()),
        }
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        typer.echo(_summary(result))
    if forest is not None:
        messages.print(f"Written: {forest}", markup=False)


def _analysed(table: "StudyTable", wanted: Wanted, by: str, moderators: str) -> tuple[Any, Any]:
    """The result, and the counts that stand in its forest plot."""
    if by and moderators:
        raise DataError("--by and --moderators are two analyses; ask for one of them.")
    if moderators:
        return _regression(table, wanted, [name.strip() for name in moderators.split(",")]), None
    data, fit, counts = _door(table, wanted)
    if by:
        return _by_groups(table, wanted, by, data, fit), counts
    return fit(data), counts


def _door(table: "StudyTable", wanted: Wanted) -> tuple[Any, Callable[[Any], Any], Any]:
    """The data that are pooled, how, and the two-by-two tables among them."""
    from evisynth.synthesis.pooling.binary import METHODS as OF_TABLES  # noqa: PLC0415
    from evisynth.synthesis.pooling.binary import pool_two_by_two  # noqa: PLC0415
    from evisynth.synthesis.pooling.rates import METHODS as OF_RATES  # noqa: PLC0415
    from evisynth.synthesis.pooling.rates import TwoRates, pool_rates  # noqa: PLC0415
    from evisynth.synthesis.profiles import REVMAN5, profile_named  # noqa: PLC0415

    known = [*OF_TABLES, *OF_RATES, "GLMM"]
    if wanted.method not in known:
        raise DataError(
            f"--method {wanted.method} is not known; known are {', '.join(dict.fromkeys(known))}."
        )
    columns = table.measured(wanted.measure)
    if wanted.method == "GLMM":
        return *_glmm(table, wanted, columns), None
    profile = profile_named(wanted.profile) if wanted.profile else replace(REVMAN5, tau2_method="REML")
    random: dict[str, Any] = {"test": wanted.test} if wanted.model == "random effects" else {}
    how: dict[str, Any] = {
        "method": wanted.method, "model": wanted.model, "profile": profile, "level": wanted.level,
        "tau2_method": wanted.tau2 or None, **random,
    }  # fmt: skip
    if wanted.measure in ("RR", "OR", "RD") and "events1" in columns:
        counts = _two_by_two(table, columns)
        return counts, lambda some: pool_two_by_two(some, wanted.measure, **how), counts
    if wanted.measure in ("IRR", "IRD") and "events1" in columns:
        _need(table, wanted.measure, columns, ("events1", "time1", "events2", "time2"))
        rates = TwoRates(table.studies, *(columns[name] for name in ("events1", "time1", "events2", "time2")))
        return rates, lambda some: pool_rates(some, wanted.measure, **how), None
    if wanted.method != "IV" or wanted.profile:
        what = f"--method {wanted.method}" if wanted.method != "IV" else f"--profile {wanted.profile}"
        raise DataError(
            f"{what} pools counts of RR, OR, RD, IRR or IRD (columns events1, n1, events2, n2 or time1, time2)."
        )
    return *_inverse_variance(table, wanted, columns), None


def _need(table: "StudyTable", measure: str, columns: dict[str, Any], wanted: tuple[str, ...]) -> None:
    lacking = [name for name in wanted if name not in columns]
    if lacking:
        raise DataError(
            f"{table.file}: {measure} needs the columns {', '.join(wanted)}; {', '.join(lacking)} is not there. "
            f"It has {', '.join(table.names)}."
        )


def _two_by_two(table: "StudyTable", columns: dict[str, Any]) -> Any:
    from evisynth.synthesis.measures.two_by_two import TwoByTwo  # noqa: PLC0415

    for group in ("1", "2"):
        if f"n{group}" not in columns and f"nonevents{group}" in columns:
            columns[f"n{group}"] = columns[f"events{group}"] + columns[f"nonevents{group}"]
    wanted = ("events1", "n1", "events2", "n2")
    _need(table, "a two-by-two table", columns, wanted)
    return TwoByTwo(table.studies, *(columns[name] for name in wanted))


def _glmm(table: "StudyTable", wanted: Wanted, columns: dict[str, Any]) -> tuple[Any, Callable[[Any], Any]]:
    from evisynth.synthesis.pooling.glmm import pool_glmm  # noqa: PLC0415

    if wanted.test != "z" or wanted.tau2 not in ("", "ML") or wanted.profile:
        raise DataError(
            "--method GLMM has maximum likelihood, test z and no profile; leave these options out."
        )
    if "events1" in columns and "time1" not in columns:
        counts = _two_by_two(table, columns)
        columns = dict(counts.columns)
    how: dict[str, Any] = {"likelihood": wanted.likelihood, "model": wanted.model, "level": wanted.level}
    return None, lambda _: pool_glmm(wanted.measure, studies=table.studies, **how, **columns)


def _effects(table: "StudyTable", wanted: Wanted, columns: dict[str, Any]) -> Any:
    """The effects of the studies: computed, or given as yi and vi (or sei)."""
    import numpy as np  # noqa: PLC0415

    from evisynth.synthesis.columns import rows_of  # noqa: PLC0415
    from evisynth.synthesis.measures.effect_sizes import effect_sizes  # noqa: PLC0415
    from evisynth.synthesis.measures.effects import StudyEffects  # noqa: PLC0415
    from evisynth.synthesis.measures.scale import measure_named  # noqa: PLC0415

    measure = measure_named(wanted.measure or "generic").id
    if columns:
        effects = effect_sizes(measure, studies=table.studies, **columns)
        for study, what in effects.doubtful:
            messages.print(f"{table.file}: {study}: {what}.", markup=False)
        return effects
    if "yi" not in table.names or not {"vi", "sei"} & set(table.names):
        if not wanted.measure:
            raise DataError(
                f"{table.file}: say what is pooled, as --measure RR; without one the effects come from yi with vi or "
                f"sei; found {', '.join(table.names)}."
            )
        raise DataError(
            f"{table.file}: {measure} is pooled from its columns (see docs/methods/effect-sizes.md) or from yi with vi or "
            f"sei; found {', '.join(table.names)}."
        )
    yi = table.numbers("yi")
    vi = table.numbers("vi") if "vi" in table.names else table.numbers("sei") ** 2
    rows = rows_of({"yi": yi, "vi": vi}, table.studies, yi="yi", vi="vi")
    there = ~(np.isnan(yi) | np.isnan(vi))
    none = np.zeros(table.k, dtype=np.bool_)
    return StudyEffects(
        measure, table.studies, np.where(there, yi, np.nan), np.where(there, vi, np.nan), none, rows.dropped
    )


def _inverse_variance(
    table: "StudyTable", wanted: Wanted, columns: dict[str, Any]
) -> tuple[Any, Callable[[Any], Any]]:
    from evisynth.synthesis.pooling.inverse_variance import pool_study_effects  # noqa: PLC0415

    tau2 = (wanted.tau2 or "REML") if wanted.model == "random effects" else None
    test = wanted.test if tau2 else "z"
    return (
        _effects(table, wanted, columns),
        lambda some: pool_study_effects(some, tau2_method=tau2, test=test, level=wanted.level),
    )


def _regression(table: "StudyTable", wanted: Wanted, names: list[str]) -> Any:
    from evisynth.synthesis.moderators.regression import meta_regression  # noqa: PLC0415

    if wanted.method != "IV":
        raise DataError(
            "--moderators is a meta-regression of effects by inverse variance; leave --method out."
        )
    effects = _effects(table, wanted, table.measured(wanted.measure))
    own = effects.defined.tolist()
    kept = [row for row, there in enumerate(own) if there]
    columns = {name: [table.values(name)[row] for row in kept] for name in names}
    fit = meta_regression(
        effects.yi[kept],
        effects.vi[kept],
        columns,
        measure=effects.measure,
        studies=[effects.studies[row] for row in kept],
        **_how(wanted),
    )
    return replace(fit, dropped=(*effects.undefined, *fit.dropped))


def _by_groups(table: "StudyTable", wanted: Wanted, by: str, data: Any, fit: Callable[[Any], Any]) -> Any:
    """Each subgroup pooled as the whole is, and the test between them."""
    import numpy as np  # noqa: PLC0415

    from evisynth.synthesis.measures.effects import StudyEffects  # noqa: PLC0415
    from evisynth.synthesis.moderators.subgroups import Subgroups, between_groups, subgroups  # noqa: PLC0415

    labels = table.text(by)
    for line, label in zip(table.lines, labels, strict=True):
        if label is None:
            raise DataError(
                f"{table.file}:{line}: {by}: the study has no subgroup. Give it one, or leave it out."
            )
    if data is None:
        raise DataError(
            "--by is not offered for GLMM; give the subgroups as a moderator of pool_glmm in Python."
        )
    if isinstance(data, StudyEffects):
        kept = np.flatnonzero(data.defined).tolist()
        found = subgroups(
            data.yi[kept],
            data.vi[kept],
            [labels[row] for row in kept],
            studies=[data.studies[row] for row in kept],
            measure=data.measure,
            **_how(wanted),
        )
        return replace(found, overall=replace(found.overall, dropped=data.undefined))
    groups = {}
    for name in dict.fromkeys(str(one) for one in labels):
        try:
            groups[name] = fit(data.take(np.array([one == name for one in labels])))
        except DataError as error:
            raise DataError(f"Subgroup {name}: {error}") from None
    Qb, df = between_groups([one.mu for one in groups.values()], [one.se for one in groups.values()])
    return Subgroups(groups, fit(data), None, Qb, df)


def _how(wanted: Wanted) -> dict[str, Any]:
    """Method, test and level of effects by inverse variance."""
    random = wanted.model == "random effects"
    method, test = (wanted.tau2 or "REML", wanted.test) if random else ("common", "z")
    return {"method": method, "test": test, "level": wanted.level}


def _draw(path: Path, result: Any, counts: Any) -> None:
    """The forest plot by the ending of its file."""
    from evisynth.reporting.figures.forest import forest  # noqa: PLC0415 - it brings matplotlib
    from evisynth.synthesis.moderators.subgroups import Subgroups  # noqa: PLC0415
    from evisynth.synthesis.pooling.result import Pooled  # noqa: PLC0415

    if not isinstance(result, Pooled | Subgroups):
        raise DataError("A forest plot is drawn of pooled effects and subgroups, not of this analysis.")
    try:
        forest(result, table=counts).save(path)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from error


def _summary(result: Any) -> str:
    """What people read: the result, its prediction interval, and the sentence for a methods section."""
    lines = [str(result)]
    interval = _prediction(result)
    if interval:
        lines.append(interval)
    return "\n".join([*lines, "", result.methods_sentence(), *(f"  {one}" for one in result.references())])


def _prediction(result: Any) -> str:
    from evisynth.synthesis.pooling.result import RANDOM, Pooled  # noqa: PLC0415

    if not isinstance(result, Pooled) or result.model != RANDOM:
        return ""
    limits = result.prediction_interval()
    if limits is None:
        return (
            f"no prediction interval: t with k - 2 degrees of freedom has none left with {result.k} studies"
        )
    low, high = map(result.back, limits)
    return f"{100 * result.level:g}% prediction interval {low:.4g} to {high:.4g} (t with k - 2 degrees of freedom)"
