"""`python -m pdfqa`."""

import sys

from pdfqa.cli import main

# Reading processes import this module again under another name.
if __name__ == "__main__":
    sys.exit(main())
