"""E-mail addresses: what is accepted, and the keyed fingerprint of one. Never resolves a name."""

from email_validator import EmailNotValidError, validate_email

from app.kernel.vault import Vault
from app.outreach.errors import NotAMailbox

LONGEST = 254


def checked(typed: str) -> str:
    """`typed` as the address mails go to. Raises NotAMailbox; nothing is asked of the network."""
    try:
        found = validate_email(
            typed.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise NotAMailbox(typed=typed.strip()[:80]) from error
    address = found.ascii_email or found.normalized
    if len(address) > LONGEST:
        raise NotAMailbox(typed=typed.strip()[:80])
    return address


def mailbox_of(vault: Vault, address: str) -> str:
    """The fingerprint of an address. Case is ignored in the whole of it, as every mail server in use does."""
    return vault.index("mailbox", address.lower())
