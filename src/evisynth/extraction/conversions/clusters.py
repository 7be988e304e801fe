"""Cluster-randomised trials: how much less people of one cluster tell than people on their own."""

from evisynth.extraction.conversions.converted import HANDBOOK, Converted, above_0, at_least, between, one


def design_effect(cluster_size: float, icc: float) -> Converted:
    """1 + (mean cluster size - 1) x intracluster correlation: by how much the clusters raise the variance."""
    at_least(1, cluster_size=cluster_size)
    between(-1, 1, icc=icc)
    return one(
        "design_effect",
        1 + (cluster_size - 1) * icc,
        "design effect = 1 + (cluster size - 1) x ICC",
        f"{HANDBOOK}23.1.4",
    )


def effective_size(number: float, effect: float) -> Converted:
    """People (or people with the event) over the design effect: the number that enters a meta-analysis. Not rounded."""
    at_least(0, number=number)
    above_0(design_effect=effect)
    return one("effective_size", number / effect, "number / design effect", f"{HANDBOOK}23.1.4")


def intracluster_correlation(between_variance: float, within_variance: float) -> Converted:
    """The share of the variance between clusters in all of it."""
    at_least(0, between_variance=between_variance, within_variance=within_variance)
    above_0(variance=between_variance + within_variance)
    icc = between_variance / (between_variance + within_variance)
    source = "Eldridge, Ukoumunne & Carlin 2009, doi:10.1111/j.1751-5823.2009.00092.x"
    return one("icc", icc, "ICC = between / (between + within) variance", source)
