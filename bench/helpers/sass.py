"""Machine code of a GPU as one warp runs through it: a lower bound of the clocks, by the assumptions below.

NVIDIA's disassembler prints each instruction with its encoding, in which the compiler has left when the next one may be
issued and which results must have arrived before. Caches of instructions, queues in the L2 cache, and other warps are
not modelled: figures are good for comparing two kernels, and within about a third for their speed.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Clocks until a result that is waited for arrives. L2 answers a load of rows; L1 one of shared memory.
LATENCY = {"LDG": 290, "ATOMG": 290, "LDS": 33, "LDSM": 33, "HMMA": 33, "MUFU": 40, "SHFL": 25, "REDUX": 25, "LDC": 40}
OTHERS = 20
ISSUE = {"REDG": 8, "LDG": 4}  # clocks that one instruction of 32 addresses keeps the load unit busy


@dataclass
class Instruction:
    """One instruction, and what its encoding says of the order in time."""

    address: int
    text: str
    control: int = 0  # bits 105 to 127 of the encoding
    target: int | None = None  # index of the instruction that it branches to

    @property
    def name(self) -> str:
        """The operation without predicate and options."""
        return re.sub(r"^@!?U?P\w+ ", "", self.text).split()[0].split(".")[0]

    @property
    def stall(self) -> int:
        """Clocks until the next instruction may be issued."""
        return max(1, self.control & 15, ISSUE.get(self.name, 1))

    @property
    def sets(self) -> int:
        """The barrier that is lifted when the result arrives; 7 for none."""
        return self.control >> 5 & 7

    @property
    def awaits(self) -> list[int]:
        """The barriers that must have been lifted before."""
        return [barrier for barrier in range(6) if self.control >> 11 >> barrier & 1]


@dataclass
class Walk:
    """The clocks of one step, from barrier to barrier of the block, and its code.

    Attributes
    ----------
    stages : list of int
        Clocks; a kernel of one warp has one stage.
    instructions : int
        Executed.
    code_bytes : int
        Of the loop over the steps.
    """

    stages: list[int] = field(default_factory=list)
    instructions: int = 0
    code_bytes: int = 0


def disassemble(program: str, cubin: bytes) -> list[Instruction]:
    """Return the instructions of the only kernel of a compiled file."""
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        Path(file.name).write_bytes(cubin)
        done = subprocess.run([program, "-hex", "-c", file.name], capture_output=True, text=True, check=True)
    found, labels = list[Instruction](), dict[str, int]()
    for line in done.stdout.splitlines():
        if label := re.match(r"\s*(\.L\S+):", line):
            labels[label[1]] = len(found)
        elif first := re.match(r"\s+/\*([0-9a-f]+)\*/\s+(.*?)\s*;\s*/\* 0x[0-9a-f]+ \*/", line):
            found.append(Instruction(int(first[1], 16), first[2]))
        elif second := re.match(r"\s+/\* 0x([0-9a-f]+) \*/", line):
            found[-1].control = int(second[1], 16) >> 41
    for each in found:
        label = re.search(r"\.L_x_\d+", each.text)
        if each.name == "BRA" and "DIV" not in each.text and label:
            each.target = labels[label[0]]
    return found


def walk_step(code: list[Instruction], trips: dict[str, int]) -> Walk:
    """Walk through the loop over the steps once.

    Every branch forward is taken to go on, so rare work counts, too. ``trips`` says how often inner loops run, by the
    first of these operations that they hold: LDG, REDG, STS with HMMA, HMMA; any other runs once.
    """
    head, tail = step_loop(code)
    walk, clock, barriers, entered = Walk(code_bytes=16 * (tail - head + 1)), 0.0, [0.0] * 8, 0.0
    for each in _executed(code, head, tail, trips):
        if each.name == "BAR":
            walk.stages.append(round(clock - entered))
            entered = clock
        clock = max([clock, *(barriers[barrier] for barrier in each.awaits)])
        barriers[each.sets] = max(barriers[each.sets], clock + LATENCY.get(each.name, OTHERS))
        clock += each.stall
        walk.instructions += 1
    walk.stages.append(round(clock - entered))
    return walk


def step_loop(code: list[Instruction]) -> tuple[int, int]:
    """Return the first and the last instruction of the shortest loop that gathers, multiplies and adds to rows."""
    loops = []
    for tail, each in enumerate(code):
        # Without a condition a branch backward is the end of rare work, not of a loop.
        if each.target is not None and each.target <= tail and each.text.startswith("@"):
            names = {one.name for one in code[each.target : tail]}
            if {"LDG", "HMMA", "REDG"} <= names:
                loops.append((tail - each.target, each.target, tail))
    _, head, tail = min(loops)
    return head, tail


def _executed(code: list[Instruction], head: int, tail: int, trips: dict[str, int]) -> Iterator[Instruction]:
    left: dict[int, int] = {}
    at = head
    while True:
        each = code[at]
        yield each
        if at == tail:
            return
        if each.target is not None and each.target <= at:
            left[at] = left.get(at, _trips(code[each.target : at], trips)) - 1
            if left[at] > 0:
                at = each.target
                continue
            del left[at]
        elif each.target is not None and not each.text.startswith("@"):
            at = each.target
            continue
        at += 1


def _trips(body: list[Instruction], trips: dict[str, int]) -> int:
    names = {each.name for each in body}
    for name in ("LDG", "REDG"):
        if name in names:
            return trips[name]
    if "HMMA" in names:
        return trips["STS"] if "STS" in names else trips["HMMA"]
    return 1
