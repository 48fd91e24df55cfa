"""Why no zip was made."""


class BuildError(RuntimeError):
    """One sentence for whoever builds: what is wrong, and what to do."""


class DownloadError(BuildError):
    """A wheel could not be fetched from the package index that pip is set up for."""
