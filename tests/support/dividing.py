"""A `run` that does as a cluster does: functions and items travel as bytes, and are worked on out of order."""

import pickle


def run(function, items):
    sent = [pickle.dumps((function, item)) for item in items]
    results = {}
    for at in reversed(range(len(sent))):
        called, item = pickle.loads(sent[at])
        results[at] = pickle.loads(pickle.dumps(called(item)))
    return [results[at] for at in range(len(sent))]
