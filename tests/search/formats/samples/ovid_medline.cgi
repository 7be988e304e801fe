<1. >
VN  - Ovid Technologies
DB  - Ovid MEDLINE(R) ALL
AN  - 29377890
TI  - Oral drops for milk allergy: a randomised trial.
SO  - Journal of Invented Allergy. 12(3):101-9, 2019 Mar.
AS  - J Invent Allergy. 12(3):101-9, 2019 Mar.
AU  - Ito K
AU  - Nunez AB
AB  - BACKGROUND: Milk.
RESULTS: Drops helped (P < 0.05).
MH  - *Milk/ae [Adverse Effects]
MH  - Humans
KW  - drops
IS  - 8765-4325
IL  - 1234-5679
DO  - https://dx.doi.org/10.1234/JIA.2019.7
LG  - English
PT  - Journal Article
CN  - NCT01234567
YR  - 2019
UR  - https://ovidsp.example.org/ovidweb.cgi?T=JS&AN=29377890

<2. >
VN  - Ovid Technologies
DB  - Embase
UI  - 621381829
TI  - Water in place of milk.
SO  - Water. Conference: 3rd Invented Meeting. Kyoto Japan. 12 (Supplement 1) (pp S45), 2020. Date of Publication: May 2020.
AU  - Rao C.
