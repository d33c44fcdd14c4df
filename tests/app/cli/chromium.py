# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local page as a reader's browser sees it: what it says, what it asks of the network, how it looks on screen and paper."""

import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import signal
import tempfile
import time
import unittest

from patience import patience

NAME = "chromium"
# Every host name and address is unknown to the browser, so a page's request is seen and yet never leaves the machine.
FLAGS = ("--headless", "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-gpu", "--hide-scrollbars",
         "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-extensions", "--disable-default-apps", "--no-first-run", "--no-default-browser-check", "--mute-audio",
         "--force-color-profile=srgb", "--font-render-hinting=none")
WAIT = patience(60)


def available():
    return shutil.which(NAME) is not None


def above_four(descriptor):
    """The same pipe end under a number that the browser's 3 and 4 cannot overwrite."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved


class Browser:
    """One browser with its own empty profile; leaves neither a process nor a file."""

    def __enter__(self):
        if not available():
            raise unittest.SkipTest(f"{NAME} is not installed")
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.buffer, self.waiting, self.last = b"", [], 0
        commands, self.to = map(above_four, os.pipe())
        self.of, answers = map(above_four, os.pipe())
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
        log = os.path.join(self.profile.name, "log")
        home = {name: self.profile.name for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
        self.process = os.posix_spawn(
            shutil.which(NAME), [NAME, *FLAGS, *sandbox, f"--user-data-dir={self.profile.name}"], os.environ | home, setsid=True,
            file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                          (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                          (os.POSIX_SPAWN_DUP2, 1, 2),
                          (os.POSIX_SPAWN_DUP2, commands, 3), (os.POSIX_SPAWN_DUP2, answers, 4)])
        os.close(commands)
        os.close(answers)
        try:
            self.call("Browser.getVersion")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        os.close(self.to)
        self.ended(5)
        try:
            os.killpg(self.process, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.ended(WAIT)
        os.close(self.of)
        self.profile.cleanup()

    def ended(self, seconds):
        """Whether the browser is gone within these seconds; closing its commands is what asks it to go."""
        until = time.monotonic() + seconds
        while self.process_lives():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def process_lives(self):
        try:
            return os.waitpid(self.process, os.WNOHANG) == (0, 0)
        except ChildProcessError:
            return False

    def log(self):
        return pathlib.Path(self.profile.name, "log").read_text(errors="replace")[-2000:]

    def receive(self, until):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.of], [], [], max(0, until - time.monotonic()))
            part = os.read(self.of, 1 << 20) if ready else b""
            if not part:
                raise RuntimeError(f"{NAME} {'closed its pipe' if ready else 'does not answer'}:\n{self.log()}")
            self.buffer += part
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + WAIT
        while (answer := self.receive(until)).get("id") != self.last:
            self.waiting.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, path):
        return Page(self, pathlib.Path(path).resolve().as_uri())


class Page:
    """A file after it loaded and its network fell silent.

    messages: (level, text) of the console and the browser's own log; exceptions: texts; requests: every address asked for other
    than the file's own and those that hold their content themselves (data:, blob:).
    """

    def __init__(self, browser, address):
        self.browser, self.address = browser, address
        self.messages, self.exceptions, self.requests = [], [], []
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        found = self.call("Page.navigate", url=address)
        if "errorText" in found:
            raise RuntimeError(f"{address}: {found['errorText']}")
        self.until_silent(found["loaderId"])

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def until_silent(self, loader):
        until, missing = time.monotonic() + WAIT, {"load", "networkIdle"}
        while missing:
            event = self.browser.waiting.pop(0) if self.browser.waiting else self.browser.receive(until)
            self.take(event)
            said = event.get("params", {})
            if event["method"] == "Page.lifecycleEvent" and said["loaderId"] == loader:
                missing.discard(said["name"])

    def take(self, event):
        if event.get("sessionId") != self.session:
            return
        said = event["params"]
        match event["method"]:
            case "Runtime.consoleAPICalled":
                self.messages.append((said["type"], " ".join(map(text_of, said["args"]))))
            case "Log.entryAdded":
                self.messages.append((said["entry"]["level"], f"{said['entry']['text']} {said['entry'].get('url', '')}".strip()))
            case "Runtime.exceptionThrown":
                thrown = said["exceptionDetails"]
                self.exceptions.append(thrown.get("exception", {}).get("description") or thrown["text"])
            case "Network.requestWillBeSent":
                self.asked(said["request"]["url"])
            case "Network.webSocketCreated":
                self.asked(said["url"])

    def asked(self, address):
        if address != self.address and not address.startswith(("data:", "blob:")):
            self.requests.append(address)

    def evaluate(self, expression):
        """The value of a JavaScript expression, and everything the page said until then."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        while self.browser.waiting:
            self.take(self.browser.waiting.pop(0))
        if "exceptionDetails" in found:
            raise RuntimeError(f"{expression}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def screenshot(self, width, scheme="light"):
        """The whole page as PNG; wider than `width` where the content does not fit it."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"])

    def pdf(self):
        """The page as printed by default, with its own paper size where its style sheet gives one."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])


def text_of(value):
    return str(value.get("value", value.get("description", value["type"])))
