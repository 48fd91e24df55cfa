"""The one error that bad bytes or bad values on the wire become."""


class ProtocolError(ValueError):
    """A message that does not keep the protocol; the text says which field and why.

    Raised by :func:`clipmatrix_protocol.decode` for anything that arrives, whatever its bytes, and by
    :func:`clipmatrix_protocol.encode` for values that no peer would accept.
    """
