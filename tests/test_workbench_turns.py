"""Cells and tools of one notebook at the same time: JupyterLab lets a kernel answer tools while a cell runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from queue import Empty
from typing import Any

import pytest
from conftest import House
from jupyter_client import BlockingKernelClient, KernelManager

PATIENCE_S = 120
OPEN = "import gristmill as gm\ntool = gm.segment.builder()\nprint(tool.comm.comm_id)"
BUSY = "print([gm.segment.size('r >= 3').n_customers for _ in range(60)][0])"


@pytest.fixture
def kernel(whole: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlockingKernelClient]:
    monkeypatch.setenv("GRISTMILL_PROJECT", str(whole.root))
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(whole.root))
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=PATIENCE_S)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def asked(client: BlockingKernelClient, comm: str, shell: str, n: int) -> None:
    """A question of a tool, as JupyterLab sends it: to a thread of its own."""
    question = {"do": "text", "text": f"f >= {1 + n % 5}", "n": str(n)}
    data = {"method": "custom", "content": question}
    message = client.session.msg("comm_msg", {"comm_id": comm, "data": data})
    message["header"]["subshell_id"] = shell
    client.shell_channel.send(message)


def told(client: BlockingKernelClient, parent: str, n_answers: int) -> tuple[str, list[dict[str, Any]]]:
    """What a cell printed, and what the tools said until so many questions were answered."""
    printed, said, is_done = "", list[dict[str, Any]](), False
    end = time.monotonic() + PATIENCE_S
    while not is_done or sum("n" in one for one in said) < n_answers:
        assert time.monotonic() < end, (printed, said)
        try:
            message = client.get_iopub_msg(timeout=1)
        except Empty:
            continue
        content, is_mine = message["content"], message["parent_header"].get("msg_id") == parent
        assert message["msg_type"] != "error", content["traceback"]
        if message["msg_type"] == "stream":
            printed += content["text"]
        elif message["msg_type"] == "comm_msg" and content["data"]["method"] == "custom":
            said.append(content["data"]["content"])
        is_done |= is_mine and message["msg_type"] == "status" and content["execution_state"] == "idle"
    return printed, said


def test_a_tool_that_is_asked_while_a_cell_runs_waits_says_so_and_both_are_right(
    kernel: BlockingKernelClient,
) -> None:
    printed, _ = told(kernel, kernel.execute(OPEN), 0)
    comm = printed.split()[-1]
    kernel.control_channel.send(kernel.session.msg("create_subshell_request", {}))
    shell = kernel.get_control_msg(timeout=PATIENCE_S)["content"]["subshell_id"]
    expected, _ = told(kernel, kernel.execute("print(gm.segment.size('r >= 3').n_customers)"), 0)

    for _ in range(3):
        cell = kernel.execute(BUSY)
        for n in range(10):
            asked(kernel, comm, shell, n)
        printed, said = told(kernel, cell, 10)
        answers = [one for one in said if "n" in one]
        assert printed == expected, "the cell counts what it asked for"
        assert not [one["message"] for one in answers if one["bad"]], "no tool fell over it"
        assert [one["sql"] for one in answers] == [f"f >= {1 + n % 5}" for n in range(10)]
        counts = {one["sql"]: one["size"]["n"] for one in answers}
        assert len(set(counts.values())) > 1 and sorted(counts.values(), reverse=True) == [
            counts[f"f >= {n}"] for n in range(1, 6)
        ]
    assert any("Waiting for the cell" in one.get("working", "") for one in said)
