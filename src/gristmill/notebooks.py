"""Drive Papermill: a kernel for each stage, progress, failures kept.

Measured traps this module works around: an import that costs 2 s a process (blocked below); default
ipc connection files that collide (unique paths); a dead kernel or a time-out leaving a notebook that
says "completed" (the failure record is made from the exception, never from the file); a notebook with all its
outputs laid out anew before and after every cell, which took a third of a small run (saved densely meanwhile).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from gristmill.errors import NotebookError
from gristmill.project import Project
from gristmill.runs import write_atomically
from gristmill.stages import Stage

CELL_TIMEOUT_S = 24 * 3600
START_TIMEOUT_S = 300
"""A busy machine is slow, not broken."""
IPYTHON = ("--HistoryManager.hist_file=:memory:",)


@dataclass(frozen=True)
class Failure:
    """Why a notebook stopped. ``cell`` is its position from 0 as executed; None when no cell is to blame."""

    cell: int | None
    ename: str
    evalue: str
    traceback: str


Progress = Callable[[int, int], None]
"""Called with (code cells done, code cells there are)."""


def execute(
    stage: Stage, out: Path, *, params: Mapping[str, Any], kernels: Kernels, progress: Progress
) -> Failure | None:
    """Run one notebook to ``out``; None when it succeeded, else why it stopped (``out`` is kept then).

    ``params`` may hold more than the notebook declares; what it does not declare is left out.
    Raises NotebookError when not even a kernel could be started.
    """
    block_slow_import()
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    given = {name: value for name, value in params.items() if name in stage.params}
    total = sum(1 for cell in stage.cells if cell["cell_type"] == "code") + 1
    done = 0

    def on_cell_executed(**_: Any) -> None:
        nonlocal done
        done += 1
        progress(done, total)
        kernels.prepare()

    try:
        papermill.execute_notebook(
            str(stage.path),
            str(out),
            parameters=given,
            engine_name=_engine(),
            progress_bar=False,
            log_output=False,
            kernel_manager_class=kernels.manager(),
            shutdown_kernel="immediate",
            execution_timeout=CELL_TIMEOUT_S,
            start_timeout=START_TIMEOUT_S,
            on_cell_executed=on_cell_executed,
        )
    except PapermillExecutionError as error:
        return Failure(_stored_cell(out), error.ename, error.evalue, "\n".join(error.traceback))
    except (DeadKernelError, CellTimeoutError) as error:
        return Failure(None, type(error).__name__, str(error).strip(), "")
    except RuntimeError as error:
        raise NotebookError(f"No kernel could be started for {stage.shown}: {error}") from error
    return None


@cache
def _engine() -> str:
    """The name under which Papermill knows its own engine, but for how it saves a notebook under way."""
    from papermill.engines import NBClientEngine, papermill_engines

    class Dense(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            def save(nb: Any = None, **_: Any) -> None:
                nb_man.nb = nb or nb_man.nb
                # Papermill lays out the final one; until then it is for whoever looks at a run that broke.
                write_atomically(Path(nb_man.output_path), json.dumps(nb_man.nb, ensure_ascii=False))

            nb_man.save = save
            return super().execute_managed_notebook(nb_man, kernel_name, **options)

    papermill_engines.register("gristmill", Dense)
    return "gristmill"


def _stored_cell(out: Path) -> int | None:
    """Position of the failed cell as stored, not counting the two banners Papermill inserts."""
    cells = json.loads(out.read_text(encoding="utf-8"))["cells"]
    own = [c for c in cells if "papermill-error-cell-tag" not in c.get("metadata", {}).get("tags", [])]
    failed = (i for i, c in enumerate(own) if c.get("metadata", {}).get("papermill", {}).get("exception"))
    return next(failed, None)


class Kernels:
    """The kernels of a run's stages. One waits, imports done, while the stage before it works.

    A context manager: leaving it ends the kernel that still waits and removes the sockets.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._folder = Path(tempfile.mkdtemp(prefix="gm-"))
        self._waiting: subprocess.Popen[str] | None = None
        self._wanted = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._waiting:
            self._waiting.kill()
            self._waiting.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def want(self, stages: int) -> None:
        """Say how many stages are still to come, and start the process of the first."""
        self._wanted = stages
        self.prepare()

    def prepare(self) -> None:
        """Start the process of the next stage; nothing happens when one waits or none is wanted."""
        if self._waiting or not self._wanted:
            return
        self._wanted -= 1
        self._waiting = subprocess.Popen(
            # This interpreter, whatever kernel of that name is installed for the user; -P: a file
            # of the project's that is called like a library does not take its place.
            [sys.executable, "-P", "-m", "gristmill.kernel"],
            cwd=self._project.root,
            env={
                **os.environ,
                "GRISTMILL_PROJECT": str(self._project.root),
                "GRISTMILL_CONFIG": str(self._project.config),
                "JPY_PARENT_PID": str(os.getpid()),
                # The user's own start-up files and history have no part in a run.
                "IPYTHONDIR": str(self._folder / "ipython"),
            },
            stdin=subprocess.PIPE,
            text=True,
            # Ctrl-C is for the driver, which ends its kernels itself.
            start_new_session=True,
        )

    def manager(self) -> type:
        """The class Papermill makes its kernel manager of; each object of it takes the waiting process."""
        from jupyter_client.manager import AsyncKernelManager

        kernels, sockets = self, self._folder

        class WaitingKernelManager(AsyncKernelManager):  # type: ignore[misc]
            """A kernel on unix sockets with paths of its own: faster, and nothing listens on a port."""

            def __init__(self, **kwargs: Any) -> None:
                kwargs["transport"] = "ipc"
                kwargs["connection_file"] = str(sockets / f"{uuid.uuid4().hex[:8]}.json")
                super().__init__(**kwargs)

            async def _async_launch_kernel(self, *_: Any, **__: Any) -> None:
                process = kernels.take()
                with suppress(BrokenPipeError):
                    print(json.dumps(["-f", self.connection_file, *IPYTHON]), file=process.stdin, flush=True)
                self.provisioner.process, self.provisioner.pid = process, process.pid
                self.provisioner.pgid = os.getpgid(process.pid)

        return WaitingKernelManager

    def take(self) -> subprocess.Popen[str]:
        """Hand over the waiting process; one is started when none waits or it died."""
        if self._waiting and self._waiting.poll() is not None:
            self._waiting.communicate()
            self._waiting = None
        if not self._waiting:
            self._wanted += 1
            self.prepare()
        process, self._waiting = self._waiting, None
        assert process
        return process


def block_slow_import() -> None:
    """Keep jsonschema from compiling 35 grammars for formats that no notebook uses: 2 s a process.

    It asks for this module and does without when there is none.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
