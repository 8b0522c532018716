"""Holds XML against published schemas, with no network: the schema files come with EU DSS."""
import pathlib
import subprocess
import sys
import zipfile

import judges

# What the schemas import by address, and the file that has that namespace.
LOCATIONS = {
    "http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd":
        "specs-xmldsig/xsd/xmldsig-core-schema.xsd",
    "http://www.w3.org/TR/xmldsig-core/xmldsig-core-schema.xsd":
        "specs-xmldsig/xsd/xmldsig-core-schema.xsd",
    "http://uri.etsi.org/01903/v1.3.2/XAdES.xsd": "specs-xades/xsd/XAdES01903v132-202407.xsd",
    "http://uri.etsi.org/19612/v2.2.1/ts_119612v020201_201601xsd.xsd":
        "specs-trusted-list/xsd/ts_119612v020101_xsd.xsd",
    "http://www.w3.org/2001/xml.xsd": "specs-xmldsig/xsd/xml.xsd",
}
REPORT = "specs-validation-report/xsd/TS119102-2-v141.xsd"


def unpack(folder):
    """Unpacks the schema jars of build/interop/dss below the folder and writes their catalogue."""
    folder = pathlib.Path(folder)
    for name in ("specs-validation-report", "specs-xades", "specs-xmldsig", "specs-trusted-list"):
        jars = sorted((judges.TOOLS / "dss" / "lib").glob(f"{name}-*.jar"))
        if not jars:
            sys.exit(f"{name} is missing from build/interop/dss: run packaging/install-interop")
        with zipfile.ZipFile(jars[-1]) as jar:
            jar.extractall(folder / name)
    rows = "".join(f'<system systemId="{address}" uri="{(folder / path).as_uri()}"/>'
                   for address, path in LOCATIONS.items())
    (folder / "catalog.xml").write_text(
        f'<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">{rows}</catalog>')
    return folder


def violation(schemas, path, schema=REPORT):
    """'' when the file follows the schema, else what xmllint says."""
    done = subprocess.run(
        ["xmllint", "--nonet", "--huge", "--noout", "--schema", str(schemas / schema), str(path)],
        capture_output=True, timeout=120, stdin=subprocess.DEVNULL, check=False,
        env={"PATH": "/usr/bin:/bin", "XML_CATALOG_FILES": str(schemas / "catalog.xml")})
    said = done.stderr.decode(errors="replace")
    return "" if done.returncode == 0 and "validates" in said else said[-600:]
