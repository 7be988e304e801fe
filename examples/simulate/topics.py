"""What the records are about: topics of a search, their title templates and how near they are to the question."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """A topic: how near (`near`, `related`, `far`), which journals print it, its share, titles and abstracts."""

    id: str
    near: str
    field: str
    share: int
    titles: tuple[str, ...]
    gist: tuple[str, ...]


NUMBERS = ("{n} patients were studied", "Records of {n} patients were reviewed", "We followed {n} patients for {m} months",
           "{n} participants entered and {k} completed", "Data on {n} people were available")  # fmt: skip

TOPICS = (
    Topic("milk-oit-open", "near", "clinical", 9, (
        "{lead}{scheme} oral desensitization with cow's milk in {child}{tail}",
        "{scheme} milk oral immunotherapy and {marker} in {child}",
        "Oral desensitization to cow's milk by a {scheme} protocol in {place}: uncontrolled experience",
        "Specific oral tolerance induction with milk: {finding} after a {scheme} protocol",
        "{marker} before and after {scheme} oral immunotherapy with cow's milk in {place}",
        "Adverse reactions during {scheme} milk oral immunotherapy in {setting}",
    ), ("Cow's milk was given in rising doses by a {scheme} protocol without a comparison group", "Doses were raised under supervision")),
    Topic("milk-oit-talk", "near", "clinical", 4, (
        "Milk oral immunotherapy in {child}: where do we stand on {finding}?",
        "Oral tolerance induction for milk allergy: a review of {marker} and {finding}",
        "Should {scheme} desensitization to milk be offered in {setting}?",
        "Treating persistent milk allergy in {place}: a position paper on {scheme} schedules",
    ), ("This article reviews published work on oral immunotherapy", "The authors comment on current practice")),
    Topic("other-route", "near", "clinical", 4, (
        "Sublingual immunotherapy with milk in {child}: {marker} and {finding}",
        "Epicutaneous immunotherapy with milk patches in {child}{tail}",
        "Subcutaneous anti-IgE before a {scheme} food introduction in {child} with {symptom}",
        "Baked milk in the diet of {child}: {finding} and {marker}",
    ), ("Milk protein was applied by a route other than the oral one", "Tolerance of baked milk was tested")),
    Topic("food-oit", "near", "clinical", 6, (
        "{scheme} oral immunotherapy for {food} allergy in {child}{tail}",
        "{food} oral desensitization: {marker} during a {scheme} schedule",
        "Randomised study of {food} oral immunotherapy in {child}: {finding}",
        "{finding} in {child} treated orally for {food} allergy in {place}",
    ), ("Children with {food} allergy received the food in rising doses", "The trial compared {food} with avoidance")),
    Topic("milk-diagnosis", "related", "clinical", 17, (
        "{lead}{testing} in {child} with suspected cow's milk allergy{tail}",
        "{marker} as a predictor of {testing} outcome in milk-allergic {child}",
        "Comparison of {testing} and {testing} for milk allergy presenting with {symptom}",
        "{testing} with cow's milk in {setting} in {place}",
        "Diagnostic value of {marker} and {protein} in {symptom} due to milk",
    ), ("Milk allergy was confirmed by {testing}", "Cut-off values for {marker} were derived")),
    Topic("milk-course", "related", "clinical", 17, (
        "{lead}cow's milk allergy in {child}: {finding}{tail}",
        "{finding} and {finding} in milk-allergic {child} from {place}",
        "Cow's milk protein allergy and {symptom} in {child}{tail}",
        "Prevalence of milk allergy with {symptom} among {child} in {place}",
        "Natural history of milk allergy diagnosed in {setting}: {marker} and {finding}",
        "{symptom} caused by cow's milk in {child}: {finding} in {setting}",
    ), ("The natural course of milk allergy was described with {finding}", "{symptom} was the main complaint")),
    Topic("milk-formula", "related", "clinical", 12, (
        "{formula} for {child} with cow's milk allergy{tail}",
        "Tolerance of {formula} in {child} with {symptom}",
        "{formula} compared with {formula}: {finding} in {child}",
        "Effect of {formula} on {marker} in {child} with milk allergy{tail}",
    ), ("Participants took {formula}", "Growth on {formula} was compared")),
    Topic("milk-lab", "related", "laboratory", 12, (
        "{lead}{protein}: {marker} in milk-allergic {child}",
        "Effect of {process} on the allergenicity of {protein}",
        "T-cell responses to {protein} and {marker} in {child} with {symptom}",
        "Quantification of {protein} in {formula} after {process}",
        "IgE epitopes of {protein} recognised by sera from {place}",
    ), ("{protein} was isolated and tested with patients' sera", "Changes after {process} were measured")),
    Topic("food-general", "related", "clinical", 11, (
        "{lead}{food} allergy in {child}: {finding}{tail}",
        "{symptom} and sensitisation to {food} and {food} in {child} in {place}",
        "{testing} for {food} allergy in {setting}{tail}",
        "{marker} in {child} with {food} allergy and {symptom}",
        "Anaphylaxis to {food} in {place}: {finding} recorded in {setting}",
    ), ("Reactions to {food} were recorded", "Patients with {food} allergy underwent {testing}")),
    Topic("inhalant", "far", "clinical", 11, (
        "Sublingual immunotherapy with {inhalant} extract in {child}{tail}",
        "{inhalant} immunotherapy and {marker} in {child} with {symptom}",
        "Subcutaneous {inhalant} vaccine: {finding} after {scheme} build-up",
        "Sensitisation to {inhalant} and {inhalant} in {child} from {place}",
    ), ("An extract of {inhalant} was given", "Symptom scores for {inhalant} exposure were kept")),
    Topic("mouse", "far", "laboratory", 10, (
        "Oral tolerance to {protein} in {mouse}: role of {marker}",
        "Feeding {formula} to {mouse} sensitised with {protein} changes {marker}",
        "{mouse} as a model of {food} and milk allergy: {marker}",
        "{process} alters the tolerogenic effect of {protein} in {mouse}",
    ), ("{mouse} were sensitised to {protein}", "Antigen was given by gavage")),
    Topic("autoimmune", "far", "laboratory", 6, (
        "Oral antigen therapy in {disease}: {marker} in a controlled trial",
        "Antibodies to {protein} in {disease} and {disease}",
        "Milk consumption, {marker} and the risk of {disease} in {place}",
        "Oral tolerance as a treatment of {disease}: {finding} and {marker}",
    ), ("Patients with {disease} took the antigen by mouth", "Antibodies to {protein} were measured in {disease}")),
    Topic("herd", "far", "animal", 8, (
        "{vaccine} in {herd}: {marker} in colostrum{tail}",
        "Immunisation of {herd} with {vaccine} in {place}",
        "{protein} in milk of {herd} after {vaccine}",
        "{process} of milk from {herd} given {vaccine}",
    ), ("{herd} received {vaccine}", "Milk yield and {protein} were measured")),
)  # fmt: skip

# In a search about peanuts there are fields where there were herds.
CROP = Topic("crop", "far", "animal", 8, (
    "{process} of {crop} and the content of {protein}",
    "{protein} in {crop} after {treatment} in {place}",
    "{treatment} of {crop}: yield and {protein} in {place}",
), ("{crop} received {treatment}", "Yield and {protein} were measured"))  # fmt: skip


def topics_for(food: str) -> tuple[Topic, ...]:
    """The topics of a search about "milk" or "peanut"."""
    return TOPICS if food == "milk" else (*TOPICS[:-1], CROP)


# Reports read in full and excluded: the reason goes with what the title says.
READ_IN_FULL: dict[str, tuple[str, ...]] = {
    "not-controlled-trial": (
        "Peanut oral immunotherapy by a {scheme} protocol: case series from {place}",
        "Uncontrolled {scheme} peanut oral immunotherapy in {child}: {finding} and {marker}",
        "{marker} before and after oral peanut desensitization of {child}",
    ),
    "not-peanut-allergy": (
        "Controlled trial of oral immunotherapy with {food} in {child} in {place}",
        "{food} oral desensitization against avoidance: {finding} in {child}",
    ),
    "not-randomised": (
        "{scheme} oral desensitization to cow's milk: case series of {child} from {place}",
        "Uncontrolled {scheme} milk oral immunotherapy in {child}: {finding} and {marker}",
        "Before-and-after study of {marker} in {scheme} oral tolerance induction with milk",
        "Retrospective comparison of {scheme} and {scheme} milk introduction in {setting}",
    ),
    "not-cow-milk-allergy": (
        "Randomised trial of {scheme} oral immunotherapy with {food} in {child} in {place}",
        "{food} oral immunotherapy against avoidance: {finding} in a randomised study of {child}",
        "Oral desensitization in multiple food allergy led by {food}: {marker} in {setting}",
    ),
    "not-oral-immunotherapy": (
        "Randomised trial of sublingual milk extract in {child}: {finding} and {marker}",
        "Controlled study of {formula} as induction of tolerance in {child} with milk allergy in {place}",
        "Randomised introduction of baked milk in {child} with {symptom}: {finding}",
        "Milk patch on the skin against placebo: {marker} in {child} in {place}",
    ),
    "no-eligible-control": (
        "Two {scheme} doses of milk oral immunotherapy compared at random in {child}: {finding}",
        "Randomised comparison of oral and sublingual milk with {marker} in {setting}",
        "Oral milk immunotherapy with or without anti-IgE: a randomised study of {child} in {place}",
    ),
    "no-outcome-of-interest": (
        "{marker} in a randomised group of {child} given oral milk: a laboratory sub-study from {place}",
        "Parents' {finding} during randomised {scheme} milk introduction in {setting}",
    ),
    "review-or-editorial": (
        "Oral immunotherapy for milk allergy and {finding}: narrative review of {scheme} protocols",
        "Editorial: {finding} and the promise of {scheme} milk desensitization",
        "Milk desensitization in {child} of {place}: an expert opinion on {marker}",
    ),
}
