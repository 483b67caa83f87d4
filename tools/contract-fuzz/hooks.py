"""Loaded by schemathesis: names things that exist, and spares what would end the run.

CONTRACT_FUZZ_KNOWN: JSON file, {"names": {"parameter": ["value", ...], "/path parameter": [...], "METHOD /path parameter":
[...]}, "samples": {"body": {"POST /labels": {...}}, "query": {"GET /search": {...}}}}.
"""

import json
import os
import random
import threading

import schemathesis

with open(os.environ["CONTRACT_FUZZ_KNOWN"], encoding="utf-8") as file:
    found = json.load(file)
known = found["names"]
samples = found["samples"]
lock = threading.Lock()
calls = 0
ADMINISTRATOR = 1


@schemathesis.hook
def before_call(context, case, kwargs):
    global calls
    with lock:
        calls += 1
        call = calls
    # Two of three go to what exists: random names would end in 404 and try nothing behind it.
    if call % 3:
        name_what_exists(case, call // 3)
    if call % 2:
        say_what_works(case, call)
    spare(case)


def name_what_exists(case, turn):
    names = list(case.path_parameters or {})
    path = case.operation.path
    operation = f"{case.operation.method.upper()} {path}"
    last = path.rstrip("/").rpartition("/")[2].strip("{}")
    for index, name in enumerate(names):
        places = (f"{operation} {name}", f"{path} {name}", name)
        values = next((known[place] for place in places if place in known), [])
        # The first of each stays, for those who ask later.
        if case.operation.method.upper() == "DELETE" and name == last:
            values = values[1:]
        if values:
            case.path_parameters[name] = values[(turn + index) % len(values)]


def say_what_works(case, call):
    """A request that succeeds; in half of them one value is what schemathesis thought of."""
    choice = random.Random(call)
    operation = f"{case.operation.method.upper()} {case.operation.path}"
    for place in ("body", "query"):
        sample = samples[place].get(operation)
        made = getattr(case, place)
        if sample is None or not isinstance(made, dict):
            continue
        whole = json.loads(json.dumps(sample).replace("{n}", str(call)))
        common = [name for name in whole if name in made]
        if common and choice.random() < 0.5:
            name = choice.choice(common)
            whole[name] = made[name]
        setattr(case, place, whole)


def spare(case):
    """The same account sends all requests: it keeps its password and its rights, and the platform stays writable."""
    operation = (case.operation.method.upper(), case.operation.path)
    own = operation in (("PUT", "/users/{user_id}/password"), ("PUT", "/users/{user_id}/sysadmin"))
    if own and str(case.path_parameters.get("user_id")) == str(ADMINISTRATOR):
        case.path_parameters["user_id"] = ADMINISTRATOR + 1
    if operation == ("PUT", "/configurations") and isinstance(case.body, dict):
        case.body.pop("read_only", None)
