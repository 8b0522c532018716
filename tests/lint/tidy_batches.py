"""Many sources as one translation unit, for clang-tidy: what they include is then read once for all.

A source alone costs clang-tidy about eight seconds, nearly all of it in the headers of others. Sources
may share a unit when what they declare at file scope does not clash; a look at the declarations finds
most clashes, the compiler the rest, and what does not fit is left for another batch. Whoever is clean
in company is clean; whoever is named by an offence there is a suspect, to be judged again alone.
"""
import dataclasses
import os
import pathlib
import re
import shlex
import subprocess

COMPILER = "clang++-14"
SIZE = 40
# A unit includes sources on purpose; and what the compiler warns of is the build's business.
CHECKS = "-bugprone-suspicious-include"
FLAGS = ["-w", "-Qunused-arguments"]

NAMESPACE = re.compile(r"namespace ([\w:]+) \{")
USING = re.compile(r"using (?:namespace )?(?:[\w:]+::)?(\w+)(?: =.*)?;")
TYPE = re.compile(r"(?:template <.*> )?(?:struct|class|union|enum(?: class)?) (\w+)")
TEST = re.compile(r"TEST(?:_F|_P)?\((\w+), (\w+)\)")
MACRO = re.compile(r"# *define (\w+)")
OTHER = re.compile(r"[\w:<>,*&\[\]. ]*?\b(\w+)\s*(?:\(|=|\{|;|\[)")
ERROR = re.compile(r"^(\S+?):\d+:\d+: (?:fatal )?error: ", re.MULTILINE)
NOTE = re.compile(r"^(\S+?):\d+:\d+: note: ", re.MULTILINE)


def declared(text):
    """What a formatted source says at file scope: (namespace, name) -> its line if that may be said twice."""
    names, where = {}, ""
    for line in text.splitlines():
        if match := NAMESPACE.match(line):
            where = match[1]
        elif match := MACRO.match(line):
            names["#", match[1]] = line
        elif match := TEST.match(line):
            names[where, f"{match[1]}_{match[2]}_Test"] = None
        elif match := USING.match(line):
            names[where, match[1]] = line
        elif line[:1].isalpha() and not line.startswith(("namespace", "return")):
            match = TYPE.match(line) or OTHER.match(line)
            if match and f"::{match[1]}" not in line.split("(")[0]:
                names[where, match[1]] = None
    return names


def agree(have, more):
    return all(key not in have or (line is not None and have[key] == line) for key, line in more.items())


@dataclasses.dataclass
class Command:
    """How one source is compiled, as far as it matters to who reads it."""
    folders: list
    defines: dict
    rest: list


def command_of(entry):
    folders, defines, rest = [], {}, []
    words = iter(shlex.split(entry["command"])[1:])
    for word in words:
        if word in ("-o", "-c", "-MF", "-MT", "-MQ"):
            next(words)
        elif word.startswith("-D"):
            name, _, value = word[2:].partition("=")
            defines[name] = value
        elif word.startswith(("-I", "-isystem")):
            kind = "-I" if word.startswith("-I") else "-isystem"
            path = word[len(kind):] or next(words)
            folders.append(kind + os.path.normpath(os.path.join(entry["directory"], path)))
        elif word.startswith(("-std=", "-m", "-pthread")):
            rest.append(word)
    return Command(folders, defines, rest)


class Batch:
    def __init__(self, kind):
        self.kind, self.sources, self.names = kind, [], {}
        self.command = Command([], {}, [])

    def takes(self, kind, names, command, size):
        return (kind == self.kind and len(self.sources) < size and agree(self.names, names)
                and (not self.sources or command.rest == self.command.rest)
                and all(self.command.defines.get(n, v) == v for n, v in command.defines.items()))

    def add(self, source, names, command):
        self.sources.append(source)
        self.names.update(names)
        self.command.folders += [f for f in command.folders if f not in self.command.folders]
        self.command.defines.update(command.defines)
        self.command.rest = command.rest

    def flags(self, before):
        return [*before, *FLAGS, *self.command.rest,
                *(f"-D{name}={value}" if value else f"-D{name}" for name, value in self.command.defines.items()),
                *self.command.folders]


def plan(sources, size=SIZE):
    """sources: (path, kind, text, Command) in order. Each goes into the first batch that takes it; only the
    same kind keeps company."""
    batches = []
    for path, kind, text, command in sources:
        names = declared(text)
        home = next((b for b in batches if b.takes(kind, names, command, size)), None)
        if home is None:
            batches.append(home := Batch(kind))
        home.add(path, names, command)
    return batches


def unit_text(sources):
    return "".join(f'#include "{source}"\n' for source in sources)


def misfits(stderr, sources):
    """Whom the compiler blames. The clash stands in the later of two sources; a source that is blamed only by a
    note came first and may stay."""
    blamed = {os.path.normpath(path) for path in ERROR.findall(stderr)}
    found = [s for s in sources if s in blamed]
    if not found:  # the clash shows inside a header: whoever wrote the notes cannot be told apart
        found = [s for s in sources if s in {os.path.normpath(p) for p in NOTE.findall(stderr)}]
    return found if found and len(found) < len(sources) else sources[1:]


def settle(unit, batch, before):
    """Takes out of the batch what does not compile in company: -> those, for another batch or alone."""
    left = []
    while len(batch.sources) > 1:
        unit.write_text(unit_text(batch.sources), encoding="utf-8")
        done = subprocess.run([COMPILER, *batch.flags(before), "-fsyntax-only", "-ferror-limit=0", str(unit)],
                              capture_output=True, text=True)
        if done.returncode == 0:
            break
        out = misfits(done.stderr, batch.sources)
        left += out
        batch.sources = [s for s in batch.sources if s not in out]
    return left


def suspects(stdout, sources, reads):
    """Who must be judged alone after a batch failed: whom an offence names, or who reads the header it names;
    everybody when it names nobody here. reads: source -> set of the files it reads."""
    named = {os.path.normpath(path) for path in ERROR.findall(stdout)}
    found = [s for s in sources if s in named or reads(s) & named]
    return found or list(sources)


def folder_of(build):
    folder = pathlib.Path(build) / "clang-tidy"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
