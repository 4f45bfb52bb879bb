"""Grammar: the tree of a text that somebody typed, of nothing but what is listed here.

Words and signs are checked first; then Python parses the text, and of its tree the
parts below are copied (`theory.lemmas.arithmetic` shows one). Nothing is ever run.
"""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from functools import partial
from itertools import accumulate, pairwise
from typing import Any, NoReturn

NAMES = ("eta", "rho", "mu", "beta", "kappa")
LENGTH, DEPTH, POWER = 1000, 50, 16
FORMULA = f"a formula has numbers, + - * / **, sqrt, min, max and {', '.join(NAMES)}"
CONDITION = "a condition compares formulas by < <= > >=, joined by and, or, not"
NUMBER = "a number has at most 30 digits before and after its point, and two after e"
EXPONENT = f"an exponent is a whole number to {POWER}, times those of powers around it"
SIZE = f"at most {LENGTH} characters are read, and {DEPTH} operations in each other"

_TOKEN = re.compile(
    rf"(?:{'|'.join(NAMES)}|sqrt|min|max|and|or|not)\b|[-+*/(),<>= \t]"
    r"|(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?(?![\w.])"
    r"|(?P<bad>(?:[\w.]|(?<=\d[eE])[+-])+|.)",
    re.ASCII | re.DOTALL,
)
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_ORDERS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_OPPOSITE = {ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<"}


def formula(text: str) -> Any:
    """The tree of a number.

    Raises:
        ValueError: in one line, what is refused and what is allowed.
    """
    return _number(text, _parsed(text, FORMULA))


def condition(text: str) -> Any:
    """The tree of a truth value.

    Raises:
        ValueError: in one line, what is refused and what is allowed.
    """
    return _truth(text, _parsed(text, CONDITION))


def quoted(text: str) -> str:
    """The text, or its beginning, in one printable line."""
    shown = ascii(text)[1:-1]
    return f"`{shown}`" if len(shown) <= 80 else f"`{shown[:77]}...`"


def _parsed(text: str, rule: str) -> ast.expr:
    brackets = accumulate((c == "(") - (c == ")") for c in text)
    if len(text) > LENGTH or max(brackets, default=0) > DEPTH:
        _refuse(text, text, SIZE)
    for bad in (token["bad"] for token in _TOKEN.finditer(text) if token["bad"]):
        _refuse(text, bad, NUMBER if re.match(r"\.?[0-9]", bad) else rule)
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        why = getattr(error, "msg", error)
        raise ValueError(f"{quoted(text)}: {why}; {rule}.") from None


def _refuse(text: str, piece: str, rule: str) -> NoReturn:
    raise ValueError(f"{quoted(text)}: {quoted(piece)} is not allowed; {rule}.")


def _piece(text: str, node: ast.expr, depth: int = 0) -> str:
    piece = text[node.col_offset : node.end_col_offset]
    return piece if depth <= DEPTH else _refuse(text, piece, SIZE)


def _number(text: str, node: ast.expr, depth: int = 0, power: int = 1) -> Any:
    piece = _piece(text, node, depth)
    inner = partial(_number, text, depth=depth + 1, power=power)
    match node:
        case ast.Constant():
            return Fraction(piece)
        case ast.Name(id=name) if name in NAMES:
            return name
        case ast.UnaryOp(op=ast.UAdd(), operand=x):
            return inner(x)
        case ast.UnaryOp(op=ast.USub(), operand=x):
            return "neg", inner(x)
        case ast.BinOp(left=x, op=ast.Pow(), right=y):
            n = _exponent(text, _piece(text, y), power)
            return "**", inner(x, power=power * max(1, abs(n))), n
        case ast.BinOp(left=x, op=op, right=y) if type(op) in _ARITHMETIC:
            return _ARITHMETIC[type(op)], inner(x), inner(y)
        case ast.Call(func=ast.Name(id="sqrt"), args=[x], keywords=[]):
            return "sqrt", inner(x)
        case ast.Call(func=ast.Name("min" | "max" as f), args=[_, _, *_], keywords=[]):
            return f, *map(inner, node.args)
    _refuse(text, piece, FORMULA)


def _exponent(text: str, piece: str, power: int) -> int:
    if re.fullmatch(r"-?[0-9]+", piece) and abs(int(piece)) * power <= POWER:
        return int(piece)
    _refuse(text, piece, EXPONENT)


def _truth(text: str, node: ast.expr, depth: int = 0, wanted: bool = True) -> Any:
    # The opposite of a condition is that of its comparisons: no tree has a `not`.
    piece = _piece(text, node, depth)
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=x):
            return _truth(text, x, depth + 1, not wanted)
        case ast.BoolOp(op=op, values=parts):
            inner = [_truth(text, part, depth + 1, wanted) for part in parts]
            return "and" if isinstance(op, ast.And) == wanted else "or", *inner
        case ast.Compare(left=x, ops=ops) if {*map(type, ops)} <= _ORDERS.keys():
            orders = [(_ORDERS if wanted else _OPPOSITE)[type(op)] for op in ops]
            sides = [_number(text, y, depth + 1) for y in (x, *node.comparators)]
            pairs = zip(orders, pairwise(sides), strict=True)
            return "and" if wanted else "or", *((o, *pair) for o, pair in pairs)
    _refuse(text, piece, CONDITION)
