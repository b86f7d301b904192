"""A tiny film, made here: a real MP4 that browsers play, for simulated recordings.

H.264 (ITU-T H.264, 7.3) without any compression: each picture is one slice of raw macroblocks, in
boxes of ISO/IEC 14496-12. No sound.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

ACROSS, DOWN = 6, 4
"""Macroblocks of 16 × 16 pixels."""
WIDTH, HEIGHT = 16 * ACROSS, 16 * DOWN
PICTURES: Final = 4
"""One each second."""
_PROFILE: Final = bytes([66, 0, 10])
"""Baseline, level 1.0."""
_UNITY: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


class _Bits:
    """Writes a bit string, the codes of H.264, 9.1 among them."""

    def __init__(self) -> None:
        self._bits: list[str] = []

    def put(self, value: int, width: int) -> _Bits:
        self._bits.append(f"{value:0{width}b}")
        return self

    def golomb(self, *values: int) -> _Bits:
        """Unsigned Exp-Golomb codes; a signed nought is the same."""
        for value in values:
            width = (value + 1).bit_length()
            self.put(value + 1, 2 * width - 1)
        return self

    def align(self) -> _Bits:
        length = sum(map(len, self._bits))
        return self.put(0, -length % 8) if length % 8 else self

    def raw(self, data: bytes) -> _Bits:
        return self.put(int.from_bytes(data, "big"), 8 * len(data))

    def unit(self, kind: int) -> bytes:
        """As a NAL unit (7.3.1): ended, and without what would look like a start code."""
        self.put(1, 1).align()
        text = "".join(self._bits)
        data = int(text, 2).to_bytes(len(text) // 8, "big")
        safe, noughts = bytearray([kind]), 0
        for byte in data:
            if noughts == 2 and byte <= 3:
                safe.append(3)
                noughts = 0
            safe.append(byte)
            noughts = noughts + 1 if byte == 0 else 0
        return bytes(safe)


def film() -> bytes:
    """The file: some seconds of a light bar that moves from left to right."""
    pictures = [_picture(number) for number in range(PICTURES)]
    samples = [struct.pack(">I", len(unit)) + unit for unit in pictures]
    head = _box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2avc1mp41")
    # The table of pictures says where in the file they are: its length doesn't change with that.
    start = len(head) + len(_moov(samples, 0)) + 8
    return head + _moov(samples, start) + _box(b"mdat", *samples)


def _parameters() -> tuple[bytes, bytes]:
    """Sequence and picture parameter sets (7.3.2.1, 7.3.2.2)."""
    sequence = _Bits().raw(_PROFILE).golomb(0, 0, 2, 0).put(0, 1).golomb(ACROSS - 1, DOWN - 1)
    picture = _Bits().golomb(0, 0).put(0, 2).golomb(0, 0, 0).put(0, 3).golomb(0, 0, 0).put(0, 3)
    return sequence.put(0b1000, 4).unit(0x67), picture.unit(0x68)


def _picture(number: int) -> bytes:
    """An IDR slice (7.3.3) of I_PCM macroblocks (7.3.5)."""
    bits = _Bits().golomb(0, 7, 0).put(0, 4).golomb(number).put(0, 2).golomb(0)
    for place in range(ACROSS * DOWN):
        light = 210 if place % ACROSS == (number * ACROSS) // PICTURES else 60
        bits.golomb(25).align().raw(bytes([light]) * 256 + bytes([150]) * 64 + bytes([110]) * 64)
    return bits.unit(0x65)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def _full(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", flags), *parts)


def _numbers(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


def _moov(samples: Iterable[bytes], start: int) -> bytes:
    sizes = [len(sample) for sample in samples]
    seconds = len(sizes)
    header = _full(
        b"mvhd",
        _numbers(0, 0, 1, seconds, 0x10000),
        struct.pack(">H10x", 0x100),
        _UNITY,
        bytes(24),
        _numbers(2),
    )
    track = _full(
        b"tkhd",
        _numbers(0, 0, 1, 0, seconds),
        bytes(16),
        _UNITY,
        _numbers(WIDTH << 16, HEIGHT << 16),
        flags=3,
    )
    media = _box(
        b"mdia",
        _full(b"mdhd", _numbers(0, 0, 1, seconds), struct.pack(">HH", 0x55C4, 0)),
        _full(b"hdlr", bytes(4), b"vide", bytes(12), b"film\x00"),
        _box(
            b"minf",
            _full(b"vmhd", bytes(8), flags=1),
            _box(b"dinf", _full(b"dref", _numbers(1), _full(b"url ", flags=1))),
            _table(sizes, start),
        ),
    )
    return _box(b"moov", header, _box(b"trak", track, media))


def _table(sizes: list[int], start: int) -> bytes:
    """Where which picture is, and what they are coded in (ISO/IEC 14496-15, 5.3)."""
    sequence, picture = _parameters()
    coding = _box(
        b"avcC",
        b"\x01" + _PROFILE + b"\xff\xe1",
        struct.pack(">H", len(sequence)) + sequence,
        b"\x01" + struct.pack(">H", len(picture)) + picture,
    )
    entry = _box(
        b"avc1",
        struct.pack(">6xH16xHH", 1, WIDTH, HEIGHT),
        _numbers(72 << 16, 72 << 16, 0),
        struct.pack(">H32xHh", 1, 24, -1),
        coding,
    )
    count = len(sizes)
    return _box(
        b"stbl",
        _full(b"stsd", _numbers(1), entry),
        _full(b"stts", _numbers(1, count, 1)),
        _full(b"stsc", _numbers(1, 1, count, 1)),
        _full(b"stsz", _numbers(0, count, *sizes)),
        _full(b"stco", _numbers(1, start)),
    )
