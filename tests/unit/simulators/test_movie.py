"""The film of simulated recordings: a real MP4."""

from __future__ import annotations

import struct

from lti_bridge.simulators.movie import HEIGHT, PICTURES, WIDTH, film

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}


def boxes(data, start=0, end=None):
    """Kind, offset and length of every box, those within the known ones too."""
    end = len(data) if end is None else end
    while start < end:
        size, kind = struct.unpack_from(">I4s", data, start)
        assert 8 <= size <= end - start
        yield kind, start + 8, size - 8
        if kind in CONTAINERS:
            yield from boxes(data, start + 8, start + size)
        start += size


def test_its_boxes_are_whole_and_say_where_the_pictures_are():
    data = film()
    found = {kind: (start, size) for kind, start, size in boxes(data)}
    assert next(iter(found)) == b"ftyp"
    start, _ = found[b"stco"]
    assert struct.unpack_from(">3I", data, start) == (0, 1, found[b"mdat"][0])
    start, _ = found[b"stsz"]
    sizes = struct.unpack_from(f">{PICTURES}I", data, start + 12)
    assert sum(sizes) == found[b"mdat"][1]
    place = found[b"mdat"][0]
    for size in sizes:
        length, kind = struct.unpack_from(">IB", data, place)
        assert (length, kind & 31) == (size - 4, 5), "an IDR slice"
        assert b"\x00\x00\x01" not in data[place + 4 : place + size]
        place += size
    start, _ = found[b"stsd"]
    assert data[start + 12 : start + 16] == b"avc1"
    assert struct.unpack_from(">HH", data, start + 40) == (WIDTH, HEIGHT)


def test_it_is_small_and_always_the_same():
    assert film() == film()
    assert len(film()) < 50_000
