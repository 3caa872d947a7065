"""The annual report of an invented maker of instruments. Every total is computed, so that the sums are right."""

from __future__ import annotations

from pathlib import Path

from layout import (
    BODY,
    CAPTION,
    H1,
    H2,
    PLAIN,
    SMALL,
    SUBTITLE,
    TITLE,
    Document,
    build,
    money,
    page,
    paragraphs,
    share,
    table,
)
from reportlab.platypus import Flowable, FrameBreak, Paragraph, Spacer

# Thousands of dollars, 2024 and 2023.
SEGMENTS = {
    "Ocean Sensing": ((182_340, 164_910), (39_385, 33_815)),
    "Laboratory": ((97_615, 101_280), (11_240, 13_160)),
    "Field Services": ((43_145, 36_310), (8_905, 6_430)),
}
REVENUE = tuple(sum(revenue[year] for revenue, _ in SEGMENTS.values()) for year in (0, 1))
REGIONS = {"Europe": (141_520, 138_205), "North America": (103_760, 91_440), "Asia and Pacific": (58_930, 54_375)}
REGIONS["Rest of the world"] = tuple(
    REVENUE[year] - sum(region[year] for region in REGIONS.values()) for year in (0, 1)
)  # type: ignore[assignment]
COST_OF_SALES = (-190_420, -181_350)
EXPENSES = {
    "Research and development": (-31_880, -28_460),
    "Selling and distribution": (-29_310, -28_905),
    "General and administrative": (-22_640, -21_775),
    "Restructuring of the Laboratory segment": (-4_150, 0),
}
FINANCE = {"Finance income": (1_120, 640), "Finance costs": (-5_370, -6_010)}
TAX = (-8_910, -8_140)
SHARES = (48_200, 48_000)
DIVIDENDS_PAID = (-11_086, -10_080)
NON_CURRENT = {
    "Goodwill": (58_400, 58_900),
    "Other intangible assets": (36_250, 33_870),
    "Property, plant and equipment": (88_730, 86_490),
    "Right-of-use assets": (14_980, 16_120),
    "Deferred tax assets": (5_140, 4_610),
}
CURRENT = {
    "Inventories": (57_310, 60_225),
    "Trade receivables": (52_480, 49_165),
    "Other current assets": (6_190, 5_876),
    "Cash and cash equivalents": (36_520, 27_600),
}
EQUITY = {
    "Share capital": (4_820, 4_820),
    "Share premium": (61_400, 61_400),
    "Retained earnings": (132_800, 112_346),
    "Translation reserve": (-3_150, -2_310),
}
LONG_DEBT = {"Borrowings": (68_000, 82_000), "Deferred tax": (9_240, 8_760), "Pension obligations": (3_100, 4_480)}
SHORT_DEBT = {
    "Trade and other payables": (41_870, 39_540),
    "Borrowings due within one year": (14_000, 14_000),
    "Contract liabilities": (17_650, 14_220),
    "Provisions": (2_930, 610),
    "Current tax payable": (3_340, 2_990),
}
CASH_FLOWS = {
    "Cash generated from operations": (62_106, 48_930),
    "Purchase of property, plant and equipment": (-15_960, -17_240),
    "Capitalised development costs": (-8_460, -7_610),
    "Repayment of borrowings": (-14_000, -6_000),
    "Dividends paid": DIVIDENDS_PAID,
    "Payment of lease liabilities": (-3_480, -3_340),
    "Effect of exchange rates": (-200, 600),
}
EMPLOYEES = {"Port Ellery": 612, "Castlemoor": 287, "Halsund": 198, "Sales and service offices": 187}

Pair = tuple[int, int]


def total(*groups: dict[str, Pair]) -> Pair:
    rows = [pair for group in groups for pair in group.values()]
    return sum(row[0] for row in rows), sum(row[1] for row in rows)


def add(*pairs: Pair) -> Pair:
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


