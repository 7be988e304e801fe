"""Cochrane's risk of bias tool for randomised trials of 2011 ("RoB 1"), with its seven entries.

Source: Cochrane Handbook 5.1, chapter 8; Higgins 2011, doi:10.1136/bmj.d5928. The help is in our own words.
"""

from types import MappingProxyType

from evisynth.appraisal.judgement import Domain, Tool

ROB1 = Tool(
    id="rob1",
    name="Cochrane risk of bias tool (2011)",
    source="Cochrane Handbook 5.1, chapter 8; doi:10.1136/bmj.d5928",
    domains=(
        Domain(
            id="sequence-generation",
            label="Random sequence generation",
            concerns="selection bias",
            help=(
                "How was the order of allocation made? Low: nobody could have predicted it, e.g. a "
                "computer's random numbers, a printed table of them, drawing lots. High: birth dates, "
                "record numbers, alternation, or somebody's choice. Unclear: called random, and no more "
                "is said."
            ),
        ),
        Domain(
            id="allocation-concealment",
            label="Allocation concealment",
            concerns="selection bias",
            help=(
                "Could those who enrolled people know the next allocation? Low: a central service, "
                "identical numbered containers, or sealed opaque envelopes in sequence. High: an open "
                "list, envelopes without safeguards, alternation. Unclear: the report does not say "
                "enough."
            ),
        ),
        Domain(
            id="blinding-participants",
            label="Blinding of participants and personnel",
            concerns="performance bias",
            help=(
                "Did participants or their carers know the group, and could that change this outcome? "
                "Low: blinded and likely to have stayed so, or the outcome cannot be swayed by knowing. "
                "High: not blinded, or the blinding was broken, and the outcome can be swayed. May differ"
                " by outcome."
            ),
            repeats=True,
        ),
        Domain(
            id="blinding-assessment",
            label="Blinding of outcome assessment",
            concerns="detection bias",
            help=(
                "Did those who measured the outcome know the group, and could that change the "
                "measurement? A participant who reports a symptom is the assessor. Low: blinded, or a "
                "measurement that leaves no room. High: known, and with room for judgement. May differ by"
                " outcome."
            ),
            repeats=True,
        ),
        Domain(
            id="incomplete-data",
            label="Incomplete outcome data",
            concerns="attrition bias",
            help=(
                "Who is missing from the result, from which group and why? Low: nobody, or too few and "
                "for reasons too unrelated to matter, or properly imputed. High: numbers or reasons "
                "differ between the groups so that the effect could change, or people were not analysed "
                "as randomised. Unclear: losses are not reported. May differ by outcome."
            ),
            repeats=True,
        ),
        Domain(
            id="selective-reporting",
            label="Selective reporting",
            concerns="reporting bias",
            help=(
                "Was every planned outcome reported as planned? Low: a protocol or registration is there "
                "and agrees with the report. High: an outcome is missing, was added, or is given so that "
                "it cannot be pooled. Unclear: there is nothing to compare the report with."
            ),
        ),
        Domain(
            id="other-bias",
            label="Other bias",
            concerns="other sources of bias",
            help=(
                "Is there anything else, named in the protocol, that could mislead: the design (cluster, "
                "crossover), groups that differ at the start, stopping early, fraud? Low: nothing found. "
                "Unclear: something may be wrong and there is too little to judge it."
            ),
        ),
    ),
    judgements=("low", "unclear", "high"),
    words=MappingProxyType(
        {"low": "low risk of bias", "unclear": "unclear risk of bias", "high": "high risk of bias"}
    ),
    symbols=MappingProxyType({"low": "+", "unclear": "?", "high": "−"}),
)
