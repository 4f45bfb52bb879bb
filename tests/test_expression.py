"""What somebody types is read as Python would, and nothing else is read at all."""

import ast
import builtins
import math
import operator
import pickle
import re
import subprocess
import sys
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.test_errors import refused
from theory.lemmas.arithmetic import root
from theory.lemmas.expression import condition, formula

LEMMA = "1-(1+mu*rho)*eta*mu*beta/(mu+beta)"
RANGE = "eta <= 2/(mu+beta) - rho"
POINT = {"eta": 0.3, "rho": 0.2, "mu": 0.1, "beta": 1.5, "kappa": 15.0}
EXACT = {
    name: F(*value)
    for name, value in {
        "eta": (3, 10),
        "rho": (1, 5),
        "mu": (1, 10),
        "beta": (3, 2),
        "kappa": (15, 1),
    }.items()
}
FUNCTIONS = {"sqrt": math.sqrt, "min": min, "max": max, "__builtins__": {}}


def test_a_formula_has_the_value_python_computes():
    eta, rho, mu, beta = (POINT[name] for name in ("eta", "rho", "mu", "beta"))
    expected = 1 - (1 + mu * rho) * eta * mu * beta / (mu + beta)
    assert formula(LEMMA)(**POINT) == expected
    assert formula(f"  {LEMMA}\n").text == LEMMA
    assert condition(RANGE)(**POINT) is (eta <= 2 / (mu + beta) - rho)


def test_fractions_stay_exact():
    value = formula(LEMMA)(**EXACT)
    assert isinstance(value, F) and value == F("0.9713125")
    assert formula("eta - 0.3")(**EXACT) == 0
    assert formula("1/3 + 2")(mu=1) == F(7, 3)
    assert condition("eta + 0.1 >= 0.4")(**EXACT) is True
    assert condition("0.1 + 0.2 > 0.3")(**POINT) is True  # of floats
    assert condition("0.1 + 0.2 > 0.3")(**EXACT) is False


def test_a_decimal_is_exactly_what_is_written():
    text = "0.123456789012345678901234567891"
    assert formula(text)(mu=F(1)) == F(123456789012345678901234567891, 10**30)
    assert formula("2.5e-3*mu")(mu=4) == F(1, 100)
    assert formula("1.*mu")(mu=4) == formula(".5*mu")(mu=8) == 4


@pytest.mark.parametrize("p, q", [(0, 1), (4, 9), (10**40, 49), (1, 10**50)])
def test_the_root_of_a_rational_square_is_rational(p, q):
    expected = F(math.isqrt(p), math.isqrt(q))
    assert formula("sqrt(mu)")(mu=F(p, q)) == expected


@pytest.mark.parametrize("x", [F(2), F(1, 3), F(1, 10**41), F(10**41), F(0.1), F(7, 5)])
def test_any_other_root_is_rounded_down_a_little(x):
    value = root(x)
    assert value**2 < x < (value * (1 + F(1, 2**60))) ** 2
    assert float(value) == pytest.approx(math.sqrt(x), rel=1e-15)


def test_the_names_are_those_in_the_text():
    assert formula(LEMMA).names == {"eta", "rho", "mu", "beta"}
    assert condition("max(1e5, kappa) > 2").names == {"kappa"}
    assert formula("1e5").names == frozenset()


def test_a_power_binds_as_in_python():
    for text in (
        "-2**2",
        "2**-1",
        "-mu**2*3",
        "(-mu)**3",
        "2/3/4",
        "1-2-3",
        "+-+mu",
        "+mu",
        "0**0",
    ):
        assert formula(text)(**POINT) == eval(text, {}, POINT)


