"""Bodies from the backend, built into the scene."""
