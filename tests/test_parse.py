"""The parser: shapes and columns as Python has them, clear errors for the rest, no crash on any text."""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck.errors import InputError, SyntaxProblem, UnknownFunction, WrongArguments
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import APPLY, Node, name, number
from diffcheck.language.unparse import unparse

T = TypeVar("T")

X, Y = name("x"), name("y")

OPERATORS: dict[type, str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.USub: "neg",
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip


def from_python(part: ast.expr) -> Node:
    """Return the tree Python's own parser gives, with Python's columns."""
    span = (part.col_offset, part.end_col_offset or 0)
    match part:
        case ast.Name(id=text):
            return name(text, span)
        case ast.Constant(value=value):
            return number(Fraction(str(value)), span)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = from_python(operand)
            if isinstance(inner.leaf, Fraction) and inner.leaf >= 0:
                return number(-inner.leaf, span)
            return Node("neg", (inner,), None, span)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Node("not", (from_python(operand),), None, span)
        case ast.BinOp(left=left, op=op, right=right):
            return Node(OPERATORS[type(op)], (from_python(left), from_python(right)), None, span)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return Node(OPERATORS[type(op)], (from_python(left), from_python(right)), None, span)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return Node("where", (from_python(test), from_python(body), from_python(orelse)), None, span)
        case ast.Call(func=ast.Name(id=func), args=args):
            return Node(func, tuple(map(from_python, args)), None, span)
    raise AssertionError(ast.dump(part))


LEAVES = st.sampled_from(["x", "y", "z1", "2", "0.5", "1e-3"])
COMPARED = st.sampled_from([" < ", "<=", ">", ">=", " == ", "!="])


def _numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    condition = st.builds("{}{}{}".format, inner.map("({})".format), COMPARED, inner.map("({})".format))
    denied = st.one_of(condition, condition.map("not {}".format))
    return st.one_of(
        st.builds("{}{}{}".format, inner, st.sampled_from([" + ", "-", "*", " / ", "**", " ** -"]), inner),
        inner.map("-{}".format),
        inner.map("({})".format),
        inner.map("( {} )".format),
        inner.map("abs({})".format),
        st.builds("max({}, {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, denied, inner),
    )


EXPRESSIONS = st.recursive(LEAVES, _numbers, max_leaves=12)


def refusal_or(read: Callable[[str], T], text: str) -> T | InputError:
    """Return what ``read`` gives, or the error a user would see."""
    try:
        return read(text)
    except InputError as error:
        return error


def spans(node: Node) -> list[tuple[str, tuple[int, int]]]:
    """Return operation and columns of every part."""
    return [(n.op, n.span) for n in node.walk()]


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_shape_and_columns_are_those_of_pythons_parser(text: str) -> None:
    """Precedence, grouping and spans agree with `ast` wherever both read the text."""
    tree = refusal_or(parse, text)
    if isinstance(tree, InputError):
        assert "too long to be written" in tree.message
        return
    expected = from_python(ast.parse(text, mode="eval").body)
    assert tree == expected
    assert spans(tree) == spans(expected)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=40), st.text(alphabet="xyE12.e+-*/^()<>=,! andorifels[]'\\\n", max_size=60))
)
def test_any_text_parses_or_raises_an_input_error(text: str) -> None:
    """No text crashes the parser, and an error's span lies in the text."""
    for read in (parse, parse_conditions):
        error = refusal_or(read, text)
        if isinstance(error, InputError):
            assert error.text == text
            assert error.span is not None
            assert 0 <= error.span[0] <= error.span[1] <= len(text)


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("x^2^3*y", "x**2**3*y"),
        ("-x^2", "-(x**2)"),
        ("2^-x", "2**(-x)"),
        ("np.abs(x)", "abs(x)"),
        ("torch.nn.functional.softplus(x)", "softplus(x)"),
        ("F.relu(x)", "relu(x)"),
        ("numpy.maximum(x, 0)", "max(x, 0)"),
        ("math.pi + np.e", "pi + E"),
        ("ln(x)", "log(x)"),
        ("+x", "x"),
        ("x if x > 0 else y", "where(x > 0, x, y)"),
        ("(x > 0)*x", "where(x > 0, 1, 0)*x"),
        ("where(0 < x < 1, x, y)", "where(0 < x and x < 1, x, y)"),
        ("torch.clamp(x, min=0)", "max(x, 0)"),
        ("elu(x, alpha=2)", "elu(x, 2)"),
        ("F.leaky_relu(x, negative_slope=0.2)", "leaky_relu(x, 0.2)"),
        ("F.hardtanh(x, max_val=3)", "hardtanh(x, -1, 3)"),
        ("hardtanh(x, hi=3, lo=y)", "hardtanh(x, y, 3)"),
        ("clamp(x, max=1)", "min(x, 1)"),
        ("np.clip(x, a_min=0, a_max=1)", "clip(x, 0, 1)"),
        ("clip(x, 0, max=1)", "clip(x, 0, 1)"),
        ("torch.clamp(x, 0)", "max(x, 0)"),
        ("np.clip(x, None, 1)", "min(x, 1)"),
        ("np.clip(x, 0, None)", "max(x, 0)"),
        ("torch.clamp(x, min=None, max=1)", "min(x, 1)"),
        ("np.heaviside(x, 0.5)", "heaviside(x)"),
        ("np.heaviside(x, 1/2)", "heaviside(x)"),
        ("np.heaviside(x, 0)", "where(x > 0, 1, 0)"),
        ("np.heaviside(x, 1)", "where(x >= 0, 1, 0)"),
        ("np.heaviside(x, y)", "where(x > 0, 1, where(x < 0, 0, y))"),
        ("np.power(x, 2)", "x**2"),
        ("np.multiply(x, np.logical_and(x > 0, y > 0))", "x*(x > 0 and y > 0)"),
        ("pow(x, 2)", "x**2"),
        ("x\n + \ty", "x + y"),
        ("1_000*x", "1000*x"),
        (".5*x + 1.", "0.5*x + 1"),
    ],
)
def test_spellings_that_mean_the_same(typed: str, same: str) -> None:
    """Aliases, modules, `^`, conditional expressions and keyword bounds give the plain tree."""
    assert parse(typed) == parse(same)


