"""The command line."""

from tlgrader.cli.app import main

__all__ = ["main"]
