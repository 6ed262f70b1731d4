"""What the frames of a real exception tell, in this very process."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset

from stepscope.collect.process.heartbeat import Page
from stepscope.collect.torch import hooks
from stepscope.collect.torch.loading.loaders import LOADERS
from stepscope.collect.torch.observe import observe
from stepscope.evidence import Batch, Call, Failure, Head, Indexed, Labels, Layer, Moment, Recursion, Remainder, Reused, Stage

torch.set_num_threads(1)


pytestmark = pytest.mark.usefixtures("watched")


def observed(function):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        function()
    return observe(caught.value)


class Net(nn.Module):
    def __init__(self, features=8, classes=3):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(features, 16), nn.ReLU())
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        return self.fc(self.body(x))


def test_the_layer_is_told_by_path_class_and_the_line_that_built_it():
    net = Net(features=9)

    layer = observed(lambda: net(torch.zeros(2, 8))).get(Layer)

    assert (layer.path, layer.kind, layer.model, layer.container) == ("body.0", "Linear", "Net", "Sequential")
    assert layer.settings["in_features"] == 9
    assert layer.definition.code.startswith("self.body = nn.Sequential(")


def test_a_part_that_is_called_by_itself_is_told_from_the_whole_model():
    net = Net(features=9)

    def reconstruct(part, x):
        return part(x)

    layer = observed(lambda: reconstruct(net.body, torch.zeros(2, 8))).get(Layer)

    assert (layer.path, layer.model) == ("body.0", "Net")


def test_a_model_whose_methods_call_it_otherwise_than_self_is_the_model():
    class Coder(Net):
        def encoded(this, x):
            return this.body(x)

    layer = observed(lambda: Coder(features=9).encoded(torch.zeros(2, 8))).get(Layer)

    assert (layer.path, layer.model) == ("body.0", "Coder")


def test_an_operand_seen_along_other_axes_is_an_operand():
    left, right = torch.ones(2, 3), torch.ones(4, 5)

    call = observed(lambda: left @ right.t()).get(Call)

    assert [(operand.name, operand.tensor.shape) for operand in call.operands] == [("left", (2, 3)), ("right.t()", (5, 4))]


def test_the_operands_are_told_with_shapes_and_types():
    net = Net()

    call = observed(lambda: net(torch.zeros(2, 7))).get(Call)

    assert call.function == "linear"
    assert call.operand("input").tensor.shape == (2, 7)


def test_operands_of_a_plain_expression_are_looked_up_by_name():
    left, right = torch.ones(2, 3), torch.ones(4, 5)

    call = observed(lambda: left @ right).get(Call)

    assert call.function == "matmul"
    assert [operand.tensor.shape for operand in call.operands] == [(2, 3), (4, 5)]


def test_labels_are_held_against_the_head():
    net, x, y = Net(), torch.zeros(4, 8), torch.tensor([0, 3, 2, -1])

    seen = observed(lambda: F.cross_entropy(net(x), y))

    assert seen.get(Labels).outside == ((1, 3.0), (3, -1.0))
    assert (seen.get(Head).path, seen.get(Head).outputs) == ("fc", 3)
    assert seen.moment.stage is Stage.LOSS


def test_a_row_is_an_index_of_the_data_set_by_the_loaders_own_list():
    net = Net()
    labels = torch.zeros(40, dtype=torch.long)
    labels[17] = 9
    loader = DataLoader(TensorDataset(torch.zeros(40, 8), labels), batch_size=8, shuffle=True)

    def train():
        for x, y in loader:
            F.cross_entropy(net(x), y)

    batch = observed(train).get(Batch)
    assert [batch.indices[row] for row in batch.culprits] == [17]


@pytest.mark.parametrize("cut", ["slice", "vector"])
def test_rows_of_a_loop_without_a_loader_are_found_too(cut):
    net, images, labels = Net(), torch.randn(40, 8), torch.zeros(40, dtype=torch.long)
    labels[21] = 3
    order = torch.randperm(40)

    def train():
        for start in range(0, 40, 8):
            chosen = order[start : start + 8]
            x, y = (images[start : start + 8], labels[start : start + 8]) if cut == "slice" else (images[chosen], labels[chosen])
            if cut == "slice":
                del chosen
            F.cross_entropy(net(x), y)

    batch = observed(train).get(Batch)
    assert [batch.indices[row] for row in batch.culprits] == [21]


class Pairs(Dataset):
    def __init__(self, pairs):
        self.pairs = pairs

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        return self.pairs[index]


STEPS_THAT_MOVE_ROWS = {
    "sorted": lambda x, y: (x[x.sum(1).argsort()], y[x.sum(1).argsort()]),
    "masked": lambda x, y: (x[y > 0], y[y > 0]),
    "last part": lambda x, y: (x[3:], y[3:]),
    "repeated": lambda x, y: (x.repeat(3, 1), y.repeat(3)),
    "interleaved": lambda x, y: (x.repeat_interleave(2, 0), y.repeat_interleave(2)),
    "joined": lambda x, y: (torch.cat([x.flip(0), x]), torch.cat([y.flip(0), y])),
}


@pytest.mark.parametrize("moved", STEPS_THAT_MOVE_ROWS)
def test_the_sample_is_right_also_where_the_step_has_moved_its_rows(moved):
    net, labels = Net(), torch.arange(40) % 2 + 1
    labels[21] = 9
    loader = DataLoader(TensorDataset(torch.randn(40, 8), labels), batch_size=8)

    def train():
        for x, y in loader:
            x, y = STEPS_THAT_MOVE_ROWS[moved](x, y)
            F.cross_entropy(net(x), y)

    batch = observed(train).get(Batch)
    assert [batch.indices[row] for row in batch.culprits] == [21]


def test_the_sample_is_right_also_where_collation_has_sorted_the_batch():
    net = Net()
    data = Pairs([(torch.randn(8), torch.tensor(9 if number == 17 else number % 3)) for number in range(40)])

    def by_size(samples):
        ordered = sorted(samples, key=lambda sample: float(sample[0].sum()))
        return torch.stack([x for x, _ in ordered]), torch.stack([y for _, y in ordered])

    def train():
        for x, y in DataLoader(data, batch_size=8, shuffle=True, collate_fn=by_size):
            F.cross_entropy(net(x), y)

    batch = observed(train).get(Batch)
    assert [batch.indices[row] for row in batch.culprits] == [17]


def test_of_two_loaders_the_one_that_holds_the_label_is_told():
    net = Net()
    labels = torch.zeros(40, dtype=torch.long)
    labels[26] = 5
    labelled, unlabelled = TensorDataset(torch.randn(40, 8), labels), TensorDataset(torch.randn(400, 8))

    def train():
        for (x, y), (_u,) in zip(DataLoader(labelled, 8), DataLoader(unlabelled, 8, shuffle=True), strict=False):
            F.cross_entropy(net(x), y)

    batch = observed(train).get(Batch)
    assert [batch.indices[row] for row in batch.culprits] == [26]


def test_positions_of_an_order_are_not_taken_for_samples():
    net, images, labels = Net(), torch.randn(40, 8), torch.zeros(40, dtype=torch.long)
    labels[21] = 3

    def train():
        for chosen in torch.randperm(40).split(8):
            F.cross_entropy(net(images[chosen]), labels[chosen])

    batch = observed(train).get(Batch)
    assert [batch.indices[row] for row in batch.culprits] == [21]


class Broken(Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        text = self.paths[index].read_text()
        return torch.tensor(float(text))


def test_the_sample_that_was_being_loaded_is_told_with_its_file(tmp_path):
    paths = [tmp_path / f"{number}.txt" for number in range(12)]
    for number, path in enumerate(paths):
        path.write_text("n/a" if number == 7 else str(number))

    batch = observed(lambda: list(DataLoader(Broken(paths), batch_size=4))).get(Batch)

    assert [batch.indices[row] for row in batch.culprits] == [7]
    assert batch.files[batch.culprits[0]].endswith("7.txt")


def test_samples_that_do_not_fit_together_are_told_by_row():
    data = [torch.zeros(3, 8 if number != 5 else 7) for number in range(8)]

    batch = observed(lambda: list(DataLoader(data, batch_size=8))).get(Batch)

    assert batch.culprits == (5,)
    assert batch.odd == {5: "float32[3, 7]"}


@pytest.mark.parametrize("odd", [4, 5])
def test_of_two_samples_the_odd_one_is_told_by_what_others_of_the_data_set_are(odd):
    data = [torch.zeros(3, 8 if number != odd else 7) for number in range(24)]

    batch = observed(lambda: list(DataLoader(data, batch_size=2))).get(Batch)

    assert [batch.indices[row] for row in batch.culprits] == [odd]
    assert batch.odd == {odd % 2: "float32[3, 7]"}


@pytest.mark.parametrize(
    "data",
    [
        [torch.zeros(10 if number % 4 < 2 else 12) for number in range(24)],
        [torch.zeros(number + 1) for number in range(24)],
        [torch.zeros(8), torch.zeros(7), torch.zeros(8), torch.zeros(8)],
    ],
    ids=["half and half", "all unlike", "too few others"],
)
def test_without_a_usual_kind_no_sample_is_named_but_the_rows_of_each_kind_are(data):
    size = 2 if len(data) < 8 else 4

    batch = observed(lambda: list(DataLoader(data, batch_size=size))).get(Batch)

    assert (batch.culprits, batch.odd) == ((), {})
    assert sorted(row for rows in batch.kinds.values() for row in rows) == list(range(size))


class Loads(Dataset):
    """Sample n is a tensor of n, but for those that cannot be loaded."""

    def __init__(self, size=40, bad=()):
        self.size, self.bad = size, bad

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        if index in self.bad:
            raise ValueError("no such sample")
        return torch.tensor([float(index)]), index


def failing_at(batches, step):
    for number, (_, labels) in enumerate(batches):
        if number == step:
            F.cross_entropy(torch.zeros(len(labels), 3), labels)


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_that_the_user_passes_over_are_not_counted(workers):
    def train():
        batches = iter(DataLoader(Loads(bad=(5, 9)), batch_size=4, num_workers=workers))
        loaded = []
        while len(loaded) < 4:
            try:
                loaded.append(next(batches))
            except ValueError:
                continue
        _, labels = loaded[-1]
        F.cross_entropy(torch.zeros(4, 22), labels)

    batch = observed(train).get(Batch)

    assert [batch.indices[row] for row in batch.culprits] == [22, 23]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_whose_pass_had_begun_unwatched_names_no_wrong_sample(workers):
    hooks.release()
    batches = iter(DataLoader(Loads(), batch_size=4, num_workers=workers))
    for _ in range(3):
        next(batches)
    hooks.install(lambda number: None, lambda exception, number: None)
    hooks.use_page(Page())

    batch = observed(lambda: failing_at(batches, 4)).get(Batch)

    assert {batch.indices[row] for row in batch.culprits} <= {28, 29, 30, 31}


def test_of_two_loaders_the_one_that_is_loading_is_told():
    good, bad = DataLoader(Loads(), batch_size=4), DataLoader(Loads(bad=(13,)), batch_size=4)

    batch = observed(lambda: list(zip(good, bad, strict=True))).get(Batch)

    assert (batch.indices, batch.culprits) == ((12, 13, 14, 15), (1,))


def test_batches_that_come_in_any_order_name_no_wrong_sample():
    loader = DataLoader(Loads(), batch_size=4, num_workers=2, in_order=False)

    batch = observed(lambda: failing_at(loader, 6)).get(Batch)

    wanted = {n for n in range(40) if n > 2}
    assert batch is None or {batch.indices[row] for row in batch.culprits} <= wanted


def test_an_index_list_of_the_users_own_kind_reaches_the_data_set_as_it_is():
    class Words(Loads):
        def __getitem__(self, index):
            return torch.tensor([float(len(index))]), len(index)

    class Batches(list):
        pass

    chosen = Batches([["a", "bb"], ["ccc", "d"], ("e", "ff")])
    labels = [list(labels) for _, labels in DataLoader(Words(), batch_sampler=chosen)]

    assert labels == [[1, 2], [3, 1], [1, 2]]


@pytest.mark.parametrize("nested", [False, True])
def test_a_sample_of_a_split_is_told_as_the_row_of_the_users_own_data_set(nested):
    split = Subset(Loads(bad=(13,)), list(range(3, 40)))
    split = Subset(split, list(range(2, 30))) if nested else split

    batch = observed(lambda: list(DataLoader(split, batch_size=4))).get(Batch)

    assert [batch.indices[row] for row in batch.culprits] == [13]
    assert batch.dataset == "Loads"


def test_a_sample_of_a_split_that_went_with_its_loop_is_told_all_the_same():
    def train():
        for _, labels in DataLoader(Subset(Loads(), [3, 13, 5, 6]), batch_size=4):
            F.cross_entropy(torch.zeros(4, 13), labels)

    batch = observed(train).get(Batch)

    assert [(batch.indices[row], row) for row in batch.culprits] == [(13, 1)]


class Sorts(Loads):
    """Reads its samples in the order in which they lie in the file, as h5py wants it."""

    def __getitems__(self, indices):
        return [self[index] for index in sorted(indices)]


def test_rows_that_stand_in_another_order_than_their_list_name_no_wrong_sample():
    def sorted_by_the_data_set():
        for _, labels in DataLoader(Sorts(), batch_sampler=[[13, 6, 15, 11]]):
            F.cross_entropy(torch.zeros(4, 15), labels)

    def moved_in_place():
        for _, labels in DataLoader(Loads(), batch_sampler=[[13, 6, 15, 11]]):
            labels[:] = labels[torch.tensor([2, 0, 1, 3])]
            F.cross_entropy(torch.zeros(4, 15), labels)

    for train in (sorted_by_the_data_set, moved_in_place):
        batch = observed(train).get(Batch)
        assert {batch.indices[row] for row in batch.culprits} <= {15}


def test_the_sample_behind_an_exception_that_the_data_set_wraps_is_told():
    class Wraps(Loads):
        def __getitem__(self, index):
            try:
                return super().__getitem__(index)
            except ValueError:
                raise RuntimeError("could not build the sample") from None

    seen = observed(lambda: list(DataLoader(Subset(Wraps(bad=(13,)), range(2, 40)), batch_size=4)))

    assert seen.get(Failure).message == "no such sample"
    assert [seen.get(Batch).indices[row] for row in seen.get(Batch).culprits] == [13]


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ("h = net.body(x); net.fc(h).sum().backward(); net.fc(h).mean().backward()", "h"),
        ("h = net.body(x); a = net.fc(h).sum(); b = net.fc(h).mean(); a.backward(); b.backward()", "h"),
        ("a, b = both(x); a.sum().backward(); b.sum().backward()", "a` and `b"),
    ],
)
def test_what_two_losses_of_one_step_share_is_not_taken_for_a_state_that_is_carried(tmp_path, step, name):
    script = tmp_path / "steps.py"
    script.write_text(f"def train(net, both, x):\n    for _ in range(3):\n        {step}\n")
    code = {}
    exec(compile(script.read_text(), str(script), "exec"), code)
    net = Net()

    def both(x):
        h = net.body(x).tanh()
        return net.fc(h), net.fc(h).exp()

    reused = observed(lambda: code["train"](net, both, torch.ones(2, 8))).get(Reused)

    assert (reused.name, reused.how) == (name, "in two losses")


@pytest.mark.parametrize("workers", [0, 1])
def test_keys_that_only_look_like_numbers_reach_the_data_set_as_they_are(workers):
    class Keyed(Loads):
        def __getitem__(self, key):
            return len(key)

    keys = [["3", "17"], ["105", "2"]]

    assert [batch.tolist() for batch in DataLoader(Keyed(), batch_sampler=keys, num_workers=workers)] == [[1, 2], [3, 1]]


def test_the_iterator_goes_with_its_loop():
    import weakref

    batches = iter(DataLoader(Loads(), batch_size=4))
    next(batches)
    watched = weakref.ref(batches)
    del batches

    assert watched() is None


@pytest.mark.usefixtures("swept")
def test_a_circle_of_modules_is_told_by_its_path():
    net = Net()
    net.body.parent = net

    seen = observed(net.train)

    recursion = seen.get(Recursion)
    assert recursion.kind == "module"
    assert recursion.circle == "net.body.parent → net"
    assert recursion.closed_at.code == "net.body.parent = net"


@pytest.mark.usefixtures("swept")
def test_modules_nested_too_deep_are_depth_and_no_circle():
    net = nn.Linear(1, 1)
    for _ in range(600):
        net = nn.Sequential(net)

    recursion = observed(lambda: net(torch.zeros(1, 1))).get(Recursion)

    assert (recursion.circle, recursion.endless) == ("", False)


def test_the_step_counts_what_optimizers_have_finished():
    from stepscope.collect.torch.steps import STEPS

    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    before = STEPS.finished_steps
    for _ in range(before + 3):
        net(torch.zeros(1, 8)).sum().backward()
        optimizer.step()

    assert observed(lambda: net(torch.zeros(1, 7))).get(Moment).step == before + 4


class Strange:
    """Objects of a user's that raise at every look."""

    def __repr__(self):
        raise RuntimeError("no repr")

    def __eq__(self, other):
        raise RuntimeError("no equality")

    __hash__ = None

    def __len__(self):
        raise RuntimeError("no length")

    def __bool__(self):
        raise RuntimeError("no truth")

    def __getattr__(self, name):
        raise RuntimeError(f"no {name}")


