"""The wire protocol between redshift_connector and PostgreSQL, version 3, with Redshift's SQL on one side.

https://www.postgresql.org/docs/current/protocol-message-formats.html. Messages pass one by one; only start-up, parse,
the execution of a COPY, and in the other direction the server's version and the types of columns are changed.
"""

import asyncio
import json
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.warehouses.standins.redshift_copy import Copy, CopyError, parse_copy, read_rows
from tests.warehouses.standins.redshift_sql import translate
from tests.warehouses.standins.redshift_statements import NOTHING, case_setting
from tests.warehouses.standins.redshift_super import literal
from tests.warehouses.standins.redshift_tokens import UnsupportedSqlError

_CANCEL, _SSL, _GSS = 80877102, 80877103, 80877104
_START_UP = (b"user", b"database", b"application_name")
_TEXT, _VARCHAR, _JSON, _SUPER = 25, 1043, 114, 4000


async def serve(port: int, socket: Path) -> asyncio.Server:
    """Listens on 127.0.0.1 and connects each session with the PostgreSQL behind a Unix socket."""

    async def session(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            await Session(reader, writer, socket).run()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # either side hung up, or the stand-in ends
        finally:
            writer.close()

    return await asyncio.start_server(session, "127.0.0.1", port)


@dataclass
class Statement:
    """A prepared statement: what the client sent, and what became of it."""

    sql: str
    types: bytes
    translated: str = ""
    copy: Copy | None = None
    setting: tuple[str, bool] | None = None


class Session:
    """One connection of a client."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, socket: Path) -> None:
        self.reader, self.writer, self.socket = reader, writer, socket
        self.settings: dict[str, bool] = {}
        self.statements: dict[bytes, Statement] = {}
        self.portals: dict[bytes, bytes] = {}

    async def run(self) -> None:
        start = await self._start_up()
        server_reader, self.server = await asyncio.open_unix_connection(str(self.socket))
        self.server.write(start)
        pumps = [asyncio.create_task(self._up()), asyncio.create_task(self._down(server_reader))]
        try:
            done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in pumps:
                task.cancel()
            self.server.close()

    async def _start_up(self) -> bytes:
        while True:
            size = struct.unpack("!i", await self.reader.readexactly(4))[0]
            body = await self.reader.readexactly(size - 4)
            code = struct.unpack("!i", body[:4])[0]
            if code in (_SSL, _GSS):
                self.writer.write(b"N")
                continue
            if code == _CANCEL:
                return struct.pack("!i", size) + body
            values = body[4:].split(b"\0")
            kept = [
                part for pair in zip(values[::2], values[1::2], strict=False) if pair[0] in _START_UP for part in pair
            ]
            body = body[:4] + b"".join(part + b"\0" for part in kept) + b"\0"
            return struct.pack("!i", len(body) + 4) + body

    async def _up(self) -> None:
        while True:
            kind, body = await _read(self.reader)
            if kind == b"P":
                name, sql, types = body.split(b"\0", 2)
                self.statements[name] = Statement(sql.decode(), types)
                body = self._parse(name)
            elif kind == b"Q":
                body = self._translated(body[:-1].decode()).encode() + b"\0"
            elif kind == b"B":
                self._bind(*body.split(b"\0", 2)[:2])
            elif kind == b"E":
                statement = self.statements.get(self.portals.get(body.split(b"\0", 1)[0], b""))
                if statement and statement.copy:
                    self.server.write(await asyncio.to_thread(_copy_messages, statement.copy))
                    continue
                if statement and statement.setting:
                    self.settings[statement.setting[0]] = statement.setting[1]
            self.server.write(_message(kind, body))
            await self.server.drain()

    def _parse(self, name: bytes) -> bytes:
        """The body of the message that prepares a statement; a COPY does nothing until it is executed."""
        statement = self.statements[name]
        try:
            statement.setting = case_setting(statement.sql)
            statement.copy = parse_copy(statement.sql)
            statement.translated = NOTHING if statement.copy else self._translated(statement.sql)
        except UnsupportedSqlError as error:
            statement.translated = failure(f"{error}\n{statement.sql}")
        except Exception as error:  # a fault of the stand-in must not look like a broken connection
            statement.translated = failure(f"the stand-in failed: {error!r}\n{statement.sql}")
        return name + b"\0" + statement.translated.encode() + b"\0" + statement.types

    def _bind(self, portal: bytes, name: bytes) -> None:
        """Prepares a statement anew that the driver has kept while the session's settings changed."""
        self.portals[portal] = name
        statement = self.statements.get(name)
        if statement and not statement.copy and self._translated(statement.sql) != statement.translated:
            self.server.write(_message(b"C", b"S" + name + b"\0") + _message(b"P", self._parse(name)))

    def _translated(self, sql: str) -> str:
        try:
            return translate(
                sql,
                keep_identifiers=self.settings.get("enable_case_sensitive_identifier", False),
                keep_attributes=self.settings.get("enable_case_sensitive_super_attribute", False),
            )
        except UnsupportedSqlError as error:
            return failure(f"{error}\n{sql}")

    async def _down(self, reader: StreamReader) -> None:
        while True:
            kind, body = await _read(reader)
            if kind == b"S" and body.startswith(b"server_version\0"):
                body = b"server_version\x008.0.2\0"
            elif kind == b"T":
                body = _described(body)
            self.writer.write(_message(kind, body))
            if kind in b"ZED":
                await self.writer.drain()


def failure(message: str) -> str:
    """A statement that does nothing but fail with this message."""
    raising = f"begin raise exception using errcode = '42601', message = {literal(message)}; end"
    return f"do {literal(raising)}"


def _copy_messages(copy: Copy) -> bytes:
    """The messages that load what a COPY reads, in the place of its execution."""
    try:
        read = read_rows(copy)
    except CopyError as error:
        return _call("call pg_catalog.fail($1)", [f"Load into table '{copy.table}' failed. {error}"])
    except Exception as error:
        return _call("call pg_catalog.fail($1)", [f"the stand-in failed: {error!r}"])
    lists = [None if a is None else json.dumps(a) for a in (copy.columns, read.rows, read.kinds)]
    return _call(
        "call pg_catalog.load_copied($1, cast($2 as json), cast($3 as json), cast($4 as json), $5)",
        [copy.table, *lists, "true" if copy.any_timestamp else "false"],
    )


def _call(sql: str, arguments: Sequence[str | None]) -> bytes:
    """Parse, bind and execute, unnamed; redshift_connector ignores the answers to the first two."""
    parse = b"\0" + sql.encode() + b"\0" + struct.pack("!h", 0)
    bind = b"\0\0" + struct.pack("!hh", 0, len(arguments))
    for argument in arguments:
        data = None if argument is None else argument.encode()
        bind += struct.pack("!i", -1) if data is None else struct.pack("!i", len(data)) + data
    bind += struct.pack("!h", 0)
    return _message(b"P", parse) + _message(b"B", bind) + _message(b"E", b"\0" + struct.pack("!i", 0))


def _described(body: bytes) -> bytes:
    """The columns of a result with the types that Redshift would name."""
    changed, place = bytearray(body), 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        place = body.index(b"\0", place) + 1 + 6
        oid = struct.unpack_from("!i", body, place)[0]
        struct.pack_into("!i", changed, place, {_TEXT: _VARCHAR, _JSON: _SUPER}.get(oid, oid))
        place += 12
    return bytes(changed)


async def _read(reader: StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(5)
    return head[:1], await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body
