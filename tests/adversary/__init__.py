"""Cheats and honest people, simulated against the real rules and a real database; how many ghosts would have counted.

A ghost is an admitted learner who is not in the room. What people do is assumed (`assumptions`), what follows of it is
not: every scan, mark, roll-call, count, signal, proposal and approval goes through the product's own functions.

python3 run.py adversary            the classes of the full size, and docs/adversary.md
python -m tests.adversary --help    other sizes and seeds
"""
