# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints a zip archive (standard input) as JSON: {name: parsed JSON, or the rows of a CSV as objects}; fails on anything odd."""
import csv
import io
import json
import sys
import zipfile

archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
files = {}
for info in archive.infolist():
    assert info.filename not in files and "/" not in info.filename, info.filename
    text = archive.read(info).decode("utf-8")
    if info.filename.endswith(".json"):
        files[info.filename] = json.loads(text)
    else:
        assert text.replace("\r\n", "").count("\r") == 0, info.filename
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert all(len(row) == len(rows[0]) for row in rows), info.filename
        files[info.filename] = [dict(zip(rows[0], row)) for row in rows[1:]]
json.dump(files, sys.stdout)
