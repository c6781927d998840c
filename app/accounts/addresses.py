"""E-mail addresses of staff in one canonical form, so that no look-alike twin can be made."""

from email_validator import EmailNotValidError, validate_email

from app.accounts.errors import BadEmail


def canonical_email(text: str) -> str:
    """The address in lower case ASCII. Raises BadEmail; other letters are refused (CVE-2019-19844)."""
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise BadEmail(email=text.strip()[:120]) from error
    return found.normalized.lower()