def test_arrays_are_elementwise_and_broadcast():
    eta, mu = np.linspace(0.1, 3, 7)[:, None], np.array([0.2, 0.5, 0.7])
    value = formula("min(eta, 1 + sqrt(mu), 2*rho) - max(eta, mu)**2/-3")
    expected = [
        [min(e, 1 + math.sqrt(m), 1.2) - max(e, m) ** 2 / -3 for m in mu]
        for e in eta[:, 0]
    ]
    actual = value(eta=eta, mu=mu, rho=F(3, 5))
    np.testing.assert_allclose(actual, expected, rtol=1e-14)  # a dozen roundings
    assert formula("2")(mu=mu).tolist() == [2.0] * 3


def test_conditions_of_arrays_are_elementwise():
    eta, mu = np.linspace(0.1, 3, 7)[:, None], np.array([0.2, 0.5, 0.7])
    text = "not (eta < 1 <= 4*mu) and (mu > 0.3 or not eta >= 2)"
    expected = [[eval(text, {"eta": e, "mu": m}) for m in mu] for e in eta[:, 0]]
    actual = condition(text)(eta=eta, mu=mu)
    assert actual.dtype == bool and actual.tolist() == expected


def test_where_an_array_is_undefined_it_is_nan():
    mu = np.array([-1.0, 0.0, 4.0, np.inf, 1e300])
    np.testing.assert_array_equal(formula("1/mu")(mu=mu)[1:4], [np.nan, 0.25, np.nan])
    np.testing.assert_array_equal(formula("1/(1/mu)")(mu=mu)[1:4], [np.nan, 4, np.nan])
    np.testing.assert_array_equal(formula("sqrt(mu)")(mu=mu)[:3], [np.nan, 0, 2])
    np.testing.assert_array_equal(formula("min(1, 1/mu)")(mu=mu)[1:3], [np.nan, 0.25])
    assert np.isnan(formula("mu**2")(mu=mu)[-1])
    assert np.isnan(formula("sqrt(mu)**0")(mu=mu)[0])
    assert np.isnan(formula("eta + 1/0")(eta=mu)).all()
    assert np.isnan(formula("eta/mu")(eta=np.ones(2), mu=0.0)).all()


def test_where_a_comparison_is_undefined_neither_it_nor_its_opposite_holds():
    mu = np.array([0.0, 0.1, 1.0])
    held = [condition(text)(mu=mu) for text in ("1/mu < 2", "not 1/mu < 2")]
    assert np.array(held).tolist() == [[False, False, True], [False, True, False]]
    either = condition("not (1/mu < 2 and mu > 0)")(mu=mu)
    assert either.tolist() == [True, True, False]


@pytest.mark.parametrize("one", [float, np.float64, F])
@pytest.mark.parametrize("text", ["eta/mu", "sqrt(-eta)", "mu**-2", "1/(eta-1) + mu"])
def test_an_undefined_scalar_is_refused_with_its_values(text, one):
    names = [f"{name} = {v}" for name, v in (("eta", one(1)), ("mu", one(0)))]
    at = ", ".join(n for n in names if n.split()[0] in text)
    rule = f"^`{re.escape(text)}` is undefined at {re.escape(at)}.$"
    refused(rule, formula(text), eta=one(1), mu=one(0))
    refused("is undefined", condition(f"{text} < 1"), eta=one(1), mu=one(0))


def test_what_overflows_or_is_not_finite_is_refused():
    for mu in (1e300, math.inf, -math.inf, math.nan):
        refused("`mu\\*mu` is undefined at mu = ", formula("mu*mu"), mu=mu)
        refused("is undefined at mu = ", formula("mu**2"), mu=mu)
    refused("^`1/0` is undefined.$", formula("1/0"))


def test_a_scalar_condition_is_decided_from_the_left():
    assert condition("mu <= 0 or 1/mu > 3")(mu=0.0) is True
    assert condition("mu > 0 and 1/mu > 3")(mu=F(0)) is False


def test_a_text_may_be_wide_and_have_blank_ends():
    assert formula("\t eta\n")(eta=3) == 3
    assert formula(f"min({'mu, ' * 240}eta)")(eta=3, mu=4) == 3
    assert condition("0 <= " * 190 + "eta")(eta=np.array([1.0, -1])).tolist() == [1, 0]


