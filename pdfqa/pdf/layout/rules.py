"""Tables that drawn rules divide into cells: what stands in a cell belongs together, however it is set. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence

from pdfqa.pdf.layout.grid import Box, Grid
from pdfqa.pdf.lines import Line, Rule, is_figure

_NEAR = 3.0  # points: rules that are nearer to one another are one
_COVER = 0.6  # share of an edge between two squares that a rule must cover to divide them
_MOST = 400  # rules of one table
_FILLED = 0.4  # share of cells that hold text in a table, at least
_LONG = 900  # letters in one cell: that is a text in a frame

Piece = tuple[float, float, str, Line]  # left, right, text, and the line that it is of


def ruled_tables(lines: list[Line], rules: Sequence[Rule]) -> list[Line]:
    """Return the lines with those in a ruled table replaced by one that has its grid."""
    upright = any(rule.x0 == rule.x1 for rule in rules)
    if not upright or len(rules) < 4:
        return lines
    for group in _groups(rules):
        if 4 <= len(group) <= _MOST:
            lines = _replaced(lines, _Frame(group))
    return lines


def _groups(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Return the rules that touch one another."""
    groups: list[tuple[list[float], list[Rule]]] = []
    for rule in rules:
        box = [rule.x0 - _NEAR, rule.y0 - _NEAR, rule.x1 + _NEAR, rule.y1 + _NEAR]
        members = [rule]
        apart = []
        for other, its in groups:
            if other[0] <= box[2] and box[0] <= other[2] and other[1] <= box[3] and box[1] <= other[3]:
                members += its
                box = [min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])]
            else:
                apart.append((other, its))
        groups = [*apart, (box, members)]
    return [members for _, members in groups]


def with_implied(rules: list[Rule]) -> list[Rule]:
    """Return the rules with those that are not drawn, but where rules that cross them leave off and begin again."""
    if len(rules) > _MOST:
        return rules
    more: list[Rule] = []
    for group in _groups(rules):
        if len(group) > 3:
            level = [rule for rule in group if rule.x0 != rule.x1]
            upright = [Rule(rule.y0, rule.x0, rule.y1, rule.x1) for rule in group if rule.x0 == rule.x1]
            more += [Rule(x, low, x, high) for x, low, high in _breaks(level)]
            more += [Rule(low, y, high, y) for y, low, high in _breaks(upright)]
    return rules + more


def _breaks(rules: list[Rule]) -> list[tuple[float, float, float]]:
    """Return where level rules leave off and others begin, at two heights or more: the place, and these heights."""
    heights: dict[int, list[float]] = defaultdict(list)
    places = _places([end for rule in rules for end in (rule.x0, rule.x1)])
    for at, x in enumerate(places[1:-1], 1):
        near = [rule for rule in rules if rule.x0 < x + _NEAR and rule.x1 > x - _NEAR]
        through = {round(rule.y0 / _NEAR) for rule in near if rule.x0 < x - _NEAR and rule.x1 > x + _NEAR}
        ends = {round(rule.y0 / _NEAR): rule.y0 for rule in near if rule.x0 < x - _NEAR and rule.x1 <= x + _NEAR}
        begin = {round(rule.y0 / _NEAR) for rule in near if rule.x0 >= x - _NEAR}
        heights[at] = [y for key, y in ends.items() if key in begin and key not in through]
    return [(places[at], min(ys), max(ys)) for at, ys in heights.items() if len(ys) > 1]


