"""Allocation of practice places: exact, explained, checked. Knows nothing of the web application."""

__version__ = "1.0.0"
