"""A layout for tests: takes only calls that Blender's own UILayout would take, and remembers what was said.

Without a window Blender draws nothing, so what panels show is checked against the RNA of the real layout: its
functions, their parameters, icons, operators and properties.
"""

from typing import Any

CHILDREN = frozenset({"row", "column", "box", "split", "column_flow", "grid_flow", "menu_pie"})
"""Functions that give a layout."""


class StrictLayout:
    """Takes the calls UILayout takes and raises on any other.

    Attributes
    ----------
    drawn
        Texts and operators, in their order.
    """

    def __init__(self, bpy: Any, drawn: list[str] | None = None, shown: set[str] | None = None) -> None:
        self._bpy = bpy
        self._shown = set() if shown is None else shown
        self._functions = bpy.types.UILayout.bl_rna.functions
        self.drawn = [] if drawn is None else drawn

    @property
    def shown(self) -> set[str]:
        """Names of the properties that were shown."""
        return self._shown

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and name != "drawn":
            assert name in self._bpy.types.UILayout.bl_rna.properties, f"UILayout has no {name}"
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in self._functions and name in self._bpy.types.UILayout.bl_rna.properties:
            return None
        function = self._functions[name]

        def call(*arguments: Any, **options: Any) -> Any:
            self._check(name, function.parameters, arguments, options)
            return self._answer(name, arguments, options)

        return call

    def _check(self, name: str, parameters: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        for option, value in options.items():
            assert option in parameters, f"{name}() takes no {option}"
            if parameters[option].type == "ENUM" and len(parameters[option].enum_items):
                assert value in parameters[option].enum_items, f"{name}() knows no {option} {value}"
        if name == "prop":
            data, prop = arguments
            assert prop in data.bl_rna.properties, f"{data} has no property {prop}"
            self._shown.add(prop)
        if name == "template_list":
            kind, _, data, items, active, index = arguments
            assert hasattr(self._bpy.types, kind), f"there is no list {kind}"
            assert items in data.bl_rna.properties
            assert index in active.bl_rna.properties
        if name in ("popover", "menu", "menu_contents"):
            kind = options.get("panel") or options.get("menu") or arguments[0]
            assert hasattr(self._bpy.types, kind), f"there is no {kind}"
        if "text" in options:
            assert isinstance(options["text"], str)
            self.drawn.append(options["text"])

    def _answer(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        if name == "operator":
            identifier = arguments[0] if arguments else options["operator"]
            category, operator = identifier.split(".")
            kind = getattr(getattr(self._bpy.ops, category), operator).get_rna_type()
            self.drawn.append(identifier)
            return StrictProperties(kind)
        if name == "panel":
            return StrictLayout(self._bpy, self.drawn, self._shown), StrictLayout(self._bpy, self.drawn, self._shown)
        return StrictLayout(self._bpy, self.drawn, self._shown) if name in CHILDREN else None


class StrictProperties:
    """An operator's properties: only those it has can be set."""

    def __init__(self, kind: Any) -> None:
        self.__dict__["kind"] = kind

    def __setattr__(self, name: str, value: Any) -> None:
        assert name in self.kind.properties, f"{self.kind.identifier} has no property {name}"
