"""What extraction refuses, in words that say what to do."""

from app.kernel.errors import Refusal


class UnknownFormat(Refusal):
    """A format that nobody writes."""

    code = "export-unknown-format"
    fr = "Format inconnu : « {format} ». Formats : {known}."
    en = "Unknown format: '{format}'. Formats: {known}."


class CannotWrite(Refusal):
    """The file cannot be written there."""

    code = "export-cannot-write"
    fr = "Impossible d’écrire « {file} » : {why}. Choisissez un autre dossier."
    en = "Cannot write '{file}': {why}. Choose another folder."


class NoFolder(Refusal):
    """The folder of the file is not there: a slip of the pen must not make one."""

    code = "export-no-folder"
    fr = "Le dossier « {folder} » n’existe pas : rien n’a été écrit. Créez-le, ou corrigez le nom du fichier."
    en = "The folder '{folder}' does not exist: nothing was written. Make it, or mend the name of the file."


class TableRefused(Refusal):
    """A writer refused a table; its own words are in `why`."""

    code = "export-table-refused"
    fr = "L’export s’est arrêté : {why_fr}"
    en = "The export stopped: {why_en}"


class ExportFailed(Refusal):
    """An asked export met a fault of ours; the log has its traceback under the reference."""

    code = "export-failed"
    fr = "L’export a échoué de notre côté. Demandez-le de nouveau ; s’il échoue encore, donnez la référence {reference}."
    en = "The export failed on our side. Ask for it again; if it fails again, give the reference {reference}."


class CutBusy(Refusal):
    """Others froze a cut each time this one was about to be kept."""

    code = "cut-busy"
    fr = "D’autres coupes se figent en même temps. Recommencez dans un instant."
    en = "Other cuts are being frozen at the same time. Try again in a moment."
    status = 409


class UnknownCut(Refusal):
    """No cut of that number."""

    code = "unknown-cut"
    fr = "La coupe n° {number} n’existe pas dans cette étude. Choisissez un numéro de la liste des coupes."
    en = "There is no cut number {number} in this study. Choose a number from the list of cuts."
    status = 404


class UnknownJob(Refusal):
    """No such asked export, or one that is not ready."""

    code = "unknown-export"
    fr = "Cet export n’existe pas ou n’est pas prêt."
    en = "This export does not exist or is not ready."
    status = 404
