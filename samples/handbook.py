"""The staff handbook of an invented employer: numbered rules, lists and a table of per diems."""

from __future__ import annotations

from pathlib import Path

from layout import CAPTION, H1, PLAIN, SUBTITLE, TITLE, Document, build, page, paragraphs, table
from reportlab.platypus import Flowable, Paragraph, Spacer

PER_DIEMS = [
    ["Destination", "Full day", "Half day", "Hotel limit per night"],
    ["Domestic", "€34", "€17", "€125"],
    ["Vienna, Zurich, Geneva", "€58", "€29", "€210"],
    ["London, Paris, Copenhagen", "€55", "€27.50", "€195"],
    ["Other places in Europe", "€44", "€22", "€150"],
    ["New York, San Francisco", "€72", "€36", "€280"],
    ["Tokyo, Singapore", "€64", "€32", "€230"],
    ["All other places", "€48", "€24", "€160"],
]
NOTICE = [
    ["Length of service", "Notice by the employee", "Notice by Larkfield"],
    ["During probation", "1 week", "2 weeks"],
    ["Up to 2 years", "4 weeks", "4 weeks"],
    ["2 to 5 years", "4 weeks", "8 weeks"],
    ["More than 5 years", "8 weeks", "12 weeks"],
]


def story() -> list[Flowable]:
    return [*_cover(), *_hours(), *_leave(), *_sickness(), *_expenses(), *_security(), *_devices(), *_leaving()]


def _cover() -> list[Flowable]:
    return [
        Spacer(1, 130),
        Paragraph("Larkfield Mapping Cooperative", TITLE),
        Paragraph("Staff handbook", SUBTITLE),
        Paragraph("Edition 7, in force from 1 February 2025", SUBTITLE),
        Spacer(1, 60),
        *paragraphs("""
This handbook holds the rules that apply to everybody who works for the Larkfield Mapping Cooperative. Where a contract of
employment says something else, the contract wins. Questions go to the people team: people@larkfield.example, telephone
extension 410.

Larkfield is an invented employer, and these are not rules to copy: the handbook is a sample that comes with pdfqa.
""", PLAIN),
    ]  # fmt: skip


def _hours() -> list[Flowable]:
    return [
        *page(),
        Paragraph("1 Working hours", H1),
        *paragraphs("""
## 1.1 The working week

A full-time week has 37.5 hours. Everybody is free to arrange them between 6.30 and 20.00 from Monday to Friday, with two
exceptions: the core hours from 10.00 to 14.30, in which colleagues must be able to reach each other, and the rota of the
support desk, which is fixed four weeks ahead.

## 1.2 Breaks

- Who works more than six hours takes a break of at least 30 minutes.

- Between two working days lie at least eleven hours of rest.

- Breaks are not working time, except on the support desk, where 15 minutes of each break count.

## 1.3 Working from elsewhere

Up to three days a week may be worked from home without asking. Work from another country is possible for up to 25 working
days in a calendar year, within the European Economic Area and Switzerland, and must be announced to the people team at least
15 working days before, because of social insurance. Field staff agree on their place of work with their crew leader.

## 1.4 Overtime

Overtime is worked only when a team lead has agreed to it beforehand. It is made up by time off within six months, hour for
hour; on Sundays and public holidays each hour counts one and a half. Overtime that could not be taken off is paid with the
salary of the seventh month. More than 40 hours of overtime at one time are reported to the works council.
""", PLAIN),
    ]  # fmt: skip


