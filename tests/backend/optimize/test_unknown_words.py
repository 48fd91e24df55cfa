"""Before a job runs, the artist hears of words that the embedded CLIP never saw."""

import clipmatrix_protocol as protocol
from clipmatrix.optimize.unknown_words import brief_warnings


def test_unknown_words_are_named_once_wherever_a_prompt_has_them():
    prompts = (protocol.Prompt("a zeppelin", origin="a grey walrus"), protocol.Prompt("a red zeppelin"))
    (warning,) = brief_warnings(protocol.Brief(prompts))
    assert "does not know “zeppelin”, “walrus”: the result will not follow them" in warning
    (warning,) = brief_warnings(protocol.Brief((protocol.Prompt("a red figure", origin="a walrus"),)))
    assert "does not know “walrus”: the result will not follow it" in warning
    assert brief_warnings(protocol.Brief((protocol.Prompt("a red figure", origin="a grey figure"),))) == ()
