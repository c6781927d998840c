"""Prints a questionnaire, blank for those who work from paper or filled with answers: HTML, and PDF made from the same tree."""

import json
from dataclasses import asdict
from html import escape
from pathlib import Path

from forms.definition import Questionnaire
from forms.paper import Block, Box, Item, Paper, Sheet, paper
from forms.states import Evaluation

_HERE = Path(__file__).parent


class PdfUnavailable(RuntimeError):
    """The package that sets PDF pages is not installed."""

    code = "pdf_unavailable"
    fr = "La mise en page PDF demande le paquet « typst » (extra « pdf ») : installez-le, ou imprimez la page HTML."
    en = "PDF pages need the package 'typst' (extra 'pdf'): install it, or print the HTML page."

    def message(self, language: str) -> str:
        """The sentence in ``fr`` or ``en``."""
        return self.fr if language == "fr" else self.en


def print_html(
    questionnaire: Questionnaire,
    language: str,
    evaluation: Evaluation | None = None,
    stylesheet: str | None = None,
) -> str:
    """A whole HTML page. Its style is inside, so that the file travels alone; ``stylesheet`` links one instead, for a page
    served under a policy that allows no inline style."""
    tree = paper(questionnaire, language, evaluation)
    css = (_HERE / "paper.css").read_text(encoding="utf-8")
    style = f'<link rel="stylesheet" href="{escape(stylesheet)}">' if stylesheet else f"<style>{css}</style>"
    head = (
        "".join(f"<div><dt>{escape(label)}</dt><dd></dd></div>" for label in tree.head)
        if evaluation is None
        else ""
    )
    note = f"<p>{escape(tree.words['codes'])} {escape(tree.legend)}.</p>"
    registration = f" · {escape(tree.registration)}" if tree.registration else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{tree.language}">\n<head><meta charset="utf-8">'
        f"<title>{escape(tree.title)}</title>{style}</head>\n<body>\n"
        f'<header><p class="code">{escape(tree.code)} · {escape(tree.version)}{registration}</p><h1>{escape(tree.title)}</h1>'
        f"{f'<dl>{head}</dl>' if head else ''}{note}</header>\n<main>\n"
        + "\n".join(_sheet(tree, sheet) for sheet in tree.sheets if sheet.blocks)
        + "\n</main>\n</body>\n</html>\n"
    )


def print_pdf(questionnaire: Questionnaire, language: str, evaluation: Evaluation | None = None) -> bytes:
    """The same as PDF, A4; equal inputs give equal bytes. Raises PdfUnavailable."""
    try:
        import typst
    except ImportError as error:
        raise PdfUnavailable from error
    data = json.dumps(asdict(paper(questionnaire, language, evaluation)), ensure_ascii=False)
    template = (_HERE / "paper.typ").read_bytes()
    made: bytes = typst.compile(
        template, format="pdf", sys_inputs={"data": data, "filled": "yes" if evaluation else "no"}
    )
    return made


def _sheet(tree: Paper, sheet: Sheet) -> str:
    letter = f'<span class="letter">{escape(sheet.letter)}</span> ' if sheet.letter else ""
    parts = [_paragraph("condition", sheet.condition), _paragraph("help", sheet.help)]
    blocks = "".join(_block(tree, block) for block in sheet.blocks)
    return f"<section><h2>{letter}{escape(sheet.title)}</h2>{''.join(parts)}{blocks}</section>"


def _block(tree: Paper, block: Block) -> str:
    title = f"<h3>{escape(block.title)}</h3>" if block.title else ""
    return f'<div class="block">{title}{"".join(_item(tree, item) for item in block.items)}{_paragraph("note", block.note)}</div>'


def _item(tree: Paper, item: Item) -> str:
    star = f' <abbr title="{escape(tree.stars[item.required])}">{item.required}</abbr>' if item.required else ""
    answer = _boxes(tree, item) if item.boxes else _blank(item)
    return (
        f'<div class="item"><p class="name">{escape(item.name)}</p><div class="asked">'
        f'<p class="label">{escape(item.label)}{star}</p>'
        f"{_paragraph('condition', item.condition)}{_paragraph('help', item.help)}</div>"
        f'<div class="answer">{answer}{_reasons(tree, item)}</div></div>'
    )


def _boxes(tree: Paper, item: Item) -> str:
    signs = ("☒", "☐") if item.many else ("◉", "○")
    rows = "".join(
        f'<li><span class="box">{signs[0 if box.ticked else 1]}</span> <span class="number">{escape(box.code)}</span> '
        f"{escape(box.label)}{_since(tree, box)}</li>"
        for box in item.boxes
    )
    dated = any(box.date is not None for box in item.boxes)
    return f'<ul class="dated">{rows}</ul>' if dated else f"<ul>{rows}</ul>"


def _since(tree: Paper, box: Box) -> str:
    if box.date is None:
        return ""
    return f' <span class="since">{escape(tree.words["since"])} {escape(box.date) or "__ /__ /____"}</span>'


def _blank(item: Item) -> str:
    unit = f' <span class="unit">{escape(item.unit)}</span>' if item.unit and not item.answer else ""
    if item.answer:
        return f'<p class="given">{escape(item.answer)}</p>'
    shape = "__ /__ /____" if item.shape.startswith("__") else ""
    return f'<p class="blank {"tall" if item.shape == "lines" else "wide"}">{shape}</p>{unit}'


def _reasons(tree: Paper, item: Item) -> str:
    if not item.reasons:
        return ""
    boxes = " ".join(
        f'<span><span class="box">{"☒" if box.ticked else "☐"}</span> <abbr title="{escape(box.label)}">{box.code}</abbr></span>'
        for box in item.reasons
    )
    return f'<p class="reasons">{escape(tree.words["missing"])} {boxes}</p>'


def _paragraph(kind: str, text: str) -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if text else ""
