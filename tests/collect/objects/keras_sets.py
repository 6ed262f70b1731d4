"""Data sets of Keras and tf.data as `module:object`, over scikit-learn's handwritten digits."""

import keras
import tensorflow as tf
from sklearn.datasets import load_digits

DIGITS = load_digits()
IMAGES = (DIGITS.images[:96, :, :, None] / 16).astype("float32")
LABELS = DIGITS.target[:96]


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 12

    def __getitem__(self, index):
        return IMAGES[index * 8 : index * 8 + 8].copy(), LABELS[index * 8 : index * 8 + 8].copy()


class Spoiled(Batches):
    def __getitem__(self, index):
        images, labels = super().__getitem__(index)
        if index == 3:
            labels[5] = 10
        if index == 4:
            images[2, 0, 0, 0] = float("nan")
        if index == 5:
            raise OSError("the disk went away")
        return images, labels


def _generated():
    for index, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True)):
        yield image, 11 if index == 20 else label


batches = Batches()
spoiled = Spoiled()
sound = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS))
in_batches = sound.batch(8)
generated = tf.data.Dataset.from_generator(_generated, output_signature=(tf.TensorSpec((8, 8, 1)), tf.TensorSpec((), tf.int64)))
repeated = generated.repeat()
repeated_batches = in_batches.repeat()
unreadable = tf.data.Dataset.from_tensor_slices(["no_such_0.png", "no_such_1.png"]).map(lambda path: tf.io.decode_png(tf.io.read_file(path)))
