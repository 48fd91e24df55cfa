"""Recordings that are damaged, hostile or oddly named are said in words; what is sound in them is played."""

import os
import zipfile

import numpy as np
import pytest

from tests.blender_addon.fingerprint import differences, fingerprint
from tests.blender_addon.smpl.test_recorded_motions import refused

STILL = np.zeros((4, 66))


@pytest.fixture
def said(blender, figure, tmp_path):
    """What is said of the file a.npz; nothing may change."""

    def load(**options):
        before = fingerprint(blender)
        sentence = refused(blender.ops.clipmatrix.load_motion, filepath=str(tmp_path / "a.npz"), **options)
        assert differences(before, fingerprint(blender)) == []
        return sentence

    return load


def header(shape):
    """The beginning of an .npy file of doubles, whatever the shape."""
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, content in members.items():
            made.writestr(name, content)


def test_torn_compressed_data_is_said(said, tmp_path):
    file = tmp_path / "a.npz"
    np.savez_compressed(file, poses=np.random.default_rng(0).normal(size=(4, 66)))
    content = bytearray(file.read_bytes())
    content[60:80] = b"\xff" * 20
    file.write_bytes(content)
    assert "can't be read" in said()


def test_a_locked_archive_is_said(said, tmp_path):
    file = tmp_path / "a.npz"
    np.savez(file, poses=STILL)
    content = bytearray(file.read_bytes())
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(start) + flags] |= 1
    file.write_bytes(content)
    assert "encrypted" in said()


@pytest.mark.parametrize("shape", ["(4, 66", "(10 ** 3, 66)", "(007, 66)", f"({10**30}, 66)", "(" * 4000])
def test_a_header_that_is_no_header_is_said(said, tmp_path, shape):
    archive(tmp_path / "a.npz", **{"poses.npy": header(shape) + STILL.tobytes()})
    assert "can't be read" in said()


@pytest.mark.parametrize("name", ["poses", "poses.npy"])
def test_a_member_that_is_no_array_is_said(said, tmp_path, name):
    archive(tmp_path / "a.npz", **{name: b"none"})
    assert "no numbers in “poses”" in said()


@pytest.mark.parametrize("name", ["poses", "poses.npy"])
def test_an_archive_that_unpacks_to_gigabytes_is_refused_unread(said, tmp_path, name):
    rows = 1 + (1 << 29) // (66 * 8)
    archive(tmp_path / "a.npz", **{name: header((rows, 66)) + bytes(rows * 66 * 8)})
    assert "unpacks to more than 512 megabytes" in said()


@pytest.mark.parametrize(
    ("arrays", "about"),
    [
        ({"poses": STILL + 1e300}, "values in “poses” beyond"),
        ({"poses": STILL, "trans": np.full((4, 3), -1e39)}, "values in “trans” beyond"),
        ({"poses": STILL, "fps": 1e9}, "values in “fps” beyond"),
    ],
)
def test_numbers_beyond_all_measure_are_said(said, tmp_path, arrays, about):
    np.savez(tmp_path / "a.npz", **arrays)
    assert about in said()


@pytest.mark.parametrize("rate", [1e-4, 1e-300])
def test_a_motion_without_end_is_refused_but_a_part_of_it_is_played(blender, figure, said, tmp_path, rate):
    np.savez(tmp_path / "a.npz", poses=STILL, fps=rate)
    assert "lasts more than 100000 of the scene's frames" in said()
    assert blender.ops.clipmatrix.load_motion(filepath=str(tmp_path / "a.npz"), seconds=1.0) == {"FINISHED"}
    assert figure.rig.animation_data.action.frame_end == 25


def test_the_first_of_several_speeds_counts(blender, figure, tmp_path):
    np.savez(tmp_path / "a.npz", poses=np.zeros((61, 66)), mocap_frame_rate=60.0, fps=0.0)
    assert blender.ops.clipmatrix.load_motion(filepath=str(tmp_path / "a.npz")) == {"FINISHED"}
    assert figure.rig.animation_data.action.frame_end == 25


@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode there")
def test_a_file_whose_name_is_no_unicode_is_played(blender, figure, tmp_path):
    np.savez(tmp_path / "a.npz", poses=STILL)
    odd = os.fsencode(tmp_path) + b"/caf\xe9.npz"
    try:
        os.rename(tmp_path / "a.npz", odd)
    except OSError:
        pytest.skip("this file system takes no such names")
    assert blender.ops.clipmatrix.load_motion(filepath=os.fsdecode(odd)) == {"FINISHED"}
    assert figure.rig.animation_data.action.name == "caf\ufffd"
    with open(odd, "wb") as file:
        file.write(b"torn")
    assert "caf\ufffd.npz can't be read" in refused(blender.ops.clipmatrix.load_motion, filepath=os.fsdecode(odd))
