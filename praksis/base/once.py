"""Run one command of manage.py as the web role on the data of `make start`, whether or not that runs at the moment."""

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from praksis.base import embedded
from praksis.base.databases import VARIABLES, SetupError, data_folder

ROOT = Path(__file__).resolve().parent.parent.parent


def main(data: str, command: list[str]) -> int:
    """The command's exit code."""
    folder = Path(data).expanduser().resolve() if data else data_folder(ROOT, "start")
    if not (folder / "kind").exists():
        print(f"There is no region in {folder} yet. Run `make start` first.", file=sys.stderr)
        return 1
    env = os.environ | {"PRAKSIS_DATA": str(folder), "PRAKSIS_DEMO": "1" if (folder / "kind").read_text() == "demo" else "0"}
    is_embedded = not any(os.environ.get(variable) for variable in VARIABLES.values())
    try:
        with embedded.running(folder) if is_embedded else nullcontext():
            return subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], env=env, check=False).returncode
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[2], sys.argv[3:]))
