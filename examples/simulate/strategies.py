"""Search strategies in the syntax of each platform. Written for the examples: the reviews' own are not public."""

from sources import Source

TERMS = {
    "milk": ("Milk Hypersensitivity", "milk", "'milk allergy'/exp", "leche OR leite"),
    "peanut": ("Peanut Hypersensitivity", "peanut", "'peanut allergy'/exp", "maní OR cacahuete OR amendoim"),
}
HEAD = "Simulated strategy, written for this example; the review's own strategy is not public.\n\n"


def strategy(source: Source, food: str) -> str:
    """The strategy for a source, as a text with numbered lines or as one query."""
    heading, word, emtree, latin = TERMS[food]
    route = "(immunotherap* OR desensiti* OR hyposensiti* OR toleran*)"
    by_platform = {
        "Ovid": (
            f"1. exp {heading}/\n2. ({word} adj5 (allerg* or hypersensitiv*)).tw.\n3. 1 or 2\n4. exp Desensitization, Immunologic/\n"
            "5. (immunotherap* or desensiti* or hyposensiti* or toleran*).tw.\n6. 4 or 5\n7. 3 and 6\n"
        ),
        "National Library of Medicine": f'("{heading}"[mh] OR ({word}[tiab] AND allerg*[tiab])) AND {route}\n',
        "PubMed": f'("{heading}"[mh] OR ({word}[tiab] AND allerg*[tiab])) AND {route}\n',
        "Embase.com": f"#1 {emtree} OR ({word} NEAR/5 allerg*):ti,ab\n#2 'oral desensitization'/exp OR {route.replace(' OR ', ' or ')}:ti,ab\n#3 #1 AND #2\n",
        "EBSCOhost": f'S1 (MH "{heading}+") OR TX {word} N5 allerg*\nS2 TX {route}\nS3 S1 AND S2\n',
        "Elsevier": f"TITLE-ABS-KEY({word} W/5 allerg*) AND TITLE-ABS-KEY{route}\n",
        "BVS portal": f'(mh:"{heading}" OR {word} OR {latin}) AND (alerg$ OR allerg$)\n',
        "Google": f"{word} allergy oral immunotherapy OR desensitization\n",
    }
    if source.kind == "register":
        return HEAD + f"condition: {heading}; intervention: oral immunotherapy OR desensitization\n"
    if source.id == "pubmed-in-process":
        return (
            HEAD
            + by_platform[source.platform].strip()
            + " AND (inprocess[sb] OR publisher[sb] OR pubmednotmedline[sb])\n"
        )
    general = f"({word} NEAR allerg*) AND {route}\n"
    return HEAD + by_platform.get(source.platform, general)
