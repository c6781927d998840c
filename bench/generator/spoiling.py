"""How typing spoils a text: one slip of a finger, habits of writing a hospital, a date, a birth, initials."""

from datetime import date
from random import Random

SERIAL_EPOCH = date(1899, 12, 30)


def slip(text: str, chance: Random, *, only_swaps: bool) -> str:
    """`text` with one edit: two neighbours swapped, or a letter lost, doubled or replaced."""
    letters = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
    if not letters:
        return text
    at = chance.choice(letters)
    kind = "swap" if only_swaps else chance.choice(("swap", "swap", "lose", "double", "replace"))
    if kind == "swap":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == "lose":
        return text[:at] + text[at + 1 :]
    if kind == "double":
        return text[:at] + text[at] + text[at:]
    return text[:at] + chance.choice("AEIOURSTLN") + text[at + 1 :]


def hospital(name: str, chance: Random, rate: float, typo_rate: float, *, only_swaps: bool) -> str:
    """One way in which somebody writes this hospital."""
    if chance.random() < rate:
        for long, shorts in (
            ("CENTRE HOSPITALIER DE", ("CH", "C.H.", "Ch", "CH DE")),
            ("CHU DE", ("CHU", "C.H.U.", "Chu")),
            ("HOPITAL", ("HOP.", "Hôpital", "Hop.")),
            ("CLINIQUE", ("CLIN.", "Clinique")),
            ("CENTRE DE DIALYSE", ("CTRE DE DIALYSE", "Centre de dialyse")),
        ):
            if name.startswith(long + " "):
                name = chance.choice(shorts) + name[len(long) :]
                break
        if "SAINT-" in name and chance.random() < 0.5:
            name = name.replace("SAINT-", chance.choice(("ST-", "ST ", "SAINT ")))
        name = chance.choice((name, name.title(), name.lower(), name))
    return slip(name, chance, only_swaps=only_swaps) if chance.random() < typo_rate else name


def written_date(day: date, chance: Random, mixed: float) -> str:
    """A grant date, mostly dd/mm/yyyy."""
    if chance.random() >= mixed:
        return f"{day:%d/%m/%Y}"
    return chance.choice(
        (
            day.isoformat(),
            f"{day:%d-%m-%y}",
            f"{day.day}.{day.month}.{day:%y}",
            str((day - SERIAL_EPOCH).days),
        )
    )


def written_birth(day: date, precision: str) -> str:
    """A birth to a precision: d, m, y or empty."""
    return {"d": f"{day:%d/%m/%Y}", "m": f"{day:%m/%Y}", "y": f"{day:%Y}", "": ""}[precision]


def written_initials(surname: str, first: str, short: bool, chance: Random, swap_rate: float) -> str:
    """Initials in one of their forms."""
    if short:
        surname, first = surname[0], first[0]
        return chance.choice((surname + first, f"{surname}.{first}."))
    if chance.random() < swap_rate:
        return f"{first} {surname}"
    return chance.choice((f"{surname} {first}", surname + first, f"{surname.title()} {first.title()}"))