@pytest.mark.parametrize(
    ("text", "function", "args", "span"),
    [
        ("f(x)", "f", ["x"], (0, 4)),
        ("2*model(x, w + 1)", "model", ["x", "w + 1"], (2, 17)),
        ("yhat( x )", "yhat", ["x"], (0, 9)),
        ("F(x) + F.relu(x)", "F", ["x"], (0, 4)),
        ("mu(x) + 1", "mu", ["x"], (0, 5)),
        ("y(t1, t2)", "y", ["t1", "t2"], (0, 9)),
        ("cost(y, p)", "cost", ["y", "p"], (0, 10)),
        ("F(x > 0)", "F", ["where(x > 0, 1, 0)"], (0, 8)),
    ],
)
def test_a_call_of_an_unknown_name_is_an_application(
    text: str, function: str, args: list[str], span: tuple[int, int]
) -> None:
    """Names of models are read as functions, with their columns; so are words longer than a known function."""
    (call,) = [n for n in parse(text).walk() if n.op == APPLY]
    assert (call.leaf, call.span) == (function, span)
    assert [unparse(a) for a in call.args] == args


def test_a_definition_makes_any_name_callable() -> None:
    """What looks like a product or a misspelling is a function once `let` defines it."""
    for text in ("y(f - 1)", "maxx(f)", "delta(2*f)"):
        called = text.partition("(")[0]
        assert parse(text, {called}).leaf == called


def test_decimals_are_exact() -> None:
    """A decimal is the fraction it spells, not its float64 neighbour."""
    assert parse("0.1") == number(Fraction(1, 10))
    assert parse("1e-12") == number(Fraction(1, 10**12))
    assert parse("1e30") == number(10**30)


@pytest.mark.parametrize(
    "word", ["lambda", "gamma", "beta", "N", "S", "Q", "I", "e", "in", "is", "class", "gt", "add", "größe"]
)
def test_every_other_word_is_a_variable(word: str) -> None:
    """Names that Python or SymPy reserve, and names of operator rows, are variables."""
    assert parse(f"{word}*x").names() == (word, "x")


