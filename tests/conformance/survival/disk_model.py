"""A folder as the calls of tests/fakes/sync_recorder.cc made it, and as a power cut may leave it.

Strict: data are safe when their file was synced after them, names when their folder was. Anything else may be
there, missing, or there in part, in any combination.
"""
import collections
import os
import struct

HEAD = struct.Struct("<IIiIQIII")
(OPEN, CLOSE, WRITE, TRUNCATE, SYNC, RENAME, LINK, LINK_OPEN, UNLINK, MAKE_FOLDER, REMOVE_FOLDER, ANSWER) = range(1, 13)
AT_THE_END, SECTOR = 2 ** 64 - 1, 512
Call = collections.namedtuple("Call", "begin end kind process fd flags number path other data")


def read_record(path):
    octets, at, calls = path.read_bytes(), 0, []
    while at < len(octets):
        kind, process, fd, flags, number, *lengths = HEAD.unpack_from(octets, at)
        begin, at, parts = at, at + HEAD.size, []
        for length in lengths:
            parts.append(octets[at:at + length])
            at += length
        calls.append(Call(begin, at, kind, process, fd, flags, number, parts[0].decode(), parts[1].decode(), parts[2]))
    return calls


class File:
    def __init__(self):
        self.safe, self.now, self.pending = b"", bytearray(), []

    def change(self, begin, change):
        self.pending.append((begin, change))
        apply(self.now, change)

    def synced(self, before):
        safe = bytearray(self.safe)
        kept = []
        for begin, change in self.pending:
            if begin < before:
                apply(safe, change)
            else:
                kept.append((begin, change))
        self.safe, self.pending = bytes(safe), kept

    def after_cut(self, chance):
        content = bytearray(self.safe)
        for _, change in self.pending:
            fate = chance.survives()
            if fate == "torn" and change[0] == "write":
                keep = chance.random.randrange(0, len(change[2]) // SECTOR + 1) * SECTOR
                change = ("write", change[1], change[2][:keep])
            if fate:
                apply(content, change)
        return bytes(content)


def apply(content, change):
    if change[0] == "length":
        del content[change[1]:]
        content.extend(bytes(change[1] - len(content)))
    else:
        _, offset, data = change
        content.extend(bytes(max(0, offset - len(content))))
        content[offset:offset + len(data)] = data


class Folder:
    def __init__(self):
        self.safe, self.now, self.pending = {}, {}, []

    def change(self, begin, names):
        """`names`: {name: File, Folder, or None when it goes}, all at once."""
        self.pending.append((begin, names))
        rename(self.now, names)

    def synced(self, before):
        for begin, names in self.pending:
            if begin < before:
                rename(self.safe, names)
        self.pending = [(begin, names) for begin, names in self.pending if begin >= before]

    def after_cut(self, chance):
        left = dict(self.safe)
        for _, names in self.pending:
            if chance.survives():
                rename(left, names)
        return left


def rename(entries, names):
    for name, node in names.items():
        if node is None:
            entries.pop(name, None)
        else:
            entries[name] = node


class Disk:
    """What is below `root` (a path that exists), call after call. `folders` were there before."""

    def __init__(self, root, folders=()):
        self.root, self.top, self.open, self.position = os.fspath(root), Folder(), {}, 0
        for name in folders:
            self.top.safe[name] = self.top.now[name] = Folder()

    def place(self, path):
        """(folder, name); the folder must be there."""
        parts = os.path.relpath(path, self.root).split(os.sep)
        folder = self.top
        for part in parts[:-1]:
            folder = folder.now[part]
        return folder, parts[-1]

    def node(self, path):
        if os.path.normpath(path) == self.root:
            return self.top
        folder, name = self.place(path)
        return folder.now.get(name)

    def apply(self, call):
        self.position = call.end
        handler = HANDLERS.get(call.kind)
        if handler:
            handler(self, call)

    def did_open(self, call):
        if call.flags & os.O_TMPFILE == os.O_TMPFILE:
            self.open[call.process, call.fd] = File()
            return
        node = self.node(call.path)
        if node is None:
            if not call.number:
                return  # was there before the record began, and nobody may write to such
            node = File()
            folder, name = self.place(call.path)
            folder.change(call.begin, {name: node})
        elif call.flags & os.O_TRUNC:
            node.change(call.begin, ("length", 0))
        self.open[call.process, call.fd] = node

    def did_close(self, call):
        self.open.pop((call.process, call.fd), None)

    def did_write(self, call):
        node = self.open[call.process, call.fd]
        offset = len(node.now) if call.number == AT_THE_END else call.number
        node.change(call.begin, ("write", offset, call.data))

    def did_truncate(self, call):
        self.open[call.process, call.fd].change(call.begin, ("length", call.number))

    def did_sync(self, call):
        node = self.open.get((call.process, call.fd))
        if node is not None:
            node.synced(call.number)

    def did_rename(self, call):
        node = self.node(call.path)
        (source, old), (target, new) = self.place(call.path), self.place(call.other)
        if source is target:
            source.change(call.begin, {old: None, new: node})
        else:
            target.change(call.begin, {new: node})
            source.change(call.begin, {old: None})

    def did_link(self, call):
        target, new = self.place(call.other)
        target.change(call.begin, {new: self.node(call.path)})

    def did_link_open(self, call):
        target, new = self.place(call.path)
        target.change(call.begin, {new: self.open[call.process, call.fd]})

    def did_unlink(self, call):
        folder, name = self.place(call.path)
        folder.change(call.begin, {name: None})

    def did_make_folder(self, call):
        folder, name = self.place(call.path)
        folder.change(call.begin, {name: Folder()})

    def after_cut(self, chance):
        """{path relative to the root: octets, or None for a folder} as they are found after the cut."""
        found, contents = {}, {}

        def walk(folder, prefix):
            for name, node in sorted(folder.after_cut(chance).items()):
                path = prefix + name
                if isinstance(node, Folder):
                    found[path] = None
                    walk(node, path + "/")
                else:
                    if id(node) not in contents:
                        contents[id(node)] = node.after_cut(chance)
                    found[path] = contents[id(node)]
        walk(self.top, "")
        return found


HANDLERS = {OPEN: Disk.did_open, CLOSE: Disk.did_close, WRITE: Disk.did_write, TRUNCATE: Disk.did_truncate,
            SYNC: Disk.did_sync, RENAME: Disk.did_rename, LINK: Disk.did_link, LINK_OPEN: Disk.did_link_open,
            UNLINK: Disk.did_unlink, MAKE_FOLDER: Disk.did_make_folder, REMOVE_FOLDER: Disk.did_unlink}


class Nothing:
    """Whatever was not synced is lost."""
    name = "nothing unsynced survives"

    def __init__(self, random):
        self.random = random

    def survives(self):
        return ""


class Everything(Nothing):
    name = "everything survives"

    def survives(self):
        return "whole"


class Some(Nothing):
    """Each unsynced change may survive, be lost, or be torn between sectors; how many differs from cut to cut."""
    name = "some of it survives"

    def __init__(self, random):
        super().__init__(random)
        self.share = random.random()

    def survives(self):
        if self.random.random() >= self.share:
            return ""
        return "torn" if self.random.random() < 0.2 else "whole"
