"""`python -m pdfqa`."""

from pdfqa.cli import console

# Reading processes import this module again under another name.
if __name__ == "__main__":
    console()
