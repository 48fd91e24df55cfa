"""The one line that leads to a backend on another machine: written, read, and told from what is none."""

import pytest
from clipmatrix_protocol import DEFAULT_PORT, Invitation, ProtocolError, read_invitation, write_invitation
from hypothesis import given
from hypothesis import strategies as st

keys = st.binary(min_size=32, max_size=32)
hosts = st.sampled_from(["127.0.0.1", "render.example.org", "[2001:db8::7]", "a-b_c"])
invitations = st.builds(Invitation, hosts, st.integers(1, 65535), keys, keys)

LINE = write_invitation(Invitation("render.example.org", 7661, bytes(range(32)), bytes(range(32, 64))))


@given(invitations)
def test_what_is_written_is_read_again(invitation: Invitation) -> None:
    line = write_invitation(invitation)
    assert read_invitation(line) == invitation
    assert len(line.split()) == 1


@given(invitations, st.data())
def test_no_letter_can_be_lost_or_changed_unnoticed(invitation: Invitation, data: st.DataObject) -> None:
    line = write_invitation(invitation)
    start = line.rindex("/") + 1
    place = data.draw(st.integers(start, len(line) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_"))
    for spoilt in (line[:place] + line[place + 1 :], line[:place] + letter + line[place + 1 :]):
        assert understood(spoilt) in (None, invitation), "only the spare bits of the last letter may be changed"


def understood(line: str) -> Invitation | None:
    try:
        return read_invitation(line)
    except ProtocolError:
        return None


def test_a_line_that_was_cut_is_not_repeated_to_whoever_looks_on() -> None:
    with pytest.raises(ProtocolError) as refused:
        read_invitation(LINE[:-2])
    assert LINE[40:60] not in str(refused.value)


@given(st.text(max_size=120))
def test_any_other_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(ProtocolError):
        read_invitation(text)


def test_the_port_may_be_left_out() -> None:
    assert read_invitation(LINE.replace(":7661", "")).port == DEFAULT_PORT


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(ProtocolError, match="is not a port"):
        read_invitation(LINE.replace(":7661", f":{port}"))


def test_an_invitation_does_not_show_its_secret_when_printed() -> None:
    invitation = read_invitation(LINE)
    assert repr(invitation.client_key) not in repr(invitation)


def test_the_form_of_the_line_is_fixed_for_good() -> None:
    """Lines that were sent out years ago must still open."""
    assert LINE == (
        "clipmatrix://render.example.org:7661/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
        "ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P_3quaw"
    )
