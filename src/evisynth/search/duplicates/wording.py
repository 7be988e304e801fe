"""The words and patterns by which titles, names and journals are understood. All apply to folded text
(lower case, no accents, no punctuation) unless a comment says otherwise.
"""

import re

SMALL_WORDS = frozenset(
    ("a", "an", "and", "at", "by", "d", "de", "der", "des", "die", "et", "for", "from", "in", "l", "la", "le",
     "of", "on", "or", "the", "to", "und", "versus", "vs", "with", "y")
)  # fmt: skip
PARTICLES = frozenset(
    ("al", "bin", "da", "das", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "la",
     "las", "le", "los", "san", "st", "ten", "ter", "van", "von")
)  # fmt: skip
SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "phd", "md", "null"))
# What databases write where they know no author: "Anonymous", "No authorship indicated".
NOBODY = frozenset(("anon", "anonymous", "authorship", "unknown"))

# In a journal's name: small words, the year or ordinal number of a meeting.
# "An Pediatr" begins with an abbreviation, not with an article.
UNIMPORTANT = re.compile("|".join(sorted(SMALL_WORDS - {"an"})) + r"|annual|(?:19|20)\d\d|\d+(?:st|nd|rd|th)")
# Words that begin many journals' names and are none alone.
NO_JOURNAL = frozenset(
    ("acm", "advances", "american", "annals", "archives", "british", "canadian", "clinical", "communications",
     "european", "ieee", "international", "journal", "national", "proceedings", "transactions")
)  # fmt: skip
# What a text is, by the name of its journal.
KINDS_OF_TEXT = {
    "preprint": re.compile(
        r"\b(\w*rxiv|ssrn|research square|preprints?|corr|repec|(working|discussion) papers?)\b"
    ),
    "thesis": re.compile(
        r"\b(dissertations?|thesis|theses|diss)\b|\buniversit\w+$|^universit\w+\b(?!.*\b(journal|j|review|law)\b)"
    ),
    "conference paper": re.compile(r"\b(conf|conference|symposium|symp|workshop|meeting|congress)\b"),
}

# Titles that a journal prints issue after issue: with these, only the place tells texts apart.
SERIAL_TITLES = re.compile(
    r"""(short\ |guest\ |the\ |authors?\ )?(
        editorials?(\ (comment|board|introduction|notes?|preface|statement|and|publication|information))*
      | (editor|chair|president|treasurer|secretary|publisher|director)s?(\ in\ chiefs?)?
        (\ (message|comments?|notes?|corner|column|report|address|page|introduction|letter|statement|choice))?
      | introduction | preface | foreword | commentary | comments? | discussion | conclusions?
      | letters?(\ to\ the\ editors?)? | correspondence | reply | response
      | erratum | corrigendum | corrections?
      | (book\ )?reviews?(\ column)? | news | abstracts? | contents | index | in\ this\ issue
      | from\ the\ editors? | obituary | in\ memoriam | acknowledge?ments?(\ to\ reviewers)?
      | calls?\ for\ papers(\ announcements?)? | announcements? | untitled | unknown | no\ title
    )""",
    re.VERBOSE,
)
SERIAL_BEGINNINGS = re.compile(
    r"""(guest\ )?editorial\b | introduction\ to\ the\b | book\ review\b | (preface|foreword|letter)\ to\b
      | message\ from\b | from\ the\ editor | editors?\ (comment|note|introduction)
      | (proceedings|minutes)\ of\b | abstracts?\ (of|from|book)\b | special\ issue\b
      | highlights\ (of|from)\b""",
    re.VERBOSE,
)

# What a title announces about another text, by its beginning or by its last words.
NOTICE_BEGINNINGS = re.compile(
    r"""(?P<erratum>
          (published\ )?(errat(um|a)|corrigend(um|a)|addendum|corrections?(\ to|\ and|$))\b
        | (author|publisher)s?\ (correction|note)\b )
      | (?P<reprint> (reprint|republication)\ of\b )
      | (?P<retraction> (retraction|retracted|withdrawn|expression\ of\ concern|notice\ of\ retraction)\b )
      | (?P<reply>
          (reply|replies|rebuttal|rejoinder|response\ (to|from|by)|in\ reply|in\ response)\b
        | (the\ )?authors?\ (reply|response|respond)\b )
      | (?P<comment>
          (comments?\ on|comment$|commentary\ on|re|regarding|letters?\ to|discussion\ (of|on))\b
        | (invited\ commentary|letter)\b )""",
    re.VERBOSE,
)
NOTICE_ENDINGS = {
    "erratum": "erratum", "corrigendum": "erratum", "author correction": "erratum",
    "publisher correction": "erratum", "retraction": "retraction", "reply": "reply", "rejoinder": "reply",
    "rebuttal": "reply", "comment": "comment", "commentary": "comment", "letter": "comment",
}  # fmt: skip

