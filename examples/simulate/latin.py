"""Titles in Spanish and Portuguese with their English translation: what LILACS exports side by side."""

from random import Random

PAIRS = (
    (
        "Cow's milk protein allergy in {who}: {what} in {where}",
        "Alergia a la proteína de la leche de vaca en {who}: {what} en {where}",
        "Alergia à proteína do leite de vaca em {who}: {what} em {where}",
    ),
    (
        "{what} of {who} on a milk-free diet in {where}",
        "{what} de {who} con dieta sin leche en {where}",
        "{what} de {who} em dieta sem leite em {where}",
    ),
    (
        "Diagnosis of food allergy in {who} from {where} by means of {what}",
        "Diagnóstico de la alergia alimentaria en {who} de {where} mediante {what}",
        "Diagnóstico da alergia alimentar em {who} de {where} por meio de {what}",
    ),
    (
        "Experience with {what} for {who} with immediate milk reactions, {where}",
        "Experiencia con {what} en {who} con reacciones inmediatas a la leche, {where}",
        "Experiência com {what} em {who} com reações imediatas ao leite, {where}",
    ),
)
WHO = (
    ("breast-fed infants", "lactantes amamantados", "lactentes amamentados"),
    ("schoolchildren", "escolares", "escolares"),
    ("preterm newborns", "recién nacidos prematuros", "recém-nascidos prematuros"),
    ("children under two", "niños menores de dos años", "crianças menores de dois anos"),
    ("adolescents", "adolescentes", "adolescentes"),
    ("children with eczema", "niños con eccema", "crianças com eczema"),
    ("twins", "gemelos", "gêmeos"),
)
WHAT = (
    ("nutritional status", "estado nutricional", "estado nutricional"),
    ("skin tests", "pruebas cutáneas", "testes cutâneos"),
    ("oral challenge", "provocación oral", "provocação oral"),
    ("calcium intake", "ingesta de calcio", "ingestão de cálcio"),
    ("family costs", "costos familiares", "custos familiares"),
    ("endoscopic findings", "hallazgos endoscópicos", "achados endoscópicos"),
    ("specific antibodies", "anticuerpos específicos", "anticorpos específicos"),
    ("hydrolysed formulas", "fórmulas hidrolizadas", "fórmulas hidrolisadas"),
    ("label reading", "lectura de etiquetas", "leitura de rótulos"),
)
WHERE = (
    ("Rosario", "Rosario", "Rosário"),
    ("Bogotá", "Bogotá", "Bogotá"),
    ("Recife", "Recife", "Recife"),
    ("São Paulo", "San Pablo", "São Paulo"),
    ("Concepción", "Concepción", "Concepción"),
    ("Mérida", "Mérida", "Mérida"),
    ("Montevideo", "Montevideo", "Montevidéu"),
    ("Lima", "Lima", "Lima"),
    ("Porto Alegre", "Porto Alegre", "Porto Alegre"),
)


def latin_title(rng: Random, food: str) -> tuple[str, str, str]:
    """English title, original title and the language of the original, "es" or "pt"."""
    pair, who, what, where = rng.choice(PAIRS), rng.choice(WHO), rng.choice(WHAT), rng.choice(WHERE)
    place = rng.randrange(1, 3)
    titles = []
    for index in (0, place):
        text = pair[index].format(who=who[index], what=what[index], where=where[index])
        titles.append(text[0].upper() + text[1:])
    if food == "peanut":
        titles = [_peanut(title) for title in titles]
    return titles[0], titles[1], ("es", "pt")[place - 1]


def _peanut(title: str) -> str:
    swaps = (
        ("Cow's milk protein allergy", "Peanut allergy"), ("milk-free", "peanut-free"), ("milk reactions", "peanut reactions"),
        ("la proteína de la leche de vaca", "el maní"), ("sin leche", "sin maní"), ("a la leche", "al maní"),
        ("à proteína do leite de vaca", "ao amendoim"), ("sem leite", "sem amendoim"), ("ao leite", "ao amendoim"),
    )  # fmt: skip
    for old, new in swaps:
        title = title.replace(old, new)
    return title
