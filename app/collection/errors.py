"""Every refusal of the collection: its code, its status and what a person can do about it."""

from typing import ClassVar

from app.kernel.errors import Refusal
from forms.evaluation import Evaluation


class CollectionRefusal(Refusal):
    """Any refusal of this room; `details` may name answers, for a door to show beside them.

    `after` is how a refused correction would have stood, for a page to show what it asks for.
    """

    status: ClassVar[int] = 422

    def __init__(self, details: object = None, after: Evaluation | None = None, **facts: object) -> None:
        self.details, self.after = details, after
        super().__init__(**facts)


class Conflict(CollectionRefusal):
    """Somebody else changed the same answer since the sender saw it; `details` is a list of Clash."""

    code = "conflict"
    status = 409
    fr = "Cette réponse a été modifiée entre-temps par quelqu’un d’autre. Choisissez la valeur à garder."
    en = "Somebody else changed this answer meanwhile. Choose the value to keep."


class AnswersRefused(CollectionRefusal):
    """None of what was sent could be understood; `details` maps each address to its messages."""

    code = "answers-refused"
    fr = "La réponse n’a pas été comprise : {why_fr}"
    en = "The answer was not understood: {why_en}"


class TouchesAnswers(CollectionRefusal):
    """A definition that may make answers already given read otherwise; it is published only when somebody said so."""

    code = "touches-answers"
    status = 409
    fr = (
        "La version {number} de « {study} » touche des réponses déjà données ({answered} questionnaire(s) commencé(s) "
        "ou remis) :\n{changes_fr}\nRien n’a été publié. Pour la publier quand même, ajoutez --confirm."
    )
    en = (
        "Version {number} of “{study}” touches answers already given ({answered} questionnaire(s) begun or handed "
        "in):\n{changes_en}\nNothing was published. To publish it all the same, add --confirm."
    )


class UnknownQuestion(CollectionRefusal):
    """An address that the questionnaire does not have."""

    code = "unknown-question"
    fr = "La question « {name} » n’existe pas dans ce questionnaire."
    en = "There is no question “{name}” in this questionnaire."


class TooManyLines(CollectionRefusal):
    """A repeat is full."""

    code = "too-many-lines"
    fr = "Pas plus de {most} lignes ici."
    en = "No more than {most} lines here."


class MutationReused(CollectionRefusal):
    """A mutation id came back with other content: storing it would lose one of the two."""

    code = "mutation-reused"
    status = 409
    fr = "Cet envoi porte l’identifiant d’un autre envoi. Rechargez la page."
    en = "This request carries the identifier of another one. Reload the page."


class ReasonNeeded(CollectionRefusal):
    """A change after submission needs a reason."""

    code = "reason-needed"
    fr = "Ce questionnaire est déjà transmis : indiquez le motif de la correction."
    en = "This questionnaire has been submitted: give the reason for the correction."


class ReasonRefused(CollectionRefusal):
    """A reason that cannot be kept as it was typed."""

    code = "reason-refused"
    fr = "Le motif n’a pas été compris : {why_fr}"
    en = "The reason was not understood: {why_en}"


class CorrectionContradicts(CollectionRefusal):
    """A correction would leave a contradiction in a submitted response; `details` are the findings."""

    code = "correction-contradicts"
    fr = "La correction contredit une autre réponse : {why_fr}"
    en = "The correction contradicts another answer: {why_en}"


class CorrectionIncomplete(CollectionRefusal):
    """A correction makes answers required and does not give them; `details` are their addresses."""

    code = "correction-incomplete"
    fr = "Cette correction demande {count} réponse(s) de plus, dont « {first_fr} ». À défaut, dites pourquoi elle manque."
    en = "This correction asks for {count} more answer(s), “{first_en}” among them. Failing that, say why it is missing."


class AnswersContradict(CollectionRefusal):
    """Blocking findings forbid the submission; `details` are the findings."""

    code = "answers-contradict"
    fr = "{count} contradiction(s) à lever avant de transmettre : {why_fr}"
    en = "{count} contradiction(s) to settle before submitting: {why_en}"


class RequiredLeft(CollectionRefusal):
    """Required answers are missing and nobody said why; `details` are their addresses, `core` how many are core."""

    code = "required-left"
    fr = "{count} réponse(s) attendue(s) manquent, dont {core} indispensable(s). Complétez-les, ou dites pourquoi."
    en = "{count} expected answer(s) are missing, {core} of them essential. Complete them, or say why they are left out."