def test_strange_objects_in_the_frames_do_no_harm(capsys):
    net = Net()

    def train():
        strange, held = Strange(), [Strange(), Strange()]
        return net(torch.zeros(1, 7)), strange, held

    seen = observed(train)

    assert seen.get(Failure).type == "RuntimeError"
    assert seen.get(Layer).path == "body.0"
    assert capsys.readouterr().err == ""


class Sized(Dataset):
    """Sample n has this many numbers."""

    def __init__(self, sizes):
        self.sizes = sizes

    def __len__(self):
        return len(self.sizes)

    def __getitem__(self, index):
        return torch.zeros(self.sizes[index])


def through_model(data, size, features=8):
    def run():
        net = Net(features)
        for x in DataLoader(data, batch_size=size):
            net(x)

    return run


def test_a_sample_that_is_all_of_its_batch_is_to_blame_only_if_it_is_unlike_the_others():
    alike = Sized([7] * 24)
    one_odd, first_odd = (Sized([7 if number == odd else 8 for number in range(24)]) for odd in (5, 0))

    blamed = [observed(through_model(data, 1)).get(Batch) for data in (alike, one_odd, first_odd)]

    assert [(batch.indices, batch.culprits) for batch in blamed] == [((0,), ()), ((5,), (0,)), ((0,), (0,))]