# Words that a protocol, follow-up or secondary analysis adds to the title of the main report.
REPORT_WORDS = frozenset(
    ("ancillary", "baseline", "cost", "design", "economic", "exploratory", "extended", "extension", "follow",
     "followup", "hoc", "interim", "long", "longterm", "post", "posthoc", "preliminary", "protocol",
     "qualitative", "rationale", "reanalysis", "secondary", "subgroup", "substudy", "update", "updated")
)  # fmt: skip

# Words that only a notice about a text adds to its title: "X (vol 12, pg 34, 2001)", "X - Correction".
NOTICE_WORDS = frozenset(
    ("addendum", "correction", "corrections", "corrigenda", "corrigendum", "errata", "erratum", "pg")
)
ANSWER_WORDS = frozenset(("author", "authors", "comment", "comments", "letter", "re", "reply", "response"))

# Numbers that set apart texts of one title.
PART_WORDS = frozenset(
    ("part", "paper", "phase", "volume", "chapter", "study", "report", "update", "edition", "section", "no",
     "number", "version", "type", "stage")
)  # fmt: skip
PART = re.compile(
    rf"\b(?:{'|'.join(sorted(PART_WORDS))}) ([ivx]+|\d+|(?:(?<=part )|(?<=paper )|(?<=type ))[a-d]|one|two|three|four)\b"
)
PART_OF_WORK = frozenset(("chapter", "edition", "number", "paper", "part", "section", "series", "volume"))
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
NUMBER_WORDS = {"one": "1", "two": "2", "three": "3", "four": "4"}

NEGATIONS = frozenset(("no", "non", "not", "without"))
# British and American spellings, the longer one first.
SPELLINGS = (("ae", "e"), ("oe", "e"), ("ph", "f"), ("mme", "m"), ("gue", "g"))
# Beginnings that turn a word into its opposite although one letter differs: abduction, adduction.
OPPOSITES = (("ab", "ad"), ("macro", "micro"))

# Unfolded titles: Ovid and EndNote add these, sometimes cut before the closing bracket.
ADDED = (
    r"(?:errat|correct|see comment|comment in|retract|republished|summary for|published erratum|plus letter)"
)
ADDITION = re.compile(rf"\[\s*{ADDED}[^\[\]]*(?:\]|$)|\(\s*{ADDED}[^()]*(?:\)|$)", re.IGNORECASE)
# Unfolded titles: any other bracket at the end, such as "[abstract no: 134]", "(letter)", "[Russian]"; but not one
# whose number tells texts apart: "(Part 2 of 2)", "(II)", "(vol 12, pg 34, 2001)".
NUMBERED = r"\s*(?:(?:vol|part|pt|paper|phase|study|report|update|version)\b[.\s]*)?(?:\d+|[ivx]+)\b"
ANNOTATION = re.compile(rf"[\[(](?!{NUMBERED})[^\[\]()]{{0,120}}[\])][\s.]*$", re.IGNORECASE)

# Unfolded numbers and names of trial registers.
TRIAL_NUMBER = re.compile(
    r"(nct\d|isrctn|euctr|actrn|drks|jprn|umin|chictr|ctri|irct|ntr|tctr|kct|pactr|rbr)", re.IGNORECASE
)
WHOLE_TRIAL_NUMBER = re.compile(
    r"NCT\d{8}|ISRCTN\d{8}|EUCTR20\d\d-\d{6}-\d\d|ACTRN\d{14}|DRKS\d{8}|CTRI/\d{4}/\d{2,3}/\d+", re.IGNORECASE
)
REGISTER = re.compile(
    r"""clinical\s?trials\.?gov | trials?\sregist | ictrp | isrctn | trial\s?search
      | regist\w*\s(record|entry) | eu\s?ctr\b | anzctr""",
    re.VERBOSE | re.IGNORECASE,
)
