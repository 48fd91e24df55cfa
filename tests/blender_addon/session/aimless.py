"""An artist without a plan: what is done next, to what, and what the backend says meanwhile, is drawn from a seed.

Nothing depends on the clock: a deed waits until all that was said has been heard, and a tick writes one piece.
"""

import itertools
import random
import time
from types import SimpleNamespace

from clipmatrix_protocol import Ping, Pong, Status

from .arbitrary_backend import SAYINGS, ArbitraryBackend

DEEDS = {
    "generate": 5, "carry_on": 2, "pause": 1, "stop": 1, "accept": 3, "discard": 3, "compare": 1, "use_takes": 5,
    "undo": 3, "redo": 1, "move": 1, "edit": 1, "delete_and_undo": 1, "save": 2, "revert": 2, "open_another": 0.5,
    "restart_extension": 0.3,
}  # fmt: skip
"""What the artist may do, and how likely that is."""

SECONDS = 20
"""How long a word may be under way."""

TAKES = ("take_apply", "take_compare", "take_delete", "take_continue", "take_rerun")


class Aimless:
    """Does what comes to mind with the meshes of the open file.

    Parameters
    ----------
    folder
        Where files are saved.
    seed
        What all is drawn from; each step from a seed of its own, so that to leave one out does not change the others.
    """

    def __init__(self, blender, scenes, rooms, peer, folder, monkeypatch, seed):
        self.blender, self.scenes, self.rooms, self.peer = blender, scenes, rooms, peer
        self.backend = ArbitraryBackend(peer)
        self.own, self.other = str(folder / "own.blend"), str(folder / "another.blend")
        self.monkeypatch, self.seed, self.random = monkeypatch, seed, random.Random(seed)
        self.saved, self.marks, clock = False, itertools.count(1), itertools.count()
        monkeypatch.setattr(rooms("job.delivery"), "time", SimpleNamespace(perf_counter=lambda: next(clock)))
        self.connect()

    @property
    def session(self):
        return self.rooms("job.session").current()

    def do(self, step):
        """Do what is drawn for a step; returns its name."""
        self.random = random.Random(f"{self.seed} {step}")
        (deed,) = self.random.choices([*DEEDS, *SAYINGS], [*DEEDS.values(), *SAYINGS.values()])
        if deed in SAYINGS:
            getattr(self.backend, deed)(self.session.job, self.random)
        else:
            getattr(self, deed)()
        self.wait()
        return deed

    def wait(self, ticks=None):
        """Hear all that was said, answer what asks for it, then let some pieces be written."""
        self.exchange()
        self.backend.answer()
        self.exchange()
        for _ in range(self.random.choice([0, 1, 2, 4, 8]) if ticks is None else ticks):
            self.tick(2)

    def tick(self, clicks):
        """Tick by a clock that goes on by one at each look: two let a piece be written, none nothing."""
        self.monkeypatch.setattr(self.rooms("job.session"), "WRITE_SECONDS", clicks)
        self.session.tick()

    def exchange(self):
        """Have the backend hear what the session has said, and the session what it has; nothing is written."""
        if self.session.connection is None:
            return
        mark = next(self.marks)
        self.session.send(Ping(stamp=float(mark)))
        self.until(lambda: self.peer.pinged == mark)
        self.peer.say(Pong(0.0, status=Status(waiting=mark)))
        self.until(lambda: self.session.status.waiting == mark)

    def until(self, heard):
        end = time.monotonic() + SECONDS
        while not heard():
            assert time.monotonic() < end, self.session.state
            self.peer.listen()
            self.tick(0)

    def connect(self):
        self.session.patience = self.rooms("job.phases").Patience(welcome=60, ping=60, silence=60)
        self.session.connect(self.peer.address, "secret")
        self.wait()

    # -- what the artist does ----------------------------------------------------------------------------------

    def press(self, button, *arguments, **options):
        """Press a button if it can be pressed; a refusal is an answer, too. Returns whether it did something."""
        operator = getattr(self.blender.ops.clipmatrix, button)
        if not operator.poll():
            return False
        try:
            operator("EXEC_DEFAULT", True, *arguments, **options)  # True: with its undo step
        except RuntimeError:
            return False
        return True

    def pick(self):
        """Select a mesh; in another mode than Object Mode that which is in it."""
        if self.blender.context.mode != "OBJECT":
            return self.blender.context.object
        meshes = [thing for thing in self.blender.context.view_layer.objects if thing.type == "MESH"]
        thing = self.random.choice(meshes)
        self.scenes.select(thing)
        return thing

    def step(self, message):
        """Make an undo step, as Blender does after each of its own operators."""
        self.blender.ops.ed.undo_push(message=message)

    def generate(self):
        self.pick()
        settings = self.blender.context.scene.clipmatrix
        settings.seed = self.random.randrange(1000)
        for strength in ("vary_offsets", "vary_texture", "vary_normals", "vary_material"):
            setattr(settings, strength, self.random.choice([0.0, 1.0]))
        settings.start = self.random.choice(["CURRENT", "FRESH"])
        settings.variations = self.random.choice([1, 1, 1, 3])
        if self.press("generate"):
            self.exchange()
            self.backend.accept(self.session.job)

    def carry_on(self):
        self.press("carry_on")

    def pause(self):
        self.press(self.random.choice(["pause", "resume"]))

    def stop(self):
        self.press("stop")

    def accept(self):
        self.press("accept")

    def discard(self):
        self.press("discard")

    def compare(self):
        self.press("result_compare")

    def use_takes(self):
        """Do something with a take, on a character that has some."""
        things = [thing for thing in self.blender.context.view_layer.objects if thing.clipmatrix_wardrobe.takes]
        if things and self.blender.context.mode == "OBJECT":
            thing = self.random.choice(things)
            self.scenes.select(thing)
            thing.clipmatrix_wardrobe.active = self.random.randrange(len(thing.clipmatrix_wardrobe.takes))
            self.press(self.random.choice(TAKES))

    def undo(self):
        for _ in range(self.random.randint(1, 4)):
            if self.blender.ops.ed.undo.poll():
                self.blender.ops.ed.undo()
                self.wait(self.random.choice([0, 1, 3]))

    def redo(self):
        for _ in range(self.random.randint(1, 4)):
            if self.blender.ops.ed.redo.poll():
                self.blender.ops.ed.redo()
                self.wait(self.random.choice([0, 1, 3]))

    def move(self):
        if self.blender.context.mode == "OBJECT":
            self.pick().location.x += 1
            self.step("moved")

    def edit(self):
        self.leave_mode()
        self.pick()
        mode = self.random.choice(["EDIT", "SCULPT"])
        self.blender.ops.object.mode_set(mode=mode)
        self.step("another mode")
        self.wait()
        self.leave_mode()

    def leave_mode(self):
        if self.blender.context.mode != "OBJECT":
            self.blender.ops.object.mode_set(mode="OBJECT")
            self.step("back again")

    def delete_and_undo(self):
        if self.blender.context.mode == "OBJECT":
            name = self.pick().name
            self.blender.ops.object.delete()
            self.step("deleted")
            self.wait()
            while name not in self.blender.context.view_layer.objects:  # ends of series are steps of their own
                self.blender.ops.ed.undo()
            self.step("there again")  # so that no redo deletes it

    def save(self):
        self.blender.ops.wm.save_as_mainfile(filepath=self.blender.data.filepath or self.own)
        self.saved = True

    def revert(self):
        if self.saved:
            self.open(self.own)

    def open_another(self):
        if self.saved:
            self.blender.ops.wm.save_as_mainfile(filepath=self.other, copy=True)
            self.open(self.other)
            self.wait()
            self.open(self.own)

    def open(self, path):
        self.blender.ops.wm.open_mainfile(filepath=path)
        self.step("Original")  # which Blender makes itself where there is a window

    def restart_extension(self):
        module = self.rooms("__init__").__name__.removesuffix(".__init__")
        self.blender.ops.preferences.addon_disable(module=module)
        self.blender.ops.preferences.addon_enable(module=module)
        self.connect()

    # -- in the end --------------------------------------------------------------------------------------------

    def tidy_up(self):
        """Discard every result, and delete every take."""
        self.leave_mode()
        for _ in range(20):
            self.stop()
            self.wait(8)
            self.backend.end(self.session.job, self.random)
            self.wait(8)
            self.discard()
            self.wait(8)
            if self.session.job is None and self.session.series is None:
                break
        for thing in list(self.blender.context.view_layer.objects):
            self.scenes.select(thing)
            wardrobe = thing.clipmatrix_wardrobe
            while wardrobe.takes:
                wardrobe.active = len(wardrobe.takes) - 1
                assert self.press("take_delete"), thing.name
                wardrobe = thing.clipmatrix_wardrobe
