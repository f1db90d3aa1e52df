"""A store in a bucket, through boto3: AWS or any service that keeps to If-None-Match."""

import io
import os
import re
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from urllib3.exceptions import HTTPError

from loaders.errors import ConfigurationError, NotFoundError, ReplacedError, UnavailableError, UnreadableError
from loaders.lake import Denied, Entry

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHUNK = 1 << 20
SCRATCH = "headwater-scratch-"
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between the tries of what S3 asks to try again, and of a body that breaks."""

OF_ALL_KEYS = {
    "AccountProblem",
    "AllAccessDisabled",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "NoSuchBucket",
    "NotSignedUp",
    "PermanentRedirect",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
}
"""What S3 says of who asks or of the bucket, and not of the object that it is asked for."""

HINTS = {
    "InvalidObjectState": "it is archived: restore it (aws s3api restore-object)",
    "AccessDenied": "permit s3:GetObject for this key, and kms:Decrypt where a key of KMS encrypts it",
    "": "see to this object",
}


class _Ranges(io.RawIOBase):
    """An object as a file: what is read is asked for, and nothing else. read: the bytes from one place to another."""

    def __init__(self, size: int, read: Callable[[int, int], bytes]) -> None:
        self._size, self._read, self._at = size, read, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        until = min(self._at + len(buffer), self._size)
        data = self._read(self._at, until) if until > self._at else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class S3Store:
    """A prefix of a bucket. Credentials, region and endpoint come from the AWS environment variables and files."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._bucket, _, prefix = self.url.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""

    @cached_property
    def scratch(self) -> Path:
        path = tempfile.mkdtemp(prefix=SCRATCH)
        weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)
        return Path(path)

    @cached_property
    def _client(self) -> "S3Client":
        # boto3 alone does not read AWS_REGION; stores other than AWS's own may not know the newer checksums
        return boto3.client(
            "s3",
            region_name=os.environ.get("AWS_REGION"),
            config=Config(
                retries={"mode": "standard", "max_attempts": 5},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _pages(self, prefix: str, **options: Any) -> Iterator[Any]:
        with self._told(prefix):
            paginator = self._client.get_paginator("list_objects_v2")
            yield from paginator.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix, **options)

    def entries(self, prefix: str = "", after: str = "", denied: Denied | None = None) -> Iterator[Entry]:
        for page in self._pages(prefix, StartAfter=self._prefix + after):
            for item in page.get("Contents", []):
                if item["Size"] or not item["Key"].endswith("/"):  # consoles make empty objects to show a folder
                    key = item["Key"].removeprefix(self._prefix)
                    yield Entry(key, item["Size"], item["ETag"].strip('"'), item["LastModified"])

    def first(self, prefix: str) -> str | None:
        page = next(self._pages(prefix, MaxKeys=1, StartAfter=self._prefix + prefix))  # not the mark of the folder
        return next((item["Key"].removeprefix(self._prefix) for item in page.get("Contents", [])), None)

    def folders(self, prefix: str) -> Iterator[str]:
        yield from (name for name in self.level(prefix) if name.endswith("/"))

    def level(self, prefix: str) -> Iterator[str]:
        for page in self._pages(prefix, Delimiter="/"):
            names = [item["Prefix"] for item in page.get("CommonPrefixes", [])]
            names += [item["Key"] for item in page.get("Contents", []) if not item["Key"].endswith("/")]
            yield from (name.removeprefix(self._prefix) for name in sorted(names))

    def chunks(self, key: str, expect: Entry | None = None) -> Iterator[bytes]:
        yield from self._pieces(key, expect.version if expect else "", 0, expect.size if expect else None)

    def open(self, key: str) -> BinaryIO:
        with self._told(key):
            head = self._client.head_object(Bucket=self._bucket, Key=self._prefix + key)
        version, size = head["ETag"].strip('"'), head["ContentLength"]

        def read(start: int, end: int) -> bytes:
            return b"".join(self._pieces(key, version, start, end, is_part=True))

        return io.BufferedReader(_Ranges(size, read))

    def _pieces(self, key: str, version: str, at: int, until: int | None, *, is_part: bool = False) -> Iterator[bytes]:
        """The bytes of a version from one place to another, by default of what is there; where the body breaks off it
        is asked for the rest."""
        pauses, resumed_at, broken = iter(PAUSES), at, Exception()
        while True:
            options: dict[str, Any] = {"IfMatch": f'"{version}"'} if version else {}
            if at or is_part:
                options["Range"] = f"bytes={at}-" + (f"{until - 1}" if is_part and until else "")
            with self._told(key):
                answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key, **options)
            found, until = answer["ETag"].strip('"'), answer["ContentLength"] if until is None else until
            # a service may know neither If-Match nor Range
            if version not in ("", found) or at + answer["ContentLength"] > until:
                raise ReplacedError(f"{self.url}/{key}: another object than the one that was listed")
            version = found
            try:
                for piece in answer["Body"].iter_chunks(CHUNK):
                    at += len(piece)
                    yield piece
            except (BotoCoreError, HTTPError, OSError) as error:
                broken = error
            if at == until:
                return
            if at - resumed_at >= CHUNK:
                pauses = iter(PAUSES)
            resumed_at, pause = at, next(pauses, None)
            if pause is None:
                told = f"its body broke off at byte {at:,} of {until:,} and however often the rest was asked for"
                raise UnavailableError(f"{self.url}/{key}: {told}; run again later") from broken
            time.sleep(pause)

    def prepare(self, prefix: str) -> None:
        """Buckets have no folders."""

    def settle(self, prefix: str) -> None:
        """What is in a bucket is there to stay."""

    def put(self, key: str, data: bytes | Path) -> None:
        with self._told(key):
            if isinstance(data, Path):
                self._client.upload_file(str(data), self._bucket, self._prefix + key)
                data.unlink()
            else:
                self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=data)

    def create(self, key: str, data: bytes) -> bool:
        with self._told(key):
            for pause in (*PAUSES, None):
                try:
                    self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=data, IfNoneMatch="*")
                    return True
                except ClientError as error:
                    # 412: taken, if not by our own first try whose answer was lost. 409: some create is under way,
                    # again perhaps our own, and decides nothing: S3 asks for another try.
                    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                    if status == 412:
                        return False
                    if status != 409 or pause is None:
                        raise
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def delete(self, key: str) -> None:
        with self._told(key):
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)

    def leftovers(self, before: datetime) -> Iterator[tuple[str, Callable[[], object]]]:
        yield from _scratch_of_killed(before)
        with self._told(""):
            try:
                paginator = self._client.get_paginator("list_multipart_uploads")
                for page in paginator.paginate(Bucket=self._bucket, Prefix=self._prefix):
                    for upload in page.get("Uploads", []):
                        if upload["Initiated"] < before:
                            key = upload["Key"].removeprefix(self._prefix)
                            yield f"unfinished upload of {key}", partial(self._abort, key, upload["UploadId"])
            except ClientError as error:
                if error.response["Error"]["Code"] not in {"NotImplemented", "MethodNotAllowed", "501", "405"}:
                    raise

    def _abort(self, key: str, upload: str) -> None:
        with self._told(key), suppress(self._client.exceptions.NoSuchUpload):
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._prefix + key, UploadId=upload)

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, S3UploadFailedError, ClientError, ValueError) as error:  # ValueError: a bad endpoint
            told = re.sub(r"(?<=//)[^/@]*@", "", " ".join(str(error).split()))  # an endpoint may hold a password
            told = f"{self.url}/{key}: {told}"
            if isinstance(error, ClientError):
                code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
                if code in {"NoSuchKey", "404"}:  # a HEAD has no body to say more
                    raise NotFoundError(f"{self.url}/{key}: no such object") from error
                if status in (412, 416):
                    raise ReplacedError(f"{self.url}/{key}: another object than the one that was listed") from error
                if status >= 500:
                    raise UnavailableError(f"{told}; run again later") from error
                if error.operation_name == "GetObject" and code not in OF_ALL_KEYS:
                    raise UnreadableError(f"{told}; {HINTS.get(code, HINTS[''])}, and run again") from error
            elif isinstance(error, HTTPClientError):
                raise UnavailableError(f"{told}; run again later") from error
            hint = "check that the bucket exists, the AWS_ variables in .env and the permissions, and run again"
            raise ConfigurationError(f"{told}; {hint}") from error


def _scratch_of_killed(before: datetime) -> Iterator[tuple[str, Callable[[], object]]]:
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):  # gone meanwhile, or somebody else's
            stats = [path.lstat() for path in (folder, *folder.iterdir())]
            if stats[0].st_uid == os.getuid() and max(stat.st_mtime for stat in stats) < before.timestamp():
                yield str(folder), partial(shutil.rmtree, folder, ignore_errors=True)