def test_the_loaders_data_set_is_counted_not_the_one_that_it_was_split_off():
    data = Subset([torch.zeros(7) for _ in range(24)], range(4, 13))

    batch = observed(through_model(data, 4)).get(Batch)

    assert (batch.indices, batch.dataset_size) == ((4, 5, 6, 7), 9)


@pytest.mark.parametrize("made", [lambda: torch.randperm(16), lambda: torch.arange(16).flip(0), lambda: torch.randint(10, 16, (16,))])
def test_an_index_of_the_programs_own_making_names_no_sample(made):
    data = TensorDataset(torch.randn(36, 8), torch.arange(36) % 10)

    def train():
        for x, y in DataLoader(data, batch_size=16, shuffle=True):
            index = made()
            x = 0.5 * x + 0.5 * x[index]
            del y

    assert observed(train).get(Batch).culprits == ()


def test_an_index_past_the_end_of_the_data_set_is_no_sample():
    data = TensorDataset(torch.randn(10, 8), torch.zeros(10))

    def train():
        list(DataLoader(data, batch_size=4, sampler=[0, 1, 12, 3]))

    assert observed(train).get(Batch).culprits == ()


def test_an_order_for_a_full_batch_is_told_from_the_short_last_one():
    def train():
        for (x,) in DataLoader(TensorDataset(torch.randn(20, 8)), batch_size=8):
            order = torch.randperm(8).sort(descending=True).values
            x[order]

    seen = observed(train)
    assert (seen.get(Remainder).rows, seen.get(Remainder).usual) == (4, 8)
    assert (seen.get(Indexed).name, seen.get(Indexed).size) == ("order", 4)


