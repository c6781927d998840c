"""What the accounts refuse, in both languages."""

from app.kernel.errors import Refusal


class BadEmail(Refusal):
    """Not an address that mail could reach."""

    code = "bad-email"
    fr = "« {email} » n’est pas une adresse électronique."
    en = "“{email}” is not an e-mail address."


class UnknownRole(Refusal):
    """A role that does not exist."""

    code = "unknown-role"
    fr = "Rôle inconnu : « {role} ». Les rôles sont : {roles}."
    en = "Unknown role: “{role}”. The roles are: {roles}."


class StaffExists(Refusal):
    """The address already has an account."""

    code = "staff-exists"
    fr = "{email} a déjà un compte."
    en = "{email} already has an account."


class UnknownStaff(Refusal):
    """No such account."""

    code = "unknown-staff"
    fr = "Ce compte n’existe pas."
    en = "This account does not exist."
    status = 404


class OwnAccount(Refusal):
    """Nobody changes their own rights: another manager does."""

    code = "own-account"
    fr = "Vous ne pouvez pas modifier votre propre compte ici. Demandez-le à un autre gestionnaire."
    en = "You cannot change your own account here. Ask another manager."


class LastManager(Refusal):
    """An installation without a manager could never get one back from the screen."""

    code = "last-manager"
    fr = "C’est le dernier gestionnaire en activité : nommez-en un autre d’abord."
    en = "This is the last active manager: appoint another one first."


class LoginRefused(Refusal):
    """One sentence for unknown addresses, wrong or expired passwords and disabled accounts."""

    code = "login-refused"
    fr = "Adresse ou mot de passe incorrect. Un gestionnaire peut vous donner un nouveau mot de passe."
    en = "Wrong address or password. A manager can give you a new password."
    status = 401


class TooManyFailures(Refusal):
    """The brake on guessing."""

    code = "too-many-failures"
    fr = "Trop d’essais infructueux. Réessayez dans {minutes} minutes."
    en = "Too many failed attempts. Try again in {minutes} minutes."
    status = 429


class WeakPassword(Refusal):
    """A password the rules refuse; `why_fr` and `why_en` say which rule."""

    code = "weak-password"
    fr = "Mot de passe refusé : {why_fr}"
    en = "Password refused: {why_en}"


class WrongPassword(Refusal):
    """The current password, asked again before a change, is not right."""

    code = "wrong-password"
    fr = "Le mot de passe actuel n’est pas celui-là."
    en = "This is not the current password."


class PasswordsDiffer(Refusal):
    """A new password typed twice in two ways."""

    code = "passwords-differ"
    fr = "Les deux saisies diffèrent."
    en = "The two entries differ."


class HeldFileGone(Refusal):
    """The file between upload and confirmation has expired, or belongs to somebody else."""

    code = "held-file-gone"
    fr = "Ce fichier n’attend plus de confirmation. Déposez-le de nouveau."
    en = "This file no longer awaits confirmation. Upload it again."
    status = 404


class FileRefused(Refusal):
    """An uploaded file that is missing, empty, too large or of another kind."""

    code = "file-refused"
    fr = "Fichier refusé : {why_fr}"
    en = "File refused: {why_en}"
