"""Digests without a library: SM3 of the system, or our own where the system has none."""

from __future__ import annotations

import hashlib
from typing import Any

SM3_BY_HAND = 256 * 1024  # 没有系统 SM3 时，更大的文件不用 Python 逐字节算


def new_sm3(size: int) -> Any:
    """The system's SM3; for what is not long, our own; else None."""
    try:
        return hashlib.new("sm3")
    except ValueError:
        return Sm3() if size <= SM3_BY_HAND else None


class Sm3:
    """GB/T 32905-2016, in plain Python: slow, for short texts."""

    def __init__(self) -> None:
        self.rest = b""
        self.length = 0
        self.state = [
            0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
            0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
        ]  # fmt: skip

    def update(self, data: bytes) -> None:
        self.length += len(data)
        data = self.rest + data
        whole = len(data) // 64 * 64
        for at in range(0, whole, 64):
            self.state = _compress(self.state, data[at : at + 64])
        self.rest = data[whole:]

    def hexdigest(self) -> str:
        tail = self.rest + b"\x80"
        tail += b"\0" * ((56 - len(tail)) % 64) + (self.length * 8).to_bytes(8, "big")
        state = self.state
        for at in range(0, len(tail), 64):
            state = _compress(state, tail[at : at + 64])
        return "".join(f"{word:08x}" for word in state)


def _turn(word: int, bits: int) -> int:
    bits %= 32
    return ((word << bits) | (word >> (32 - bits))) & 0xFFFFFFFF


def _compress(state: list[int], block: bytes) -> list[int]:
    words = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _turn(words[j - 3], 15)
        mixed ^= _turn(mixed, 15) ^ _turn(mixed, 23)
        words.append(mixed ^ _turn(words[j - 13], 7) ^ words[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = _turn((_turn(a, 12) + e + _turn(constant, j)) & 0xFFFFFFFF, 7)
        ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
        tt1 = (ff + d + (ss1 ^ _turn(a, 12)) + (words[j] ^ words[j + 4])) & 0xFFFFFFFF
        tt2 = (gg + h + ss1 + words[j]) & 0xFFFFFFFF
        d, c, b, a = c, _turn(b, 9), a, tt1
        h, g, f, e = g, _turn(f, 19), e, tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17)
    return [state[at] ^ new for at, new in enumerate((a, b, c, d, e, f, g, h))]
