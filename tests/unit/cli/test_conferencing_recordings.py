"""``lti-bridge conferencing recordings`` and ``recording …``."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from lti_bridge.simulators.bigbluebutton import Format
from tests.unit.cli.house import NOW_MS

BIOLOGY = "aaaa-1760000000000"
CHEMISTRY = "bbbb-1760000000000"
SRT = b"1\n00:00:01,000 --> 00:00:02,000\nHello\n"


@pytest.fixture
def recorded(house):
    """Two recordings on BigBlueButton, and the same on the others."""
    for simulator in (house.live, house.mconf, house.bbb):
        simulator.recordings.add(
            record_id=BIOLOGY,
            meeting_id="biology",
            name="Biology",
            metadata={"term": "1", "course": "bio"},
            started_ms=NOW_MS,
            ended_ms=NOW_MS + 3_723_000,
            formats=("presentation", Format("video", minutes=3)),
        )
        simulator.recordings.add(
            record_id=CHEMISTRY,
            meeting_id="chemistry",
            name="Chemistry",
            state="unpublished",
            metadata={"term": "1"},
        )
    return house


def ids(done):
    assert (done.code, done.err) == (0, "")
    return [one["record_id"] for one in done.json]


@pytest.mark.parametrize("name", ["live", "bbb"])
def test_recordings_are_a_table(recorded, name):
    done = recorded.run("recordings", name)
    assert (done.code, done.err) == (0, ""), "no bar where nobody looks on"
    assert done.out.splitlines()[0].split()[:3] == ["RECORD", "ID", "NAME"]
    (line,) = [line for line in done.out.splitlines() if BIOLOGY in line]
    assert "published" in line
    assert "1:02:03" in line
    assert line.endswith("presentation, video")


@pytest.mark.parametrize("name", ["live", "mconf", "bbb"])
@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), [BIOLOGY, CHEMISTRY]),
        (("--meeting", "biology"), [BIOLOGY]),
        (("--meeting", "biology", "--meeting", "chemistry"), [BIOLOGY, CHEMISTRY]),
        (("--record", CHEMISTRY), [CHEMISTRY]),
        (("--state", "unpublished"), [CHEMISTRY]),
        (("--state", "published", "--state", "any"), [BIOLOGY, CHEMISTRY]),
        (("--meta", "term=1"), [BIOLOGY, CHEMISTRY]),
        (("--meta", "term=1", "--meta", "course=bio"), [BIOLOGY]),
        (("--meta", "term=2"), []),
    ],
)
def test_what_is_asked_for_is_found(recorded, name, options, found):
    assert sorted(ids(recorded.run("recordings", name, *options, "--json"))) == found


@pytest.mark.parametrize(
    "options",
    [
        ("--state", "lost"),
        ("--meta", "term"),
        ("--meta", "=1"),
        ("--meeting", ""),
        ("--record", ","),
    ],
)
def test_what_cannot_be_asked_is_said(recorded, options):
    assert recorded.run("recordings", "bbb", *options).code == 2


def test_addresses_that_services_call_are_not_given_away(house):
    address = "https://bridge.example.edu/callbacks/ended/lti-1/the-mark"
    house.bbb.recordings.add(meeting_id="m", metadata={"endcallbackurl": address, "term": "1"})
    (one,) = house.run("recordings", "bbb", "--json").json
    assert one["metadata"]["endcallbackurl"] == address.replace("the-mark", "…")
    assert one["metadata"]["term"] == "1"


def test_no_recordings(house):
    assert house.run("recordings", "bbb").out == "No recordings.\n"


def test_recordings_of_onstream(house):
    details = house.held("webinars")
    (session,) = house.webinars.sessions
    house.webinars.add_recording(session, title="Week 1")
    done = house.run("recordings", "webinars", "--meeting", details.meeting_id)
    assert "Week 1" in done.out
    assert "1:00:00" in done.out


def test_the_length_of_a_format_will_do(house):
    house.mconf.recordings.add(
        meeting_id="m", started_ms=0, ended_ms=0, formats=(Format("podcast", minutes=7),)
    )
    assert "0:07:00" in house.run("recordings", "mconf").out


def test_on_a_terminal_one_sees_that_they_come(recorded):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "lti_bridge.cli", "conferencing", "recordings", "bbb"]
    done = subprocess.run(
        [*command, "--config", recorded.file],
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=False,
        timeout=60,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = terminal.read(4096).decode()
    assert done.returncode == 0
    assert BIOLOGY in done.stdout.decode()
    assert "Recordings" in shown


# What can be done with them.


def state(simulator, record_id):
    (found,) = [one for one in simulator.recordings.all if one.record_id == record_id]
    return found.state


@pytest.mark.parametrize("name", ["live", "mconf", "bbb"])
def test_recordings_are_hidden_and_shown(recorded, name):
    simulator = recorded.simulators[name]
    done = recorded.run("recording", "unpublish", name, BIOLOGY, CHEMISTRY)
    assert (done.code, done.out) == (0, "2 recordings hidden now.\n")
    assert state(simulator, BIOLOGY) == "unpublished"
    done = recorded.run("recording", "publish", name, CHEMISTRY)
    assert (done.code, done.out) == (0, "1 recording can be seen now.\n")
    assert (state(simulator, BIOLOGY), state(simulator, CHEMISTRY)) == ("unpublished", "published")


def test_a_recording_is_renamed(recorded):
    done = recorded.run("recording", "rename", "bbb", BIOLOGY, "--to", " Woche 1 – Zellen ")
    assert (done.code, done.out) == (0, "Renamed.\n")
    assert "Woche 1 – Zellen" in recorded.run("recordings", "bbb").out


def test_what_a_server_cannot_do_is_one_sentence(recorded):
    done = recorded.run("recording", "rename", "mconf", BIOLOGY, "--to", "Week 1")
    assert done.code == 1
    assert done.err.startswith("lti-bridge: The service mconf can't do that")
    done = recorded.run("recording", "publish", "webinars", "1")
    assert done.code == 1
    assert "can't show and hide recordings" in done.err


def test_deleting_asks_once_more(recorded):
    done = recorded.run("recording", "delete", "bbb", BIOLOGY, typed="n\n")
    assert done.code == 1
    assert "Delete 1 recording on bbb for good?" in done.err
    assert state(recorded.bbb, BIOLOGY) == "published"
    done = recorded.run("recording", "delete", "bbb", BIOLOGY, typed="y\n")
    assert (done.code, done.out) == (0, "1 recording deleted.\n")
    assert state(recorded.bbb, BIOLOGY) == "deleted"
    assert recorded.run("recording", "delete", "bbb", CHEMISTRY, "--yes").code == 0
    assert state(recorded.bbb, CHEMISTRY) == "deleted"


def test_an_unknown_recording_is_said(recorded):
    done = recorded.run("recording", "publish", "bbb", "nowhere")
    assert done.code == 1
    assert "notFound" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("publish", "bbb"),
        ("publish", "bbb", ""),
        ("delete", "bbb", BIOLOGY, " , "),
        ("rename", "bbb", BIOLOGY),
        ("rename", "bbb", BIOLOGY, "--to", " "),
        ("captions", "bbb", BIOLOGY, "--remove"),
        ("captions", "bbb", BIOLOGY, "--kind", "poem"),
    ],
)
def test_a_list_that_could_mean_all_recordings_is_refused(recorded, arguments):
    done = recorded.run("recording", *arguments, typed="y\n")
    assert done.code == 2
    assert state(recorded.bbb, BIOLOGY) == "published"


def test_captions_are_added_listed_and_taken_away(recorded, tmp_path):
    file = tmp_path / "week1.srt"
    file.write_bytes(SRT)
    assert recorded.run("recording", "captions", "bbb", BIOLOGY).out == "No captions.\n"
    done = recorded.run(
        "recording", "captions", "bbb", BIOLOGY,
        "--upload", file, "--lang", "pt-BR", "--label", "Português",
    )  # fmt: skip  # as it is typed
    assert (done.code, done.err) == (0, "")
    listed = recorded.run("recording", "captions", "bbb", BIOLOGY)
    assert listed.out.splitlines()[1].split() == ["captions", "pt-BR", "Português", "upload"]
    (track,) = recorded.run("recording", "captions", "bbb", BIOLOGY, "--json").json
    assert track["lang"] == "pt-BR"
    done = recorded.run("recording", "captions", "bbb", BIOLOGY, "--remove", "--lang", "pt-BR")
    assert (done.code, done.out) == (0, "Taken away.\n")
    assert recorded.run("recording", "captions", "bbb", BIOLOGY, "--json").json == []


def test_a_file_that_is_no_captions_is_not_sent(recorded, tmp_path):
    file = tmp_path / "empty.srt"
    file.write_bytes(b"")
    captions = ("recording", "captions", "bbb", BIOLOGY, "--lang", "en", "--upload")
    assert "empty" in recorded.run(*captions, file).err
    file.write_bytes(b"x" * 4_000_001)
    assert "too large" in recorded.run(*captions, file).err
    file.write_bytes(SRT)
    assert recorded.run(*captions, file, "--remove").code == 2
    assert recorded.run(*captions, tmp_path / "nowhere.srt").code == 2
    assert recorded.bbb.faults.count("/putRecordingTextTrack") == 0


def test_captions_where_there_are_none(recorded):
    done = recorded.run("recording", "captions", "live", BIOLOGY)
    assert done.code == 1
    assert "captions" in done.err
