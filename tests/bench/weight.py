"""What a phone loads to check in: the page of a scanned code with everything that it names, as the deployed proxy
sends it."""

import gzip
import re

from tests.served import Served

NAMED = re.compile(r"""<(?:link|script|img|source)\b[^>]*?\b(?:href|src)="([^"#]+)""", re.IGNORECASE)
USED = re.compile(r"""\bhref="([^"#]+\.svg)#""", re.IGNORECASE)
IMPORTED = re.compile(r"""url\(["']?([^"')]+)""")


def scan_page(server: Served, code: str) -> tuple[int, int]:
    """(bytes, files). Text is counted as gzip, since that is how nginx sends it; another host is refused."""
    status, _headers, page = server.get(f"/C/{code}")
    if status != 200:
        raise RuntimeError(f"the scan page answered {status}")
    text = page.decode()
    names = dict.fromkeys([*NAMED.findall(text), *USED.findall(text)])
    files = {"": page}
    waiting = [name for name in names if not name.startswith("data:")]
    while waiting:
        name = waiting.pop()
        if not name.startswith("/") or name.startswith("//"):
            raise RuntimeError(f"the scan page asks another host for {name}")
        path = name.partition("?")[0]
        if path in files:
            continue
        status, headers, body = server.get(path)
        if status != 200:
            raise RuntimeError(f"the scan page names {path}, which answered {status}")
        files[path] = body
        if headers.get_content_type() == "text/css":
            waiting += [found for found in IMPORTED.findall(body.decode()) if found.startswith("/")]
    return sum(len(gzip.compress(body, 6)) for body in files.values()), len(files)
