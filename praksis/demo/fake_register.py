"""A FAKE Enhetsregisteret, for the demo and for tests: made-up firms, served on the paths and in the shape of the real one.

    python -m praksis.demo.fake_register --port 8071 --file firms.json

The file is read anew at each question, so that whoever tries something changes it and asks again. It holds `enheter` and
`underenheter` as the register tells them, `fjernet` (numbers that were removed: 410), and `oppdateringer` by kind.
The numbers have a right check digit and begin with 1, 2 or 3; those in use begin with 8 or 9.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

MOST = 10_000
"""The real one answers no page beyond this, by page and size."""
USUAL_SIZE = 20
OWN_PATH = "/enhetsregisteret/api"
CHANGE_LINES = {"enheter": "oppdaterteEnheter", "underenheter": "oppdaterteUnderenheter"}

type Asked = dict[str, str]
type Row = dict[str, Any]


class FakeRegister(BaseHTTPRequestHandler):
    """Answers GET; anything it does not know is 404."""

    protocol_version = "HTTP/1.1"
    file: Path

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix(OWN_PATH).strip("/").split("/")
        status, body = answer(_read(self.file, self.file.stat().st_mtime_ns), path, asked)
        self._send(status, json.dumps(body, ensure_ascii=False).encode() if body is not None else b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Fake-Register", "made-up firms; this is not Enhetsregisteret")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Quiet."""


@lru_cache(maxsize=1)
def _read(file: Path, changed: int) -> Row:  # noqa: ARG001 - read anew when it was changed
    found: Row = json.loads(file.read_text())
    return found


def answer(data: Row, path: list[str], asked: Asked) -> tuple[int, Row | None]:
    """The status and the body for a path without its beginning."""
    match path:
        case ["enheter" | "underenheter" as kind]:
            return _page(kind, _found(data[kind], asked), asked)
        case ["enheter" | "underenheter" as kind, number]:
            return _one(data, kind, number)
        case ["oppdateringer", "enheter" | "underenheter" as kind]:
            return _page(CHANGE_LINES[kind], _changes(data["oppdateringer"][kind], asked), asked)
        case _:
            return 404, None


def _one(data: Row, kind: str, number: str) -> tuple[int, Row | None]:
    if number in data.get("fjernet", []):
        return 410, {"organisasjonsnummer": number, "slettedato": "2026-01-01"}
    found = next((row for row in data[kind] if row["organisasjonsnummer"] == number), None)
    return (200, _told(found)) if found else (404, None)


def _told(row: Row) -> Row:
    """With the marks that the real one has; of who is deleted it tells no more than that."""
    deleted = "slettedato" in row
    kept = ("organisasjonsnummer", "navn", "organisasjonsform", "slettedato")
    shown = {name: row[name] for name in kept if name in row} if deleted else row
    return {"respons_klasse": "SlettetEnhet" if deleted else "Enhet", **shown}


def _found(rows: Iterable[Row], asked: Asked) -> list[Row]:
    """Those that the question fits: words of the name, municipalities, the enterprise above."""
    found = [row for row in rows if "slettedato" not in row]
    if words := asked.get("navn", "").upper().split():
        found = [row for row in found if all(word in row["navn"] for word in words)]
    if numbers := [number for number in asked.get("kommunenummer", "").split(",") if number]:
        found = [row for row in found if _lies_in(row) in numbers]
    if above := asked.get("overordnetEnhet"):
        found = [row for row in found if row.get("overordnetEnhet") == above]
    return [_told(row) for row in found]


def _lies_in(row: Row) -> str:
    return str((row.get("forretningsadresse") or row.get("beliggenhetsadresse") or {}).get("kommunenummer", ""))


def _changes(rows: Iterable[Row], asked: Asked) -> list[Row]:
    first, since = int(asked.get("oppdateringsid", 0)), asked.get("dato", "")
    found = [row for row in rows if row["oppdateringsid"] >= first and row["dato"] >= since]
    return sorted(found, key=lambda row: int(row["oppdateringsid"]))


def _page(name: str, rows: list[Row], asked: Asked) -> tuple[int, Row]:
    size, number = int(asked.get("size", USUAL_SIZE)), int(asked.get("page", 0))
    if (number + 1) * size > MOST:
        return 400, {"status": 400, "feilmelding": f"page og size kan ikke gi mer enn {MOST} treff"}
    shown = rows[number * size : (number + 1) * size]
    page = {"size": size, "totalElements": len(rows), "totalPages": -(-len(rows) // size), "number": number}
    return 200, {**({"_embedded": {name: shown}} if shown else {}), "page": page}


def serve(port: int, file: Path) -> None:
    """Answer on the loopback until the end."""
    handler = type("Handler", (FakeRegister,), {"file": file})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    print(f"FAKE register (made-up firms) at http://127.0.0.1:{server.server_port}{OWN_PATH}", flush=True)
    server.serve_forever()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes any that is free, and says which")
    parser.add_argument("--file", type=Path, required=True)
    given = parser.parse_args(arguments)
    serve(given.port, given.file)


if __name__ == "__main__":
    main(sys.argv[1:])
