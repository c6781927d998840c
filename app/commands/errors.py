"""Refusals that only a command can raise."""

from app.kernel.errors import Refusal


class NotAnAnswersFile(Refusal):
    """The file of `answers import` is no JSON list."""

    code = "not-an-answers-file"
    fr = "{file} n’est pas une liste JSON de réponses ({why}). Corrigez le fichier : rien n’a été enregistré."
    en = "{file} is not a JSON list of answers ({why}). Mend the file: nothing was stored."


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
    """The path given to `forms check` holds no questionnaire."""

    code = "forms-path-missing"
    fr = "{path} ne contient pas de questionnaire (study.yaml attendu)."
    en = "{path} holds no questionnaire (study.yaml expected)."
