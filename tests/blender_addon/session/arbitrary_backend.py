"""A backend that says of a job, at any moment, anything that the job allows."""

import numpy as np
from clipmatrix_protocol import (
    Accepted,
    Attach,
    Done,
    Failed,
    Hello,
    Pause,
    Paused,
    Progress,
    Resume,
    Resumed,
    State,
    Submit,
    Update,
)
from msgspec.structs import replace

from .peer import GLOSSY, SUMMARY

SAYINGS = {"update": 4, "end": 6, "fail": 0.7, "forget": 0.5}
"""What it may say unasked, and how likely that is."""


class ArbitraryBackend:
    """Speaks through a peer; of jobs that have ended, or that it has not heard of, it says nothing."""

    def __init__(self, peer):
        self.peer = peer

    def order(self, job):
        """What the session's job was asked for, if it runs here."""
        orders = (heard for heard in self.peer.heard if isinstance(heard, Submit))
        return next((order for order in orders if job and order.job == job.id and not job.ended), None)

    def accept(self, job):
        self.peer.say(Accepted(job.id), Progress(job.id, 1, 5, 2.0, 2.0, 0.2))

    def update(self, job, drawn):
        order = self.order(job)
        for step in range(drawn.randint(1, 3)):
            if order:
                self.peer.say(Update(order.job, step, _state(order, drawn)))

    def end(self, job, drawn):
        order = self.order(job)
        if order:
            self.peer.say(Done(order.job, _state(order, drawn), replace(SUMMARY, stopped_early=job.stopping)))

    def fail(self, job, _):
        if self.order(job):
            self.peer.say(Failed("internal", "It stumbled.", "Try again.", job.id))

    def forget(self, _, __):
        self.peer.say(Failed("not_welcomed", "Who are you?", "Say hello first."))

    def answer(self):
        """Answer what the session has asked."""
        asked = [heard for heard in self.peer.heard if isinstance(heard, Hello | Attach | Pause | Resume)]
        orders = {heard.job for heard in self.peer.heard if isinstance(heard, Submit)}
        for question in asked:
            self.peer.heard.remove(question)
            match question:
                case Hello():
                    self.peer.welcome()
                case Pause(job=job):
                    self.peer.say(Paused(job))
                case Resume(job=job):
                    self.peer.say(Resumed(job))
                case Attach(job=job) if job not in orders:
                    self.peer.say(Failed("unknown_job", "The backend does not know this job.", "Start it again.", job))


def _state(order, drawn):
    random = np.random.default_rng(drawn.randrange(1000))
    character, vary = order.character, order.brief.vary

    def images(strength):
        count = character.textures if strength > 0 else 0
        return tuple(random.integers(0, 256, (32, 32, 3), dtype=np.uint8) for _ in range(count))

    return State(
        coefficients=np.array([random.uniform(shape.low, shape.high) for shape in character.shapes], np.float32),
        offsets=tuple(random.normal(0, 0.1, part.vertices.shape).astype(np.float32) for part in character.parts),
        textures=images(vary.texture),
        normal_maps=images(vary.normals),
        look=GLOSSY,
    )
