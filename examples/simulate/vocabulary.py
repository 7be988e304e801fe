"""Words for generated records: invented people and journals, and titles about what such a search really finds.

Names of journals are invented on purpose, so that no generated record can be taken for a paper in a real
journal. A title is a template of a topic; `{slot}` is filled from SLOTS.
"""

from dataclasses import dataclass

_FAMILIES = (
    "Abbott Adeyemi Aguilar Ahlgren Akhtar Almeida Alvarsson Anand Arnesen Asante Bachmann Baines Balogh Banerjee "
    "Barreto Becker Bellamy Bergström Bianchetti Bjørnstad Blaszczyk Bocquet Boateng Bortolotti Brandão Bräuer "
    "Brennan Cabral Calloway Campanella Carrasco Castelló Cavanagh Chandra Chaudhry Cholewa Christou Colombini "
    "Constantin Corrêa Cortázar Coughlan Cserháti Dahlberg Danjuma Darwish Delacroix Demirci Deschamps Diallo "
    "Dijkstra Dimitrova Dobson Domínguez Drăgan Duarte Dvořák Eklund Elgazzar Erdoğan Escobar Espinoza Everett "
    "Fairbanks Falk Farrugia Ferrante Figueroa Fjeldstad Fonseca Forsberg Fournier Frydman Fujimoto Gallagher "
    "Ganesan Gauthier Georgiou Ghorbani Gislason Goldfarb González Gorski Grünwald Guerrero Gundersen Haddad "
    "Hakala Halvorsen Hamada Harcourt Hartikainen Hassanpour Hedlund Heikkinen Hernández Hideyoshi Hoekstra "
    "Holmgren Horváth Hyytiäinen Iglesias Ikonen Imamura Ingram Iordache Isaksen Ishikawa Ivanova Jabłoński "
    "Jacobsen Jahangiri Janssens Jarvinen Jónsdóttir Jovanović Kaczmarek Kallio Kapoor Karlsen Katsaros Kavanagh "
    "Keskin Khoury Kimura Kjeldsen Kobayashi Koivisto Kovács Krause Kristoffersen Kulkarni Kurosawa Laakso Lambert "
    "Larsson Leclerc Lehtonen Leighton Lindqvist Liu Lombardo Longhurst Lundgren Machado Madsen Magalhães Mahoney "
    "Malinowski Manninen Marchetti Marković Martínez Mbeki Meier Mendonça Mercier Miyazaki Mohamadi Molnár Montalto "
    "Moreau Mori Müller Nakagawa Narayanan Navarro Nguyen Niemelä Nilsson Nordström Novotný Nunes Nyberg Obando "
    "O'Callaghan Ødegaard Okafor Olofsson Orlandini Östlund Owusu Özdemir Pallister Panagos Papadakis Park Parmentier "
    "Pavlović Pedersen Pelletier Peltonen Pereira Petrakis Pietrzak Pinheiro Popescu Prasad Quiroga Quist Raghavan "
    "Ramírez Rantanen Rasmussen Reinhardt Renard Ribeiro Rinaldi Roche Rossetti Rousseau Ruiz Rydberg Saarinen "
    "Sagredo Salonen Sandoval Santoro Savić Schäfer Schröder Seppälä Sharma Shimizu Silveira Singh Sjöberg Skovgaard "
    "Soares Solberg Stavrou Steinmetz Strand Suárez Sundberg Szabó Takeda Talvitie Tanaka Tavares Thorsen Timmermans "
    "Toivonen Torres Trentini Tsuchiya Turunen Uchida Ugarte Underhill Urbánek Valverde Vandenberghe Vargas Vasquez "
    "Venkatesh Vermeulen Vidal Virtanen Vitale Voss Wadhwa Walczak Wallin Warburton Watanabe Weidmann Wójcik Wong "
    "Yamamoto Yıldız Yoshida Zamora Zanetti Zhang Zieliński"
)
FAMILIES = tuple(_FAMILIES.split())

