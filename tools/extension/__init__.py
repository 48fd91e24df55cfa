"""Builds the extension: one zip for each Python that Blenders come with, and a repository to install it from."""
