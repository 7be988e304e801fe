"""The texts of the small review: its plan, its manuscript and the exports of its two sources. All invented."""

REVIEW = """\
evisynth: 1
title: Almond drops for winter cough
date: 2013-05-01
notice: Everything here is invented.
question:
  population: People with winter cough
  intervention: Almond drops
  comparator: Plain syrup
  outcomes: Cure, rash, death
people:
- id: ra
  name: Reviewer A
  roles: [owner, reviewer]
- id: rb
  name: Reviewer B
  roles: [reviewer]
- id: rc
  name: Adjudicator C
  roles: [adjudicator]
settings:
  votes_title_abstract: 2
  votes_full_text: 2
  consensus_by: third person
  maybe_counts_as: include
"""

PROTOCOL = """\
versions:
- id: v1
  date: 2012-06-01
  note: Before the searches
objectives: To find out whether almond drops cure winter cough.
eligibility:
  include:
  - Randomised trials
  exclude:
  - Trials in animals
exclusion_reasons:
- id: not-randomised
  text: Not a randomised trial
- id: no-outcome
  text: No outcome of interest
comparisons:
- id: drops-vs-syrup
  intervention:
    id: drops
    name: almond drops
    short: drops
  comparator:
    id: syrup
    name: plain syrup
    short: syrup
outcomes:
- id: cure
  name: Cured
  definition: No cough for a week
  type: dichotomous
  direction: benefit
  importance: critical
  timepoints:
  - id: week-12
    name: after 12 weeks
- id: rash
  name: Rash
  type: dichotomous
  direction: harm
  timepoints:
  - id: week-12
    name: during treatment
- id: death
  name: Death
  type: dichotomous
  direction: harm
  timepoints:
  - id: week-12
    name: during treatment
characteristics:
- id: design
  label: Design
- id: blinding
  label: Blinding
model_rules:
- id: by-i2
  statistic: I2
  below: 50
  then: common effect
  otherwise: random effects
analyses:
- id: cure
  title: Cure after treatment
  comparison: drops-vs-syrup
  outcome: cure
  timepoint: week-12
  measure: RR
  method: MH
  model: by-i2
  tau2: DL
  profile: revman5
  assumed_risk:
    from: pooled comparator
  favours: [syrup, drops]
- id: rash
  title: Rash during treatment
  comparison: drops-vs-syrup
  outcome: rash
  timepoint: week-12
  measure: RR
  method: MH
  model: by-i2
  tau2: DL
  profile: revman5
- id: death
  title: Death during treatment
  comparison: drops-vs-syrup
  outcome: death
  timepoint: week-12
  measure: RR
  method: MH
  model: by-i2
  tau2: DL
  profile: revman5
risk_of_bias:
  tool: rob1
  key_domains: [sequence-generation, allocation-concealment]
amendments:
- date: 2012-10-15
  section: Outcomes
  change: Rash was added
  reason: The first report told of it
"""

ANALYSES = """\
analyses:
- id: rash
  pool: no
  reason: The trials counted rashes in different ways
"""

MANUSCRIPT = """\
# Results

We found {{ flow.records }} records and included {{ flow.included-studies | words }} studies.

Cure: {{ cure.effect }} ({{ cure.drops.events }} of {{ cure.drops.n }}). Dose: {{ "5 mL" }}.
"""

STRATEGY = b"1  almond*.tw.\r\n2  cough/ or cough*.tw.\r\n3  1 and 2\r\n"

MEDLINE = """\
TY  - JOUR
TI  - Almond drops for winter cough: a randomised trial in adults
AU  - Alpha, Anna
AU  - Berg, Bo
PY  - 2001
JO  - Journal of Invented Cough
VL  - 12
IS  - 3
SP  - 101
EP  - 109
DO  - 10.9999/cough.2001.1
AB  - Thirty people took almond drops and thirty plain syrup.
ER  -
TY  - JOUR
TI  - Sweet almond drops against cough in children, a double-blind trial
AU  - Beta, Boris
PY  - 2002
JO  - Annals of Syrups
VL  - 7
SP  - 1
EP  - 9
DO  - 10.9999/syrup.2002.7
AB  - Forty children were randomised.
ER  -
TY  - JOUR
TI  - The history of the almond tree in northern gardens
AU  - Garden, Gina
PY  - 1999
JO  - Trees
ER  -
TY  - JOUR
TI  - Marzipan and the heart: a letter
AU  - Heart, Hugo
PY  - 2003
JO  - Letters
ER  -
TY  - JOUR
TI  - A survey of cough remedies sold in harbour towns
AU  - Harbour, Hanna
PY  - 2004
JO  - Port Medicine
ER  -
""".replace("\n", "\r\n")

PUBMED = """\
PMID- 90000001
TI  - Almond drops for winter cough: a randomised trial in adults.
FAU - Alpha, Anna
AU  - Alpha A
FAU - Berg, Bo
AU  - Berg B
DP  - 2001 Mar
TA  - J Invent Cough
JT  - Journal of Invented Cough
VI  - 12
IP  - 3
PG  - 101-9
AID - 10.9999/cough.2001.1 [doi]

PMID- 90000002
TI  - Almond paste for night cough, a case series of nurses.
FAU - Night, Nora
AU  - Night N
DP  - 2005
TA  - Night Nurs
JT  - Night Nursing

PMID- 90000003
TI  - Cough in sledge dogs of the far north.
FAU - Sledge, Sven
AU  - Sledge S
DP  - 2006
TA  - Arct Vet
JT  - Arctic Veterinarian
"""
