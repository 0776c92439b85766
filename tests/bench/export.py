"""One workbook by a worker of its own.

python -m tests.bench.export NUMBER ROWS    make the export in line; seconds and megabytes as JSON on the last line
"""

import json
import sys
from datetime import UTC, datetime

import django

if __name__ == "__main__":
    django.setup()
    from tests.drill import books

    told = books.made(sys.argv[1], rows=int(sys.argv[2]), now=datetime.now(UTC))
    print(json.dumps(told, ensure_ascii=False))
