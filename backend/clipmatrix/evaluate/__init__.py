"""How results are judged: mesh validity, colour as seen, girth, and the held-out judge."""
