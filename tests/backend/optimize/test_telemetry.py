"""What a job says about its speed."""

import time

import clipmatrix_protocol as protocol
import numpy as np
import pytest
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


def test_steps_shorter_than_a_tick_of_windows_clock_have_a_speed(monkeypatch):
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() // 0.015625 * 0.015625)
    said = []
    telemetry = Telemetry("job", protocol.Settings(steps=30, update_every=60.0), said.append)
    for step in range(1, 31):
        time.sleep(0.004)
        telemetry.step_done(step, 30, 0.2, lambda: STATE)
    assert 1 < said[-1].steps_per_second < 250


def test_updates_that_take_long_go_out_less_often():
    said = []
    telemetry = Telemetry("job", protocol.Settings(steps=60, update_every=0.02), said.append)

    def slow():
        time.sleep(0.05)
        return STATE

    began = time.monotonic()
    for step in range(1, 61):
        time.sleep(0.01)
        telemetry.step_done(step, 60, 0.2, slow)
    updates = [message.step for message in said if isinstance(message, protocol.Update)]
    assert updates[0] == 1
    assert 2 <= len(updates) <= 2 + (time.monotonic() - began) / 0.25


def test_updates_can_be_had_at_every_step():
    said = []
    telemetry = Telemetry("job", protocol.Settings(steps=4, update_every=0.0), said.append)
    for step in range(1, 5):
        telemetry.step_done(step, 4, 0.2, lambda: time.sleep(0.02) or STATE)
    assert [message.step for message in said if isinstance(message, protocol.Update)] == [1, 2, 3, 4]


def test_a_step_that_went_wrong_leaves_the_similarity_as_it_was():
    said = []
    telemetry = Telemetry("job", protocol.Settings(steps=3, update_every=60.0), said.append)
    for step, similarity in enumerate((0.2, float("nan"), 0.2), 1):
        telemetry.step_done(step, 3, similarity, lambda: STATE)
    last = next(message for message in reversed(said) if isinstance(message, protocol.Progress))
    protocol.encode(last)
    assert last.similarity == pytest.approx(0.2)


def test_looks_before_the_first_step_are_told_and_do_not_count_for_the_speed():
    said = []
    telemetry = Telemetry("job", protocol.Settings(steps=3, update_every=60.0), said.append)
    for look in range(1, 11):
        time.sleep(0.05)
        telemetry.looked(look, 10)
    looks = list(said)
    assert 3 <= len(looks) <= 6, "ten times a second at most"
    assert {(look.step, look.steps, look.steps_per_second) for look in looks} == {(0, 3, 0.0)}
    assert looks[0].seconds_left == pytest.approx(0.45, rel=0.5)
    assert looks[-1].seconds_left < looks[0].seconds_left
    time.sleep(0.02)
    telemetry.step_done(3, 3, 0.2, lambda: STATE)
    assert next(message for message in said if getattr(message, "step", 0) == 3).steps_per_second > 20
