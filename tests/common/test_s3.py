"""Files in S3, against a real server: private, verified, refused to a wrong secret."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from django.core.management import CommandError, call_command
from storages.backends.s3 import S3Storage

from segur_portal.common.actions import read_file, store_file
from segur_portal.common.models import StoredFile
from segur_portal.common.orphans import erase_orphans, orphans
from segur_portal.common.serving import serve_file

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
ACCESS, SECRET, BUCKET = "portail", "secret-d-essai", "segur"


def _free_ports(count: int) -> list[int]:
    """Ports of which the one 10 000 above is free too: each service opens a second one there.

    Each process starts its search elsewhere: two may look at the same moment.
    """
    found: list[int] = []
    first = 20_100 + os.getpid() % 240 * 28
    for port in range(first, 30_000, 7):
        if len(found) == count:
            break
        if all(_is_free(number) for number in (port, port + 10_000)):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a SeaweedFS of our own."""
    folder = tmp_path_factory.mktemp("s3")
    configuration = folder / "s3.json"
    identity = {
        "name": "portail",
        "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    configuration.write_text(json.dumps({"identities": [identity]}))
    master, volume, filer, s3 = _free_ports(4)
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("weed")), "server",
            f"-dir={folder}", "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1", f"-master.port={master}", f"-volume.port={volume}",
            f"-filer.port={filer}", "-s3", f"-s3.port={s3}", f"-s3.config={configuration}",
            # Each collection takes seven volumes at once: the server's own log, a minute after the
            # start, must leave some to the bucket.
            "-volume.max=60", "-master.volumeSizeLimitMB=64",
            # Ports of their own that would keep a second server of this machine from starting.
            "-s3.port.iceberg=0", "-s3.port.lance=0",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{s3}"
    try:
        _wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str) -> None:
    """Ready when it refuses the anonymous, not when the port opens."""
    for _ in range(1_800):
        if _status(address) == 403:
            return
        time.sleep(0.1)
    raise AssertionError("SeaweedFS did not start")


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def _client(address: str, secret: str = SECRET) -> Any:
    return boto3.client(
        "s3", endpoint_url=address, aws_access_key_id=ACCESS, aws_secret_access_key=secret,
        region_name="eu-west-3",
    )  # fmt: skip


def _storage(address: str, secret: str = SECRET) -> S3Storage:
    """The portal's storage, with the options of production."""
    return S3Storage(
        bucket_name=BUCKET,
        endpoint_url=address,
        access_key=ACCESS,
        secret_key=secret,
        region_name="eu-west-3",
        addressing_style="path",
        signature_version="s3v4",
        default_acl=None,
        querystring_auth=True,
        querystring_expire=60,
        file_overwrite=False,
    )


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The portal's files in S3, with the options of production."""
    client = _client(server)
    client.create_bucket(Bucket=BUCKET)
    storage = _storage(server)
    monkeypatch.setattr(StoredFile._meta.get_field("content"), "storage", storage)
    monkeypatch.setattr("segur_portal.common.serving.default_storage", storage)
    yield client
    client.close()
    for listed in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=listed["Key"])
    client.delete_bucket(Bucket=BUCKET)


def a_file(content: bytes = b"contenu") -> StoredFile:
    return store_file(
        BytesIO(content), name="Bon signé n° 1.pdf", purpose=StoredFile.Purpose.DOCUMENT
    )


def test_a_file_is_kept_under_an_opaque_key(s3: Any) -> None:
    """Its own name never reaches the storage; what is read back is what was received."""
    stored = a_file()
    (listed,) = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert listed["Key"] == stored.storage_name
    assert "Bon" not in listed["Key"]
    assert read_file(stored) == b"contenu"
    assert serve_file(stored).getvalue() == b"contenu"


def test_the_anonymous_and_the_wrong_secret_are_refused(s3: Any, server: str) -> None:
    """A private bucket."""
    stored = a_file()
    assert _status(f"{server}/{BUCKET}/{stored.storage_name}") == 403
    with pytest.raises(ClientError, match=r"403|SignatureDoesNotMatch"):
        _client(server, "autre-secret").get_object(Bucket=BUCKET, Key=stored.storage_name)


def test_an_address_of_one_minute(s3: Any, settings: Any) -> None:
    """With SERVE_PRESIGNED, to be saved under its name; tampered, it is refused."""
    settings.SERVE_PRESIGNED = True
    stored = a_file()
    address = serve_file(stored)["Location"]
    assert "X-Amz-Expires=60" in address
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"contenu"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Type"] == "application/octet-stream"
    assert _status(address.replace("X-Amz-Expires=60", "X-Amz-Expires=6000")) == 403


def test_bytes_changed_or_lost_in_the_bucket_are_found(s3: Any) -> None:
    """By whoever reads them, and by the command."""
    changed, lost = a_file(), a_file()
    call_command("check_files", verbosity=0)
    s3.put_object(Bucket=BUCKET, Key=changed.storage_name, Body=b"autre")
    s3.delete_object(Bucket=BUCKET, Key=lost.storage_name)
    with pytest.raises(OSError, match="empreinte"):
        read_file(changed)
    with pytest.raises(CommandError, match="2 fichiers sur 2"):
        call_command("check_files")


def test_objects_that_no_row_records_are_found_in_the_bucket(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed, then erased; an upload of today is spared."""
    stored, other, orphan = a_file(), a_file(), "document/ab/abcdef"
    s3.put_object(Bucket=BUCKET, Key=orphan, Body=b"autre")
    assert list(orphans()) == []
    monkeypatch.setattr("segur_portal.common.orphans.SPARED", timedelta(hours=-1))
    assert list(orphans()) == [orphan]
    assert erase_orphans([orphan, stored.storage_name]) == 1
    left = {one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert left == {stored.storage_name, other.storage_name}


def test_a_storage_that_refuses_leaves_no_row(
    s3: Any, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file without its bytes."""
    refusing = _storage(server, "autre-secret")
    monkeypatch.setattr(StoredFile._meta.get_field("content"), "storage", refusing)
    with pytest.raises(ClientError):
        a_file()
    assert not StoredFile.objects.exists()
