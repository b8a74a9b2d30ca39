"""Allocation of practice places: exact, explained, checked. Knows nothing of the web application.

The doors are functions of the modules `problem`, `result`, `solve`, `verify`, `explain` and `generate`; see README.md.
"""

__version__ = "1.0.0"
