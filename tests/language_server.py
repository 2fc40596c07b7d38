"""The YAML language server that VS Code uses, spoken to over its own protocol, as an editor does."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from knowledge_base import ROOT

PROGRAM = ROOT / "tools" / "editor" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
_PATIENCE = 60.0


def why_missing() -> str:
    """Why the language server cannot be run here; empty if it can."""
    if shutil.which("node") is None:
        return "Node.js is not installed"
    return "" if PROGRAM.is_file() else "yaml-language-server is not installed: npm ci --prefix tools/editor"


class LanguageServer:
    """A language server that has a folder open, with the settings that VS Code would give it."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.folder, self.settings = folder, settings
        self._n = 0
        self._versions: dict[str, int] = {}
        self._replies: dict[int, queue.Queue[Any]] = {}
        self._told: dict[str, queue.Queue[Any]] = {}
        self._writing = threading.Lock()

    def __enter__(self) -> LanguageServer:
        node = shutil.which("node")
        assert node is not None
        self._process = subprocess.Popen([node, str(PROGRAM), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        root = self.folder.as_uri()
        markdown = ["markdown", "plaintext"]
        able = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {
                "completion": {"completionItem": {"documentationFormat": markdown, "snippetSupport": True}},
                "hover": {"contentFormat": markdown},
                "publishDiagnostics": {},
            },
        }
        folders = [{"uri": root, "name": self.folder.name}]
        self.ask("initialize", {"processId": None, "rootUri": root, "workspaceFolders": folders, "capabilities": able})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": self.settings})
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(5)
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    def faults(self, name: str, text: str) -> list[dict[str, Any]]:
        """Open a file, or change it, and return what is underlined in it."""
        uri = self._uri(name)
        told = self._told.setdefault(uri, queue.Queue())
        while not told.empty():
            told.get_nowait()
        version = self._versions.get(uri, 0) + 1
        self._versions[uri] = version
        if version == 1:
            document = {"uri": uri, "languageId": "yaml", "version": version, "text": text}
            self._tell("textDocument/didOpen", {"textDocument": document})
        else:
            changed = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]}
            self._tell("textDocument/didChange", changed)
        found: list[dict[str, Any]] = told.get(timeout=_PATIENCE)
        return found

    def offered(self, name: str, text: str) -> dict[str, dict[str, Any]]:
        """What is offered where ``|`` stands in a text, by name."""
        before, after = text.split("|")
        self.faults(name, before + after)
        reply = self.ask("textDocument/completion", self._at(name, before))
        items = reply["items"] if isinstance(reply, dict) else reply or []
        return {item["label"]: item for item in items}

    def shown(self, name: str, text: str) -> str:
        """What is shown over the word in which ``|`` stands."""
        before, after = text.split("|")
        self.faults(name, before + after)
        reply = self.ask("textDocument/hover", self._at(name, before))
        return str(reply["contents"]["value"]) if reply else ""

    def ask(self, method: str, params: Any) -> Any:
        """Ask the server something, and return its answer."""
        self._n += 1
        number = self._n
        self._replies[number] = queue.Queue()
        self._send({"id": number, "method": method, "params": params})
        reply = self._replies[number].get(timeout=_PATIENCE)
        assert "error" not in reply, reply
        return reply["result"]

    def _uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def _at(self, name: str, before: str) -> dict[str, Any]:
        lines = before.split("\n")
        position = {"line": len(lines) - 1, "character": len(lines[-1])}
        return {"textDocument": {"uri": self._uri(name)}, "position": position}

    def _tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        with self._writing:
            assert self._process.stdin is not None
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self._process.stdin.flush()

    def _read(self) -> None:
        """Read what the server says until it says no more."""
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            length = int(line.split(b":")[1])
            while self._process.stdout.readline().strip():
                pass
            self._hear(json.loads(self._process.stdout.read(length)))

    def _hear(self, message: dict[str, Any]) -> None:
        match message:
            case {"id": number, "method": "workspace/configuration", "params": {"items": items}}:
                self._send({"id": number, "result": [self.settings.get(item.get("section")) for item in items]})
            case {"id": number, "method": _}:
                self._send({"id": number, "result": None})
            case {"method": "textDocument/publishDiagnostics", "params": params}:
                self._told.setdefault(params["uri"], queue.Queue()).put(params["diagnostics"])
            case {"id": number}:
                self._replies[number].put(message)
