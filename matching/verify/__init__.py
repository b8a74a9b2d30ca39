"""An independent check of a result against its instance. It shares no code with the solver.

`verify(instance, result)` reads the rules from docs/how/engine.md alone. Every problem carries the code of the rule
it breaks; CODES says what each means.
"""

from matching.verify.check import verify
from matching.verify.report import CODES, Problem, Report

__all__ = ["CODES", "Problem", "Report", "verify"]