GROSS = add(REVENUE, COST_OF_SALES)  # type: ignore[arg-type]
OPERATING = add(GROSS, total(EXPENSES))
BEFORE_TAX = add(OPERATING, total(FINANCE))
PROFIT = add(BEFORE_TAX, TAX)
ASSETS = total(NON_CURRENT, CURRENT)
CASH = CURRENT["Cash and cash equivalents"]
NET_DEBT = add(LONG_DEBT["Borrowings"], SHORT_DEBT["Borrowings due within one year"], (-CASH[0], -CASH[1]))
EPS = tuple(f"{100 * PROFIT[year] / SHARES[year]:.1f}" for year in (0, 1))


def check() -> None:
    """Stop when the statements do not agree with each other."""
    agree = {
        "balance": ASSETS == total(EQUITY, LONG_DEBT, SHORT_DEBT),
        "cash": CASH[1] + total(CASH_FLOWS)[0] == CASH[0],
        "earnings": EQUITY["Retained earnings"][1] + PROFIT[0] + DIVIDENDS_PAID[0] == EQUITY["Retained earnings"][0],
        "dividends": (-DIVIDENDS_PAID[0], -DIVIDENDS_PAID[1]) == (SHARES[0] * 23 // 100, SHARES[1] * 21 // 100),
        "employees": sum(EMPLOYEES.values()) == 1_284,
        "quoted": (REVENUE, OPERATING, PROFIT, NET_DEBT, EPS)
        == ((323_100, 302_500), (44_700, 42_010), (31_540, 28_500), (45_480, 68_400), ("65.4", "59.4")),
    }
    if not all(agree.values()):
        raise ValueError(f"the figures do not agree: {agree}")


def line(label: str, pair: Pair, note: str = "") -> list[str]:
    return [label, note, money(pair[0]), money(pair[1])]


def group(name: str, rows: dict[str, Pair], label: str) -> list[list[str]]:
    return [[name, "", "", ""], *(line("   " + key, pair) for key, pair in rows.items()), line(label, total(rows))]


def story() -> list[Flowable]:
    check()
    return [
        *_front(),
        *_highlights(),
        *_chair(),
        *_review(),
        *_segments(),
        *_risks(),
        *_people(),
        *_board(),
        *_income(),
        *_balance(),
        *_cash(),
    ]


def _front() -> list[Flowable]:
    contents = [
        ("Highlights of the year", "1"), ("Statement of the Chair", "2"), ("Review of the Chief Executive", "3"),
        ("Segments", "4"), ("Risk factors", "5"), ("People and environment", "7"), ("Board of Directors", "8"),
        ("Consolidated income statement", "9"), ("Consolidated balance sheet", "10"),
        ("Consolidated cash flow statement and notes", "11"),
    ]  # fmt: skip
    rows = [["Section", "Page"], *([name, number] for name, number in contents)]
    return [
        Spacer(1, 190),
        Paragraph("Corvane Instruments plc", TITLE),
        Paragraph("Annual Report and Accounts 2024", SUBTITLE),
        Paragraph("For the year ended 31 December 2024", SUBTITLE),
        *page(),
        Paragraph("Contents", H1),
        table(rows, [130, 20]),
        *page(),
        Paragraph("About this report", H1),
        *paragraphs("""
Corvane Instruments plc ("Corvane", "the Company", "the Group") is an invented company. No such company exists, and none
of the people, places, products and figures in this report is real. The report is a sample that comes with pdfqa.

Amounts are in thousands of United States dollars unless stated otherwise. The financial year is the calendar year. Figures
in brackets are negative. Percentages are calculated from amounts in thousands and rounded to one decimal place.

## Forward-looking statements

This report contains statements about the future, such as those on the order book, on planned investment and on markets.
They rest on what the Directors knew on 6 March 2025, the date on which this report was approved. The Company does not
undertake to update them.

## Contact

Investor relations: Corvane Instruments plc, 4 Quayside, Port Ellery. The annual general meeting is held there on
15 May 2025 at 10.30 a.m.
"""),
    ]  # fmt: skip


def _highlights() -> list[Flowable]:
    rows = [
        ["Thousands of dollars", "2024", "2023", "Change"],
        *(
            [name, money(pair[0]), money(pair[1]), share(pair[0] - pair[1], pair[1])]
            for name, pair in (
                ("Revenue", REVENUE), ("Gross profit", GROSS), ("Operating profit", OPERATING),
                ("Profit for the year", PROFIT), ("Net debt", NET_DEBT),
            )
        ),
        ["Earnings per share (cents)", *EPS, share(float(EPS[0]) - float(EPS[1]), float(EPS[1]))],
        ["Dividend per share (cents)", "24.5", "22.0", share(2.5, 22)],
        ["Employees at year end", "1,284", "1,231", share(53, 1231)],
    ]  # fmt: skip
    return [
        *page(),
        Paragraph("Highlights of the year", H1),
        table(rows, [75, 28, 28, 28]),
        Paragraph("Table 1. The year in figures", CAPTION),
        Spacer(1, 8),
        *paragraphs(f"""
- Revenue rose by {share(REVENUE[0] - REVENUE[1], REVENUE[1])} to $323.1 million, led by Ocean Sensing.

- The order book at the end of the year stood at $148.6 million, against $131.2 million a year earlier.

- Net debt fell to $45.5 million, or 0.7 times adjusted EBITDA.

- The Directors propose a final dividend of 16.5 cents per share, to be paid on 30 May 2025 to shareholders on the register
on 2 May 2025. With the interim dividend of 8.0 cents, the dividend for the year is 24.5 cents.

- The TideLine 6 moored profiler was launched in June 2024, four months later than planned.
""", PLAIN),
    ]  # fmt: skip


def _chair() -> list[Flowable]:
    return [
        *page(),
        Paragraph("Statement of the Chair", H1),
        *paragraphs("""
This was a good year for Corvane, and not an easy one. Demand for instruments that measure the sea was strong in all our
regions, while laboratories in Europe postponed purchases for a second year. That the Group grew nonetheless shows how
much its balance has changed: ten years ago the Laboratory segment earned two thirds of our revenue; this year it earned
less than a third.

The Board took one hard decision. In September we closed the assembly hall at Wexcombe and moved its work to Castlemoor.
Seventy-four colleagues left the Group. The cost, $4.15 million, is charged to this year; we expect it to save about
$3.2 million a year from 2026 onwards. I thank those who left for what they built, and those who stayed for the care with
which they took it over.

## The Board

Ingrid Solberg-Hale retired in May after nine years, the last four of them as chair of the Audit Committee. Mateus Ferrão
has succeeded her in that office. In November we welcomed Dr Adaeze Nwosu-Lind, who led the hydrographic service of a
coastal state for eleven years and knows our customers from the other side of the table.

## Dividend

The Board has a simple rule: between 35% and 40% of profit is paid out, unless net debt exceeds 1.5 times adjusted EBITDA.
The dividend of 24.5 cents for 2024 is 37.5% of earnings per share.

## Looking ahead

The Group enters 2025 with the largest order book in its history. The Directors expect revenue to grow by between 5% and 7%
and the operating margin to rise above 14%.
"""),
        Spacer(1, 6),
        Paragraph("Rowena Tasker-Boyd<br/>Chair, 6 March 2025", PLAIN),
    ]


def _review() -> list[Flowable]:
    return [
        *page(),
        Paragraph("Review of the Chief Executive", H1),
        *paragraphs(f"""
Revenue grew from $302.5 million to $323.1 million. Operating profit rose to $44.7 million, which is
{share(OPERATING[0], REVENUE[0])} of revenue ({share(OPERATING[1], REVENUE[1])} in 2023), after the restructuring charge of
$4.15 million. Without that charge the margin would have been {share(OPERATING[0] + 4150, REVENUE[0])}.

## Products

Three products carried the year. The Drift 200 surface buoy passed 5,000 units in service. The TideLine 6 moored profiler
came to market in June; a fault in the pressure housing found in sea trials had delayed it by four months. In the laboratory,
the Assay 40 titrator replaced a model that had been on sale for fourteen years.

We spent $31.9 million on research and development, {share(31_880, REVENUE[0])} of revenue, and filed 17 patent applications.
The largest project is an autonomous glider, which the team calls Petrel; first deliveries are planned for the second half
of 2026.

## Operations

Delivery on time reached 93%, from 88%. The electronics line at Port Ellery moved to two shifts in April. We reduced
inventories by $2.9 million although revenue grew, because fewer parts now wait for a single supplier of titanium castings:
a second source at Halsund was qualified in August.

## Acquisitions

The Group made no acquisition in 2024. In January 2025, after the end of the year, it agreed to buy Lumen Hydro, a maker of
optical turbidity sensors with 38 employees, for $12.4 million in cash. The purchase is expected to close in the second
quarter of 2025.

## Outlook by segment

Ocean Sensing should grow by about a tenth. Laboratory is expected to be flat in the first half and to recover in the
second. Field Services follows the installed base, which grew by 9% in 2024.
"""),
        Paragraph("Tobias Wren-Okafor<br/>Chief Executive", PLAIN),
    ]


def _segments() -> list[Flowable]:
    central = (
        OPERATING[0] - sum(profit[0] for _, profit in SEGMENTS.values()),
        OPERATING[1] - sum(profit[1] for _, profit in SEGMENTS.values()),
    )
    rows = [["", "Revenue 2024", "Revenue 2023", "Profit 2024", "Profit 2023", "Margin 2024"]]
    for name, (revenue, profit) in SEGMENTS.items():
        rows.append([name, *map(money, (*revenue, *profit)), share(profit[0], revenue[0])])
    rows += [
        ["Central costs", "", "", money(central[0]), money(central[1]), ""],
        ["Group", *map(money, (*REVENUE, *OPERATING)), share(OPERATING[0], REVENUE[0])],
    ]
    regions = [["Revenue by region", "2024", "2023", "Share 2024"]]
    regions += [[name, money(a), money(b), share(a, REVENUE[0])] for name, (a, b) in REGIONS.items()]
    regions += [["Group", *map(money, REVENUE), "100.0%"]]
    return [
        *page(),
        Paragraph("Segments", H1),
        *paragraphs("""
The Group reports three segments. Ocean Sensing makes buoys, profilers and sensors for research, weather services and
offshore energy. Laboratory makes analysers and titrators for water and food laboratories. Field Services calibrates,
repairs and recovers instruments of any make.
"""),
        table(rows, [32, 29, 29, 24, 24, 24], totals=[len(rows) - 1]),
        Paragraph("Table 2. Revenue and operating profit by segment, thousands of dollars", CAPTION),
        Spacer(1, 10),
        *paragraphs("""
## Ocean Sensing

Revenue rose by 10.6% to $182.3 million. Weather services in three countries renewed their buoy networks; offshore wind was
the fastest growing customer group. The margin improved because the Drift 200 is now made in one piece.

## Laboratory

Revenue fell by 3.6% to $97.6 million. Orders from food laboratories were stable; orders from public water laboratories in
Europe fell by 11%. The segment was restructured in September.

## Field Services

Revenue rose by 18.8% to $43.1 million. The recovery vessel Merganser was at sea for 211 days, and 96% of the moorings it was
sent for were recovered.
"""),
        Spacer(1, 4),
        table(regions, [62, 30, 30, 30], totals=[len(regions) - 1]),
        Paragraph("Table 3. Revenue by region of the customer, thousands of dollars", CAPTION),
    ]


def _risks() -> list[Flowable]:
    return [
        *page(),
        Paragraph("Risk factors", H1),
        *paragraphs("""
The Board reviews the principal risks twice a year. Those below are the ones that, in its view, could most affect the Group.
They are listed in order of importance. Compared with last year, dependence on single suppliers has moved from first to
third place, and cyber security from fourth to second.

## 1. Public budgets

About 44% of revenue comes from public bodies: weather services, hydrographic offices, universities and water authorities.
Their budgets are set yearly and can be cut or delayed. A fall of one tenth in orders from public bodies would lower
operating profit by an estimated $6.3 million. The Group answers by growing in offshore energy and by selling services under
contracts of several years.

## 2. Cyber security

Instruments at sea report over networks that are not ours, and customers rely on the data. An intrusion could stop
production, corrupt measurements or expose customers' positions. In February 2024 a phishing attack gave a stranger access to
one mailbox for six hours; no customer data was taken. All staff have used hardware keys to sign in since July 2024.

## 3. Dependence on single suppliers

Nineteen components come from one supplier only (2023: 31). The most important is the conductivity cell, made by a family
firm in Castlemoor. The Group holds nine months of stock of that part.

## 4. Delay of new products

The late launch of TideLine 6 cost an estimated $5 million of revenue in 2024. The autonomous glider Petrel is a larger and
newer undertaking, and a similar delay would matter more.

## 5. Exchange rates

The Group earns 44% of its revenue in euros and bears 61% of its costs in pounds sterling. A rise of the pound by five per
cent against both the dollar and the euro would lower operating profit by about $4.8 million before hedging. The policy is to
hedge three quarters of the expected exposure for twelve months ahead.
"""),
        *page(),
        Paragraph("Risk factors, continued", H2),
        *paragraphs("""
## 6. Product liability

A buoy that breaks loose is a danger to shipping. The Group is insured for claims of up to $60 million for each event. No
claim above $250,000 was made in 2024.

## 7. Climate and weather

Storms delay sea trials and recovery voyages; the Port Ellery works lies 2.4 metres above mean high water. A flood wall was
finished in October 2024 at a cost of $1.9 million. A warmer climate also raises demand for measurement.

## 8. People

The Group needs engineers who know electronics, pressure housings and the sea, and there are few. Voluntary turnover was
6.8% (2023: 8.1%). Forty-one apprentices were in training at the end of the year.

## 9. Covenants

The loan agreement requires net debt below 2.5 times adjusted EBITDA and interest cover above 4 times. At the end of 2024 the
ratios were 0.7 and 8.3. The loan of $82 million is repaid in half-yearly instalments of $7 million; the last, of $5 million, falls due in December 2030.

## Going concern

The Directors have looked at a plan of three years and at a severe but plausible case in which revenue falls by 18% in 2025
and does not recover in 2026. In that case the Group would stay within its covenants without raising capital. They therefore
prepare the accounts as those of a going concern.

## What is not a principal risk

The Group has no sites, suppliers or customers in regions under armed conflict. It uses no radioactive sources. Litigation
pending at the end of the year concerns two former distributors and is, in the opinion of counsel, not material.
"""),
    ]


def _people() -> list[Flowable]:
    sites = "; ".join(f"{name} {number}" for name, number in EMPLOYEES.items())
    return [
        *page("two"),
        Paragraph("People and environment", H1),
        FrameBreak(),
        *paragraphs(f"""
## People

At the end of 2024 the Group employed 1,284 people, 53 more than a year before. By place: {sites}. Women held 34% of all posts
and 29% of senior ones.

The survey of staff in October was answered by 87%. Seventy-nine per cent would recommend Corvane as an employer; the lowest
mark, as in the year before, was for the speed of internal decisions.

## Safety

There were four accidents that led to absence (2023: seven), or 1.7 for each million hours worked. The worst was a broken
wrist on the deck of the Merganser in March. Lifting gear on board has been replaced.

## Pay

The lowest hourly wage in Port Ellery was raised to £13.40 in April 2024. The Chief Executive's total pay was 19 times the
median of all employees.

## Training

Employees spent an average of 31 hours in training. The training workshop at Port Ellery was enlarged from 14 to 22 benches.
""", PLAIN),
        FrameBreak(),
        *paragraphs("""
## Energy and emissions

The Group used 21.4 gigawatt hours of energy, 4% less than in 2023. Emissions of scopes 1 and 2 were 3,870 tonnes of carbon
dioxide equivalent (2023: 4,410 tonnes). Solar panels on the roof at Castlemoor supplied 8% of its electricity.

Scope 3 emissions are estimated at 41,200 tonnes; two thirds of them come from purchased metals.

## Targets

The Group aims to halve its scope 1 and 2 emissions of 2019, which were 6,240 tonnes, by 2030. At the end of 2024 it had
reduced them by 38%.

## Lost instruments

Instruments lost at sea are litter. Of the moored instruments that were due for recovery, 2.1% were not found. Since 2022
every float carries a label with a reward of $150 for whoever returns it; 64 were returned in 2024.

## Materials

Lead ballast has been replaced by steel in all new designs. The last battery with a lithium thionyl chloride cell is to
be withdrawn by the end of 2026.
""", PLAIN),
    ]  # fmt: skip


def _board() -> list[Flowable]:
    rows = [
        ["Director", "Office", "Since", "Committees", "Meetings"],
        ["Rowena Tasker-Boyd", "Chair", "2017", "Nomination (chair)", "8 of 8"],
        ["Tobias Wren-Okafor", "Chief Executive", "2020", "–", "8 of 8"],
        ["Hanneke Duivelaar", "Chief Financial Officer", "2021", "–", "8 of 8"],
        ["Mateus Ferrão", "Non-executive", "2019", "Audit (chair), Nomination", "7 of 8"],
        ["Priya Ramanathan-Cole", "Senior independent", "2018", "Remuneration (chair), Audit", "8 of 8"],
        ["Dr Adaeze Nwosu-Lind", "Non-executive", "2024", "Audit, Remuneration", "1 of 1"],
    ]
    return [
        *page(),
        Paragraph("Board of Directors", H1),
        table(rows, [44, 38, 14, 46, 20], numbers=False),
        Paragraph("Table 4. Directors at 31 December 2024 and meetings attended", CAPTION),
        *paragraphs("""
## Committees

The Audit Committee met five times. It recommended that Thornbury Keel LLP be appointed as auditor for a further year; the
firm has held the office since 2018 and the engagement partner changes in 2025. Fees for the audit were $720,000, and for
other services $45,000.

The Remuneration Committee met four times. The bonus of the executive Directors depends on operating profit (60%), cash
conversion (20%) and safety (20%). For 2024 it was 71% of the maximum.

The Nomination Committee met twice. It led the search that ended with the appointment of Dr Nwosu-Lind.

## Shareholdings

Directors together held 1.9% of the shares. The largest shareholder is the Ellery Harbour Trust with 14.2%; no other
shareholder has told the Company of a holding above 10%.

## Internal control

An internal audit of the stores at Castlemoor found that counts were late for seven months. A new stock system went live in
November, and a recount found differences of $83,000, which were written off.
"""),
    ]


def _income() -> list[Flowable]:
    rows = [
        ["Thousands of dollars", "Note", "2024", "2023"],
        line("Revenue", REVENUE, "1"),  # type: ignore[arg-type]
        line("Cost of sales", COST_OF_SALES),
        line("Gross profit", GROSS),
        *(line(name, pair, "2" if name.startswith("Restr") else "") for name, pair in EXPENSES.items()),
        line("Operating profit", OPERATING),
        *(line(name, pair) for name, pair in FINANCE.items()),
        line("Profit before tax", BEFORE_TAX),
        line("Income tax", TAX, "3"),
        line("Profit for the year", PROFIT),
    ]
    shares = [
        ["Per share", "Note", "2024", "2023"],
        ["Basic earnings per share (cents)", "4", *EPS],
        ["Weighted number of shares (thousands)", "", *map(money, SHARES)],
    ]
    return [
        *page(),
        Paragraph("Consolidated income statement", H1),
        Paragraph("for the year ended 31 December 2024", BODY),
        table(rows, [90, 14, 28, 28], totals=[3, 8, 11, 13]),
        Spacer(1, 10),
        table(shares, [90, 14, 28, 28]),
        Spacer(1, 10),
        *paragraphs("""
All of the profit for the year is attributable to the shareholders of Corvane Instruments plc. There are no discontinued
operations. The notes on page 11 form part of this statement.
"""),
    ]


def _balance() -> list[Flowable]:
    assets = [*group("Non-current assets", NON_CURRENT, "Total non-current assets")]
    assets += [*group("Current assets", CURRENT, "Total current assets"), line("Total assets", ASSETS)]
    debts = [*group("Equity", EQUITY, "Total equity")]
    debts += [*group("Non-current liabilities", LONG_DEBT, "Total non-current liabilities")]
    debts += [*group("Current liabilities", SHORT_DEBT, "Total current liabilities")]
    debts += [line("Total equity and liabilities", ASSETS)]
    rows = [["Thousands of dollars", "Note", "2024", "2023"], *assets, *debts]
    return [
        *page(),
        Paragraph("Consolidated balance sheet", H1),
        Paragraph("at 31 December 2024", BODY),
        table(rows, [90, 14, 28, 28], totals=[n for n, row in enumerate(rows) if row[0].startswith("Total")]),
        Spacer(1, 8),
        Paragraph("Approved by the Board on 6 March 2025 and signed on its behalf by Hanneke Duivelaar.", SMALL),
    ]


def _cash() -> list[Flowable]:
    rows = [
        ["Thousands of dollars", "Note", "2024", "2023"],
        *(line(name, pair) for name, pair in CASH_FLOWS.items()),
        line("Change in cash and cash equivalents", total(CASH_FLOWS)),
        line("Cash and cash equivalents at 1 January", (CASH[1], CASH[1] - total(CASH_FLOWS)[1])),
        line("Cash and cash equivalents at 31 December", CASH),
    ]
    return [
        *page(),
        Paragraph("Consolidated cash flow statement", H1),
        table(rows, [90, 14, 28, 28], totals=[8, 10]),
        Spacer(1, 6),
        Paragraph("Notes", H1),
        *paragraphs(f"""
<b>1. Revenue.</b> Revenue from the sale of instruments is recognised when control passes, as a rule on delivery; revenue
from services over the time of the contract. Of the revenue of 2024, $271.8 million was recognised at a point in time and
$51.3 million over time.

<b>2. Restructuring.</b> The charge of $4,150 thousand for the closure of the Wexcombe hall consists of severance pay of
$2,690 thousand, removal costs of $870 thousand and the write-off of fixtures of $590 thousand.

<b>3. Income tax.</b> The effective rate was {share(-TAX[0], BEFORE_TAX[0])} ({share(-TAX[1], BEFORE_TAX[1])} in 2023). It
is below the statutory rate of 25% because of relief for research.

<b>4. Earnings per share.</b> Basic earnings per share are the profit for the year divided by the weighted number of shares.
There are no instruments that would dilute them.

<b>5. Dividends.</b> In 2024 the Company paid the final dividend for 2023 of 15.0 cents and the interim dividend for 2024 of
8.0 cents per share, together $11,086 thousand.

<b>6. Lease of vessel.</b> The lease of the Merganser ends on 31 August 2027, with an option to extend it for five years.
"""),
    ]


def write(path: Path) -> None:
    """Write the report."""
    document = Document(
        path,
        title="Corvane Instruments plc: Annual Report and Accounts 2024",
        author="Corvane Instruments plc (invented)",
        head="Corvane Instruments plc  |  Annual Report 2024",
        front=3,
    )
    build(document, story)