class Masked(Dataset):
    def __init__(self, folder, bad):
        self.folder, self.bad = folder, bad
        for name in ("image", "mask"):
            for index in range(4):
                (folder / f"{name}{index}.txt").write_text("3")

    def __len__(self):
        return 4

    def __getitem__(self, index):
        image = float((self.folder / f"image{index}.txt").read_text())
        mask = int((self.folder / f"mask{index}.txt").read_text())
        if index == 2 and self.bad == "raises":
            raise ValueError(mask)
        return torch.full((8,), image), torch.tensor(9 if index == 2 else index % 3)


@pytest.mark.parametrize(("bad", "told"), [("raises", "{0}/mask2.txt"), ("label", "{0}/image2.txt and {0}/mask2.txt")])
def test_of_a_picture_and_its_mask_none_is_told_alone_unless_it_is_the_one_that_failed(tmp_path, bad, told):
    data = Masked(tmp_path, bad)

    def train():
        for x, y in DataLoader(data, batch_size=4):
            F.cross_entropy(Net()(x), y)

    batch = observed(train).get(Batch)
    assert batch.files == {2: told.format(tmp_path)}


def test_the_short_last_batch_is_told_in_later_passes_too_where_the_loop_draws_ahead(monkeypatch):
    monkeypatch.setattr(LOADERS, "draw_ahead", True)
    data = TensorDataset(torch.randn(20, 8))

    def train():
        for epoch in range(2):
            for (x,) in DataLoader(data, batch_size=8):
                if epoch:
                    order = torch.randperm(8)
                    x[order]

    found = observed(train).get(Remainder)
    assert (found.rows, found.usual) == (4, 8)