class _Frame:
    """The squares between rules, and which of them are one cell."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        upright = [rule for rule in rules if rule.x0 == rule.x1]
        level = [rule for rule in rules if rule.x0 != rule.x1]
        # Where the outer rules are not drawn, the others end there.
        self.xs = _places([rule.x0 for rule in upright] + [end for rule in level for end in (rule.x0, rule.x1)])
        self.ys = _places([rule.y0 for rule in level] + [end for rule in upright for end in (rule.y0, rule.y1)])[::-1]
        self._upright: dict[int, list[Rule]] = defaultdict(list)
        self._level: dict[int, list[Rule]] = defaultdict(list)
        for rule in upright:
            self._upright[_nearest(self.xs, rule.x0)].append(rule)
        for rule in level:
            self._level[_nearest(self.ys, rule.y0)].append(rule)

    def cell_of(self, parted: Collection[tuple[int, int]] = ()) -> dict[tuple[int, int], tuple[int, int]]:
        """Return for each square, by row and column, the first square of its cell.

        `parted` are squares that a gap in a line divides from the one before, though no rule does.
        """
        rows, columns = len(self.ys) - 1, len(self.xs) - 1
        cells: dict[tuple[int, int], tuple[int, int]] = {}
        for row in range(rows):
            for column in range(columns):
                first = (row, column)
                if column and (row, column) not in parted and not self._divides_columns(row, column):
                    first = cells[row, column - 1]
                if row and not self._divides_rows(row, column):
                    above = cells[row - 1, column]
                    if first not in ((row, column), above):  # one cell joins another
                        cells = {
                            square: min(first, above) if its in (first, above) else its for square, its in cells.items()
                        }
                    first = min(first, above)
                cells[row, column] = first
        return cells

    def _divides_columns(self, row: int, column: int) -> bool:
        low, high = self.ys[row + 1], self.ys[row]
        covered = sum(max(0.0, min(rule.y1, high) - max(rule.y0, low)) for rule in self._upright.get(column, ()))
        return covered >= _COVER * (high - low)

    def _divides_rows(self, row: int, column: int) -> bool:
        low, high = self.xs[column], self.xs[column + 1]
        covered = sum(max(0.0, min(rule.x1, high) - max(rule.x0, low)) for rule in self._level.get(row, ()))
        return covered >= _COVER * (high - low)

    def squares(self, line: Line) -> list[tuple[int, int]]:
        """Return the squares that the pieces of a line begin in, or nothing where it is not inside."""
        y = line.y + 0.3 * line.size
        if not (self.ys[-1] <= y <= self.ys[0] and self.xs[0] - _NEAR <= line.x0 and line.x1 <= self.xs[-1] + _NEAR):
            return []
        row = next(number for number, low in enumerate(self.ys[1:]) if y >= low)
        last = len(self.xs) - 2
        return [(row, min(max(bisect_right(self.xs, (x0 + x1) / 2) - 1, 0), last)) for x0, x1, _ in _pieces(line)]


def _pieces(line: Line) -> list[tuple[float, float, str]]:
    return line.cells or [(line.x0, line.x1, line.text)]


def _places(values: Sequence[float]) -> list[float]:
    """Return the different ones among places, from the smallest."""
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][-1] < _NEAR:
            found[-1].append(value)
        else:
            found.append([value])
    return [sum(group) / len(group) for group in found]


def _nearest(places: Sequence[float], value: float) -> int:
    return min(range(len(places)), key=lambda at: abs(places[at] - value))


def _replaced(lines: list[Line], frame: _Frame) -> list[Line]:
    """Return the lines with those in a frame as one table, if they are one."""
    if len(frame.xs) < 3 or len(frame.ys) < 3:
        return lines
    held: dict[tuple[int, int], list[Piece]] = defaultdict(list)
    inside: dict[int, list[tuple[int, int]]] = {}
    for number, line in enumerate(lines):
        squares = frame.squares(line)
        if squares and not line.turned and line.grid is None:
            inside[number] = squares
    cells = frame.cell_of({square for squares in inside.values() for square in squares[1:]})
    _split_tall(cells, {number: (lines[number].y, squares) for number, squares in inside.items()})
    for number, squares in inside.items():
        line = lines[number]
        for (x0, x1, text), square in zip(_pieces(line), squares, strict=True):
            held[cells[square]].append((x0, x1, text, line))
    if not inside or not _is_table(held, cells):
        return lines
    grid = _grid(held, cells, frame.xs)
    if not grid.header and all(len(box.texts) == 1 for row in grid.rows for box in row):
        return lines  # its heads stand over the rules: they are found with the rows as of any table
    whole = _as_line([lines[number] for number in inside], grid)
    first = min(inside)
    return [
        whole if number == first else line
        for number, line in enumerate(lines)
        if number == first or number not in inside
    ]


def _split_tall(
    cells: dict[tuple[int, int], tuple[int, int]], stood: dict[int, tuple[float, list[tuple[int, int]]]]
) -> None:
    """Divide tall cells whose lines stand level with those in the rows beside: there are rows, though no rule says so.

    Args:
        cells: The cell of each square.
        stood: For each line its height, and the squares that its pieces stand in.
    """
    by_cell: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    heights: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for y, squares in stood.values():
        for row, column in squares:
            by_cell[cells[row, column]].append((row, y))
            heights[row].append((y, column))
    columns = range(1 + max(column for _, column in cells))
    for first, its in by_cell.items():
        tall = {square for square, cell in cells.items() if cell == first}
        rows = {row for row, _ in tall}
        if len(rows) < 3 or max(len({cells[row, column] for row in rows}) for column in columns) < len(rows):
            continue
        own = {column for _, column in tall}
        level = sum(any(abs(y - other) < 1.5 and at not in own for other, at in heights[row]) for row, y in its)
        if level > 2 and level >= 0.7 * len(its):
            cells.update({square: (square[0], first[1]) for square in tall})


def _is_table(held: dict[tuple[int, int], list[Piece]], cells: dict[tuple[int, int], tuple[int, int]]) -> bool:
    """Return whether what stands between the rules is a table: rows of cells, most of them filled, none divided."""
    by_row: dict[int, list[int]] = defaultdict(list)
    for (row, column), pieces in held.items():
        by_row[row].append(column)
        if sum(len(text) for _, _, text, _ in pieces) > _LONG:
            return False
    if sum(len(columns) > 1 for columns in by_row.values()) < 2:
        return False
    used = {cell for cell in cells.values() if cell[0] in by_row}
    if len(held) < _FILLED * len(used):
        return False
    for row, columns in by_row.items():
        stacked = sum(sum(is_figure(text) for _, _, text, _ in held[row, column]) > 1 for column in columns)
        if stacked > 1:
            return False  # rows that no rule divides
    split = sum(len(pieces) - len({id(piece[3]) for piece in pieces}) for pieces in held.values())
    return split <= 0.1 * len(held)  # columns that no rule divides


def _grid(
    held: dict[tuple[int, int], list[Piece]], cells: dict[tuple[int, int], tuple[int, int]], xs: list[float]
) -> Grid:
    """Return the grid of what stands between rules, without rows and columns in which no text begins."""
    rows = {row: number for number, row in enumerate(sorted({row for row, _ in held}))}
    columns = {column: number for number, column in enumerate(sorted({column for _, column in held}))}
    taken: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for square, first in cells.items():
        taken[first].append(square)
    boxes: list[list[Box]] = [[] for _ in rows]
    for (row, column), pieces in sorted(held.items()):
        spanned = {rows[square[0]] for square in taken[row, column] if square[0] in rows}
        across = {columns[square[1]] for square in taken[row, column] if square[1] in columns}
        box = Box(rows[row], columns[column], len(spanned), len(across))
        pieces.sort(key=lambda piece: (-round(piece[3].y), piece[0]))
        box.texts = [text for _, _, text, _ in pieces]
        box.cuts = [
            line.cut and text == (line.cells[-1][2] if line.cells else line.text) for _, _, text, line in pieces
        ]
        boxes[rows[row]].append(box)
    ends = [*sorted(columns)[1:], len(xs) - 1]
    edges = [(xs[low], xs[high]) for low, high in zip(sorted(columns), ends, strict=True)]
    return Grid(edges, boxes, _header(boxes))


def _header(boxes: list[list[Box]]) -> int:
    """Return how many rows are the head: the first, as far as its cells reach, and those under it without figures."""
    heads = max(box.rows for box in boxes[0])
    wide = any(box.columns > 1 for box in boxes[0])
    figures = [[any(map(is_figure, box.texts)) for box in row if box.column] for row in boxes]
    if any(figures[0]) or heads >= len(boxes):
        return 0
    if wide and heads == 1 and len(boxes) > 2 and not any(figures[1]) and any(map(any, figures[2:])):
        heads = 2
    return heads


def _as_line(lines: list[Line], grid: Grid) -> Line:
    words = [word for line in lines for word in line.words or ()]
    return Line(
        "\n".join(["  ".join([" ".join(box.texts) for box in row]) for row in grid.rows]),
        min(line.x0 for line in lines),
        max(line.x1 for line in lines),
        max(line.y for line in lines),
        sorted(line.size for line in lines)[len(lines) // 2],
        words=words or None,
        grid=grid,
    )
