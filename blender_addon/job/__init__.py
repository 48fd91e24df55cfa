"""The session: connection and job, advanced by one pump."""
