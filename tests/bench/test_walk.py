"""The walk through machine code: clocks of instructions that wait, of loops, and from barrier to barrier."""

from importlib import import_module

import pytest

pytestmark = pytest.mark.usefixtures("bench_found")


def code_of(*lines):
    """Instructions (text, stall, barrier that the result lifts, barriers awaited, branch to)."""
    sass = import_module("bench.helpers.sass")
    found = []
    for number, (text, stall, sets, awaits, target) in enumerate(lines):
        control = stall | sets << 5 | sum(1 << barrier for barrier in awaits) << 11
        found.append(sass.Instruction(16 * number, text, control, target))
    return found


def test_clocks_are_those_of_waits_stalls_and_trips():
    code = code_of(
        ("MOV R1, R2", 2, 7, [], None),
        ("LDG.E.128 R4, [R2]", 1, 0, [], None),  # 4 clocks to issue, 290 to arrive
        ("FADD R4, R4, R4", 4, 7, [0], None),
        ("BAR.SYNC 0x0", 5, 7, [], None),
        ("HMMA R8, R4", 2, 1, [], None),
        ("@P0 BRA L", 5, 7, [], 4),  # three times: 3 * (2 + 5)
        ("REDG.E [R2], R8", 1, 7, [1], None),  # awaits the last product: 33 after it was issued
        ("@P1 BRA M", 5, 7, [], 0),
    )
    walk = import_module("bench.helpers.sass").walk_step(code, {"HMMA": 3})
    assert walk.stages == [2 + 290 + 4, 5 + 2 * 7 + 33 + 8 + 5]
    assert walk.instructions == 12
    assert walk.code_bytes == 8 * 16


def test_what_lies_apart_is_left_out():
    """Forward branches are taken to go on; what leads back without a condition is no loop."""
    code = code_of(
        ("LDG R4, [R2]", 1, 7, [], None),
        ("@P2 BRA RARE", 1, 7, [], 6),
        ("HMMA R8, R4", 1, 7, [], None),
        ("REDG [R2], R8", 1, 7, [], None),
        ("@P1 BRA HEAD", 1, 7, [], 0),
        ("EXIT", 1, 7, [], None),
        ("BRA BACK", 1, 7, [], 2),
    )
    sass = import_module("bench.helpers.sass")
    assert sass.step_loop(code) == (0, 4)
    assert sass.walk_step(code, {}).instructions == 5
