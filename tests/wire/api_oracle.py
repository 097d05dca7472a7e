"""Is a request a valid form for its operation? Twilio's own OpenAPI description decides."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator

FORM = "application/x-www-form-urlencoded"


@cache
def description(folder: Path) -> dict:
    return json.loads((folder / "twilio_api_v2010.json").read_text(encoding="utf-8"))


def refusals(method: str, path: str, params: dict, form: dict, oracles: Path) -> list[str]:
    """One sentence for each thing in the request that its operation does not know or take."""
    found = _operation(method.lower(), path, description(oracles))
    if found is None:
        return [f"no operation {method} {path}"]
    operation, in_path = found
    components = description(oracles)["components"]["schemas"]
    known = {(p["in"], p["name"]): p["schema"] for p in operation.get("parameters", [])}
    wrong = []
    for name, value in in_path.items():
        wrong += _value(name, value, known.get(("path", name), {}), components)
    for name, value in params.items():
        if ("query", name) not in known:
            wrong.append(f"query {name} is not known")
        else:
            wrong += _value(name, value, known["query", name], components)
    return wrong + _form(form, operation, components)


def _form(form: dict, operation: dict, components: dict) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {}).get(FORM)
    if content is None:
        return [f"a form where none is taken: {sorted(form)}"] if form else []
    schema = content["schema"]
    wrong = [f"form field {name} is not known" for name in form if name not in schema["properties"]]
    wrong += [
        f"form field {name} is missing" for name in schema.get("required", []) if name not in form
    ]
    for name, value in form.items():
        if name in schema["properties"]:
            wrong += _value(name, value, schema["properties"][name], components)
    return wrong


def _operation(method: str, path: str, api: dict) -> tuple[dict, dict[str, str]] | None:
    for template, operations in api["paths"].items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
        match = re.fullmatch(pattern, path)
        if match and method in operations:
            return operations[method], match.groupdict()
    return None


def _value(name: str, value: Any, schema: dict, components: dict) -> list[str]:
    while "$ref" in schema:
        schema = components[schema["$ref"].rsplit("/", 1)[1]]
    # Forms carry text: a number or a truth is written out, in lower case.
    readable = {"boolean": {"true": True, "false": False}}.get(schema.get("type", ""), {})
    if schema.get("type") == "integer" and str(value).isdigit():
        value = int(value)
    errors = OAS30Validator(schema).iter_errors(readable.get(value, value) if readable else value)
    return [f"{name}: {error.message}" for error in errors]


def example(method: str, path: str, oracles: Path) -> dict:
    """Twilio's own example of the answer to a request, the longest where there are several."""
    operation, _ = _operation(method.lower(), path, description(oracles)) or ({}, {})
    good = next(answer for code, answer in operation["responses"].items() if code.startswith("2"))
    examples = good["content"]["application/json"]["examples"]
    return max((given["value"] for given in examples.values()), key=lambda value: len(str(value)))