def test_columns_count_characters_as_typed() -> None:
    """Spans survive `^`, letters outside ASCII and newlines."""
    tree = parse("größe^2 +\n abs(y)")
    assert tree.span == (0, 17)
    assert [a.span for a in tree.args] == [(0, 7), (11, 17)]


ERRORS = [
    ("", SyntaxProblem, (0, 0), "abs(y - f)"),
    ("2x", SyntaxProblem, (0, 2), "`2*x`"),
    ("(x)(y)", SyntaxProblem, (2, 4), "`(...)*...`"),
    ("x y", SyntaxProblem, (0, 3), "`x*y`"),
    ("|x|", SyntaxProblem, (0, 1), "`abs(x)`"),
    ("x = 1", SyntaxProblem, (2, 3), "`==`"),
    ("L = abs(x)", SyntaxProblem, (2, 3), "leave `name =` out"),
    ("y − f", SyntaxProblem, (2, 3), "write `-`"),
    ("x²", SyntaxProblem, (1, 2), "write `**2`"),
    ("2·x", SyntaxProblem, (1, 2), "write `*`"),
    ("2*π", SyntaxProblem, (2, 3), "write `pi`"),
    ("x % 2", SyntaxProblem, (2, 3), "mod(a, b)"),
    ("x // 2", SyntaxProblem, (2, 4), "floor(a/b)"),
    ("x & y", SyntaxProblem, (2, 3), "`and`"),
    ("(x", SyntaxProblem, (0, 1), "add a `)`"),
    ("x)", SyntaxProblem, (1, 2), "add a `(`"),
    ("((x)", SyntaxProblem, (0, 1), "add a `)`"),
    ("x +", SyntaxProblem, (3, 3), None),
    ("x if y else 1", SyntaxProblem, (5, 6), "`y > 0`"),
    ("x and y", SyntaxProblem, (0, 1), "`x > 0`"),
    ("x > 0 or ((y))", SyntaxProblem, (9, 14), "`((y)) > 0`"),
    ("x if y > 0", SyntaxProblem, (0, 10), "else b"),
    ("(x if y > 0)*2", SyntaxProblem, (1, 11), "else b"),
    ("x else y", SyntaxProblem, (2, 6), None),
    ("x not y", SyntaxProblem, (2, 5), None),
    ("(x = 1)", SyntaxProblem, (3, 4), "`==`"),
    ("abs(x + y = 2)", SyntaxProblem, (10, 11), "`==`"),
    ("x + not y", SyntaxProblem, (4, 7), "brackets"),
    ("1e999999999", SyntaxProblem, (0, 11), "1000"),
    ("0x1F", SyntaxProblem, (0, 4), "decimal"),
    ("3j", SyntaxProblem, (0, 2), "`3*j`"),
    ("x + 10**10**10", SyntaxProblem, (4, 14), "rescale"),
    ("().__class__", SyntaxProblem, (0, 2), None),
    ("x.foo", SyntaxProblem, (0, 5), "plain name"),
    ("x.abs()", SyntaxProblem, (0, 7), "`abs(x)`"),
    ("x.sum(-1)", SyntaxProblem, (0, 5), "`sum(x)`"),
    ("x.detach()", SyntaxProblem, (0, 8), "a name of its own"),
    ("np.clip(None, 0, 1)", SyntaxProblem, (8, 12), "a number"),
    ("torch.clamp(x, None, None)", WrongArguments, (0, 26), "clamp(u, lo, hi)"),
    ("power(x, y) + power", UnknownFunction, (0, 5), "`power*(...)`"),
    ("x =< 3", SyntaxProblem, (2, 4), "`<=`"),
    ("x => 3", SyntaxProblem, (2, 4), "`>=`"),
    ("max(0; x)", SyntaxProblem, (5, 6), "`,`"),
    ("max(0 1-y*f)", SyntaxProblem, (4, 7), "`0, 1` between arguments"),
    ("max(x, (0 y))", SyntaxProblem, (8, 11), "for a product write `0*y`"),
    ("abs(2 x)", SyntaxProblem, (4, 7), "for a product write `2*x`"),
    ("sum(2 x)", SyntaxProblem, (4, 7), "for a product write `2*x`"),
    ("p log(p)", SyntaxProblem, (0, 5), "`p*log(...)`"),
    ("np.inf", SyntaxProblem, (0, 6), "pi and e"),
    ("(a := x)", SyntaxProblem, (3, 5), "let"),
    ("f'x'", SyntaxProblem, (1, 2), "quotes"),
    ("x[0:2]", SyntaxProblem, (3, 4), "slices"),
    ("x[t]", SyntaxProblem, (2, 3), "letter"),
    ("x[-1]", SyntaxProblem, (2, 4), "from 0 on"),
    ("x[]", SyntaxProblem, (1, 3), "inside"),
    ("x[0", SyntaxProblem, (1, 2), "`]`"),
    ("abs(x[0)]", SyntaxProblem, (7, 8), "order"),
    ("[]", SyntaxProblem, (0, 2), "inside"),
    ("sum(x for x in y)", SyntaxProblem, (6, 9), "by itself"),
    ("y[i](3)", SyntaxProblem, None, None),
    ("max((x, y))", SyntaxProblem, (6, 7), "max(a, b)"),
    ("max(*x)", SyntaxProblem, (4, 5), None),
    ("clip(x, ^y)", SyntaxProblem, (8, 9), None),
    ("clip(x, min=0, 1)", SyntaxProblem, (15, 16), "plain values first"),
    ("(abs)(x)", SyntaxProblem, (4, 6), None),
    ("(np).abs(x)", SyntaxProblem, (4, 5), None),
    ("np.(x)", SyntaxProblem, (3, 4), None),
    ("True", SyntaxProblem, (0, 4), None),
    ("abs + 1", SyntaxProblem, (0, 3), "`abs(u)`"),
    ("\0", SyntaxProblem, (0, 1), None),
    ("x, y", SyntaxProblem, (1, 2), None),
    ("1 + abss(x)", UnknownFunction, (4, 8), "`abs`"),
    ("f(x - 1) + f", UnknownFunction, (0, 1), "`f*(...)`"),
    ("1 + y(f - 1)", UnknownFunction, (4, 5), "`y*(...)`"),
    ("delta(abs(r) - 1)", UnknownFunction, (0, 5), "`delta*(...)`"),
    ("mu(x - 1)", UnknownFunction, (0, 2), "`mu*(...)`"),
    ("alpha_2(x)", UnknownFunction, (0, 7), "`alpha_2*(...)`"),
    ("x(x - 1)", UnknownFunction, (0, 1), "`x*(...)`"),
    ("Relu(x)", UnknownFunction, (0, 4), "`relu`"),
    ("np.foo(x)", UnknownFunction, (0, 6), "`floor`"),
    ("np.gradient_of(x)", UnknownFunction, (0, 14), "atoms"),
    ("pi(x)", UnknownFunction, (0, 2), "atoms"),
    ("F()", SyntaxProblem, (0, 3), "`F(x)`"),
    ("F(x, n=1)", SyntaxProblem, (0, 9), "`F(x)`"),
    ("elu(x, 1, 2)", WrongArguments, (0, 12), "elu(u, alpha)"),
    ("men(x)", UnknownFunction, (0, 3), "`mean`"),
    ("mean()", WrongArguments, (0, 6), "mean(e, i)"),
    ("sum(x, 2)", WrongArguments, (7, 8), "name the index"),
    ("np.mean(x, axis=0)", WrongArguments, (11, 15), "mean(y[i], i)"),
    ("dot(x)", WrongArguments, (0, 6), "dot(a, b)"),
    ("abs(x, y)", WrongArguments, (0, 9), "abs(u)"),
    ("max()", WrongArguments, (0, 5), "max(a, b, ...)"),
    ("log(x, 2)", WrongArguments, (0, 9), "log(x)/log(b)"),
    ("softplus(x, beta=2)", WrongArguments, (12, 16), "softplus(u)"),
    ("clip(x, 0, min=0)", WrongArguments, (11, 14), "clip(u, lo, hi)"),
    ("elu(x, 1, alpha=2)", WrongArguments, (10, 15), "elu(u, alpha)"),
    ("elu(alpha=2)", WrongArguments, (0, 12), "elu(u, alpha)"),
    ("log(x, base=2)", WrongArguments, (7, 11), "log(u)"),
    ("maximum(x, 0, hi=3)", WrongArguments, (14, 16), "maximum(a, b, ...)"),
    ("max(" + ", ".join("x" * 65) + ")", WrongArguments, (0, 198), "a, b"),
    ("(" * 3000 + "x" + ")" * 3000, SyntaxProblem, None, "split"),
    ("-" * 5000 + "x", SyntaxProblem, None, "split"),
    ("x" + "**x" * 500, SyntaxProblem, None, "split"),
    ("x" + "**x" * 20_000, SyntaxProblem, (0, 60_001), "split"),
    ("x" + "+x" * 20_000, SyntaxProblem, (0, 40_001), "split"),
    ("x" + "/x" * 3000, SyntaxProblem, None, "split"),
    ("x+" * 60_000 + "x", SyntaxProblem, None, "one sample"),
]


