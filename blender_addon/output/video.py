"""Pictures to a film: H.264 in an mp4 file, encoded by Blender's sequencer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from .rendering import render_scene


def encode_video(pictures: Sequence[Path], size: int, fps: int, path: Path) -> Path:
    """Write PNG files of one folder, one a frame, as a film without sound.

    Parameters
    ----------
    pictures
        In their order; all in one folder, ``size`` x ``size`` pixels.
    size
        Side of a picture, pixels; even.
    fps
        Pictures per second.
    path
        The mp4 file.
    """
    scene = bpy.data.scenes.new("ClipMatrix film")
    try:
        editor: Any = scene.sequence_editor_create()
        strips = editor.strips if hasattr(editor, "strips") else editor.sequences
        strip = strips.new_image(name="film", filepath=str(pictures[0]), channel=1, frame_start=1)
        for picture in pictures[1:]:
            strip.elements.append(picture.name)
        scene.frame_start, scene.frame_end = 1, len(pictures)
        _set_output(scene, size, fps, path)
        render_scene(scene, animation=True)
    finally:
        bpy.data.scenes.remove(scene)
    return path


def _set_output(scene: bpy.types.Scene, size: int, fps: int, path: Path) -> None:
    settings: Any = scene.view_settings
    settings.view_transform, settings.look = "Standard", "None"
    render: Any = scene.render  # Any: what may be set, and its names, differ between Blender's versions
    render.resolution_x = render.resolution_y = size
    render.resolution_percentage = 100
    render.fps, render.fps_base = fps, 1.0
    render.filepath = str(path)
    render.use_file_extension = False
    output = render.image_settings
    if hasattr(output, "media_type"):  # 5.0 asks for the kind before the format
        output.media_type = "VIDEO"
    output.file_format = "FFMPEG"
    render.ffmpeg.format = "MPEG4"
    render.ffmpeg.codec = "H264"
    render.ffmpeg.constant_rate_factor = "HIGH"
    render.ffmpeg.audio_codec = "NONE"
