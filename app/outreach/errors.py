"""The refusals of this room: what happened and what to do, for people, in both languages."""

from typing import TYPE_CHECKING

from app.kernel.errors import Refusal
from app.kernel.language import Language

if TYPE_CHECKING:
    from app.outreach.respondents import Fault


class LinkRefused(Refusal):
    """The token opens nothing: unknown, expired, revoked or closed look exactly the same."""

    code = "link-refused"
    fr = "Ce lien ne fonctionne pas ou plus. Ouvrez le dernier courriel reçu, ou appelez le promoteur."
    en = "This link does not work (any more). Open the latest mail you received, or call the sponsor."
    status = 404


class PersonUnnamed(Refusal):
    """Entering needs a name and a function: every change is attributed to a person."""

    code = "person-unnamed"
    fr = "Indiquez votre nom et votre fonction (200 caractères au plus)."
    en = "Give your name and your function (at most 200 characters)."


class PersonUnreadable(PersonUnnamed):
    """A name or a function that cannot be kept as it was typed."""

    code = "person-unreadable"
    fr = "Votre nom ou votre fonction n’a pas été compris : {why_fr}"
    en = "Your name or your function was not understood: {why_en}"


class SpeakerUnknown(Refusal):
    """Who speaks in a call is not said, or cannot be kept; `fields` are those of name and function to mend."""

    code = "speaker-unknown"
    fr = "Indiquez le nom et la fonction de la personne qui parle (200 caractères au plus). {why_fr}"
    en = "Give the name and the function of the person who speaks (at most 200 characters). {why_en}"

    def __init__(self, fields: tuple[str, ...], why_fr: str = "", why_en: str = "") -> None:
        self.fields = fields
        super().__init__(why_fr=why_fr, why_en=why_en)

    def message(self, language: Language) -> str:
        """The sentence for people."""
        return super().message(language).strip()


class UnknownRespondent(Refusal):
    """No such respondent in this study."""

    code = "unknown-respondent"
    fr = "Correspondant inconnu dans cette étude : {respondent}."
    en = "No such respondent in this study: {respondent}."
    status = 404


class RespondentExists(Refusal):
    """Two people added the same address to one centre at the same moment."""

    code = "respondent-exists"
    fr = "Cette adresse vient d’être ajoutée pour {centre} par quelqu’un d’autre. Rechargez la page."
    en = "Somebody else has just added this address for {centre}. Reload the page."
    status = 409


class RespondentsRefused(Refusal):
    """A file of respondents with at least one faulty cell: nothing of it is imported."""

    code = "respondents-refused"
    fr = "Rien n’a été importé. Cellules à corriger ({count}) :\n{lines_fr}"
    en = "Nothing was imported. Cells to mend ({count}):\n{lines_en}"
    faults: "list[Fault]"


class NotAMailbox(Refusal):
    """A text that is no e-mail address."""

    code = "not-a-mailbox"
    fr = "« {typed} » n’est pas une adresse de courriel."
    en = "“{typed}” is not an e-mail address."


class UnknownMessage(Refusal):
    """A kind of mail, or a language, that does not exist."""

    code = "unknown-message"
    fr = "Message inconnu : {kind} ({language})."
    en = "Unknown message: {kind} ({language})."


class MessageRefused(Refusal):
    """A message text that cannot be sent as it is written."""

    code = "message-refused"
    fr = "Message refusé : {why_fr}"
    en = "Message refused: {why_en}"


class CampaignRefused(Refusal):
    """A calendar whose dates or budgets break a rule."""

    code = "campaign-refused"
    fr = "Calendrier refusé : {why_fr}"
    en = "Calendar refused: {why_en}"


class CountNotConfirmed(Refusal):
    """A mass sending needs its count typed, and the count has changed or was mistyped."""

    code = "count-not-confirmed"
    fr = "Le nombre à confirmer est {count} : tapez ce nombre."
    en = "The number to confirm is {count}: type that number."


class ColleagueRefused(Refusal):
    """A colleague who cannot be added."""

    code = "colleague-refused"
    fr = "Ce collègue ne peut pas être ajouté : {why_fr}"
    en = "This colleague cannot be added: {why_en}"


class NotUncertain(Refusal):
    """Only a mail whose fate is uncertain can be resolved by a person."""

    code = "not-uncertain"
    fr = "Ce courriel n’est pas incertain : il n’y a rien à trancher."
    en = "This mail is not uncertain: there is nothing to decide."


class ChaseRefused(Refusal):
    """A step of the telephone desk that does not follow from where it stands."""

    code = "chase-refused"
    fr = "De « {old} », on ne passe pas à « {new} »."
    en = "“{new}” does not follow “{old}”."


class CallEnded(Refusal):
    """Nobody types in this call: it was ended, is too old, is somebody else's, or never was."""

    code = "call-ended"
    fr = "Cet appel est terminé. Reprenez-le, ou commencez-en un autre, depuis la page du centre au bureau Téléphone."
    en = "This call has ended. Take it up again, or begin another one, from the centre's page at the Telephone desk."
    status = 403


class MailServerRefused(Refusal):
    """The mail server cannot be used as the settings ask."""

    code = "mail-server"
    fr = "Serveur de courriel inutilisable ({why})."
    en = "The mail server cannot be used ({why})."


class NotATable(Refusal):
    """A file that is no small csv or xlsx table."""

    code = "not-a-table"
    fr = "Le fichier {file} ne se lit pas comme un tableau csv ou xlsx : {why_fr}."
    en = "The file {file} does not read as a csv or xlsx table: {why_en}."


class ColumnsMissing(Refusal):
    """A table without the columns that it is read for."""

    code = "columns-missing"
    fr = "Colonnes introuvables : {columns}. La première ligne doit porter les titres des colonnes."
    en = "Columns not found: {columns}. The first row must hold the column titles."


class QueryRefused(Refusal):
    """A question on an answer, or its reply, that cannot be taken."""

    code = "query-refused"
    fr = "Question refusée : {why_fr}"
    en = "Query refused: {why_en}"


class UnknownQuery(Refusal):
    """No such question in this study."""

    code = "unknown-query"
    fr = "Question inconnue dans cette étude : {query}."
    en = "No such query in this study: {query}."
    status = 404
