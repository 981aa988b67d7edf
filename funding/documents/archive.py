"""Opening a ZIP file that may be made to harm: bounded, streamed, nothing written under its names.

The directory at the end is checked before it is loaded, then each entry against its own header.
What is wrong with the whole file refuses it; what is wrong with one entry makes that entry alone
unusable.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from . import archive_words as words
from .limits import MEBIBYTE, ArchiveLimits
from .names import decoded_name, folded, is_noise
from .result import Fault

_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_MARK, _LOCAL_MARK = b"PK\x05\x06", b"PK\x03\x04"
_MAX_COMMENT = 65_535
_MAX_DIRECTORY = 2 * MEBIBYTE
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_CHUNK = 64 * 1024
_UNREADABLE = (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a ZIP; `fault` is set when it cannot be used."""

    name: str
    position: int
    size: int
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a ZIP holds; `fault` refuses it whole, `notes` tell what was ignored."""

    entries: tuple[Entry, ...] = ()
    fault: Fault | None = None
    notes: tuple[str, ...] = ()


def list_archive(
    file: IO[bytes], limits: ArchiveLimits, now: Callable[[], float] = monotonic
) -> Listing:
    """What the ZIP holds, without opening its entries; `now` is what its seconds count by."""
    until = now() + limits.seconds
    try:
        fault = _whole_fault(file, limits)
        if fault:
            return Listing(fault=fault)
        with ZipFile(file) as archive:
            infos, spans = archive.infolist(), list[_Span]()
            for info in infos:
                if now() > until:
                    return Listing(fault=words.too_slow(limits.seconds))
                spans.append(_span(file, info))
            if _overlap(spans, archive.start_dir):
                return Listing(fault=words.OVERLAP)
    except _UNREADABLE:
        return Listing(fault=words.UNREADABLE)
    if sum(info.file_size for info in infos) > limits.max_total_bytes:
        return Listing(fault=words.too_large_open(limits.max_total_bytes))
    return _listing(infos, spans, limits)


def _whole_fault(file: IO[bytes], limits: ArchiveLimits) -> Fault | None:
    """What refuses the file before its directory is loaded."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(8)
    if not size:
        return words.EMPTY_FILE
    if size > limits.max_bytes:
        return words.too_large(size, limits.max_bytes)
    if head.startswith(_END_MARK):
        return words.EMPTY_ARCHIVE
    if not head.startswith(_LOCAL_MARK):
        return words.not_a_zip(head)
    start = max(0, size - _END.size - _MAX_COMMENT)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or at + _END.size > len(tail):
        return words.UNREADABLE
    _, disk, first_disk, _, count, length, offset, comment = _END.unpack_from(tail, at)
    end = start + at
    if disk or first_disk:
        return words.SEVERAL_DISKS
    if count == 0xFFFF or length == 0xFFFFFFFF or offset == 0xFFFFFFFF:
        return words.too_many_entries(limits.max_entries)
    if count > limits.max_entries:
        return words.too_many_entries(limits.max_entries, count)
    if end + _END.size + comment != size or offset + length != end:
        return words.FOREIGN_BYTES
    return words.UNREADABLE if length > _MAX_DIRECTORY else None


@dataclass(frozen=True, slots=True)
class _Span:
    """Where an entry stands in the file, and the name its own header gives."""

    start: int
    end: int
    raw_name: bytes


def _span(file: IO[bytes], info: ZipInfo) -> _Span:
    file.seek(info.header_offset)
    header = file.read(_LOCAL.size)
    mark, *_, name_length, extra_length = _LOCAL.unpack(header)
    if mark != _LOCAL_MARK:
        raise BadZipFile("no local header")
    raw_name = file.read(name_length)
    start = info.header_offset
    end = start + _LOCAL.size + name_length + extra_length + info.compress_size
    return _Span(start, end, raw_name)


def _overlap(spans: list[_Span], directory: int) -> bool:
    """Whether two entries share bytes, or one reaches into the directory: a bomb in disguise."""
    ordered = sorted(spans, key=lambda span: span.start)
    following = [*(span.start for span in ordered[1:]), directory]
    return any(span.end > limit for span, limit in zip(ordered, following, strict=True))


def _listing(infos: list[ZipInfo], spans: list[_Span], limits: ArchiveLimits) -> Listing:
    entries, noise = [], []
    for position, (info, span) in enumerate(zip(infos, spans, strict=True)):
        name = decoded_name(span.raw_name, is_utf8=bool(info.flag_bits & 0x800))
        if is_noise(name):
            noise.append(name)
            continue
        fault = _entry_fault(info, span, name, limits)
        entries.append(Entry(name, position, info.file_size, fault))
    times = Counter(folded(entry.name) for entry in entries)
    kept = tuple(
        replace(entry, fault=words.TWICE) if times[folded(entry.name)] > 1 else entry
        for entry in entries
    )
    notes = (words.ignored(noise),) if noise else ()
    return Listing(kept, None if kept else words.EMPTY_ARCHIVE, notes)


def _entry_fault(info: ZipInfo, span: _Span, name: str, limits: ArchiveLimits) -> Fault | None:
    mode = info.external_attr >> 16
    ratio = info.file_size / max(1, info.compress_size)
    central_name = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")
    checks = (
        (info.flag_bits & _ENCRYPTED, words.ENCRYPTED),
        (stat.S_IFMT(mode) not in {0, stat.S_IFREG}, words.LINK),
        ("\x00" in info.orig_filename or central_name != span.raw_name, words.TWO_NAMES),
        ("/" in name or "\\" in name or ":" in name, words.IN_A_FOLDER),
        (info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}, words.METHOD),
        (info.file_size > limits.max_entry_bytes, words.entry_too_large(limits.max_entry_bytes)),
        (info.file_size > MEBIBYTE and ratio > limits.max_ratio, words.BOMB),
    )
    return next((fault for is_broken, fault in checks if is_broken), None)


def extract(
    file: IO[bytes],
    entry: Entry,
    target: IO[bytes],
    limits: ArchiveLimits,
    now: Callable[[], float] = monotonic,
) -> Fault | None:
    """Write the bytes of an entry to `target`, counting them; None when all is well.

    What the directory declares is not trusted: the copy stops at the limits, of time too.
    """
    if entry.fault:
        return entry.fault
    written, until = 0, now() + limits.seconds
    try:
        with ZipFile(file) as archive, archive.open(archive.infolist()[entry.position]) as source:
            while chunk := source.read(_CHUNK):
                if not written and (kind := words.archive_kind(chunk)):
                    return words.nested(kind)
                if now() > until:
                    return words.too_slow(limits.seconds)
                written += len(chunk)
                if written > limits.max_entry_bytes:
                    return words.entry_too_large(limits.max_entry_bytes)
                target.write(chunk)
    except (*_UNREADABLE, NotImplementedError):
        return words.DAMAGED
    return None if written else words.EMPTY_ENTRY