@pytest.mark.parametrize(("text", "kind", "span", "hint"), ERRORS, ids=lambda v: str(v)[:16])
def test_what_is_wrong_where_and_what_next(
    text: str, kind: type[InputError], span: tuple[int, int] | None, hint: str | None
) -> None:
    """Each fault has its class, its columns and, where there is one, the cure."""
    with pytest.raises(InputError) as caught:
        parse(text)
    error = caught.value
    assert type(error) is kind
    assert error.text == text
    assert span is None or error.span == span
    assert hint is None or hint in (error.help or "")


@pytest.mark.parametrize("text", ["+".join(["x"] * 2000), "x" + "-y*2" * 2000, " * ".join(["x"] * 500)])
def test_long_chains_stay_shallow(text: str) -> None:
    """Thousands of terms parse, every part keeps its columns, and the value does not change."""
    tree = parse(text)
    assert tree.span == (0, len(text))
    values = {"x": Fraction(1), "y": Fraction(3)}

    def value(node: Node) -> Fraction:
        u = [value(a) for a in node.args]
        match node.op:
            case "number" | "name":
                return node.leaf if isinstance(node.leaf, Fraction) else values[str(node.leaf)]
            case "add":
                return u[0] + u[1]
            case "sub":
                return u[0] - u[1]
            case "mul":
                return u[0] * u[1]
            case _:
                return -u[0]

    assert value(tree) == eval(text, dict(values))


