"""What helps is chosen by the operator, and a divergence by the course of the training."""

from dataclasses import replace

import pytest

from stepscope.evidence import Course, Frame, NonFinite, Stage, Tensor
from stepscope.rules.gradients.custom_gradient_wrong import not_finite
from stepscope.rules.numerics.advice import advice, advice_on_backward
from stepscope.rules.numerics.non_finite_input import repeated
from stepscope.rules.numerics.overflow_half import repeated as in_half


def step(operator, stage=Stage.FORWARD, rows=(), largest=1.0, smallest=None):
    given = Tensor((4,), "float32", minimum=-largest if smallest is None else smallest, maximum=largest)
    return NonFinite("loss", "nan", "forward", operator=operator, stage=stage, rows=rows, inputs=(given,), output=Tensor((4,), "float32", infinite=1))


@pytest.mark.parametrize(
    ("operator", "word"),
    [("log", "above zero"), ("div_", "divisor"), ("exp", "88"), ("acos", "cosine"), ("std", "spread"), ("_softmax", "masked whole"), ("mean", "nothing"), ("rsqrt", "+ 1e-8"), ("_ctc_loss", "equal"), ("_weight_norm_interface", "direction"), ("lgamma", "below it"), ("native_layer_norm", "`eps`")],
)
def test_each_operator_has_its_own_advice(operator, word):
    assert word in advice(step(operator))[0]


def test_a_loss_is_advised_to_take_logits_where_it_takes_the_logarithm_of_probabilities_only():
    assert any("logits" in text for text in advice(step("log", Stage.LOSS, smallest=0.0)))
    assert any("logits" in text for text in advice(step("log", Stage.LOSS, largest=1.0000001, smallest=-1e-7)))
    assert not any("logits" in text for text in advice(step("log", Stage.LOSS, largest=41.0, smallest=0.0)))
    assert not any("logits" in text for text in advice(step("log", Stage.LOSS, smallest=-0.4)))
    assert not any("logits" in text for text in advice(step("std", Stage.LOSS)))
    assert advice(step("an_operator_nobody_knows")) == ()


@pytest.mark.parametrize(("shape", "dtype", "told"), [((), "float32", True), ((1,), "float32", True), ((8, 1), "int64", True), ((8, 1), "float32", False)])
def test_an_empty_count_is_thought_of_where_the_divisor_can_be_one(shape, dtype, told):
    divided = NonFinite("loss", "nan", "forward", operator="div", stage=Stage.LOSS, inputs=(Tensor((8, 4), "float32"), Tensor(shape, dtype)), output=Tensor((8, 4), "float32", nan=4))

    assert any("leave the term out" in text for text in advice(divided)) is told


@pytest.mark.parametrize(("infinite", "told"), [((3, 1), True), ((0, 0), False)])
def test_infinity_less_infinity_is_that_of_a_row_masked_whole(infinite, told):
    inputs = tuple(Tensor((3,), "float32", infinite=count) for count in infinite)

    assert any("masked whole" in text for text in advice(NonFinite("raise", "nan", "forward", operator="sub", inputs=inputs, output=Tensor((3,), "float32", nan=3)))) is told


@pytest.mark.parametrize(
    ("operator", "inputs", "scalars", "word"),
    [("mul", 1, (131072.0,), "131072"), ("mul", 1, (0.125,), "float32"), ("mul", 2, (), "float32"), ("_to_copy", 1, (), "order of 1"), ("bmm", 2, (), "float32")],
)
def test_what_overflows_in_half_precision_is_advised_by_what_led_there(operator, inputs, scalars, word):
    given = (Tensor((4,), "float16"),) * inputs
    overflowed = NonFinite("loss", "inf", "forward", operator=operator, inputs=given, scalars=scalars, output=Tensor((4,), "float16", infinite=4), half=True)

    [draft] = in_half(overflowed)

    assert any(word in text for text in (*draft.instead, *draft.fix)) or (word == "float32" and not draft.instead)


def test_the_number_that_overflowed_is_not_called_its_factor():
    one = Tensor((), "float16", minimum=58592.0, maximum=58592.0)
    overflowed = NonFinite("loss", "inf", "forward", operator="mul", inputs=(one,), scalars=(58592.0, 2.0), output=Tensor((), "float16", infinite=1), half=True)
    scaled = replace(overflowed, inputs=(replace(one, minimum=0.7, maximum=0.7),), scalars=(0.7, 131072.0))

    assert [bool(draft.instead) for each in (overflowed, scaled) for draft in in_half(each)] == [False, True]


