"""What an artist can send along with a bug report."""


def test_the_report_has_versions_and_the_error_but_no_secret(rooms, connected):
    connected.error = rooms("errors").Refusal("Something broke.", "Mend it.")
    text = rooms("job.report").text(connected)
    assert "Blender 4.5" in text
    assert "Something broke. Mend it." in text
    assert "test backend on cpu" in text
    assert "secret" not in text
