"""Sets one letter: an order as JSON comes in, a PDF goes out. Started as a process of its own by `letters.pdf`, knows nothing of the house.

Once it has its order it may open nothing more: no file, no connection, whatever a template asks for. What it may take in memory
and time is limited as well; beyond that, the system ends it.
"""

import json
import resource
import sys
from pathlib import Path

import typst


def main() -> int:
    order = json.load(sys.stdin)
    for limit, most in (("AS", order["memory"]), ("CPU", order["seconds"]), ("CORE", 0), ("FSIZE", 0), ("NOFILE", 0)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{limit}"), (most, most))
    try:
        made = typst.compile(
            order["source"].encode(),
            format="pdf",
            sys_inputs={"data": order["data"]},
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=order["timestamp"],
            root=Path(__file__).parent,
        )
    except typst.TypstError as error:
        sys.stderr.write(error.diagnostic)
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
