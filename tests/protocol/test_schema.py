"""docs/protocol.schema.json is up to date, and describes what really travels."""

import json
from pathlib import Path

import pytest
from clipmatrix_protocol import Message, encode
from clipmatrix_protocol.schema import json_schema
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from .strategies import MESSAGES

SCHEMA = Path(__file__).parents[2] / "docs" / "protocol.schema.json"
FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_file_is_what_the_types_say() -> None:
    now = json.loads(json.dumps(json_schema()))
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == now, "run `uv run python tools/write_schema.py`"


@pytest.mark.parametrize("tag", MESSAGES)
def test_it_accepts_each_message_and_refuses_a_field_too_many(tag: str, validator: Draft202012Validator) -> None:
    @FEW
    @given(MESSAGES[tag])
    def check(message: Message) -> None:
        header = json.loads(bytes(encode(message)[0]))
        validator.validate(header)
        assert not validator.is_valid({**header, "surplus": 1})

    check()


def test_arrays_say_what_they_hold(validator: Draft202012Validator) -> None:
    part = validator.schema["$defs"]["Part"]
    assert part["properties"]["vertices"] == {"$ref": "#/$defs/ArrayHeader"}
    assert "(V, 3) float32, Basis positions, metres" in part["description"]
