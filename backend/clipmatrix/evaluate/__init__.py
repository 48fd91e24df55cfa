"""How results are judged: mesh validity, and the held-out judge."""
