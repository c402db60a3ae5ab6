"""Validates request bodies against botocore's own model of ConverseStream.

    python validate.py BODIES

Each line of BODIES is `{"model": ..., "body": ...}`, as the tests of roo-bedrock write it when ROO_BODIES is set.
Members that botocore does not know, missing members, wrong types, unions with two members, words that are in no
enumeration, and texts that fit no pattern are faults. Prints each fault with its line; the exit code is 1 if there
is any.
"""

import base64
import binascii
import json
import re
import sys

import botocore.session
from botocore.validate import ParamValidator


def shape_of(operation):
    model = botocore.session.get_session().get_service_model("bedrock-runtime")
    return model.operation_model(operation).input_shape


def within(shape, size, path, faults):
    """ParamValidator looks at the least only, and nowhere at the most."""
    if not shape.metadata.get("min", size) <= size <= shape.metadata.get("max", size):
        faults.append(f"{path}: {size} is not within {shape.metadata}")


def decoded(shape, value, path, faults):
    """The value with base64 decoded where the model has bytes; what ParamValidator does not check is checked here."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return value
        if shape.metadata.get("document") or getattr(shape, "is_document_type", False):
            return value
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            faults.append(f"{path}: a union with the members {sorted(value)}")
        return {
            name: decoded(shape.members[name], member, f"{path}.{name}", faults) if name in shape.members else member
            for name, member in value.items()
        }
    if kind == "list" and isinstance(value, list):
        within(shape, len(value), path, faults)
        return [decoded(shape.member, item, f"{path}[{place}]", faults) for place, item in enumerate(value)]
    if kind == "map" and isinstance(value, dict):
        within(shape, len(value), path, faults)
        for name in value:
            decoded(shape.key, name, f"{path}[{name!r}]", faults)
        return {name: decoded(shape.value, member, f"{path}.{name}", faults) for name, member in value.items()}
    if kind == "blob":
        try:
            return base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error):
            faults.append(f"{path}: no base64")
            return b""
    if kind in ("integer", "long", "float", "double") and isinstance(value, (int, float)):
        within(shape, value, path, faults)
    if kind == "string" and isinstance(value, str):
        if getattr(shape, "enum", None) and value not in shape.enum:
            faults.append(f"{path}: {value!r} is none of {shape.enum}")
        within(shape, len(value), path, faults)
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value, re.ASCII):
            faults.append(f"{path}: {value[:80]!r} does not match {pattern}")
    return value


def unknown_members(shape, value, path, faults):
    """ParamValidator leaves members that it does not know alone inside some shapes, so they are looked for here."""
    if getattr(shape, "is_document_type", False):
        return
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        for name, member in value.items():
            if name in shape.members:
                unknown_members(shape.members[name], member, f"{path}.{name}", faults)
            else:
                faults.append(f"{path}: unknown member {name!r}")
    elif kind == "list" and isinstance(value, list):
        for place, item in enumerate(value):
            unknown_members(shape.member, item, f"{path}[{place}]", faults)
    elif kind == "map" and isinstance(value, dict):
        for name, member in value.items():
            unknown_members(shape.value, member, f"{path}.{name}", faults)


def faults_of(shape, line):
    faults = []
    params = dict(line["body"], modelId=line["model"])
    unknown_members(shape, params, "", faults)
    params = decoded(shape, params, "", faults)
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        faults.append(report.generate_report())
    return faults


def main(path):
    shapes = {True: shape_of("ConverseStream"), False: shape_of("Converse")}
    count = bad = 0
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = json.loads(line)
            count += 1
            faults = faults_of(shapes[line.get("streaming", True)], line)
            if faults:
                bad += 1
                print(f"line {number}: {line['model']}")
                for fault in faults:
                    print(f"    {fault}")
    print(f"{count} bodies, {bad} of them refused by the model of botocore {botocore.__version__}")
    # No body at all proves nothing.
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