def test_a_power_of_small_numbers_is_not_called_an_overflow():
    assert "fraction" in advice(step("pow", largest=2.0))[0]
    assert "too large" in advice(step("pow", largest=1e30))[0]


def scored(nan=0, infinite=0, went_in=0):
    scores = Tensor((4, 3), "float32", infinite=went_in)
    return NonFinite("loss", "inf", "forward", operator="nll_loss_forward", stage=Stage.LOSS, inputs=(scores,), output=Tensor((), "float32", nan=nan, infinite=infinite))


@pytest.mark.parametrize(("step", "word"), [(scored(nan=1), "`ignore_index`"), (scored(infinite=1), "1e38"), (scored(infinite=1, went_in=2), "mask no class")])
def test_a_loss_of_scores_is_advised_by_what_came_out(step, word):
    assert [word in text for text in advice(step)] == [True]


@pytest.mark.parametrize(("forward", "word"), [("acos", "cosine"), ("logsumexp", "-inf"), ("std", "spread"), ("pow", "slope"), ("div", "left out"), ("linalg_eigh", "eigvalsh")])
def test_the_backward_of_an_operator_has_its_own_advice(forward, word):
    assert word in advice_on_backward(forward)[0]
    assert advice_on_backward("sqrt") == ()


def test_a_row_of_weights_is_no_sample():
    assert any("look at that sample" in text for text in advice(step("div", rows=(3,))))
    assert not any("look at that sample" in text for text in advice(step("_weight_norm_interface", rows=(3,))))


NOISY = (1.0, 0.5, 1e-6, 2.0, 0.3, 1.5, 0.9, 2.8, 0.2, 0.7)


@pytest.mark.parametrize(
    ("course", "diverged"),
    [
        (Course(losses=NOISY), False),
        (Course(losses=(*NOISY, 1e-5, 40.0)), False),
        (Course(losses=(132.7, 7e5, 6e19)), True),
        (Course(losses=(2.0, 1.5, 1.0, 30.0, 4e3, 1e6)), True),
        (Course(losses=(2.0,), largest_weight=1e9), True),
        (Course(losses=NOISY, largest_weight=5e4), False),
        (Course(losses=NOISY, lr=float("inf")), True),
        (Course(losses=(0.6, 0.4, 1.0, 0.5, 0.9, 2.2, 2.7, 6.5, 154.0)), True),
        (Course(losses=(0.6, 0.4, 1.0, 0.5, 0.9, 2.2, 1.7, 6.5, 154.0)), False),
        (Course(losses=(0.6, 0.4, 1.0, 0.5, 0.9, 2.2, 2.7, 6.5, 54.0)), False),
    ],
)
def test_a_divergence_is_borne_out_by_the_course(course, diverged):
    assert course.diverged is diverged


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("return (x - x.mean()) / x.std(), label", ["divides"]),
        ("image /= image.max()", ["divides"]),
        ("x = np.log(power / power.sum())", ["divides", "logarithm"]),
        ("x = torch.from_numpy(pixels) / 255", []),
        ("return self.table[i]", []),
        ("for x, y in loader:", []),
    ],
)
def test_a_line_that_loads_is_advised_by_what_it_does(code, words):
    made = Frame("train.py", 7, "__getitem__", code, user=True)
    observed = NonFinite("loss", "nan", "input", frames=(made,), made=made, output=Tensor((4, 3), "float32", nan=1))

    [draft] = repeated(observed)

    assert [any(word in text for text in draft.fix) for word in ("divides", "logarithm")] == [word in words for word in ("divides", "logarithm")]


@pytest.mark.parametrize(("rows", "columns", "word"), [((), (), "where `adj` is made"), ((3,), (), ""), ((), (2,), "")])
def test_a_table_that_is_broken_throughout_is_advised_by_its_maker(rows, columns, word):
    maker = Frame("train.py", 7, "<module>", "adj = normalize(adj)", user=True)
    observed = NonFinite("loss", "nan", "input", name="adj", made=maker, rows=rows, rows_of=60, columns=columns, output=Tensor((60, 60), "float32", nan=236))

    [draft] = repeated(observed)

    assert any("where `adj` is made" in text for text in draft.instead) is bool(word)


def test_a_backward_of_ones_own_is_advised_by_its_operator():
    made = NonFinite("gradient", "inf", "own backward", operator="exp", inputs=(Tensor((4,), "float32", minimum=-3.0, maximum=231.0),), output=Tensor((4,), "float32", infinite=1))

    [draft] = not_finite(made, Course())

    assert ["88" in draft.instead[0], "gradcheck" in draft.instead[-1], any("divide by" in text for text in draft.instead)] == [True, True, False]
