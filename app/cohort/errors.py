"""Refusals of the cohort room: the catalogue of what people can be told about studies, lists, centres and review."""

from app.kernel.errors import Refusal


class UnknownStudy(Refusal):
    """No study of this code was opened here."""

    code = "unknown-study"
    status = 404
    fr = "L’étude « {study} » n’est pas ouverte ici. Lancez `./recueil study open {study}`."
    en = "The study “{study}” is not open here. Run `./recueil study open {study}`."


class UnknownCentre(Refusal):
    """No centre, or more than one, answers to this code or name."""

    code = "unknown-centre"
    status = 404
    fr = "Aucun centre de l’étude ne répond sans ambiguïté à « {centre} ». Donnez son code ou une orthographe connue."
    en = "No single centre of the study answers to “{centre}”. Give its code or a known spelling."


class UnknownPatient(Refusal):
    """No patient of this code in the study."""

    code = "unknown-patient"
    status = 404
    fr = "Le patient « {patient} » n’existe pas dans cette étude."
    en = "There is no patient “{patient}” in this study."


class NoList(Refusal):
    """The study has no list.yaml: it works without a list."""

    code = "no-list"
    fr = "L’étude « {study} » ne se nourrit pas d’une liste : son dossier n’a pas de list.yaml."
    en = "The study “{study}” takes no list: its folder has no list.yaml."


class PrefixTaken(Refusal):
    """Another study's patients have codes that start so."""

    code = "prefix-taken"
    status = 409
    fr = (
        "Le préfixe « {prefix} » est déjà celui de l’étude « {other} » : leurs patients auraient les mêmes codes. "
        "Donnez à « {study} » un autre « prefix: » dans study.yaml. Rien n’a été ouvert."
    )
    en = (
        "The prefix “{prefix}” is already that of the study “{other}”: their patients would have the same codes. "
        "Give “{study}” another 'prefix:' in study.yaml. Nothing was opened."
    )


class BadRules(Refusal):
    """A study's list.yaml does not say what it must."""

    code = "bad-list-rules"
    fr = "{file}, ligne {line} : {why_fr}"
    en = "{file}, line {line}: {why_en}"


class NotAList(Refusal):
    """The file cannot be read as a list at all."""

    code = "not-a-list"
    fr = "« {file} » n’est pas une liste lisible ({why_fr}). Rien n’a été importé ; exportez-la en .xlsx ou en .csv."
    en = "“{file}” is no readable list ({why_en}). Nothing was imported; export it as .xlsx or .csv."


class HostileFile(Refusal):
    """The file goes beyond what any list needs: it is not opened further."""

    code = "hostile-file"
    fr = "« {file} » dépasse ce qu’une liste peut contenir ({why_fr}). Rien n’a été importé."
    en = "“{file}” goes beyond what a list may hold ({why_en}). Nothing was imported."


class NoKeyColumn(Refusal):
    """The columns that a list cannot do without were not found."""

    code = "no-key-column"
    fr = (
        "« {file} » : colonne indispensable introuvable ({missing}). En-têtes lus : {seen}. "
        "Rien n’a été importé ; indiquez les colonnes par un fichier de correspondance."
    )
    en = (
        "“{file}”: no column for {missing}. Headers read: {seen}. "
        "Nothing was imported; say which column is which in a mapping file."
    )


class BadMapping(Refusal):
    """A mapping names a field that does not exist, or is no mapping."""

    code = "bad-mapping"
    fr = "La correspondance des colonnes est refusée : {why_fr}"
    en = "The column mapping is refused: {why_en}"


class UnknownCase(Refusal):
    """The review case does not exist (any more)."""

    code = "unknown-case"
    status = 404
    fr = "Ce cas à trancher n’existe pas."
    en = "This review case does not exist."


class AlreadyDecided(Refusal):
    """Somebody else decided first."""

    code = "already-decided"
    status = 409
    fr = "Ce cas a déjà été tranché par {who}. Rechargez la page."
    en = "This case was already decided by {who}. Reload the page."


class BadDecision(Refusal):
    """The decision does not fit the case."""

    code = "bad-decision"
    fr = "Cette décision ne convient pas : {why_fr}"
    en = "This decision does not fit: {why_en}"


class CannotUndo(Refusal):
    """Something that was decided later rests on this decision."""

    code = "cannot-undo"
    status = 409
    fr = "Cette décision ne peut plus être annulée : {why_fr}"
    en = "This decision can no longer be undone: {why_en}"


class StaleDecision(Refusal):
    """What the decision was about changed since it was shown."""

    code = "stale-decision"
    status = 409
    fr = "Rien n’a été fait : cela a changé depuis l’aperçu. {changes_fr} Relisez l’aperçu, puis confirmez."
    en = (
        "Nothing was done: this changed since the preview. {changes_en} Read the preview again, then confirm."
    )


class ListChanged(Refusal):
    """What an import would do is not what its dry run said."""

    code = "list-changed"
    status = 409
    fr = "Rien n’a été importé : l’étude a changé depuis cet essai à blanc ({changes_fr}). Le voici refait ; relisez-le."
    en = "Nothing was imported: the study changed since this dry run ({changes_en}). Here it is again; read it."
