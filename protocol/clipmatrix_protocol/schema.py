"""The wire format as a JSON Schema, for those who write a client in another language.

It describes frame 0 of every message. What JSON Schema can't say stays in the types' own descriptions, which travel in
it: the shapes, units and element types of arrays, and which values must fit together.
"""

from inspect import cleandoc
from typing import Any, get_args

import msgspec
import numpy as np

from .arrays import DTYPES, ArrayHeader
from .messages import FromClient, FromServer
from .version import PROTOCOL_VERSION

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Describe every message: ``from_client`` and ``from_server`` list them, ``$defs`` say what each is made of."""
    directions = {"from_client": get_args(FromClient), "from_server": get_args(FromServer)}
    everything = [ArrayHeader, *directions["from_client"], *directions["from_server"]]
    _, parts = msgspec.json.schema_components(everything, schema_hook=_array, ref_template="#/$defs/{name}")
    for part in parts.values():
        part["description"] = cleandoc(part.get("description", ""))
    parts["ArrayHeader"]["properties"]["dtype"]["enum"] = sorted(DTYPES)
    listed = {name: {"oneOf": [_reference(kind) for kind in kinds]} for name, kinds in directions.items()}
    return {
        "$schema": DIALECT,
        "title": f"ClipMatrix wire protocol, version {PROTOCOL_VERSION}",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in listed],
        "$defs": {**listed, **parts},
    }


def _array(kind: type) -> dict[str, Any]:
    """An array stands in the JSON as a header that says in which frame its bytes are."""
    if kind is np.ndarray:
        return _reference(ArrayHeader)
    raise NotImplementedError(f"{kind.__name__} cannot travel")


def _reference(kind: type) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{kind.__name__}"}
