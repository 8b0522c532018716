"""The files that the lints look at: what git tracks, or would if it were added."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = {".h", ".cc", ".inc"}
TEXT = CODE | {".py", ".md", ".txt", ".toml", ".json", ".cmake", ".xml", ".java", ".js", ".css",
               ".html", ".in", ".yml", ".yaml"}
PRODUCT = ("certs", "hsm", "pdf", "signer", "verifier", "service")


def files():
    """Paths relative to the root, without what is data: vectors and fuzz corpora."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT,
                            check=True, capture_output=True).stdout.decode()
    return sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()})


def is_data(name):
    return name.startswith(("tests/fuzz/corpus/", "tests/vectors/", "tests/pki/")) \
        and not name.endswith((".md", ".py"))


def is_text(name):
    if is_data(name):
        return False
    path = pathlib.PurePosixPath(name)
    if path.suffix:
        return path.suffix in TEXT
    return is_script(name)


def is_script(name):
    if is_data(name):
        return False
    with open(ROOT / name, "rb") as f:
        return f.read(2) == b"#!"


def code_files():
    return [n for n in files() if pathlib.PurePosixPath(n).suffix in {".h", ".cc"}
            and n.split("/")[0] in (*PRODUCT, "tests")]
