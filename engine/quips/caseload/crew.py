"""Audits batches of cases in worker processes. A worker that dies takes no batch with it."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from quips.caseload.batches import Batch, CaseReader
from quips.caseload.findingrows import FindingRows, write_rows
from quips.knowledge import Knowledge
from quips.problems import QuipsError
from quips.reference import ReferenceEngine


class BatchError(QuipsError):
    """A batch of cases ended the process that audited it, more than once."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One batch, and where its findings go.

    Attributes:
        batch: The batch.
        path: The file.
        about: What is written into the head of the file.
    """

    batch: Batch
    path: Path
    about: dict[str, str]

    @property
    def cases(self) -> str:
        """The batch in words: its first and its last case."""
        cases = self.batch.cases["case"]
        return f"the {len(cases):,} cases from {cases[0].as_py()} to {cases[-1].as_py()}"


class BatchAuditor:
    """Audits batches in this process."""

    def __init__(self, knowledge: Knowledge, as_at: int) -> None:
        """Compile the rules.

        Args:
            knowledge: The knowledge base.
            as_at: The day that cases are read as at.
        """
        self.knowledge = knowledge
        self._reader = CaseReader(knowledge.vocabulary, as_at)
        self._rows = FindingRows(knowledge, ReferenceEngine(knowledge.program))

    def rows(self, batch: Batch) -> pa.Table:
        """Return what is found of a batch that applies, as rows of `findingrows.SCHEMA`."""
        return self._rows.of(self._reader.cases(batch))

    def audit(self, job: Job) -> int:
        """Audit a batch, write what is found, and return how many findings that is.

        Raises:
            OSError: It cannot be written.
        """
        found = self.rows(job.batch)
        write_rows(found, job.path, job.about)
        return len(found)


@dataclass(frozen=True, slots=True)
class Task:
    """What every process of a run does alike.

    Attributes:
        load: Loads the knowledge base; it goes to other processes, so it is a function of a module, or a `partial` of one.
        digest: The digest that the knowledge base has to have: all of a run is found by the same rules.
        as_at: The day that cases are read as at, as an ordinal.
    """

    load: Callable[[], Knowledge]
    digest: str
    as_at: int

    def auditor(self) -> BatchAuditor:
        """Return what audits batches.

        Raises:
            BatchError: The rules were changed since the run began.
        """
        changed = BatchError("The rules or the framework were changed while the caseload was audited. Run it again.")
        try:
            knowledge = self.load()
        except QuipsError as error:  # they could be read when the run began
            raise changed from error
        if knowledge.digest != self.digest:
            raise changed
        return BatchAuditor(knowledge, self.as_at)


def audited(jobs: Iterable[Job], task: Task, workers: int) -> Iterator[tuple[Job, int]]:
    """Audit batches, and yield each once its findings are written, with how many they are; in no order.

    Args:
        jobs: The batches; no more are asked for than are under way.
        task: What is done alike with each.
        workers: How many processes; with 1 it is done in this one.

    Raises:
        BatchError: A batch ended the process twice, or the rules were changed meanwhile.
        OSError: Findings cannot be written.
    """
    if workers == 1:
        auditor = task.auditor()
        _look_for_no_garbage()
        try:
            yield from ((job, auditor.audit(job)) for job in jobs)
        finally:
            gc.enable()
        return
    waiting, under_way = iter(jobs), list[Job]()
    while True:
        try:
            with _pool(task, workers) as pool:
                yield from _together(waiting, under_way, pool, workers)
                return
        except BrokenProcessPool:
            # Which of them ended it is not to be known, so each is done again by itself.
            while under_way:
                yield under_way[0], _alone(under_way[0], task)
                del under_way[0]


def _together(waiting: Iterator[Job], under_way: list[Job], pool: ProcessPoolExecutor, workers: int) -> Iterator[tuple[Job, int]]:
    """Audit what is waiting, a few at a time; a job stays under way until it is yielded, whatever becomes of the pool."""
    futures: dict[Future[int], Job] = {}
    for job in chain(waiting, [None]):
        if job is not None:
            under_way.append(job)
            futures[pool.submit(_audit, job)] = job
        while len(futures) > (workers if job is not None else 0):
            for future in wait(futures, return_when=FIRST_COMPLETED).done:
                found, done = future.result(), futures.pop(future)
                yield done, found
                under_way.remove(done)


def _alone(job: Job, task: Task) -> int:
    try:
        with _pool(task, 1) as pool:
            return pool.submit(_audit, job).result()
    except BrokenProcessPool as error:
        message = (
            f"The process that audited {job.cases} ended, and ended again when they were tried alone. There may be too little "
            "memory: look for a case among these with very many entries. Nothing was written but what can be gone on from."
        )
        raise BatchError(message) from error


def _pool(task: Task, workers: int) -> ProcessPoolExecutor:
    # Started anew, not forked: DuckDB and Arrow have threads of their own, which a fork would cut off in the middle.
    return ProcessPoolExecutor(workers, get_context("spawn"), _begin, (task,))


_task: list[Task] = []
"""What a worker does, once it has started."""


def _begin(task: Task) -> None:
    _task[:] = [task]


@cache
def _auditor() -> BatchAuditor:
    """What audits batches in a worker; made at its first batch, so that what hinders it reaches whoever waits for that."""
    auditor = _task[0].auditor()
    _look_for_no_garbage()
    return auditor


def _look_for_no_garbage() -> None:
    """What is evaluated of a case holds no circle, and to look for one takes longer than to evaluate it."""
    gc.freeze()
    gc.disable()


def _audit(job: Job) -> int:
    return _auditor().audit(job)


def usual_workers() -> int:
    """Return how many processes there is room for: one for each processor that we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
