import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Batch, Empty, Failure, File, Frame, Head, Labels, Lookup, Moment, Observation, Tensor

LINE = Frame("train.py", 12, "main", "print(accuracy_score(trues, preds))", user=True)


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


def test_lists_of_two_lengths_are_not_told_apart_by_the_order_of_arguments():
    found = first(Failure("ValueError", "Found input variables with inconsistent numbers of samples: [20, 16]", (LINE,)))

    assert found.name == "target-shape-mismatch"
    assert found.headline == "lists of 20 and 16 entries meet, which belong together one by one"
    assert not any("squeeze" in fix for fix in found.fix)


def test_what_is_not_to_be_counted_is_no_ignore_index_where_there_is_none():
    failure = Failure("RuntimeError", "Class values must be non-negative.", (LINE,))
    labels = Labels("y", Tensor((8,), "int64", minimum=-1, maximum=2), 3, outside=((6, -1.0),), outside_count=1, total=8)

    found = first(failure, labels, Head("", "", 3))

    assert found.name == "label-out-of-range"
    assert found.fix[0] == "If -1 marks what is not to be counted, leave it out first: `keep = y >= 0`."
    assert not any("ignore_index" in fix for fix in found.fix)


def stacked(kinds, odd):
    failure = Failure("TypeError", "Could not infer dtype of NoneType", (LINE, Frame("lib/torch/utils/data/_utils/collate.py", 1, "collate")))
    return first(failure, Batch(indices=(14, 15, 16), culprits=(1,), rows=3, kinds=kinds, odd=odd))


def test_a_sample_with_none_for_a_label_has_no_label():
    found = stacked({"(float32[3], int)": (0, 2), "(float32[3], NoneType)": (1,)}, {1: "(float32[3], NoneType)"})

    assert (found.name, found.headline) == ("label-missing", "row 1 (sample 15) has None where the others have int")


def test_a_sample_that_is_none_is_not_told_to_be_resized():
    found = stacked({"(float32[3], int)": (0, 2), "NoneType": (1,)}, {1: "NoneType"})

    assert found.name == "collate-inconsistent-shapes"
    assert not any("resize" in fix for fix in found.fix)


def test_a_column_behind_a_byte_order_mark_is_told_as_such():
    line = Frame("train.py", 9, "Table.__getitem__", "return self.rows[i]['path']", user=True)
    failure = Failure("KeyError", "'path'", (line,), key="'path'")

    assert first(failure, Lookup("self.rows[i]", "'path'", ("\ufeffpath", "label"))).name == "annotation-encoding"
    assert first(failure, Lookup("self.rows[i]", "'path'", ("file", "label"))).name != "annotation-encoding"


LOADING = (Frame("train.py", 30, "main", "for x, y in loader:", user=True), Frame("train.py", 12, "Cells.__getitem__", "...", user=True))


def loading(lookup, kind="KeyError", frames=LOADING):
    return first(Failure(kind, lookup.key, frames, key=lookup.key if kind == "KeyError" else None), lookup, Moment(step=3))


@pytest.mark.parametrize(
    ("lookup", "kind", "headline"),
    [
        (Lookup("self.labels", "'b7'", ("b1",), asked="name", size=1), "KeyError", "`self.labels` has no entry for 'b7'"),
        (Lookup("self.tables['masks']", "7", ("1",), asked="i", size=1), "KeyError", "`self.tables['masks']` has no entry for 7"),
        (Lookup("self.targets", "39", asked="i", size=39, beside=40), "IndexError", "`self.targets` has no entry 39"),
        (Lookup("row", "'class_id'", ("file",), asked="'class_id'", size=1, records=40, having=39), "KeyError", "the record of a sample has no 'class_id'"),
        (Lookup("record", "'bbox'", ("file",), asked="'bbox'", size=1), "KeyError", "the record of a sample has no 'bbox'"),
    ],
    ids=["table", "table in a dictionary", "short list", "record", "record of a file of its own"],
)
def test_a_label_that_is_not_there_is_named_with_where_it_was_looked_up(lookup, kind, headline):
    found = loading(lookup, kind)

    assert (found.name, found.headline) == ("label-missing", headline)


