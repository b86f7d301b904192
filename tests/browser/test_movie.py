"""The film that simulated recordings are: a browser plays it."""

from __future__ import annotations

import base64

from lti_bridge.simulators.movie import HEIGHT, PICTURES, WIDTH, film

LOADED = """source => new Promise(done => {
    const film = document.createElement("video");
    film.onloadeddata = () => done([film.videoWidth, film.videoHeight, film.duration]);
    film.onerror = () => done([film.error.message]);
    film.src = source;
})"""


def test_a_browser_plays_it(chromium):
    page = chromium.new_page()
    source = f"data:video/mp4;base64,{base64.b64encode(film()).decode()}"
    assert page.evaluate(LOADED, source) == [WIDTH, HEIGHT, PICTURES]
    page.close()
