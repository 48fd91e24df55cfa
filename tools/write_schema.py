"""Write docs/protocol.schema.json, the wire format for clients in other languages.

uv run python tools/write_schema.py
"""

import json
from pathlib import Path

from clipmatrix_protocol.schema import json_schema

TARGET = Path(__file__).parents[1] / "docs" / "protocol.schema.json"

if __name__ == "__main__":
    TARGET.write_text(json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
