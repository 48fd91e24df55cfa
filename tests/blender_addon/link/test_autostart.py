"""Connecting as soon as Blender has opened, for those who want that."""

import pytest


@pytest.mark.parametrize("wanted", [False, True])
def test_blender_connects_by_itself_only_where_that_is_wished(blender, rooms, wanted):
    settings, session = rooms("interface.preferences").of(blender.context), rooms("job.session").current()
    settings.address, settings.at_once = "127.0.0.1:9", wanted  # nobody listens there
    try:
        rooms("interface.autostart").connect_once()
        assert session.state is rooms("job.phases").Phase["CONNECTING" if wanted else "OFFLINE"]
    finally:
        session.disconnect()
        settings.property_unset("at_once")
