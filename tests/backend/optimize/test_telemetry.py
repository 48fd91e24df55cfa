"""What a job says about its speed."""

import time

import clipmatrix_protocol as protocol
import numpy as np
from clipmatrix.optimize.telemetry import Telemetry

STATE = protocol.State(np.zeros(0, np.float32), (), (), protocol.Look())


def test_the_time_left_is_not_spoilt_by_a_pause():
    said = []
    telemetry = Telemetry("job", protocol.Settings(steps=12, update_every=60.0), said.append)
    for step in range(1, 13):
        time.sleep(1.0 if step == 8 else 0.02)
        telemetry.step_done(step, 12, 0.2, lambda: STATE)
    last = next(message for message in reversed(said) if isinstance(message, protocol.Progress))
    assert last.step == 12
    assert last.steps_per_second > 20
