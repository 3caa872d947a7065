"""What is known of questions' wording: words that instruct rather than ask, that point back, that name one thing.

All are small on purpose: words that people use when they question reports, contracts and papers, mostly in English.
"""

from __future__ import annotations

# Words about the asking itself ("According to the information provided, …. Round your answer to two decimals.").
INSTRUCTIONS = frozenset(
    """accord account answer assum company corporation organisation organization base basing calculate clearly
    compute consider data decimal define definition describe detail determine document explain extract find
    follow following give indicate information judgment list mention name number outline paper perspective
    place plainly please point primarily provide question quote reasonable refer report respond response
    round show shown specify state summarize tell text unit use using value various
    """.split()
)

# How a question begins that goes on from another, in some languages; and words for what was named before, in English.
CONNECTING = ("and", "but", "or", "also", "then", "what about", "how about", "same", "y", "et", "und", "e", "ed")
POINTING = frozenset(
    "he her hers here him his it its one ones she such that their theirs them there these they this those".split()
)

# What the main statements of a report are headed, as words to search for.
STATEMENTS = "consolidated statements of operations income earnings balance sheets"

# What the main statements of a report are headed, and what stands in each: who asks for that asks for the statement.
STANDS_IN = {
    "consolidated balance sheets|statement of financial position": """total assets|total liabilities|current assets
    |current liabilities|goodwill|inventories|inventory|receivable|accounts payable|payables|cash and cash equivalents
    |debt|borrowings|equity|retained earnings|fixed assets|property and equipment|pp&e|working capital|quick ratio
    |current ratio|asset turnover|return on assets|return on asset|liquidity|capital intensive|capitalization
    |capital employed|invested capital|leverage""",
    "consolidated statements of operations|consolidated statements of income|statements of earnings": """revenue
    |net sales|sales|turnover|gross profit|gross margin|operating income|operating profit|operating margin
    |profit margin|net income|net earnings|net profit|net loss|earnings per share|eps|ebit|ebitda|cost of sales
    |cost of goods sold|cogs|cost of revenue|sg&a|r&d|research and development|interest expense|effective tax
    |income tax|return on assets|return on asset|return on equity|operating expenses""",
    "consolidated statements of cash flows": """capital expenditure|capex|depreciation|amortization|free cash flow
    |dividends|operating activities|investing activities|financing activities|share repurchases|cash flow""",
}

# How sentences begin that say how to answer, not what is asked.
ANSWERING = "answer|round|format|write|express|respond|return|give your|state your|provide your|please"

# Names for one thing. A question that has one of a group is also searched for the others.
SAME: tuple[tuple[str, ...], ...] = (
    ("balance sheet", "statement of financial position", "financial condition"),
    (
        "income statement",
        "statement of income",
        "statement of operations",
        "statement of earnings",
        "profit and loss statement",
        "p&l statement",
        "p&l",
    ),
    ("cash flow statement", "statement of cash flows"),
    ("capex", "capital expenditure", "capital spending", "purchases of property and equipment"),
    ("cogs", "cost of goods sold", "cost of sales", "cost of products sold", "cost of revenue"),
    ("pp&e", "ppe", "property plant and equipment", "fixed assets"),
    ("revenue", "net sales", "sales", "turnover"),
    ("net income", "net earnings", "net profit", "profit for the year"),
    ("working capital", "total current assets and total current liabilities"),
    ("quick ratio", "cash and receivables and total current liabilities"),
    ("ebit", "operating income", "operating profit"),
    ("ebitda", "operating income before depreciation and amortization"),
    ("eps", "earnings per share"),
    ("debt", "borrowings", "long-term debt"),
    ("r&d", "research and development"),
    ("sg&a", "selling general and administrative expenses"),
    ("gross margin", "gross profit"),
    ("inventory turnover", "inventories and cost of sales"),
    ("free cash flow", "net cash provided by operating activities"),
    ("ceo", "chief executive officer"),
    ("cfo", "chief financial officer"),
    ("shareholder", "stockholder"),
    ("employee", "staff", "headcount"),
    ("pto", "paid time off", "vacation"),
    ("figure", "fig"),
    ("first quarter", "q1"),
    ("second quarter", "q2"),
    ("third quarter", "q3"),
    ("fourth quarter", "q4"),
    ("first half", "h1"),
    ("second half", "h2"),
)
