"""Loaded by schemathesis: names things that exist, and spares what would end the run.

CONTRACT_FUZZ_KNOWN: JSON file, {"path parameter": ["value", ...]}.
"""

import json
import os
import threading

import schemathesis

with open(os.environ["CONTRACT_FUZZ_KNOWN"], encoding="utf-8") as file:
    known = json.load(file)
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
    spare(case)


def name_what_exists(case, turn):
    names = list(case.path_parameters or {})
    last = case.operation.path.rstrip("/").rpartition("/")[2].strip("{}")
    for index, name in enumerate(names):
        values = known.get(f"{case.operation.path} {name}") or known.get(name) or []
        # The first of each stays, for those who ask later.
        if case.operation.method.upper() == "DELETE" and name == last:
            values = values[1:]
        if values:
            case.path_parameters[name] = values[(turn + index) % len(values)]


def spare(case):
    """The same account sends all requests: it keeps its password and its rights, and the platform stays writable."""
    operation = (case.operation.method.upper(), case.operation.path)
    own = operation in (("PUT", "/users/{user_id}/password"), ("PUT", "/users/{user_id}/sysadmin"))
    if own and str(case.path_parameters.get("user_id")) == str(ADMINISTRATOR):
        case.path_parameters["user_id"] = ADMINISTRATOR + 1
    if operation == ("PUT", "/configurations") and isinstance(case.body, dict):
        case.body.pop("read_only", None)
