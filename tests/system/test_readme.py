"""What the README shows in Python runs as it stands there, with fewer steps."""

from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_python_in_the_readme_grows_a_character(capsys):
    (code,) = README.read_text(encoding="utf-8").split("```python\n")[1:]
    shown = code.partition("```")[0]
    assert "steps=100" in shown
    exec(compile(shown.replace("steps=100", "steps=2"), README.name, "exec"), {})
    similarity, *shape = capsys.readouterr().out.replace("(", "").replace(")", "").replace(",", "").split()
    assert -1 < float(similarity) < 1
    assert shape == ["1024", "1024", "3"]