_GIVEN = (
    "Ada Adam Agnes Ahmed Aino Akira Alba Alan Amina Ana Anders Andrea Anita Anna Anton Arne Astrid Ayşe Beatriz Bela "
    "Bruno Camila Carla Carlos Cecilia Chen Clara Colin Daniel Diana Diego Dora Eero Elena Elif Elisa Emil Emma Erik "
    "Esther Eva Fatima Felix Fiona Flavia Francesca Frida Gabriel Giulia Gloria Grace Greta Hana Hanna Haruto Helena "
    "Hugo Ida Ignacio Igor Ines Ingrid Irene Isabel Ivan Jacek Jan Jelena Joana Johan Jorge Jukka Julia Kaisa Karin "
    "Katarzyna Kenji Laila Lars Laura Leila Lena Leo Linda Lorenzo Lucas Lucia Luís Magda Maja Marco Maria Marina Marta "
    "Mateus Maya Mei Mikko Milan Mona Nadia Naoko Nils Nina Noor Olga Oliver Omar Oscar Paolo Pedro Petra Piotr Rafael "
    "Rania Rita Robert Rosa Samuel Sanna Sara Sergio Silvia Simon Sofia Stefan Susanne Tala Tamara Teresa Thomas Tiina "
    "Tomás Ulla Valeria Vera Victor Wei Yasmin Yuki Zofia"
)
GIVEN = tuple(_GIVEN.split())


@dataclass(frozen=True)
class Journal:
    """A journal: full and abbreviated name, ISSN, first year and the field it prints."""

    name: str
    abbreviation: str
    issn: str
    began: int
    field: str  # clinical, laboratory, animal, latin, meeting


def _issn(number: int) -> str:
    """An ISSN from the range 9990-xxxx that no journal has, with its check digit."""
    digits = f"9990{number:03d}"
    rest = -sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=True)) % 11
    return f"{digits[:4]}-{digits[4:]}{'X' if rest == 10 else rest}"


_JOURNALS = """
Archives of Food Hypersensitivity|Arch Food Hypersens|1981|clinical
Nordic Journal of Paediatric Allergy|Nord J Paediatr Allergy|1978|clinical
Annals of Nutritional Allergology|Ann Nutr Allergol|1986|clinical
Clinical Reports in Child Allergy|Clin Rep Child Allergy|1992|clinical
International Review of Food Allergy and Intolerance|Int Rev Food Allergy Intoler|1995|clinical
Journal of Desensitization and Tolerance|J Desensitization Toler|1999|clinical
Mediterranean Journal of Allergy|Mediterr J Allergy|1974|clinical
Pacific Allergy and Asthma Journal|Pac Allergy Asthma J|1983|clinical
European Proceedings in Paediatric Gastroenterology|Eur Proc Paediatr Gastroenterol|1972|clinical
Child Health Quarterly|Child Health Q|1968|clinical
Bulletin of Infant Nutrition|Bull Infant Nutr|1969|clinical
Practical Dietetics and Allergy|Pract Diet Allergy|1988|clinical
Hospital Paediatrics Review|Hosp Paediatr Rev|1970|clinical
Anaphylaxis and Emergency Care|Anaphylaxis Emerg Care|1997|clinical
Journal of Allergy Nursing Practice|J Allergy Nurs Pract|1990|clinical
Family Practice Notes|Fam Pract Notes|1973|clinical
Scandinavian Letters in Immunology and Allergy|Scand Lett Immunol Allergy|1976|clinical
Central European Allergy Archives|Cent Eur Allergy Arch|1979|clinical
Trials in Food Allergy|Trials Food Allergy|2003|clinical
Respiratory Allergy Today|Respir Allergy Today|1984|clinical
Insect Venom and Latex Allergy|Insect Venom Latex Allergy|1991|clinical
Skin and Food Allergy|Skin Food Allergy|1987|clinical
Immunological Investigations of the Gut|Immunol Investig Gut|1980|laboratory
Mucosal Tolerance|Mucosal Toler|1996|laboratory
Allergen Structure and Function|Allergen Struct Funct|1994|laboratory
Journal of Milk Protein Chemistry|J Milk Protein Chem|1965|laboratory
Cellular Allergy Research|Cell Allergy Res|1982|laboratory
Experimental Models in Immunology|Exp Models Immunol|1985|laboratory
Biochemistry of Dairy Foods|Biochem Dairy Foods|1971|laboratory
Autoimmunity and Oral Antigens|Autoimmun Oral Antigens|1993|laboratory
Serology Methods|Serol Methods|1967|laboratory
Dairy Herd Immunology|Dairy Herd Immunol|1969|animal
Journal of Ruminant Vaccination|J Rumin Vaccin|1977|animal
Veterinary Mastitis Research|Vet Mastitis Res|1966|animal
Animal Feed and Colostrum|Anim Feed Colostrum|1975|animal
Revista Latina de Alergia Infantil|Rev Lat Alerg Infant|1984|latin
Arquivos de Alergia e Nutrição|Arq Alerg Nutr|1979|latin
Cuadernos de Pediatría y Alergia|Cuad Pediatr Alerg|1988|latin
Food Allergy Congress Abstracts|Food Allergy Congr Abstr|1998|meeting
Allergy Societies Joint Meeting Supplement|Allergy Soc Jt Meet Suppl|2000|meeting
Proceedings of the Paediatric Allergy Meeting|Proc Paediatr Allergy Meet|1994|meeting
"""