class NothingToSubmit(CollectionRefusal):
    """A response without any answer cannot be submitted."""

    code = "nothing-to-submit"
    fr = "Aucune réponse n’est encore saisie pour {patient}."
    en = "No answer has been entered yet for {patient}."


class DispositionInForce(CollectionRefusal):
    """The patient is marked as having no answer; that has to be withdrawn first."""

    code = "disposition-in-force"
    status = 409
    fr = "Le patient {patient} est signalé sans réponse possible. Annulez d’abord ce signalement."
    en = "Patient {patient} is marked as having no answer. Withdraw that mark first."


class NoDisposition(CollectionRefusal):
    """There is no disposition to withdraw."""

    code = "no-disposition"
    fr = "Aucun signalement n’est en cours pour {patient}."
    en = "Nothing is marked for {patient}."


class AlreadySubmitted(CollectionRefusal):
    """A submitted response cannot be explained away."""

    code = "already-submitted"
    status = 409
    fr = "Le questionnaire de {patient} est déjà transmis : corrigez-le plutôt."
    en = "The questionnaire of {patient} has been submitted: correct it instead."


class DestinationNeeded(CollectionRefusal):
    """A patient who moved needs the centre that follows them now."""

    code = "destination-needed"
    fr = "Indiquez l’établissement qui suit maintenant ce patient."
    en = "Say which centre follows this patient now."


class NoQuestionnaire(CollectionRefusal):
    """The study has no published questionnaire."""

    code = "no-questionnaire"
    fr = "L’étude {study} n’a pas de questionnaire publié. Lancez `./recueil study open {study}`."
    en = "Study {study} has no published questionnaire. Run `./recueil study open {study}`."


class StudyUnknown(CollectionRefusal):
    """Neither a shipped study nor a folder of that shape."""

    code = "study-unknown"
    fr = "« {study} » n’est ni une étude livrée ({known}) ni un dossier contenant study.yaml."
    en = "“{study}” is neither a shipped study ({known}) nor a folder with a study.yaml."


class StudyFaulty(CollectionRefusal):
    """A definition with faults cannot be opened."""

    code = "study-faulty"
    fr = "La définition de l’étude a {count} faute(s) ; la première : {first_fr} Lancez `./recueil forms check`."
    en = "The study's definition has {count} fault(s); the first: {first_en} Run `./recueil forms check`."


class OtherDefinition(CollectionRefusal):
    """The definition is no longer the one whose changes were shown."""

    code = "other-definition"
    status = 409
    fr = "La définition a changé depuis l’affichage de la page : relisez ce qui changerait, puis publiez."
    en = "The definition has changed since the page was shown: read again what would change, then publish."


class NotAgreed(CollectionRefusal):
    """A version that touches answers already given, published without saying so."""

    code = "not-agreed"
    status = 422
    fr = "Cette version touche des réponses déjà données : cochez la case qui le dit, puis publiez."
    en = "This version touches answers already given: tick the box that says so, then publish."


class VersionUnknown(CollectionRefusal):
    """No version of the study has this number."""

    code = "version-unknown"
    status = 404
    fr = "L’étude {study} n’a pas de version {number} du questionnaire."
    en = "Study {study} has no version {number} of its questionnaire."


class ImportRefused(CollectionRefusal):
    """One patient of a file is refused; `details` are the sentences."""

    code = "import-refused"
    fr = "Réponses refusées : {why}"
    en = "Answers refused: {why}"


class OpposedApart(CollectionRefusal):
    """A patient who opposed would stop being one by becoming part of another."""

    code = "opposed-apart"
    status = 409
    fr = "{one} s’est opposé, {other} non : notez d’abord l’opposition de {other}, ou retirez celle de {one}."
    en = "{one} objected and {other} did not: first note the objection of {other}, or withdraw that of {one}."


class UnknownProposal(CollectionRefusal):
    """A proposal that this study does not have, or that its centre took back."""

    code = "unknown-proposal"
    status = 404
    fr = "Cette proposition n’existe pas, ou le centre l’a retirée."
    en = "There is no such proposal, or its centre took it back."


class ProposalChanged(CollectionRefusal):
    """The centre said something else since the proposal was read."""

    code = "proposal-changed"
    status = 409
    fr = "Le centre a changé cette proposition entre-temps : relisez-la avant de décider."
    en = "The centre changed this proposal meanwhile: read it again before deciding."


class RefusalNeedsReason(CollectionRefusal):
    """A centre whose correction is refused is told why."""

    code = "refusal-needs-reason"
    fr = "Dites au centre pourquoi sa correction n’est pas retenue."
    en = "Tell the centre why its correction is not taken."