def test_columns_of_long_chains_count_brackets() -> None:
    """Where a long sum is halved, each half takes its operands' brackets along."""
    term = "((x))*(y)"
    text = " + ".join([term] * 200)
    for part in parse(text).walk():
        count = sum(inner.op == "mul" for inner in part.walk())
        assert not count or text[slice(*part.span)] == " + ".join([term] * count)


def test_a_deep_stack_is_an_input_error() -> None:
    """A caller that has used up the stack gets an answer, not a RecursionError."""

    def deeper() -> InputError | Node:
        try:
            return deeper()
        except RecursionError:
            return refusal_or(parse, "x" + "+abs(x)" * 50)

    assert isinstance(deeper(), InputError | Node)


def test_conditions_are_separated_by_commas() -> None:
    """A `where` text is a list of conditions; an empty one has none, and a number is refused."""
    assert parse_conditions("  ") == ()
    assert parse_conditions("x > 0, 0 < y < 1") == (
        Node("gt", (X, number(0))),
        Node("and", (Node("lt", (number(0), Y)), Node("lt", (Y, number(1))))),
    )
    assert parse_conditions("(x > 0, y > 0,)") == parse_conditions("x > 0, (y > 0),")
    with pytest.raises(SyntaxProblem) as caught:
        parse_conditions("x > 0, y")
    assert caught.value.span == (7, 8)
    with pytest.raises(SyntaxProblem) as caught:
        parse_conditions("p > 0 p < 1")
    assert caught.value.span == (4, 7)
    assert (caught.value.help or "").startswith("write `0, p` between conditions")
