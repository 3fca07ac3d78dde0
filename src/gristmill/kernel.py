"""The process of a stage's kernel: started early, imports done, it waits for the stage that needs it.

Starting Python and importing are most of what a notebook costs before its first cell. The driver
starts the process of the next stage while the current one works and sends it, when its turn comes,
one line on standard input: the arguments of the kernel. A driver that died sends none, and
the process ends. From then on it is an ordinary IPython kernel.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Import, wait for the arguments, then be a kernel until the driver ends it or dies."""
    from ipykernel.kernelapp import IPKernelApp

    import gristmill.magic
    import gristmill.report
    import gristmill.session  # noqa: F401 - what every stage notebook imports

    line = sys.stdin.readline()
    if not line.strip():
        return
    app = IPKernelApp.instance()
    app.initialize(json.loads(line))
    # The kernel watches its parent from here on; a parent that died a moment before is seen only now.
    if str(os.getppid()) == os.environ.get("JPY_PARENT_PID"):
        app.start()


if __name__ == "__main__":
    main()
