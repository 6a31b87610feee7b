"""Opens a report in headless Chromium without a network and asks it questions: a probe script runs
in the page after it has drawn itself, and what it returns comes back as JSON. Errors of the page are
failures, whatever the probe says."""
import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

CHROMIUM = shutil.which("chromium")

COLLECTOR = """<script>
window.pageErrors = [];
window.addEventListener('error', event => window.pageErrors.push(String(event.message)));
window.addEventListener('securitypolicyviolation',
  event => window.pageErrors.push('policy: ' + event.violatedDirective + ' ' + event.blockedURI));
</script>
"""

PROBE = """<script>
(() => {
  let answer = null;
  try {
    answer = (() => { %s })();
  } catch (error) {
    window.pageErrors.push('probe: ' + error.stack);
  }
  const node = document.createElement('pre');
  node.id = 'probe';
  node.textContent = btoa(unescape(encodeURIComponent(JSON.stringify({
    answer, errors: window.pageErrors, ready: document.body.dataset.ready || null,
    fetched: performance.getEntriesByType('resource').map(entry => entry.name),
    nodes: document.querySelectorAll('*').length,
    wide: document.documentElement.scrollWidth - window.innerWidth,
  }))));
  document.body.append(node);
})();
</script>
"""


def with_probe(page: str, probe: str) -> str:
    """The page with the error collector before and the probe after everything else."""
    head, body = page.split("<head>", 1)
    rest, end = body.rsplit("</body>", 1)
    return head + "<head>" + COLLECTOR + rest + PROBE % probe + "</body>" + end


def ask(page: pathlib.Path, probe: str, options: str = "", window: str = "1400,1000") -> dict:
    """What the probe returns, after the checks that every page has to pass."""
    with tempfile.TemporaryDirectory() as folder:
        probed = pathlib.Path(folder) / "page.html"
        probed.write_text(with_probe(page.read_text("utf-8"), probe), "utf-8")
        run = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--enable-logging=stderr", f"--user-data-dir={folder}/profile",
             "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=2000",
             f"--window-size={window}", "--dump-dom", f"{probed.as_uri()}#{options}"],
            capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r'<pre id="probe">([^<]*)</pre>', run.stdout)
    if not found:
        sys.exit(f"{page}: the page did not answer\n{run.stderr[-2000:]}")
    answer = json.loads(base64.b64decode(found.group(1)))
    expect(answer["errors"], [], "errors of the page")
    expect([line for line in run.stderr.splitlines() if "CONSOLE" in line], [], "console")
    expect(answer["ready"], "true", "the page is drawn")
    expect(answer["fetched"], [], "fetched")
    expect(answer["wide"] <= 0, True, "no sideways scrolling")
    return answer


def expect(actual, expected, what: str) -> None:
    if actual != expected:
        sys.exit(f"{what}: {actual!r} is not {expected!r}")


def check_document(page: pathlib.Path, data: pathlib.Path, key: str = "") -> None:
    """The document refers to nothing, and holds the data unchanged."""
    text = page.read_text("utf-8")
    start = text.index('<script type="application/json" id="data">')
    end = text.index("</script>", start)
    embedded = json.loads(text[text.index(">", start) + 1:end])
    expect((embedded[key] if key else embedded) == json.loads(data.read_text("utf-8")), True,
           "the embedded data is the export")
    shell = text[:start] + re.sub(r"<script>.*?</script>", "", text[end:], flags=re.S)
    shell = re.sub(r"<!--.*?-->|<title>[^<]*</title>", "", shell, flags=re.S)
    for pattern in (r"\ssrc\s*=", r"\shref\s*=", r"url\(", r"@import", r"<link", r"<iframe"):
        expect(re.findall(pattern, shell), [], f"{pattern} in the document")
    expect("default-src 'none'" in shell, True, "a policy that forbids fetching")
    expect("Redistribution and use in source and binary forms" in text, True, "D3's licence")
