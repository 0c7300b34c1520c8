"""formgrader, in a real browser: its button grades through the judge, and reasons are beside the cells."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tiny import hand_in, make_course, notebook
from tlgrader import gradebook
from tlgrader.course.paths import Course

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on PATH; Debian's package chromium has it"
)

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("formgrader"))
    lines = "rate = 0.5\nprint('<img src=x onerror=alert(1)>')"
    hand_in(course, "bob", notebook(learn=lines, why="[Because](java&#115;cript:alert(1))"))
    gradebook.sync(course, "tiny")
    return course


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def server(course: Course) -> Iterator[str]:
    """A Jupyter server in the course folder, with nbgrader's extension."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", f"--port={port}"),
        *("--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", "--ServerApp.ip=127.0.0.1"),
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    with (course.root / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=course.root, stdout=log, stderr=log, env=environment)
    try:
        yield _when_up(f"http://127.0.0.1:{port}", process, course.root / "server.log")
    finally:
        process.terminate()
        process.wait(timeout=30)


def _when_up(url: str, process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait for the server's own word that it runs."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/api/status", timeout=5):
                return url
        except urllib.error.HTTPError:
            return url
        except OSError:
            _a_moment(process)
    raise AssertionError(log.read_text()[-3000:])


def _a_moment(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=0.2)
    except subprocess.TimeoutExpired:
        return


def test_the_button_grades_and_the_page_shows_why(course: Course, server: str) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page()
        page.goto(f"{server}/formgrader/manage_submissions/tiny")
        page.locator(".autograde a").first.click()
        expect(page.locator(".modal-body")).to_contain_text("Successfully autograded", timeout=180_000)
        page.screenshot(path=str(course.root / "autograded.png"))
        (row,) = gradebook.rows(course, "tiny")
        assert (row.student, row.score) == ("bob", 4)

        page.goto(f"{server}/formgrader/gradebook/tiny/tiny")
        link = page.locator("a[href*='/formgrader/submissions/']").first
        expect(link).to_be_visible(timeout=30_000)
        page.goto(server + str(link.get_attribute("href")))
        expect(page.get_by_text("rate == 0.1").first).to_be_visible(timeout=30_000)
        shown = page.content()
        assert "2 of 4 points" in shown
        assert re.search("<img src=.?x", shown) is None
        assert "[Because](java" in shown
        assert page.locator("#notebook a[href^='javascript' i]").count() == 0
        page.screenshot(path=str(course.root / "submission.png"), full_page=True)
        browser.close()
