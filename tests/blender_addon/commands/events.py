"""What a command has told, line by line."""


def said(events, event, key="text"):
    """One field of all events of a kind, in their order."""
    return [found[key] for found in events if found["event"] == event]
