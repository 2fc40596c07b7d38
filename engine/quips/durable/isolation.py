"""Runs the durable engine in a process of its own, so that a crash in its C code is an error that names the case."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Any

from quips.cases import Case
from quips.decisions import Decision
from quips.durable.engine import DurableEngine, EngineError
from quips.program import Program


class IsolatedDurable:
    """The durable engine in a worker process, started with the first case and again after a crash; a context manager."""

    name = "durable"

    def __init__(self, program: Program, patience: float = 60.0) -> None:
        """Keep the program; nothing is started yet.

        Args:
            program: The program.
            patience: How many seconds a case may take before the worker is taken to hang.
        """
        self._program, self._patience = program, patience
        self._worker: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._awaited: Case | None = None
        self._lock = Lock()

    def start(self) -> None:
        """Start the worker, so that it gets ready while others work."""
        with self._lock:
            self._running()

    def __enter__(self) -> IsolatedDurable:
        """Return the engine itself."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Stop the worker process."""
        self.close()

    def decide(self, case: Case) -> list[Decision]:
        """Return a decision for each finding of a case, in the order of the program.

        Raises:
            EngineError: The engine failed, crashed or hung; names the case.
        """
        self.begin(case)
        return self.finish(case)

    def begin(self, case: Case) -> None:
        """Hand a case to the worker, and come back at once.

        Raises:
            EngineError: The worker has ended; names the case.
        """
        with self._lock:
            if self._awaited is not None:
                self._stop()  # an answer that nobody fetched must not be taken for that of this case
            pipe = self._running()
            try:
                # Neither the file nor the auditor's own answers are needed to decide, so they stay here.
                pipe.send(replace(case, document=None, judgements={}))
            except OSError as error:
                raise self._stopped(case, "its process ended") from error
            self._awaited = case

    def finish(self, case: Case) -> list[Decision]:
        """Wait for the decisions of the case that was begun, and return them.

        Raises:
            EngineError: The engine failed, crashed or hung; names the case.
        """
        with self._lock:
            if self._awaited is not case or self._pipe is None:
                raise EngineError(f"The durable engine was not asked about the case '{case.reference}'.")
            pipe, self._awaited = self._pipe, None
            try:
                if not pipe.poll(self._patience):
                    raise self._stopped(case, f"it gave no answer for {self._patience:g} seconds")
                outcome = pipe.recv()
            except (EOFError, OSError) as error:
                raise self._stopped(case, "its process ended") from error
            except BaseException:
                # An answer that nobody waited for must not be taken for that of the next case.
                self._stop()
                raise
        if isinstance(outcome, str):
            raise EngineError(outcome)
        decisions: list[Decision] = outcome
        return decisions

    def close(self) -> None:
        """Stop the worker process, if there is one; the engine can be used again."""
        with self._lock:
            self._stop()

    def _running(self) -> Connection:
        """Start a worker if there is none, or the last one has ended."""
        if self._pipe is None or self._worker is None or not self._worker.is_alive():
            self._stop()
            context = _context()
            self._pipe, theirs = context.Pipe()
            # The process inherits our end too, and closes it, so that it ends when we do.
            self._worker = context.Process(target=_work, args=(theirs, self._pipe, self._program), daemon=True)
            self._worker.start()
            theirs.close()
        return self._pipe

    def _stopped(self, case: Case, how: str) -> EngineError:
        """Stop a worker that is of no use any more; return what to tell of it."""
        worker = self._worker
        self._stop()
        ended = f" ({_ending(worker.exitcode)})" if worker is not None and worker.exitcode else ""
        return EngineError(f"The durable engine failed on the case '{case.reference}', so there is no answer: {how}{ended}.")

    def _stop(self) -> None:
        worker, pipe = self._worker, self._pipe
        self._worker = self._pipe = self._awaited = None
        if pipe is not None:
            pipe.close()
        if worker is not None:
            worker.join(timeout=1)
            if worker.is_alive():
                worker.kill()
                worker.join()


def _context() -> Any:
    """Fork where that is safe, since the program need not be copied then; start afresh elsewhere."""
    can_fork = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
    context: BaseContext = multiprocessing.get_context("fork" if can_fork else "spawn")
    return context


def _work(pipe: Connection, others_end: Connection, program: Program) -> None:
    """Decide cases as they come, until the other end is closed."""
    others_end.close()
    # Ctrl-C is for the parent to answer, which then closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = DurableEngine(program)
    while True:
        try:
            case = pipe.recv()
        except EOFError:
            return
        try:
            outcome: list[Decision] | str = engine.decide(case)
        except EngineError as error:
            outcome = str(error)
        pipe.send(outcome)


def _ending(code: int) -> str:
    """Say how a process ended, by its exit code.

    Example:
        >>> _ending(-11)
        'SIGSEGV'
    """
    try:
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    except ValueError:
        return f"signal {-code}"
