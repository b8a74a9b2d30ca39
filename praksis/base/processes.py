"""Processes that are kept alive."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping

STEADY_SECONDS = 60
"""Who has run for so long is no longer held to have failed before."""
LONGEST_WAIT_SECONDS = 30


def tied(command: list[str], how: str) -> list[str]:
    """The command so that the kernel sends it the signal `how` when its parent dies, where the system can."""
    return ["setpriv", "--pdeathsig", how, *command] if shutil.which("setpriv") else command


class Child:
    """A process that is started again when it dies: at once, then after 1, 2, 4 ... 30 seconds while it keeps dying."""

    def __init__(self, name: str, command: list[str], env: Mapping[str, str]) -> None:
        self.name, self.command, self.env = name, command, dict(env)
        self.deaths = 0
        self.start()

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.start_again_at: float | None = None
        self.process = subprocess.Popen(self.command, env=self.env, start_new_session=True)

    def keep_alive(self) -> str:
        """Look after the process; what there is to tell, or nothing."""
        if self.process.poll() is None:
            return ""
        now = time.monotonic()
        if self.start_again_at is None:
            self.deaths = self.deaths + 1 if now - self.started_at < STEADY_SECONDS else 1
            self.start_again_at = now + self._wait()
            return f"{self.name} ended ({self.process.returncode}); starting it again"
        if now >= self.start_again_at:
            self.start()
        return ""

    def _wait(self) -> float:
        return 0 if self.deaths == 1 else min(2.0 ** (self.deaths - 2), LONGEST_WAIT_SECONDS)

    def stop(self, seconds: float) -> None:
        """Ask it to end, and end it after `seconds`."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
