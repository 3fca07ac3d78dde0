"""A tool on the screen: a widget that asks Python, and what stands in its place where there is no screen.

Whatever is personal goes to the screen as an answer; the state of the widget, which notebooks may keep, never holds
any. A page without widgets (an exported or scheduled notebook) shows the picture instead.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from IPython.core.getipython import get_ipython

from gristmill.errors import GristmillError
from gristmill.pages import own_words
from gristmill.report import note
from gristmill.report.words import Words
from gristmill.workbench.asked import clean
from gristmill.workbench.turns import turn, watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gristmill.project import Project

WIDGET = "application/vnd.jupyter.widget-view+json"
HERE = Path(__file__).parent
OWN_FAULT = "That went wrong within the tool; the log of the kernel says where. Run this cell again."


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """The text of a style sheet or script of the workbench, by its path within the folder: ``review/studio.css``."""
    return (HERE / name).read_text(encoding="utf-8")


def words_of(script: str) -> tuple[str, ...]:
    """Every text that a script says: what it calls ``say("…")`` with."""
    return tuple(dict.fromkeys(re.findall(r'\bsay\("((?:[^"\\]|\\.)*)"', script)))


def _cell() -> str:
    """The name of the cell that is running, as JupyterLab keeps it in the notebook; empty where nobody tells."""
    told: dict[str, Any] = getattr(get_ipython(), "get_parent", dict)() or {}
    return str(told.get("metadata", {}).get("cellId") or "")


class Panel(anywidget.AnyWidget):  # type: ignore[misc]
    """The base of all tools. A tool names its files, ``<folder>/<name>.js`` and ``.css``, and answers what they ask.

    ``class Builder(Panel, files="segment/builder")`` (several: ``files="a/b a/c"``); the last script defines ``render``
    with what ``panel.js`` lends it.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    _words = traitlets.Dict().tag(sync=True)
    _cell = traitlets.Unicode().tag(sync=True)
    _files: str

    def __init_subclass__(cls, files: str = "", **options: Any) -> None:
        super().__init_subclass__(**options)
        if files:
            cls._files = files

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tongue = Words(project.locale, own_words(project)).catalogue
        files = self._files.split()
        script = asset("panel.js") + "".join(asset(f"{name}.js") for name in files)
        super().__init__(
            _esm=script + "\nexport default { render };\n",
            _css=asset("panel.css") + "".join(asset(f"{name}.css") for name in files),
            _words={text: self._tongue.say(text) for text in words_of(script)},
            _cell=_cell(),
        )
        self.on_msg(self._asked)
        watch()

    @abstractmethod
    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What the screen shows next. ``asked`` has ``do``, what is wanted, and what it is wanted with.

        GristmillError may be raised: the screen shows its text as a message and stays as it is.
        """

    @abstractmethod
    def picture(self) -> dict[str, Any]:
        """The output of a cell where widgets are not shown, by media type. Personal values are masked in it."""

    def say(self, text: str) -> str:
        """The text in the language of the project."""
        return self._tongue.say(text)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        made = super()._repr_mimebundle_(**kwargs)
        bundle, *rest = made if isinstance(made, tuple) else (made or {},)
        try:
            picture = self.picture()
        except GristmillError as error:
            # A file that somebody broke meanwhile takes away the picture, not the tool that tells about it.
            picture = note(" ".join(str(error).split()))._repr_mimebundle_()
        both = {**picture, WIDGET: bundle[WIDGET]} if WIDGET in bundle else picture
        return (both, *rest) if rest else both

    def working(self, text: str) -> None:
        """Tell the screen what the answer under way waits for, in the language of the project; it will not give up on it."""
        self.send({"working": self.say(text)})

    def _asked(self, _widget: object, content: Mapping[str, Any], _buffers: object) -> None:
        with turn(lambda: self.working("Waiting for the cell that is running …")):
            self.send(self.answered(content))

    def answered(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The answer with the number of the question, so that the screen knows which one was answered."""
        try:
            said = {"message": "", "bad": False, **self.answer(clean(asked))}
        except GristmillError as error:
            said = {"message": " ".join(str(error).split()), "bad": True}
        except Exception:
            # Without an answer the screen would wait, and then take the kernel for dead. The log tells where it was.
            self.log.exception("%s could not answer", type(self).__name__)
            said = {"message": OWN_FAULT, "bad": True}
        return {**said, "message": self.say(said["message"]), "n": asked.get("n")}
