"""Run one command of manage.py on the data of `make start`, whether or not that runs at the moment: as the web role, but for what
only the owner can do."""

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from praksis.base import embedded
from praksis.base.databases import VARIABLES, SetupError, data_folder

AS_OWNER = {"restore"}
"""Into a folder where there is nothing yet."""
ROOT = Path(__file__).resolve().parent.parent.parent


def main(data: str, command: list[str]) -> int:
    """The command's exit code."""
    folder = Path(data).expanduser().resolve() if data else data_folder(ROOT, "start")
    is_new = not (folder / "kind").exists()
    if is_new and command[0] not in AS_OWNER:
        print(f"There is no region in {folder} yet. Run `make start` first.", file=sys.stderr)
        return 1
    is_demo = not is_new and (folder / "kind").read_text() == "demo"
    env = os.environ | {"PRAKSIS_DATA": str(folder), "PRAKSIS_DEMO": "1" if is_demo else "0"}
    env |= {"PRAKSIS_ROLE": "owner"} if command[0] in AS_OWNER else {}
    is_embedded = not any(os.environ.get(variable) for variable in VARIABLES.values())
    try:
        with embedded.running(folder) if is_embedded else nullcontext():
            return subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], env=env, check=False).returncode
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[2], sys.argv[3:]))
