"""Errors that carry their remedy: what a job says to the artist, what a command says to its user."""

from clipmatrix_protocol import FailureCode


class JobError(Exception):
    """A job that cannot be done; travels to the client as a ``Failed`` message.

    Attributes
    ----------
    code
        Which kind of failure, for programs.
    message
        One sentence that says what is wrong.
    remedy
        One sentence that says what to do; may be empty.
    """

    def __init__(self, code: FailureCode, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.code: FailureCode = code
        self.message = message
        self.remedy = remedy


class UsageError(Exception):
    """A command that cannot be carried out as it was given; the command line prints one line and exits with 2.

    Attributes
    ----------
    message
        What is wrong, without a full stop.
    remedy
        What to do, without a full stop; may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message
