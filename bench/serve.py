"""The program of a peer in Python: `python serve.py FILE THREADS [ARGUMENT]`.

It does what serve.ts does: see there. A peer is a file with a function `start`
that takes the number of threads and the argument, or None, and returns a label
and a function `prepare`, which takes a problem and returns a function that does
it so many times, at a learning rate, or None if the peer cannot do it. Arrays
of a problem are `array.array`s of type "f" and "i".
"""

import array
import base64
import json
import os
import runpy
import sys
import time

TYPES = {"float32": "f", "int32": "i"}


def decode(value):
    for name, code in TYPES.items():
        if isinstance(value.get(name), str):
            return array.array(code, base64.b64decode(value[name]))
    return value


def say(**reply):
    print(json.dumps(reply), flush=True)


file, threads, *argument = sys.argv[1:]
sys.path.append(os.path.dirname(file))
start = runpy.run_path(file)["start"]
label, prepare = start(int(threads), argument[0] if argument else None)
say(label=label)
work = None
for line in sys.stdin:
    question = json.loads(line, object_hook=decode)
    try:
        if "prepare" in question:
            work = prepare(question["prepare"])
            say(prepared=work is not None)
        else:
            begin = time.perf_counter()
            outcome = work(question["run"], question["rate"])
            say(seconds=time.perf_counter() - begin, outcome=outcome)
    except Exception as error:
        say(error=f"{type(error).__name__}: {error}")
