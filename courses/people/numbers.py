"""Public numbers: short and unguessable, without the letters that are read wrongly; or counting up in a series."""

import secrets

from django.db import connection

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def fresh(*, prefix: str, length: int = 10) -> str:
    # 32 letters: five bits of a byte each, all equally likely.
    return prefix + "".join(CROCKFORD[byte & 31] for byte in secrets.token_bytes(length))


# One statement is the count and the lock: two who ask at once get two numbers, the second when the first has committed.
NEXT = """
INSERT INTO courses_numberseries ("key", "last") VALUES (%s, %s)
ON CONFLICT ("key") DO UPDATE SET
   "last" = CASE WHEN excluded."last" > courses_numberseries."last" THEN excluded."last"
                 ELSE courses_numberseries."last" + 1 END
RETURNING "last"
"""


def next_in_series(*, key: str, above: int) -> int:
    """The next number of a series, above the highest that is in use; inside the transaction that uses it.

    No number is given twice, also where the row that bore it is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [key, above + 1])
        return int(cursor.fetchone()[0])
