"""Torch's compiler is imported by what compiles something, and not by what only asks whether it is at work.

torchvision and torch's optimisers import it to ask, or to keep out of its way, and importing it takes as long as
importing everything else. Until something wants more of it a stand-in answers them.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

COMPILER = "torch._dynamo"


def _as_it_is(function: Callable[..., Any] | None = None, *_args: Any, **_given: Any) -> Callable[..., Any]:
    """Keep the compiler from looking into a function, as it does not before it is there; or say how."""
    return _as_it_is if function is None else function


def _nothing(*_args: Any, **_given: Any) -> None:
    """End a graph that is being compiled: there is none."""


def _no(*_args: Any, **_given: Any) -> bool:
    return False


ANSWERS: dict[str, dict[str, Callable[..., Any]]] = {
    COMPILER: {"disable": _as_it_is, "graph_break": _nothing},
    f"{COMPILER}.utils": {"is_compile_supported": _no},
}
"""What is asked of each of its modules by those who do not compile."""


class _StandIn(ModuleType):
    """Answers in a module's place; anything else is for the compiler itself."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's own questions about modules
            raise AttributeError(name)
        return getattr(_real(self.__name__), name)


class _Finder(MetaPathFinder, Loader):
    """Finds the stand-ins; when another module of the compiler's is imported, all of it comes."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Say that what stands in for a module is made here."""
        if fullname.split(".")[:2] != COMPILER.split("."):
            return None
        return ModuleSpec(fullname, self, is_package=fullname == COMPILER)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Make a stand-in, or import what has none."""
        if spec.name not in ANSWERS:
            found = _real(spec.name)
            spec.loader_state = found.__spec__  # Python is about to put this one in its place
            return found
        made = _StandIn(spec.name)
        vars(made).update(ANSWERS[spec.name])
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Run nothing: a stand-in has no code, and what has none has run its own; but leave it as it was found."""
        state = module.__spec__ and module.__spec__.loader_state
        if isinstance(state, ModuleSpec):
            module.__spec__ = state


def put_off_compiler() -> None:
    """Have the compiler wait until it is wanted. To be called before torch is imported."""
    if COMPILER not in sys.modules:
        sys.meta_path.insert(0, _Finder())


def _real(name: str) -> ModuleType:
    """Take the stand-ins away, and import one of the compiler's modules."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    for module, answers in ANSWERS.items():
        stood = sys.modules.get(module)
        if isinstance(stood, _StandIn):
            sys.modules.pop(module, None)  # another thread may have been first
            for answer in answers:
                vars(stood).pop(answer, None)  # those who hold it are answered by the compiler from now on
    return importlib.import_module(name)
