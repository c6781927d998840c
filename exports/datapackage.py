"""datapackage.json (Data Package v1): what each csv file holds, in a form that programs read."""

from collections.abc import Sequence

import orjson

from exports.tables import Column, Table

_TYPES = {"text": "string", "partial_date": "string", "integer": "integer", "flag": "integer", "decimal": "number",
          "date": "date", "datetime": "datetime"}


def datapackage(tables: Sequence[Table], name: str, title: str) -> bytes:
    """The description of the ``;`` files: fields, types, codes, missing values."""
    return orjson.dumps(
        {"profile": "tabular-data-package", "name": name, "title": title,
         "resources": [_resource(table) for table in tables]},
        option=orjson.OPT_INDENT_2,
    )


def _resource(table: Table) -> dict[str, object]:
    return {
        "profile": "tabular-data-resource", "name": table.name, "title": table.fr or table.name,
        "path": f"{table.name}.csv", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8-sig",
        "dialect": {"delimiter": ";", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {"fields": [_field(column) for column in table.columns], "missingValues": [""],
                   **({"primaryKey": list(table.key)} if table.key else {})},
    }


def _field(column: Column) -> dict[str, object]:
    described: dict[str, object] = {"name": column.name, "type": _type(column), "title": column.fr or column.name}
    if column.en:
        described["title_en"] = column.en
    if column.unit:
        described["unit"] = column.unit
    if column.kind == "partial_date":
        described["constraints"] = {"pattern": r"\d{4}(-\d{2}(-\d{2})?)?"}
    if column.choices:
        described["constraints"] = {"enum": [choice.code for choice in column.choices]}
        described["codes"] = [{"code": c.code, "fr": c.fr, "en": c.en} for c in column.choices]
    return described


def _type(column: Column) -> str:
    if column.kind == "code":
        return "string" if any(isinstance(choice.code, str) for choice in column.choices) else "integer"
    return _TYPES[column.kind]
