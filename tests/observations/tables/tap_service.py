"""A small archive on the loopback: the Table Access Protocol over an SQLite database.

It answers ``/sync`` and ``/async`` (jobs of the Universal Worker Service) with VOTables, errors
with an INFO element, and knows of ADQL what the named queries use: TOP, POINT, CIRCLE, CONTAINS.
"""

import io
import math
import re
import sqlite3
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import numpy as np
from astropy.io.votable import from_table
from astropy.io.votable.tree import Info
from astropy.table import Table

ERROR = """<?xml version="1.0"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE type="results">
<INFO name="QUERY_STATUS" value="ERROR">{}</INFO></RESOURCE></VOTABLE>"""

JOB = """<?xml version="1.0"?>
<uws:job xmlns:uws="http://www.ivoa.net/xml/UWS/v1.0" version="1.1"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<uws:jobId>{number}</uws:jobId><uws:ownerId xsi:nil="true"/><uws:phase>{phase}</uws:phase>
<uws:quote xsi:nil="true"/><uws:creationTime>2026-01-01T00:00:00Z</uws:creationTime>
<uws:startTime xsi:nil="true"/><uws:endTime xsi:nil="true"/>
<uws:executionDuration>600</uws:executionDuration>
<uws:destruction>2027-01-01T00:00:00Z</uws:destruction><uws:parameters/>{rest}</uws:job>"""


class Archive:
    """The database, the jobs, and a record of what was asked."""

    def __init__(self, table, polls=1, most_rows=None):
        self.table, self.polls, self.most_rows = table, polls, most_rows
        self.jobs, self.queries, self.deleted = {}, [], []

    def answer(self, adql, rows=None):
        """Return a VOTable, or the document of an error."""
        self.queries.append(adql)
        limit = min((n for n in (rows, self.most_rows) if n is not None), default=None)
        try:
            names, found = self._rows(adql)
        except sqlite3.Error as error:
            return ERROR.format(f"Cannot parse query: {error}"), False
        cut = limit is not None and len(found) > limit
        return _votable(names, found[:limit], self.table, cut), True

    def _rows(self, adql):
        database = sqlite3.connect(":memory:")
        database.execute("ATTACH ':memory:' AS gaiadr3")
        names = ", ".join(self.table.colnames)
        marks = ", ".join("?" * len(self.table.colnames))
        database.execute(f"CREATE TABLE gaiadr3.gaia_source ({names})")
        rows = [[value.item() for value in row] for row in self.table.as_array()]
        database.executemany(f"INSERT INTO gaiadr3.gaia_source VALUES ({marks})", rows)
        for name, count, function in (
            ("POINT", 3, lambda frame, ra, dec: f"{ra} {dec}"),
            ("CIRCLE", 4, lambda frame, ra, dec, radius: f"{ra} {dec} {radius}"),
            ("CONTAINS", 2, _contains),
            ("LOG10", 1, lambda value: math.log10(value) if value > 0 else None),
        ):
            database.create_function(name, count, function)
        top = re.search(r"\bTOP\s+(\d+)", adql, re.IGNORECASE)
        sql = re.sub(r"\bTOP\s+\d+", "", adql, flags=re.IGNORECASE)
        cursor = database.execute(f"{sql} LIMIT {top[1]}" if top else sql)
        return [column[0] for column in cursor.description], cursor.fetchall()


@contextmanager
def tap_service(table, **options):
    """Give the URL of a service with one table, and the archive behind it."""
    archive = Archive(table, **options)
    handler = type("Handler", (_Handler,), {"archive": archive})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tap", archive
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        one = {key.upper(): values[0] for key, values in form.items()}
        path = self.path.partition("?")[0]
        rows = int(one["MAXREC"]) if "MAXREC" in one else None
        if path == "/tap/sync":
            document, good = self.archive.answer(one["QUERY"], rows)
            return self._send(200 if good else 400, document)
        if path == "/tap/async":
            number = len(self.archive.jobs) + 1
            self.archive.jobs[number] = {"query": one["QUERY"], "rows": rows, "polls": None}
            return self._see(number)
        if not path.startswith("/tap/async/"):
            return self._send(404, "no such thing")
        number = int(path.split("/")[3])
        if one.get("PHASE") == "RUN":
            job = self.archive.jobs[number]
            job["polls"] = self.archive.polls
            job["answer"] = self.archive.answer(job["query"], job["rows"])
        return self._see(number)

    def do_GET(self):
        parts = self.path.partition("?")[0].split("/")
        if parts[:3] != ["", "tap", "async"] or int(parts[3]) not in self.archive.jobs:
            return self._send(404, "no such thing")
        number = int(parts[3])
        job = self.archive.jobs[number]
        if parts[4:] == ["results", "result"]:
            return self._send(200, job["answer"][0])
        return self._send(200, _job(number, job, self.headers["Host"]))

    def do_DELETE(self):
        self.archive.deleted.append(int(self.path.split("/")[3]))
        self._send(200, "")

    def _see(self, number):
        self.send_response(303)
        self.send_header("Location", f"http://{self.headers['Host']}/tap/async/{number}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, code, document):
        data = document if isinstance(document, bytes) else document.encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/x-votable+xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def _job(number, job, host):
    if job["polls"] is None:
        return JOB.format(number=number, phase="PENDING", rest="")
    if job["polls"] > 0:
        job["polls"] -= 1
        return JOB.format(number=number, phase="EXECUTING", rest="")
    document, good = job["answer"]
    if not good:
        message = re.search(r"ERROR\">(.*)</INFO>", document)[1]
        rest = f"<uws:errorSummary type='fatal' hasDetail='false'><uws:message>{message}"
        rest += "</uws:message></uws:errorSummary>"
        return JOB.format(number=number, phase="ERROR", rest=rest)
    link = f"http://{host}/tap/async/{number}/results/result"
    rest = f'<uws:results><uws:result id="result" xlink:href="{link}"/></uws:results>'
    return JOB.format(number=number, phase="COMPLETED", rest=rest)


def _votable(names, rows, source, cut):
    columns = {}
    for position, name in enumerate(names):
        kind = source[name].dtype if name in source.colnames else float
        columns[name] = np.array([row[position] for row in rows], dtype=kind)
    answer = Table(columns)
    for name in names:
        if name in source.colnames:
            answer[name].unit = source[name].unit
    votable = from_table(answer)
    votable.resources[0].type = "results"
    votable.resources[0].infos.append(Info(name="QUERY_STATUS", value="OK"))
    file = io.BytesIO()
    votable.to_xml(file)
    document = file.getvalue()
    if cut:
        note = b'<INFO name="QUERY_STATUS" value="OVERFLOW"/></RESOURCE>'
        document = document.replace(b"</RESOURCE>", note)
    return document


def _contains(point, circle):
    (ra, dec), (ra0, dec0, radius) = (
        [math.radians(float(word)) for word in text.split()] for text in (point, circle)
    )
    cosine = math.sin(dec) * math.sin(dec0)
    cosine += math.cos(dec) * math.cos(dec0) * math.cos(ra - ra0)
    return int(math.acos(min(1.0, max(-1.0, cosine))) <= radius)
