"""The same session without a window: ``blender --command clipmatrix``."""
