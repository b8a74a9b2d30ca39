"""`python -m matching`."""

import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_DFL)  # stop at once, in the middle of a search too: no file is written by halves
sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # ids are written where they cannot be, too

from matching.cli import main  # noqa: E402

sys.exit(main())
