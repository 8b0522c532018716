"""antin audit verify, beside the living service and when everything is closed."""
import json
import subprocess

from appliance import GONE, ORIGIN, Client

# What cannot be told while the database is away.
NOT_NOW = ("store.database_gone", "store.database_busy")


class Audit:
    """Keeps a checkpoint of each look elsewhere, so that the next one sees a log that was put back."""

    def __init__(self, appliance, ledger):
        self.appliance, self.ledger, self.kept, self.looks = appliance, ledger, [], 0

    def look(self, when):
        """Whether it could be told; what is wrong goes to the ledger."""
        command = [self.appliance.bin / "antin-audit", "verify", "--config", self.appliance.config, "--json",
                   "--journal", self.appliance.key_holder_folder() / "journal"]
        for checkpoint in self.kept[-2:]:
            command += ["--since", checkpoint]
        done = subprocess.run(list(map(str, command)), capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
        if done.returncode == 3 and any(code in done.stderr.decode() for code in NOT_NOW):
            return False
        if done.returncode == 2 and self.is_early(done):
            return False
        self.looks += 1
        if done.returncode != 0:
            self.ledger.complain(f"antin audit verify, {when}: exit {done.returncode} {findings(done)}")
        return True

    def is_early(self, done):
        """No checkpoint has been made yet of what is told to have none: a log's first one comes a moment after its
        first entry, and the database may be away by then. One that had one and has none is no such case."""
        if not self.kept:
            return True
        found = findings(done)
        return isinstance(found, list) and bool(found) and all(
            code == "audit.unsigned" and not any(f"checkpoint-{given.get('nhat_ky')}-" in path.name for path in self.kept)
            for code, given in found)

    def keep(self):
        """Fetches the newest checkpoints."""
        client = Client(self.appliance)
        for log in ("audit", "issued"):
            try:
                status, _, note = client.ask("GET", f"/api/v1/logs/{log}/checkpoint")
            except GONE:
                continue
            if status == 200:
                path = self.appliance.home / f"checkpoint-{log}-{len(self.kept)}"
                path.write_bytes(note)
                self.kept.append(path)
                if not note.startswith(f"{ORIGIN}/{log}\n".encode()):
                    self.ledger.complain(f"the checkpoint of {log} begins with {note[:60]!r}")
        client.close()


def findings(done):
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return done.stderr.decode(errors="replace")[-500:]
    rows = [row for log in report["logs"] for row in log["findings"]] + report.get("journal", {}).get("findings", [])
    return [(row["code"], row["parameters"]) for row in rows[:6]]
