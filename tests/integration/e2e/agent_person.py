#!/usr/bin/env python3
"""A pinentry for tests: the person, or a device that dies. What it does stands in the file named by
ANTIN_TEST_PERSON, one word for each question: a PIN, "ok", "cancel", "hang", "die", "garbage", "ask:FILE"
(waits until the file is there). What it was asked is appended to FILE.asked."""
import os
import pathlib
import sys
import time
import urllib.parse

script = pathlib.Path(os.environ["ANTIN_TEST_PERSON"])
asked = script.with_suffix(".asked")


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def next_word():
    words = script.read_text().splitlines() if script.exists() else []
    if not words:
        return "cancel"
    script.write_text("".join(w + "\n" for w in words[1:]))
    return words[0]


def answer(kind, told):
    with asked.open("a", encoding="utf-8") as out:
        out.write(f"{kind}\n" + "".join(f"{k}: {v}\n" for k, v in told.items()) + "\n")
    word = next_word()
    if word == "hang":
        time.sleep(600)
    if word == "die":
        os._exit(1)
    if word == "garbage":
        say("INQUIRE pin")
        return
    if word.startswith("ask:"):
        while not pathlib.Path(word[4:]).exists():
            time.sleep(0.05)
    if word == "cancel":
        say("ERR 83886179 Operation cancelled <Pinentry>")
        return
    if kind == "GETPIN":
        say("S PASSWORD_FROM_USER")
        say("D " + "".join(c if c.isalnum() else f"%{ord(c):02X}" for c in word))
    say("OK")


say("OK Pleased to meet you")
told = {}
for line in sys.stdin:
    command, _, rest = line.rstrip("\n").partition(" ")
    if command.startswith("SET"):
        told[command] = urllib.parse.unquote(rest)
    if command in ("GETPIN", "CONFIRM"):
        answer(command, told)
    elif command == "OPTION" and rest == "lc-ctype=C.UTF-8":
        say("ERR 83886254 Unknown option <Pinentry>")
    elif command == "BYE":
        say("OK")
        break
    else:
        say("OK")