@pytest.mark.parametrize(
    ("lookup", "kind"),
    [
        (Lookup("self.paths", "'b7'", ("b1",), asked="name", size=1), "KeyError"),
        (Lookup("self.class_to_idx", "'husky'", ("cat",), asked="kind", size=1), "KeyError"),
        (Lookup("self.classes", "'husky'", ("cat", "dog"), asked="kind", size=2, numbers=True), "KeyError"),
        (Lookup("self.classes", "'husky'", ("cat",), asked="row['label']", size=1), "KeyError"),
        (Lookup("self.labels", "39", asked="i", size=39, beside=39), "IndexError"),
        (Lookup("self.config", "'mask'", ("image",), asked="'mask'", size=1, records=2, having=1), "KeyError"),
        (Lookup("self.options", "'label_smoothing'", ("lr",), asked="'label_smoothing'", size=1), "KeyError"),
        (Lookup("row", "'class'", ("klass",), asked="'class'", size=1, records=40, having=0), "KeyError"),
        (Lookup("row", "'width'", ("file",), asked="'width'", size=1, records=40, having=39), "KeyError"),
        (Lookup("self.by_id", "999", ("1",), asked="a['image_id']", size=1), "KeyError"),
    ],
    ids=["paths", "class names", "numbered names", "a label as key", "all lists end", "configuration", "setting", "no record has it", "another field", "an id"],
)
def test_what_is_no_label_of_a_sample_is_not_told_as_one(lookup, kind):
    assert loading(lookup, kind).name != "label-missing"


def test_a_table_of_labels_that_is_read_outside_of_the_loading_is_another_matter():
    assert loading(Lookup("self.labels", "'b7'", ("b1",), asked="name", size=1), frames=(LINE,)).name != "label-missing"


@pytest.mark.parametrize(
    ("path", "code", "name"),
    [
        ("data/masks/007.png", "...", "label-missing"),
        ("data/train/007_mask.png", "...", "label-missing"),
        ("data/labels/007.txt", "...", "label-missing"),
        ("data/VOC/SegmentationClass/007.png", "...", "label-missing"),
        ("data/b/007.png", "mask = Image.open(path)", "label-missing"),
        ("data/labels_v2/images/007.png", "...", "missing-file"),
        ("data/images/007.png", "target = Image.open(path)", "missing-file"),
        ("data/target/007.png", "image = Image.open(path)", "missing-file"),
        ("data/labels.csv", "table = read(path)", "missing-file"),
    ],
)
def test_a_missing_file_is_a_missing_label_where_its_path_or_its_line_says_so(path, code, name):
    frames = (LOADING[0], Frame("train.py", 12, "Cells.__getitem__", code, user=True))
    failure = Failure("FileNotFoundError", f"[Errno 2] No such file or directory: '{path}'", frames, errno=2, filename=path)

    assert first(failure, File(path, nearest=path.rpartition("/")[0], entries=39)).name == name


def test_a_folder_of_masks_that_is_not_there_is_no_label_of_one_sample():
    failure = Failure("FileNotFoundError", "[Errno 2] No such file or directory", LOADING, errno=2, filename="data/masks/007.png")

    assert first(failure, File("data/masks/007.png", nearest="data", entries=2)).name == "missing-file"


def lacking(key, kinds, odd):
    return first(Failure("KeyError", repr(key), (LINE,), key=repr(key)), Batch(indices=(14, 15, 16), culprits=tuple(odd), rows=3, kinds=kinds, odd=odd))


def test_a_sample_without_the_key_of_the_label_is_named():
    found = lacking("mask", {"{image: float32[3], mask: int}": (0, 2), "{image: float32[3]}": (1,)}, {1: "{image: float32[3]}"})

    assert (found.name, found.headline) == ("label-missing", "row 1 (sample 15) has no 'mask'")


