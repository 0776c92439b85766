"""The collector of processes that work for long.

What is loaded when they begin stays to their end; the collector would walk it again and again, 0.16 s in the midst of a
request. A query makes thousands of objects that are gone at its end; looked for at every 700 of them, as Python does by
itself, that costs a sixth of each page.
"""

import gc

EVERY = 50_000


def settle() -> None:
    """Take what is loaded out of the collector's walks, and let it look more seldom for what comes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(EVERY, 20, 20)