def _leave() -> list[Flowable]:
    return [
        *page(),
        Paragraph("2 Leave", H1),
        *paragraphs("""
## 2.1 Annual leave

Full-time employees have 28 days of paid leave in a calendar year. After five years of service they have 30. Part-time
employees have a share of it in proportion to their working days. In the year of joining, leave is earned month by month.

## 2.2 How to take it

Leave is asked for in the time system. Requests of up to five days need a week's warning; longer ones a month's. A team lead
answers within five working days; a request that has not been answered by then counts as granted. At least one leave of
the year must last ten working days without a break.

## 2.3 Carrying over

Up to eight days that were not taken may be carried into the next year. They lapse on 31 March. Days that could not be taken
because of illness or parental leave do not lapse until 15 months after the end of their year.

## 2.4 Special leave

Paid days off, apart from annual leave, are given for:

- the employee's own wedding: two days;

- the birth of a child of one's partner: ten days, to be taken within eight weeks;

- the death of a partner, child or parent: five days; of a brother, sister or grandparent: two days;

- moving house: one day, no more than once in two years;

- giving blood: half a day;

- volunteering with a rescue service: up to six days in a year.

## 2.5 Sabbatical

After six years of service an employee may take an unpaid sabbatical of between one and six months. It is asked for nine
months ahead. The pension contribution of the employer goes on during the first three months.
""", PLAIN),
    ]  # fmt: skip


def _sickness() -> list[Flowable]:
    return [
        *page(),
        Paragraph("3 Illness and family", H1),
        *paragraphs("""
## 3.1 Calling in sick

Whoever is ill tells their team lead before 9.30 on the first day, by telephone or message. A doctor's certificate is needed
from the fourth calendar day. It is sent to the people team, never to the team lead: the reason of an illness is nobody's
business.

## 3.2 Pay during illness

The salary is paid in full for the first eight weeks of an illness, and at 80% for the eighteen weeks that follow. After that
the sickness insurance pays.

## 3.3 Coming back

After an absence of more than six weeks the people team offers a return in steps, usually over four weeks. Nobody is obliged
to accept.

## 3.4 A sick child

For a sick child under twelve each parent has twelve paid days in a year; single parents have twenty.

## 3.5 Parental leave

Either parent may take parental leave until the third birthday of the child, in up to three parts. It is announced eight
weeks ahead. During the first four months Larkfield adds to the state benefit until 90% of the net salary is reached. The
post, or one of equal rank and pay, is kept.

## 3.6 Help

Up to eight talks with a counsellor outside the cooperative are paid for, in confidence. The number is on the back of the
staff card. Larkfield is told how many talks took place, and not who had them.
""", PLAIN),
    ]  # fmt: skip


def _expenses() -> list[Flowable]:
    return [
        *page(),
        Paragraph("4 Travel and expenses", H1),
        *paragraphs("""
## 4.1 Before the journey

Journeys of more than two days, or that will cost more than €900, need the agreement of a team lead before anything is booked.
The train is the rule for journeys of up to six hours. First class is allowed on trains when the journey takes more than three
hours; in aeroplanes only economy class is booked.

## 4.2 Private cars

Use of a private car is paid at €0.38 a kilometre, and €0.05 more for each colleague who rides along. Parking fines are never
paid.

## 4.3 Per diems

Meals are covered by a daily allowance; receipts for meals are not needed. A full day is one of more than eight hours away; a
half day, one of between four and eight hours. When breakfast is part of the hotel's price, a fifth of the full-day amount is
taken off.
""", PLAIN),
        table(PER_DIEMS, [62, 25, 25, 42]),
        Paragraph("Table 1. Daily allowances and hotel limits", CAPTION),
        *paragraphs("""
## 4.4 Claims

Expenses are claimed within 60 days of the end of the journey, with a photograph of every receipt over €10. Claims that
arrive by the 12th of a month are paid with that month's salary. A claim without a receipt is paid once, up to €40, with a
signed statement; the second time it is refused.

## 4.5 Gifts

Gifts from suppliers and customers may be kept up to a value of €35 a year from each giver. Anything more is handed to the
people team, who raffle it in December for the rescue service.
""", PLAIN),
    ]  # fmt: skip