def test_a_missing_name_is_refused():
    refused("^`eta\\*mu` needs a value of mu.$", formula("eta*mu"), eta=1.0)


def test_an_expression_is_plain_data():
    e = formula(LEMMA)
    copied = pickle.loads(pickle.dumps(e))
    assert copied == e and hash(copied) == hash(e) and copied(**EXACT) == e(**EXACT)


@pytest.mark.parametrize(
    "text, rule",
    [
        ("eta.real", "^`eta.real`: `.real` is not allowed; a formula has numbers, "),
        ("1 + eta[0]", "`\\[` is not allowed; a formula has"),
        ("lam*eta", "`lam` is not allowed; .* sqrt, min, max and eta, rho, mu, beta"),
        ("eta < 1", "`eta < 1` is not allowed; a formula"),
        ("1 + (eta < 1)", "`eta < 1` is not allowed; a formula"),
        ("eta and mu", "`eta and mu` is not allowed; a formula"),
        ("eta // mu", "`eta // mu` is not allowed; a formula"),
        ("1 - min(mu)", "`min\\(mu\\)` is not allowed; a formula"),
        ("sqrt(mu, 2)", "`sqrt\\(mu, 2\\)` is not allowed; a formula"),
        ("mu**0.5", "`0.5` is not allowed; an exponent is a whole number to 16"),
        ("mu**eta", "`eta` is not allowed; an exponent"),
        ("mu**17", "`17` is not allowed; an exponent"),
        ("mu**-17", "`-17` is not allowed; an exponent"),
        ("9**9**9", "`9\\*\\*9` is not allowed; an exponent"),
        ("((mu**4)**4)**2", "`4` is not allowed; .* times those of powers around it"),
        ("((9**16)**16)**0", "`16` is not allowed; an exponent"),
        ("(9**16)**0 + (9**16)**2", "`16` is not allowed; an exponent"),
        ("1e999", "`1e999` is not allowed; a number has at most 30 digits"),
        ("1e-999", "`1e-999` is not allowed; a number"),
        ("9" * 31, f"`{'9' * 31}` is not allowed; a number"),
        ("1_000", "`1_000` is not allowed; a number"),
        ("0x10", "`0x10` is not allowed; a number"),
        ("2j", "`2j` is not allowed; a number"),
        ("mu + ", "^`mu \\+`: .*; a formula has"),
        ("", "^``: .*; a formula has"),
        ("(mu", "'\\(' was never closed; a formula has"),
        ("mu\0", r"^`mu\\x00`: `\\x00` is not allowed; a formula"),
        ("mu\n+1", r"^`mu\\n\+1`: `\\n` is not allowed"),
        ("mu + \u043c", "`\\\\u043c` is not allowed"),
        ("+".join(["mu"] * 400), "at most 1000 characters are read, and 50 operations"),
        ("+".join(["mu"] * 60), "is not allowed; at most 1000 characters"),
        ("(" * 60 + "1" + ")" * 60, "is not allowed; at most 1000"),
        ("mu" + " " * 998 + "+1", "is not allowed; at most 1000"),
        ("-" * 900 + "1", "is not allowed; at most 1000"),
    ],
)
def test_an_error_names_the_text_the_piece_and_the_rule(text, rule):
    refused(rule, formula, text)


@pytest.mark.parametrize(
    "text, rule",
    [
        ("eta", "^`eta`: `eta` is not allowed; a condition compares formulas by < <="),
        ("eta < 1 and mu", "`mu` is not allowed; a condition"),
        ("not mu", "`mu` is not allowed; a condition"),
        ("eta == 1", "`eta == 1` is not allowed; a condition"),
        ("eta != 1", "`!` is not allowed; a condition"),
        ("eta in mu", "`in` is not allowed; a condition"),
        ("(eta < 1) < 2", "`eta < 1` is not allowed; a formula"),
        ("min(eta < 1, 2) < 2", "`eta < 1` is not allowed; a formula"),
        ("not " * 100 + "mu < 1", "is not allowed; at most 1000"),
    ],
)
def test_a_condition_is_no_number(text, rule):
    refused(rule, condition, text)


