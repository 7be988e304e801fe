"""Sentences for a methods section: what was pooled, in which model, by which estimator, test and interval."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evisynth.errors import DataError
from evisynth.synthesis.measures.scale import measure_named
from evisynth.synthesis.pooling.tau2 import TAU2_METHODS, WEIGHTED_TAU2_METHODS

LIKELIHOOD = "Viechtbauer 2005, doi:10.3102/10769986030003261"
TAU2_SOURCES = {
    "DL": "DerSimonian & Laird 1986, doi:10.1016/0197-2456(86)90046-2",
    "HE": "Hedges 1983, doi:10.1037/0033-2909.93.2.388",
    "HS": LIKELIHOOD,
    "HSk": "Brannick, Potter, Benitez & Morris 2019, doi:10.1177/1094428117741966",
    "SJ": "Sidik & Jonkman 2005, doi:10.1111/j.1467-9876.2005.00489.x",
    "SJIT": "Sidik & Jonkman 2005, doi:10.1111/j.1467-9876.2005.00489.x",
    "DLIT": "DerSimonian & Kacker 2007, doi:10.1016/j.cct.2006.04.004",
    "ML": LIKELIHOOD,
    "REML": LIKELIHOOD,
    "EB": "Morris 1983, doi:10.1080/01621459.1983.10477920",
    "PM": "Paule & Mandel 1982, doi:10.6028/jres.087.022",
    "PMM": "Viechtbauer 2021, European Congress of Methodology, Valencia",
    "GENQ": "DerSimonian & Kacker 2007, doi:10.1016/j.cct.2006.04.004",
    "GENQM": "Jackson 2013, doi:10.1002/jrsm.1081",
}
# What stands after "with 95% confidence intervals ...", and who says so.
INTERVALS = {
    "z": ("from the normal distribution", ""),
    "t": ("from the t distribution", ""),
    "HK": ("by the Hartung-Knapp method", "Hartung & Knapp 2001, doi:10.1002/sim.791"),
    "HK-adhoc": (
        "by the Hartung-Knapp method, their standard error no smaller than the classical one",
        "Roever, Knapp & Friede 2015, doi:10.1186/s12874-015-0091-1",
    ),
    "HK-ci": (
        "by the Hartung-Knapp method, or the classical ones where those were wider",
        "Jackson, Law, Ruecker & Schwarzer 2017, doi:10.1002/sim.7411",
    ),
    "HK-IQWiG6": (
        "by the Hartung-Knapp method as IQWiG applies it",
        "IQWiG 2020, General methods, version 6.0",
    ),
    "KR": ("by the Kenward-Roger method", "Partlett & Riley 2017, doi:10.1002/sim.7140"),
}
WAYS = {
    "Mantel-Haenszel": ("by the Mantel-Haenszel method", "Mantel & Haenszel 1959, doi:10.1093/jnci/22.4.719"),
    "Peto": ("by Peto's method", "Yusuf et al. 1985, doi:10.1016/S0033-0620(85)80003-7"),
    "given weights": ("with given weights", ""),
    "inverse variance": ("by inverse variance", ""),
}
# The words that end the noun at the head of a measure's name.
_AFTER_NOUN = ("of", "from", "by", "within", "under", "divided")
# What a profile decides about a measure; nothing about those that are not here.
DECIDED = {
    **dict.fromkeys(("RR", "OR", "RD"), "zero cells and variances"),
    **dict.fromkeys(("IRR", "IRD"), "zero cells"),
    "SMD": "the correction for small samples and the variance",
}
Q_AND_I2 = "Higgins & Thompson 2002, doi:10.1002/sim.1186"


@dataclass(frozen=True, slots=True)
class Methods:
    """The sentence, and the sources of what it names."""

    text: str
    references: tuple[str, ...]


def methods_of(result: Any) -> Methods:
    """The sentence about a result; a DataError for a kind that has none."""
    for base in type(result).__mro__:
        if base.__name__ in _ABOUT:
            text, sources = _ABOUT[base.__name__](result)
            return Methods(f"{text} ({_program()}).", tuple(dict.fromkeys(one for one in sources if one)))
    raise DataError(
        f"There is no sentence about {type(result).__name__}; the docs of its method have the words."
    )


def _program() -> str:
    import evisynth  # noqa: PLC0415 - the version stands in the package itself

    return f"Evisynth {evisynth.__version__}"


def _things(measure: str) -> str:
    """The measure in the plural, at the start of a sentence."""
    name = measure_named(measure).name
    if measure.startswith("generic"):
        return "Effects"
    head, comma, rest = name.partition(",")
    words = head.split()
    end = next((place for place, word in enumerate(words) if word in _AFTER_NOUN), len(words))
    noun, after = (
        " ".join(words[:end]),
        "".join(f" {word}" for word in words[end:]).replace(" its ", " their "),
    )
    if noun.endswith(("squared", "Yule's Q", "Yule's Y")):
        plural = f"{noun} values"
    else:
        plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{plural[:1].upper()}{plural[1:]}{after}" + (f" ({rest.strip()})" if comma else "")


def _hyphened(model: str) -> str:
    """A model before a noun: random-effects."""
    return model.replace(" ", "-")


def _level(level: float) -> str:
    return f"{100 * level:g}%"


def _tau2(method: str) -> tuple[str, str]:
    known = TAU2_METHODS | WEIGHTED_TAU2_METHODS
    title = known[method].title if method in known else method
    if method not in ("REML", "ML", "EB", "GENQ", "GENQM"):
        title = f"{title} estimator"
    by = "by the" if title.endswith("estimator") else "by"
    return f"the between-study variance tau2 was estimated {by} {title}", TAU2_SOURCES.get(method, "")


def _pooled(fit: Any) -> tuple[str, list[str]]:
    way, source = next((WAYS[key] for key in WAYS if key in fit.method), (f"by {fit.method}", ""))
    interval, interval_source = INTERVALS[fit.test]
    parts = [f"{_things(fit.measure)} of {fit.k} studies were pooled in a {_hyphened(fit.model)} model {way}"]
    sources = [source]
    if fit.tau2_method:
        words, tau2_source = _tau2(fit.tau2_method)
        parts.append(words)
        sources.append(tau2_source)
    elif fit.model == "random effects" and fit.method.endswith("given"):
        parts.append(f"the between-study variance was taken to be {fit.tau2:.4g}")
    parts.append(f"{_level(fit.level)} confidence intervals are {interval}")
    if fit.profile:
        from evisynth.synthesis.profiles import PROFILES  # noqa: PLC0415 - it imports the results

        if (what := DECIDED.get(fit.measure)) and fit.method != "Peto":
            parts.append(f"{what} are those of {PROFILES[fit.profile].title}")
    return "; ".join(parts), [*sources, interval_source, Q_AND_I2]


def _regression(fit: Any) -> tuple[str, list[str]]:
    names = ", ".join(name for name in fit.design.terms if name != "intercept")
    kind = "mixed-effects" if fit.model == "random effects" else "common-effect"
    parts = [f"{_things(fit.measure)} of {fit.k} studies were regressed on {names} in a {kind} model"]
    interval, interval_source = INTERVALS[fit.test]
    sources = ["Knapp & Hartung 2003, doi:10.1002/sim.1482" if fit.test.startswith("HK") else interval_source]
    if fit.tau2_method:
        words, source = _tau2(fit.tau2_method)
        parts.append(words.replace("between-study variance", "residual between-study variance"))
        sources.insert(0, source)
    parts.append(f"{_level(fit.level)} confidence intervals are {interval}")
    return "; ".join(parts), sources


def _subgroups(found: Any) -> tuple[str, list[str]]:
    text, sources = _pooled(found.overall)
    shared = (
        "one between-study variance for all"
        if found.tau2 is not None
        else "between-study variances of their own"
    )
    if found.overall.model == "common effect":
        shared = "the same method"
    text += f"; {len(found.groups)} subgroups were pooled with {shared} and compared by a chi-square test of their pooled effects"
    return text, [*sources, "Borenstein et al. 2009, doi:10.1002/9780470743386"]


def _multilevel(fit: Any) -> tuple[str, list[str]]:
    random = [f"random effects of {name}" for name in fit.sigma2]
    random += [f"correlated effects ({one.struct})" for one in fit.structures]
    estimation = "restricted maximum likelihood" if fit.method == "REML" else "maximum likelihood"
    text = (
        f"{fit.k} effects were pooled in a multilevel model with {' and '.join(random) or 'known covariances alone'}, "
        f"fitted by {estimation}; {_level(fit.level)} confidence intervals are {INTERVALS[fit.test][0]}"
    )
    return text, ["Konstantopoulos 2011, doi:10.1002/jrsm.35"]


def _robust(fit: Any) -> tuple[str, list[str]]:
    df = (
        "Satterthwaite degrees of freedom"
        if fit.kind == "CR2"
        else "degrees of freedom clusters less coefficients"
    )
    text = (
        f"Standard errors are cluster-robust ({fit.kind}, {fit.n_clusters} clusters), with {df}; "
        f"{_level(fit.level)} confidence intervals are from the t distribution"
    )
    return text, [
        "Hedges et al. 2010, doi:10.1002/jrsm.5",
        "Tipton & Pustejovsky 2015, doi:10.3102/1076998615606099",
    ]


def _glmm(fit: Any) -> tuple[str, list[str]]:
    mixed = "mixed " if fit.model == "random effects" else ""
    text = (
        f"{_things(fit.measure)} of {fit.k} studies were pooled in a {_hyphened(fit.model)} model by a generalised linear {mixed}"
        f"model ({fit.likelihood}) fitted by maximum likelihood, without correction of zero cells; "
        f"{_level(fit.level)} confidence intervals are from the normal distribution"
    )
    return text, [
        "Stijnen, Hamza & Ozdemir 2010, doi:10.1002/sim.4040",
        "Jackson et al. 2018, doi:10.1002/sim.7588",
    ]


def _location_scale(fit: Any) -> tuple[str, list[str]]:
    names = ", ".join(name for name in fit.scale.terms if name != "intercept")
    text = (
        f"A location-scale model of {fit.k} studies, fitted by {fit.likelihood}, let the between-study variance depend on "
        f"{names}"
    )
    return text, ["Viechtbauer & Lopez-Lopez 2022, doi:10.1002/jrsm.1562"]


def _selection(fit: Any) -> tuple[str, list[str]]:
    text = (
        f"A selection model with a {fit.function} weight function of the p value (alternative {fit.alternative}) was fitted to "
        f"{fit.k} studies by maximum likelihood"
    )
    sources = {"stepfun": "Hedges & Vevea 1996, doi:10.3102/10769986021004299",
               "beta": "Citkowicz & Vevea 2017, doi:10.1037/met0000119"}  # fmt: skip
    return text, [sources.get(fit.function, "Preston et al. 2004, doi:10.1111/j.1365-2753.2003.00457.x")]


def _trim_and_fill(found: Any) -> tuple[str, list[str]]:
    text, sources = _pooled(found.observed)
    text += f"; missing studies were estimated and filled in by trim and fill ({found.estimator})"
    return text, [*sources, "Duval & Tweedie 2000, doi:10.1111/j.0006-341X.2000.00455.x"]


def _regression_test(found: Any) -> tuple[str, list[str]]:
    text = f"Funnel plot asymmetry of {found.k} studies was tested by {found.test.removesuffix(' for funnel plot asymmetry')}"
    return text, [
        "Egger et al. 1997, doi:10.1136/bmj.315.7109.629",
        "Sterne et al. 2011, doi:10.1136/bmj.d4002",
    ]


def _rank_test(found: Any) -> tuple[str, list[str]]:
    return f"Funnel plot asymmetry of {found.k} studies was tested by {found.test}", [
        "Begg & Mazumdar 1994, doi:10.2307/2533446"
    ]


def _subsets(found: Any) -> tuple[str, list[str]]:
    text, sources = _pooled(found.whole)
    again = (
        "without each study in turn"
        if type(found).__name__ == "LeaveOneOut"
        else "after each study was added"
    )
    return f"{text}; the analysis was repeated {again}", sources


def _single(found: Any) -> tuple[str, list[str]]:
    return f"The {measure_named(found.measure).name} of the only study is reported as it is", []


def _many(found: Any) -> tuple[str, list[str]]:
    interval, source = INTERVALS[found.test]
    words, tau2_source = _tau2(found.method) if found.method != "common" else ("in a common-effect model", "")
    text = f"{len(found)} meta-analyses were pooled by inverse variance; {words}; "
    return f"{text}{_level(found.level)} confidence intervals are {interval}", [tau2_source, source]


def _study_effects(found: Any) -> tuple[str, list[str]]:
    own = int(found.defined.sum())
    return (
        f"{_things(found.measure)} and their sampling variances were computed for {own} of {found.k} studies",
        [],
    )


def _fail_safe(found: Any) -> tuple[str, list[str]]:
    sources = {"rosenthal": "Rosenthal 1979, doi:10.1037/0033-2909.86.3.638",
               "orwin": "Orwin 1983, doi:10.3102/10769986008002157",
               "rosenberg": "Rosenberg 2005, doi:10.1111/j.0014-3820.2005.tb01004.x"}  # fmt: skip
    return f"The fail-safe number of {found.k} studies was computed ({found.kind})", [
        sources.get(found.kind, "")
    ]


def _plainly(text: str, *sources: str) -> Callable[[Any], tuple[str, list[str]]]:
    """A sentence that is the same for every result of a kind."""
    return lambda _: (text, list(sources))


_ABOUT: dict[str, Callable[[Any], tuple[str, list[str]]]] = {
    "Pooled": _pooled,
    "SingleStudy": _single,
    "MetaRegression": _regression,
    "Subgroups": _subgroups,
    "MultilevelFit": _multilevel,
    "RobustFit": _robust,
    "Glmm": _glmm,
    "LocationScale": _location_scale,
    "SelectionFit": _selection,
    "TrimAndFill": _trim_and_fill,
    "RegressionTest": _regression_test,
    "RankTest": _rank_test,
    "Subsets": _subsets,
    "PooledMany": _many,
    "StudyEffects": _study_effects,
    "FailSafe": _fail_safe,
    "Influence": _plainly(
        "Outlying and influential studies were looked for by deletion diagnostics",
        "Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11",
    ),
    "Residuals": _plainly(
        "Outlying studies were looked for by standardised and deleted residuals",
        "Viechtbauer & Cheung 2010, doi:10.1002/jrsm.11",
    ),
    "Baujat": _plainly(
        "Each study's part in the heterogeneity and its influence on the pooled effect were compared",
        "Baujat et al. 2002, doi:10.1002/sim.1221",
    ),
    "Blups": _plainly("The studies' true effects were predicted (best linear unbiased predictions)"),
    "Gosh": _plainly(
        "Subsets of the studies were pooled as the whole", "Olkin et al. 2012, doi:10.1002/jrsm.1053"
    ),
    "PermutationTest": _plainly(
        "P values are from a permutation test",
        "Follmann & Proschan 1999, doi:10.1111/j.0006-341X.1999.00732.x",
    ),
    "HenmiCopas": _plainly(
        "Effects were pooled by the method of Henmi and Copas", "Henmi & Copas 2010, doi:10.1002/sim.4029"
    ),
    "ExcessSignificance": _plainly(
        "An excess of significant studies was tested",
        "Ioannidis & Trikalinos 2007, doi:10.1177/1740774507079441",
    ),
    "PetPeese": _plainly(
        "Small-study effects were corrected for by PET-PEESE",
        "Stanley & Doucouliagos 2014, doi:10.1002/jrsm.1095",
    ),
    "LimitMetaAnalysis": _plainly(
        "Small-study effects were corrected for by a limit meta-analysis",
        "Ruecker et al. 2011, doi:10.1093/biostatistics/kxq046",
    ),
}