JOURNALS = tuple(
    Journal(name, short, _issn(number), int(began), field)
    for number, (name, short, began, field) in enumerate(
        (line.split("|") for line in _JOURNALS.strip().splitlines()), start=11
    )
)

UNIVERSITIES = (
    "Northfield University", "Lakeside Children's Hospital", "University of Westmark", "St Brendan University Hospital",
    "Riverton Medical School", "Universidad de Valdeluz", "Ospedale di Montefiore", "Universitet Nordhavn",
    "Klinikum Altbrück", "Universidade de Serra Clara", "Kitayama Medical College", "Institut Beaulieu",
)  # fmt: skip

_PLACES = (
    "Italy;Spain;Finland;Sweden;Norway;Denmark;Germany;France;Portugal;Greece;Turkey;Israel;Japan;Korea;Taiwan;Australia;"
    "New Zealand;Canada;Brazil;Chile;Argentina;Mexico;South Africa;India;Iran;Egypt;Poland;Hungary;the Netherlands;Belgium;"
    "Austria;Switzerland;Ireland;Scotland;Iceland;Estonia;Croatia;Thailand;Singapore;Lebanon"
)
PLACES = tuple(_PLACES.split(";"))

SLOTS: dict[str, tuple[str, ...]] = {
    "place": PLACES,
    "child": (
        "children", "infants", "school-aged children", "preschool children", "adolescents", "toddlers", "young adults",
        "children and adolescents", "atopic infants", "high-risk newborns", "children with asthma", "children with eczema",
    ),
    "setting": (
        "a tertiary clinic", "a day hospital", "primary care", "a regional referral centre", "two hospitals", "a birth cohort",
        "a population register", "an emergency department", "a national survey", "four outpatient units", "a rural district",
    ),
    "food": ("egg", "wheat", "hazelnut", "fish", "soy", "sesame", "shrimp", "peach", "walnut", "kiwifruit", "celery", "buckwheat"),
    "inhalant": (
        "house dust mite", "grass pollen", "birch pollen", "cat dander", "ragweed", "Parietaria", "olive pollen", "Alternaria",
        "cedar pollen", "cockroach", "cypress pollen", "horse dander",
    ),
    "protein": (
        "β-lactoglobulin", "α-lactalbumin", "αs1-casein", "κ-casein", "bovine serum albumin", "lactoferrin", "β-casein",
        "bovine immunoglobulin G", "osteopontin", "lactoperoxidase",
    ),
    "marker": (
        "specific IgE", "IgG4", "basophil activation", "regulatory T cells", "skin prick test wheal size", "interleukin-10",
        "faecal calprotectin", "eosinophil cationic protein", "T helper 2 cytokines", "serum tryptase", "secretory IgA",
        "epitope binding", "FOXP3 expression", "interleukin-5", "histamine release", "thymic stromal lymphopoietin",
    ),
    "formula": (
        "extensively hydrolysed casein formula", "amino acid formula", "rice hydrolysate formula", "soy formula",
        "partially hydrolysed whey formula", "goat milk formula", "donkey milk", "camel milk", "almond-based drink",
        "formula with Lactobacillus", "formula with prebiotic oligosaccharides", "chicken-based formula",
    ),
    "symptom": (
        "atopic dermatitis", "infantile colic", "gastro-oesophageal reflux", "constipation", "recurrent wheeze", "anaphylaxis",
        "proctocolitis", "failure to thrive", "urticaria", "rhinitis", "iron deficiency", "eosinophilic oesophagitis",
        "otitis media", "sleep disturbance", "enteropathy", "enterocolitis syndrome",
    ),
    "testing": (
        "open challenge", "double-blind challenge", "atopy patch testing", "component-resolved diagnosis", "microarray testing",
        "prick-to-prick testing", "radioallergosorbent testing", "basophil testing", "elimination and reintroduction", "labial challenge",
    ),
    "finding": (
        "age at resolution", "threshold dose", "growth and nutrition", "quality of life", "bone mineral density", "costs to families",
        "accidental reactions", "reasons for referral", "time to diagnosis", "use of adrenaline autoinjectors", "parental anxiety",
        "later asthma", "dietary diversity", "school attendance", "vitamin D status", "adherence to avoidance",
    ),
    "lead": (
        "", "", "", "", "Long-term results of ", "New insights into ", "A closer look at ", "Determinants of ", "Experience with ",
        "Changing patterns of ", "Ten years of ", "Lessons from ", "Predictors and course of ",
    ),
    "tail": (
        "", "", "", ": a prospective study", ": a retrospective chart review", ": a cohort study", ": a cross-sectional survey",
        ": a pilot study", ": a multicentre study", ": preliminary results", ": a nested case-control study", ": five-year follow-up",
        ": results from {setting}", " in {place}", " in {place}: a register study", " seen in {setting}",
    ),
    "scheme": (
        "rush", "slow up-dosing", "home-based", "hospital-supervised", "low-dose", "intermittent", "individualised", "weekly",
        "eight-week", "two-phase", "raw-milk", "powdered-milk", "antihistamine-covered", "nurse-led",
    ),
    "mouse": ("BALB/c mice", "C3H/HeJ mice", "neonatal piglets", "Brown Norway rats", "gnotobiotic mice", "transgenic mice", "guinea pigs"),
    "disease": (
        "type 1 diabetes", "multiple sclerosis", "rheumatoid arthritis", "coeliac disease", "uveitis", "inflammatory bowel disease",
        "nickel allergy", "systemic sclerosis", "autism", "nephrotic syndrome",
    ),
    "herd": ("dairy cows", "heifers", "dry cows", "calves", "sheep and goats", "water buffalo", "first-lactation cows"),
    "vaccine": (
        "a Staphylococcus aureus bacterin", "an Escherichia coli J5 vaccine", "rotavirus vaccination", "intramammary immunisation",
        "oral immunisation with F4 fimbriae", "a leptospirosis vaccine", "hyperimmune colostrum", "egg-yolk antibodies",
    ),
    "process": (
        "heating", "high pressure", "lactic fermentation", "enzymatic hydrolysis", "homogenisation", "spray drying", "glycation",
        "baking in a wheat matrix", "ultrasound", "cold storage", "gastric digestion", "transglutaminase treatment",
    ),
}  # fmt: skip
