"""How well `pdfqa extract` fills a schema without a model: ten fields of ten annual reports, against what they say.

    python benchmarks/fields.py --home kept
    python benchmarks/fields.py --home kept --show

The values were looked up in the reports by hand. A value is right if it is one of those of the field: a number exactly,
a text if what is expected stands in it and it has at most five words. The first five reports are those that the rules
were made with.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import common

from pdfqa import PDFQA

_MOST_WORDS = 5  # of a text that is no sentence
NAMES = "company year_end revenue net_income eps employees auditor headquarters exchange ceo".split()
SCHEMA = {
    "type": "object",
    "properties": {
        "company": {"type": "string", "description": "Name of the company"},
        "year_end": {"type": "string", "format": "date", "description": "date on which the fiscal year ended"},
        "revenue": {
            "type": "number",
            "description": "total revenue or net sales of the year, in millions of dollars",
        },
        "net_income": {"type": "number", "description": "net income of the year, in millions of dollars"},
        "eps": {"type": "number", "description": "diluted earnings per share"},
        "employees": {"type": "integer", "description": "number of employees"},
        "auditor": {"type": "string", "description": "Who is the independent registered public accounting firm?"},
        "headquarters": {"type": "string", "description": "city of the headquarters"},
        "exchange": {"type": "string", "enum": ["NYSE", "Nasdaq", "other"], "description": "stock exchange"},
        "ceo": {"type": "string", "description": "name of the chief executive officer"},
    },
}
# What each report says, in the order of the fields; alternatives are a tuple.
REPORTS: dict[str, list[Any]] = {
    "fb_COSTCO_2021_10K": [
        "Costco Wholesale", "2021-08-29", (195929, 192052), (5007, 5079), 11.27, 288000, "KPMG", "Issaquah", "Nasdaq",
        "Jelinek",
    ],
    "fb_NETFLIX_2017_10K": [
        "Netflix", "2017-12-31", 11692.713, 558.929, 1.25, 5500, "Ernst & Young", "Los Gatos", "Nasdaq", "Hastings",
    ],
    "fb_MICROSOFT_2023_10K": [
        "Microsoft", "2023-06-30", 211915, 72361, 9.68, 221000, "Deloitte & Touche", "Redmond", "Nasdaq", "Nadella",
    ],
    "fb_LOCKHEEDMARTIN_2022_10K": [
        "Lockheed Martin", "2022-12-31", 65984, 5732, 21.66, 116000, "Ernst & Young", "Bethesda", "NYSE", "Taiclet",
    ],
    "mmlb_BESTBUY_2023_10K": [
        "Best Buy", "2023-01-28", 46298, 1419, 6.29, 90000, "Deloitte & Touche", "Richfield", "NYSE", "Barry",
    ],
    "fb_CORNING_2022_10K": [
        "Corning", "2022-12-31", 14189, (1316, 1386), 1.54, 57500, "PricewaterhouseCoopers", "Corning", "NYSE", "Weeks",
    ],
    "fb_VERIZON_2022_10K": [
        "Verizon", "2022-12-31", 136835, (21748, 21256), 5.06, 117100, "Ernst & Young", "New York", "NYSE", "Vestberg",
    ],
    "fb_GENERALMILLS_2020_10K": [
        "General Mills", "2020-05-31", 17626.6, (2181.2, 2210.8), 3.56, 35000, "KPMG", "Minneapolis", "NYSE",
        "Harmening",
    ],
    "fb_ACTIVISIONBLIZZARD_2019_10K": [
        "Activision Blizzard", "2019-12-31", 6489, 1503, 1.95, 9200, "PricewaterhouseCoopers", "Santa Monica", "Nasdaq",
        "Kotick",
    ],
    "mmlb_AMAZON_2017_10K": [
        "Amazon.com", "2017-12-31", 177866, 3033, 6.15, 566000, "Ernst & Young", "Seattle", "Nasdaq", "Bezos",
    ],
}  # fmt: skip


def main() -> None:
    """Fill the schema and count."""
    options = _options()
    paths = {name: options.data / "reports" / "pdf" / f"{name}.pdf" for name in REPORTS}
    common.need(list(paths.values()), options.data)
    counts = [dict.fromkeys(("right", "wrong", "null"), 0) for _ in range(2)]
    with tempfile.TemporaryDirectory() as temporary:
        for place, (name, path) in enumerate(paths.items()):
            with PDFQA(path, home=options.home or temporary) as qa:
                done = qa.extract(SCHEMA)[0]
            for field, expected in zip(NAMES, REPORTS[name], strict=True):
                verdict = _verdict(done.data[field], expected)
                counts[place >= len(REPORTS) // 2][verdict] += 1
                if options.show and verdict != "right":
                    print(f"{verdict:5}  {name}  {field}: {done.data[field]!r}, expected {expected!r}")
    print(common.header())
    for told, count in zip(("five reports known", "five others"), counts, strict=True):
        print(f"{told:20}" + ", ".join(f"{number} {verdict}" for verdict, number in count.items()))


def _verdict(value: Any, expected: Any) -> str:
    """Return whether a value is right, wrong or none."""
    if value is None:
        return "null"
    wanted = expected if isinstance(expected, tuple) else (expected,)
    if not isinstance(value, str):
        return "right" if value in wanted else "wrong"
    named = any(str(one).casefold() in value.casefold() for one in wanted)
    return "right" if named and len(value.split()) <= _MOST_WORDS else "wrong"


def _options() -> Any:
    parser = common.parser(__doc__)
    parser.add_argument("--home", type=Path, help="keep what is read there")
    parser.add_argument("--show", action="store_true", help="print what is not right")
    return parser.parse_args()


if __name__ == "__main__":
    main()
