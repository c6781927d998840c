"""Refusals that only a command can raise."""

from app.kernel.errors import Refusal


class NotAnAnswersFile(Refusal):
    """The file of `answers import` is no JSON list."""

    code = "not-an-answers-file"
    fr = (
        "{file} n’est pas une liste JSON de réponses : {why_fr}. Attendu, un objet par patient : "
        '[{{"patient": "CAL-004-002", "key": "1", "answers": {{"variable": "valeur"}}}}] ; '
        "la page forms/STUDIES.md dit tout. Rien n’a été enregistré."
    )
    en = (
        "{file} is not a JSON list of answers: {why_en}. Expected, one object per patient: "
        '[{{"patient": "CAL-004-002", "key": "1", "answers": {{"variable": "value"}}}}]; '
        "the page forms/STUDIES.md tells all. Nothing was stored."
    )


class NotAnAnchor(Refusal):
    """What `journal verify --anchor` was given is no entry with its hash."""

    code = "not-an-anchor"
    fr = "« {anchor} » n’est pas un ancrage : donnez NUMÉRO:EMPREINTE, comme dans lisez_moi."
    en = "“{anchor}” is no anchor: give NUMBER:HASH, as in lisez_moi."


class PortTaken(Refusal):
    """The port asked for is in use, or not ours to use."""

    code = "port-taken"
    fr = "Le port {port} n’est pas libre ({why}). Choisissez-en un autre avec --port."
    en = "Port {port} is not free ({why}). Choose another one with --port."


class UnknownBenchmark(Refusal):
    """A name that is no file of bench/."""

    code = "unknown-benchmark"
    fr = "Mesure inconnue : {name}. Mesures : {known}."
    en = "Unknown benchmark: {name}. Benchmarks: {known}."


class FormsPathMissing(Refusal):
    """What was given to `forms check` or `forms print` is no questionnaire."""

    code = "forms-path-missing"
    fr = (
        "« {path} » n’est ni un dossier contenant study.yaml ni une étude {where_fr} ({known}). "
        "Donnez le dossier de l’étude."
    )
    en = (
        "“{path}” is neither a folder with a study.yaml nor a study {where_en} ({known}). "
        "Give the folder of the study."
    )