HOSTILE = [
    "__import__('os').system('touch owned')",
    "open('owned', 'w')",
    "exec('import os')",
    "eval('1')",
    "print(1)",
    "().__class__.__bases__[0].__subclasses__()",
    "eta.__class__",
    "eta.__init__.__globals__",
    "eta[0]",
    "[eta for eta in (1,)]",
    "{eta: 1}",
    "{1, 2}",
    "(eta, mu)",
    "()",
    "lambda: 0",
    "(lambda: 0)()",
    "(eta := 1)",
    "f'{eta}'",
    "'eta'",
    "b'eta'",
    "...",
    "None",
    "True",
    "1 if eta else 2",
    "1if eta else 2",
    "yield",
    "await eta",
    "min(*eta)",
    "max(**eta)",
    "min(1, key=eta)",
    "min(1, 2, key=eta)",
    "sqrt(eta=2)",
    "sqrt(2, eta=2)",
    "sqrt(2, **eta)",
    "min(1, 2, eta=2)",
    "min(1, 2, *eta)",
    "sqrt",
    "sqrt()",
    "eta()",
    "2(3)",
    "sqrt(2)(3)",
    "math.sqrt(2)",
    "abs(eta)",
    "eta @ mu",
    "eta % mu",
    "eta << 9",
    "1 << 99",
    "~1",
    "1 | 2",
    "1 ^ 2",
    "eta is mu",
    "eta <> mu",
    "9**9**9",
    "9**(9**9)",
    "2**(-1*-9)",
    "((((9**16)**16)**16)**16)**16",
    "9**--9",
    "1e400",
    "1e-9999999",
    "0e-99999999",
    "1E+500 + mu",
    "9" * 400,
    "nan",
    "inf",
    "import os",
    "eta; mu",
    "eta = 1",
    "eta # mu",
    "eta\\\n+1",
    "\teta\x0c+1",
    "eta\x00",
    "\x00",
    "\ud800",
    "\u0435ta",
    "\uff45ta",
    "\u00b2",
    "\u0661",
    "\u037e",
    "eta\u00a0+1",
    "eta\u200b",
    "(" * 999,
    "(" * 333 + "1" + ")" * 333,
    "[" * 500,
    "-" * 999 + "1",
    "not " * 240 + "1",
    "min(" * 200,
    "sqrt(" * 150 + "1" + ")" * 150,
    "1+" * 499 + "1",
    "eta" * 300,
    "1" * 10**6,
    "(" * 10**6,
    "007",
    "0o7",
    "1__0",
    "1..real",
    "1 .real",
    "1.e",
    "eta1",
    "",
    " ",
    ")(",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_nothing_hostile_is_read_or_run(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = []
    for name in ("eval", "exec", "compile", "open", "print", "__import__"):
        real = getattr(builtins, name)

        def noted(*args, name=name, real=real, **options):
            if ast.PyCF_ONLY_AST not in (*args, *options.values()):
                ran.append(name)
            return real(*args, **options)

        monkeypatch.setattr(builtins, name, noted)
    said = []
    for read in (formula, condition):
        try:
            read(text)
        except ValueError as error:
            said.append(str(error))
    monkeypatch.undo()
    assert not ran and not list(tmp_path.iterdir())
    assert len(said) == 2
    for line in said:
        assert line.startswith("`") and line.endswith(".")
        assert line.isprintable() and line.isascii() and len(line) < 400


def test_the_modules_import_numpy_only_for_arrays():
    program = (
        "import sys; from theory.lemmas.expression import formula; "
        "assert formula('sqrt(mu)/3')(mu=4) * 3 == 2; formula('mu')(mu=.5); "
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert done.stdout.split() == [b"False"], done.stderr


def test_the_largest_exact_number_is_soon_computed():
    text = f"({'*'.join(['1e-99'] * 49)})**16 + ({'/'.join(['eta'] * 40)})**-16"
    assert formula(text)(eta=F(0.1)).denominator.bit_length() < 10**6


literals = st.one_of(
    st.integers(0, 30).map(str),
    st.decimals(0, 9, places=3).map(str),
    st.sampled_from([".5", "2.", "1e-3", "1.5E1"]),
)


def compound(inner):
    pairs = st.tuples(inner, inner)
    signs = st.sampled_from(["+", "-", "*", "/", " - "])
    return st.one_of(
        st.tuples(inner, signs, inner).map("".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        inner.map("sqrt({})".format),
        st.tuples(inner, st.integers(-2, 2)).map(lambda t: "({})**{}".format(*t)),
        pairs.map(lambda t: "min({}, {})".format(*t)),
        pairs.map(lambda t: "max({}, {}, 1)".format(*t)),
    )


numbers = st.recursive(
    st.one_of(literals, st.sampled_from(sorted(POINT))), compound, max_leaves=8
)
comparisons = st.one_of(
    st.tuples(numbers, st.sampled_from(["<", "<=", ">", ">="]), numbers).map(" ".join),
    st.tuples(numbers, numbers, numbers).map(lambda t: "{} < {} >= {}".format(*t)),
)
truths = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map("".join),
        inner.map("({})".format),
    ),
    max_leaves=4,
)


def in_python(text, values):
    """Python's own value, with the literals of the values' own kind."""
    kind = type(values["eta"])
    number = r"(?<![\w.])(\d+\.?\d*|\.\d+)([eE]-?\d+)?"
    text = re.sub(rf"(?<!\*\*)(?<!\*\*-){number}", r"K('\g<0>')", text)
    roots = {"sqrt": root if kind is F else math.sqrt}
    try:
        return eval(text, {**FUNCTIONS, **roots, "K": kind}, values)
    except (ArithmeticError, ValueError):
        return None


@given(text=numbers, exact=st.booleans())
def test_a_random_formula_is_what_python_evaluates(text, exact):
    values = EXACT if exact else POINT
    expected = in_python(text, values)
    expression = formula(text)
    if expected is None or not math.isfinite(expected):
        refused("is undefined", expression, **values)
    else:
        assert expression(**values) == expected
        assert type(expression(**values)) is (F if exact else float)


@given(text=numbers)
def test_a_random_formula_of_arrays_is_that_of_its_numbers(text):
    points = [POINT, {name: 0.0 for name in POINT}, {name: 2.0 for name in POINT}]
    values = {name: np.array([p[name] for p in points]) for name in POINT}
    expected = [in_python(text, point) for point in points]
    expected = [math.nan if e is None else e for e in expected]
    # numpy's powers and Python's may differ in the last place, and cancel after that.
    actual = formula(text)(**values)
    scale = max([1.0, *(abs(e) for e in expected if math.isfinite(e))])
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-9 * scale)


@given(text=truths, exact=st.booleans())
def test_a_random_condition_is_what_python_evaluates(text, exact):
    values = EXACT if exact else POINT
    expected = in_python(text, values)
    assume(expected is not None)
    assert condition(text)(**values) is expected


def test_no_operation_is_missing():
    for sign in ("+", "-", "*", "/"):
        named = {"+": "add", "-": "sub", "*": "mul", "/": "truediv"}[sign]
        expected = getattr(operator, named)(0.3, 0.1)
        assert formula(f"eta {sign} mu")(**POINT) == expected
    for order in ("lt", "le", "gt", "ge"):
        sign = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}[order]
        for mu in (1, 2, 3):
            expected = getattr(operator, order)(mu, 2)
            assert condition(f"mu {sign} 2")(mu=mu) is expected
            assert condition(f"not mu {sign} 2")(mu=mu) is not expected