def _security() -> list[Flowable]:
    return [
        *page(),
        Paragraph("5 Security of information", H1),
        *paragraphs("""
## 5.1 Passwords

Passwords have at least 14 characters and live in the password manager. They are not changed at fixed intervals; they are
changed at once when there is a suspicion. Every account that allows it has a second factor, and text messages do not count
as one.

## 5.2 Classes of data

- <b>Open</b>: published maps and their sources. May be shared with anybody.

- <b>Internal</b>: the usual case. Stays within the cooperative and its partners.

- <b>Confidential</b>: data on persons, raw positions, contracts. Only for those who need it; encrypted when it leaves the
building.

- <b>Restricted</b>: positions of protected species and of critical infrastructure. Only on the machines in room 114.

## 5.3 Incidents

Whoever notices a loss, a leak or an odd message reports it within one hour to the security desk, extension 499, at any time of
day. Nobody is punished for an incident that they report. Data protection law gives the cooperative 72 hours to inform the
authority, and the clock starts with the first colleague who knew.

## 5.4 Visitors

Visitors are met at the door, wear a yellow badge and are never left alone beyond the kitchen. Photographs are allowed in the
library only.

## 5.5 Test attacks

Twice a year the security desk sends false phishing mails to everybody. The results are published by team, not by person.
""", PLAIN),
    ]  # fmt: skip


def _devices() -> list[Flowable]:
    return [
        *page(),
        Paragraph("6 Devices and vehicles", H1),
        *paragraphs("""
## 6.1 Laptops and telephones

Devices of the cooperative are replaced after four years. They may be used privately as long as nobody else uses them.
Private devices may read mail and the calendar, and nothing else. A lost device is reported like an incident (section 5.3) and
is erased from afar.

## 6.2 Drones

Only the eleven licensed pilots fly the survey drones. A flight is entered in the log before take-off. Within 5 kilometres of
an airfield a flight needs the written consent of its tower. Batteries are charged in the brick shed and never overnight.

## 6.3 Survey vans

The vans are booked in the calendar. Drivers have held a licence for at least three years. The tank is at least half full when
a van is returned. Damage is photographed and reported on the same day; for damage through gross negligence the driver bears
up to €500.

## 6.4 Working alone in the field

Nobody works alone above 1,800 metres or on water. Elsewhere, whoever works alone sends a message at noon and at the end of the
day. If a message is two hours late, the duty officer calls; if nobody answers within 30 minutes, the duty officer
alerts the mountain rescue service.
""", PLAIN),
    ]  # fmt: skip


def _leaving() -> list[Flowable]:
    return [
        *page(),
        Paragraph("7 Joining and leaving", H1),
        *paragraphs("""
## 7.1 Probation

The first five months are probation. There is a talk after six weeks and another after four months.

## 7.2 Notice

Notice is given in writing and takes effect at the end of a month.
""", PLAIN),
        table(NOTICE, [50, 50, 50]),
        Paragraph("Table 2. Periods of notice", CAPTION),
        *paragraphs("""
## 7.3 Last day

Keys, card and devices are given back on the last working day. Leave that remains is taken before that day or, if this is not
possible, paid. A reference is written within three weeks.

## 7.4 Profit share

One fifth of the yearly surplus is divided among all who were employed for at least nine months of the year, by heads and not
by salary. It is paid in May. Whoever leaves before the payment keeps their share.

## 7.5 Training

Each employee has five days and €1,400 a year for training of their own choice, agreed with the team lead. What costs more than
€3,000 is paid back in part by those who leave within a year of its end: one twelfth for each month that is missing.

## 7.6 Complaints

Complaints go to the team lead, to the works council or to the ombudswoman, Ottilie Brandvold, who is not an employee. They are
answered within ten working days.
""", PLAIN),
    ]  # fmt: skip


def write(path: Path) -> None:
    """Write the handbook."""
    document = Document(
        path,
        title="Larkfield Mapping Cooperative: Staff handbook, edition 7",
        author="Larkfield Mapping Cooperative (invented)",
        head="Larkfield Mapping Cooperative  |  Staff handbook, edition 7",
        foot="Page {}",
    )
    build(document, story)
