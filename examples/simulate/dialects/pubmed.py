"""PubMed: the tagged text (nbib) and the XML, as PubMed saved them for a search."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from copies import Copy
from dialects.tags import Field, each, where, windows, wrapped

LANGUAGES = {"en": "eng", "es": "spa", "pt": "por"}
TYPES = {
    "article": "Journal Article",
    "meeting": "Congress",
    "thesis": "Academic Dissertation",
    "registration": "Clinical Trial",
}


def article_title(copy: Copy) -> str:
    """The title; a translated one stands in brackets."""
    return f"[{copy.title.rstrip('.')}]." if copy.publication.language != "en" else copy.title


def nbib(copies: Sequence[Copy]) -> bytes:
    """Tagged text: CRLF, values wrapped and indented by six blanks, both IS and AID repeated."""
    return windows("\n".join(_nbib(copy) for copy in copies)).encode()


def _nbib(copy: Copy) -> str:
    publication = copy.publication
    place = f"{copy.volume}{f'({copy.issue})' if copy.issue else ''}{f':{copy.pages}' if copy.first else ''}"
    status = "Publisher" if not copy.volume else "MEDLINE"
    doi = f"{copy.doi} [doi]" if copy.doi else ""
    people: list[Field] = []
    for (family, given), short in zip(copy.authors, copy.names("{family} {initials}"), strict=False):
        people += [("FAU ", f"{family}, {given}"), ("AU  ", short)]
    fields: list[Field] = [
        ("PMID", publication.pmid), ("OWN ", "NLM"), ("STAT", status), ("IS  ", f"{publication.journal.issn} (Print)"),
        ("VI  ", copy.volume), ("IP  ", copy.issue), ("DP  ", f"{copy.year} {copy.month}"), ("TI  ", article_title(copy)),
        ("PG  ", copy.pages), ("LID ", doi if not copy.volume else ""), ("AB  ", copy.abstract), *people,
        ("CN  ", copy.group), ("AD  ", where(publication.affiliation)), ("LA  ", LANGUAGES[publication.language]),
        ("PT  ", TYPES[publication.kind]), ("TT  ", f"{copy.original_title}." if copy.original_title else ""),
        ("TA  ", copy.journal_short), ("JT  ", copy.journal), ("SB  ", "IM"), *each("MH  ", publication.keywords),
        ("AID ", doi), ("PST ", "aheadofprint" if not copy.volume else "ppublish"),
        ("SO  ", f"{copy.journal_short}. {copy.year} {copy.month};{place}.{f' doi: {copy.doi}.' if copy.doi else ''}"),
    ]  # fmt: skip
    return "".join(f"{tag}- {wrapped(value, 80, '      ')}\n" for tag, value in fields if value)


def xml(copies: Sequence[Copy]) -> bytes:
    """PubmedArticleSet with indentation, inline markup, structured abstracts and ArticleIds of the record alone."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2012//EN" '
        '"http://www.ncbi.nlm.nih.gov/corehtml/query/DTD/pubmed_120101.dtd">\n<PubmedArticleSet>\n'
    )
    return (head + "".join(_article(copy) for copy in copies) + "</PubmedArticleSet>\n").encode()


def _article(copy: Copy) -> str:
    publication = copy.publication
    journal = publication.journal
    issue = f"<Volume>{copy.volume}</Volume><Issue>{copy.issue}</Issue>" if copy.volume else ""
    title = (
        escape(article_title(copy)).replace("in vitro", "<i>in vitro</i>").replace("IgG4", "IgG<sub>4</sub>")
    )
    doi = escape(copy.doi)
    ids = f'<ArticleId IdType="pubmed">{publication.pmid}</ArticleId>'
    ids += f'<ArticleId IdType="doi">{doi}</ArticleId>' if doi else ""
    return f"""<PubmedArticle>
    <MedlineCitation Owner="NLM" Status="{"In-Process" if copy.volume else "Publisher"}">
        <PMID Version="1">{publication.pmid}</PMID>
        <Article PubModel="{"Print" if copy.volume else "Print-Electronic"}">
            <Journal>
                <ISSN IssnType="Print">{journal.issn}</ISSN>
                <JournalIssue CitedMedium="Print">{issue}
                    <PubDate><Year>{copy.year}</Year><Month>{copy.month}</Month></PubDate>
                </JournalIssue>
                <Title>{escape(copy.journal)}</Title>
                <ISOAbbreviation>{escape(copy.journal_short)}</ISOAbbreviation>
            </Journal>
            <ArticleTitle>{title}</ArticleTitle>
            {f"<Pagination><MedlinePgn>{copy.pages}</MedlinePgn></Pagination>" if copy.first else ""}
            {_abstract(copy)}
            <AuthorList CompleteYN="Y">{_authors(copy)}
            </AuthorList>
            <Language>{LANGUAGES[publication.language]}</Language>
            <PublicationTypeList><PublicationType>{TYPES[publication.kind]}</PublicationType></PublicationTypeList>
            {f"<VernacularTitle>{escape(copy.original_title)}.</VernacularTitle>" if copy.original_title else ""}
        </Article>
    </MedlineCitation>
    <PubmedData>
        <PublicationStatus>{"ppublish" if copy.volume else "aheadofprint"}</PublicationStatus>
        <ArticleIdList>{ids}</ArticleIdList>
    </PubmedData>
</PubmedArticle>
"""


def _abstract(copy: Copy) -> str:
    """The abstract: its first sentence labelled as methods where there are several."""
    first, dot, rest = copy.abstract.partition(". ")
    if not rest:
        return (
            f"<Abstract><AbstractText>{escape(copy.abstract)}</AbstractText></Abstract>"
            if copy.abstract
            else ""
        )
    return (
        f'<Abstract><AbstractText Label="METHODS" NlmCategory="METHODS">{escape(first + dot.strip())}</AbstractText>'
        f'<AbstractText Label="RESULTS" NlmCategory="RESULTS">{escape(rest)}</AbstractText></Abstract>'
    )


def _authors(copy: Copy) -> str:
    shown = [
        f'\n                <Author ValidYN="Y"><LastName>{escape(family)}</LastName><ForeName>{escape(given)}</ForeName>'
        f"<Initials>{escape(short)}</Initials></Author>"
        for (family, given), short in zip(copy.authors, copy.names("{initials}"), strict=False)
    ]
    if copy.group:
        shown.append(
            f'\n                <Author ValidYN="Y"><CollectiveName>{escape(copy.group)}</CollectiveName></Author>'
        )
    return "".join(shown)
