"""What a PDF says of itself beside its pages, as stock readers find it."""
import json
import pathlib
import subprocess
import tempfile
import xml.etree.ElementTree

OURS = "{urn:antin:giay-to:1#}"
STANDARD = {"Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate", "Trapped"}


def said(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    if done.returncode != 0 or b"WARNING" in done.stderr:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def properties(octets):
    """What Info holds beside the standard's own keys (by qpdf), and what XMP has of ours (by poppler): two dictionaries
    that are to agree. The file is one that qpdf has nothing to complain of."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "file.pdf"
        path.write_bytes(octets)
        said("qpdf", "--check", path)
        everything = json.loads(said("qpdf", "--json=1", "--json-key=objects", path))["objects"]
        named = everything["trailer"].get("/Info", {})
        info = everything[named] if isinstance(named, str) else named
        packet = said("pdfinfo", "-meta", path).strip()
    xmp = {}
    if packet:
        for one in xml.etree.ElementTree.fromstring(packet).iter():
            if one.tag.startswith(OURS):
                xmp[one.tag[len(OURS):]] = one.text
    return {key[1:]: text for key, text in info.items() if key[1:] not in STANDARD}, xmp