def test_a_sample_with_a_key_more_is_no_sample_without_a_label():
    kinds = {"{image: float32[3]}": (0, 2), "{image: float32[3], mask: int}": (1,)}

    assert lacking("mask", kinds, {1: "{image: float32[3], mask: int}"}).name != "label-missing"


@pytest.mark.parametrize(
    ("lookup", "name"),
    [
        (Lookup("self.by_id", "999", ("1",), asked="a['image_id']", size=1), "annotation-id-clash"),
        (Lookup("cats", "91", ("1",), asked="ann['category_id']", size=1), "annotation-id-clash"),
        (Lookup("self.cache", "999", ("1",), asked="a['width']", size=1), "generator-exception"),
        (Lookup("a", "'image_id'", ("id",), asked="'image_id'", size=1, records=40, having=39), "annotation-parse"),
        (Lookup("a", "'keypoints'", ("id",), asked="'keypoints'", size=1, records=40, having=39), "annotation-parse"),
        (Lookup("a", "'keypoints'", ("id",), asked="'keypoints'", size=1, records=40, having=3), "generator-exception"),
    ],
)
def test_an_annotation_that_points_nowhere_or_lacks_a_field_is_told_as_such(lookup, name):
    assert loading(lookup).name == name


FLAT = "too many indices for tensor of dimension 1"


@pytest.mark.parametrize(
    ("in_expression", "message", "name"),
    [
        (("boxes",), FLAT, "label-missing"),
        (("boxes",), "too many indices for array: array is 1-dimensional, but 2 were indexed", "label-missing"),
        (("self.gt_boxes",), FLAT, "label-missing"),
        (("wave",), FLAT, "input-rank"),
        (("channels",), FLAT, "input-rank"),
        (("lengths",), FLAT, "input-rank"),
        ((), FLAT, "input-rank"),
        (("boxes",), "index 4 is out of bounds for axis 0 with size 4", "generator-exception"),
    ],
)
def test_an_array_of_no_boxes_is_told_as_a_picture_without_annotations(in_expression, message, name):
    found = first(Failure("IndexError", message, LOADING), Empty((("anns", "list"),), in_expression), Moment(step=3))

    assert found.name == name

TRANSFORM = Frame("aug.py", 9, "FocusLargest.__call__", "k = a.argmax()", user=True)
ARGMAX = "attempt to get argmax of an empty sequence"


@pytest.mark.parametrize(
    ("frames", "message", "things", "name"),
    [
        ((*LOADING, TRANSFORM), ARGMAX, ("a", "boxes"), "augmentation-failure"),
        ((*LOADING, TRANSFORM), ARGMAX, ("a",), "augmentation-failure"),
        (LOADING, ARGMAX, ("a", "boxes"), "label-missing"),
        (LOADING, ARGMAX, ("a",), "generator-exception"),
        (LOADING[:1], ARGMAX, ("a", "boxes"), "empty-dataset"),
        (LOADING, "cannot reshape array of size 0 into shape (8,8,3)", (), "empty-sample"),
        (LOADING, "shape '[8, 8]' is invalid for input of size 0", (), "empty-sample"),
        (LOADING, "cannot reshape array of size 30 into shape (8,8,3)", (), "input-shape-mismatch"),
        (LOADING[:1], "cannot reshape array of size 0 into shape (8,8,3)", (), "input-shape-mismatch"),
    ],
)
def test_what_one_sample_lacks_is_no_empty_data_set_and_no_layer(frames, message, things, name):
    empty = Empty(tuple((thing, "ndarray") for thing in things), things[:1])
    found = first(Failure("ValueError", message, frames), empty, Moment(step=3))

    assert found.name == name
    assert not any("LazyLinear" in fix or "len(loader)" in fix for fix in found.fix if frames[1:])


def test_a_transform_that_is_left_without_boxes_names_them():
    empty = Empty((("a", "ndarray"), ("boxes", "ndarray")), ("a",))

    assert first(Failure("ValueError", ARGMAX, (*LOADING, TRANSFORM)), empty, Moment(step=3)).headline == "`FocusLargest` is given nothing: `boxes` is empty"
