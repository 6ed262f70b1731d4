"""Opens a page in a real browser, without a window: `python browser.py PAGE SHOT SCRIPT...` prints what each script gives, and what the console said, as JSON."""

import json
import os
import sys
from pathlib import Path

os.environ.update(QT_QPA_PLATFORM="offscreen", QTWEBENGINE_DISABLE_SANDBOX="1", QT_LOGGING_RULES="*=false")
os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = "--no-sandbox --disable-gpu --force-color-profile=srgb " + os.environ.get("PAGE_FLAGS", "")

from PyQt6.QtCore import QTimer, QUrl
from PyQt6.QtWebEngineCore import QWebEnginePage
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication


class Page(QWebEnginePage):
    """A page whose console is kept."""

    said: list[str]

    def javaScriptConsoleMessage(self, level, message, line, source):
        self.said.append(f"{level.name}: {message}")


def main(page: Path, shot: Path, scripts: list[str]) -> None:
    app = QApplication(sys.argv[:1])
    view = QWebEngineView()
    inside = Page(view)
    inside.said = []
    view.setPage(inside)
    view.resize(int(os.environ.get("PAGE_WIDTH", "1100")), int(os.environ.get("PAGE_HEIGHT", "1600")))
    results: list[object] = []

    def step(result: object = None) -> None:
        if result is not None:
            results.append(json.loads(str(result)))
        if len(results) < len(scripts):
            inside.runJavaScript(f"JSON.stringify({scripts[len(results)]})", step)
        else:
            QTimer.singleShot(400, finish)

    def finish() -> None:
        view.grab().save(str(shot))
        print(json.dumps({"results": results, "console": inside.said}))
        app.quit()

    view.loadFinished.connect(lambda whole: step() if whole else app.exit(3))
    view.show()
    view.load(QUrl.fromLocalFile(str(page.resolve())))
    QTimer.singleShot(60_000, lambda: app.exit(4))
    sys.exit(app.exec())


main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
