"""What TensorFlow, Keras and JAX say, in the wordings of several versions, and what sounds alike."""

import pytest

import stepscope

SITE = "/opt/venv/lib/python3.9/site-packages"
BELOW = {
    "loss": (f"{SITE}/keras/losses.py", "categorical_crossentropy"),
    "binary": (f"{SITE}/keras/src/backend/tensorflow/nn.py", "binary_crossentropy"),
    "load": (f"{SITE}/keras/saving/hdf5_format.py", "load_weights_from_hdf5_group"),
    "layer": (f"{SITE}/keras/engine/input_spec.py", "assert_input_compatibility"),
    "graph": (f"{SITE}/tensorflow/python/eager/execute.py", "quick_execute"),
    "fit": (f"{SITE}/keras/engine/training.py", "fit"),
    "imageai": (f"{SITE}/imageai/Detection/Custom/__init__.py", "trainModel"),
}


def stop(words, kind="ValueError", line="model.fit(x, y, epochs=3)", below="fit", before=""):
    """A log that ends with this exception."""
    file, function = BELOW[below] if below else ("", "")
    inner = f'  File "{file}", line 40, in {function}\n    raise\n' if below else ""
    return f'{before}Epoch 1/3\nTraceback (most recent call last):\n  File "train.py", line 12, in <module>\n    {line}\n{inner}{kind}: {words}\n'


def graph(words, node="model/dense/MatMul", kind="InvalidArgumentError", version=2):
    """The same out of a graph: of TensorFlow 2 with a list of places, of 2.3 with the place in the node, of 1."""
    kind = f"tensorflow.python.framework.errors_impl.{kind}"
    if version == 1:
        return stop(f"{words}\n\t [[{{{{node {node}}}}}]]", kind, below="graph")
    if version == 23:
        return stop(f" {words}\n\t [[node {node} (defined at train.py:12) ]] [Op:__inference_train_function_80]\n\nFunction call stack:\ntrain_function", kind, below="graph")
    places = f'  File "train.py", line 12, in <module>\n\n  File "{SITE}/keras/src/engine/training.py", line 1807, in fit\n'
    return stop(f"Graph execution error:\n\nDetected at node {node} defined at (most recent call last):\n{places}\n{words}\n\t [[{{{{node {node}}}}}]] [Op:__inference_train_function_9]", kind, below="graph")


def user_code(words):
    """As AutoGraph wraps it (2.4)."""
    return stop(f"in user code:\n\n    {SITE}/tensorflow/python/keras/engine/training.py:805 train_function  *\n        return step_function(self, iterator)\n    {SITE}/tensorflow/python/keras/losses.py:1535 categorical_crossentropy\n        return K.categorical_crossentropy(y_true, y_pred)\n\n    ValueError: {words}\n")


def called(words, layer="Dense"):
    """As Keras 3 wraps it."""
    return stop(f"Exception encountered when calling {layer}.call().\n\n{words}\n\nArguments received by {layer}.call():\n  • inputs=tf.Tensor(shape=(8, 5), dtype=float32)\n  • training=True", below="layer")


CASES = [
    ("input-rank", stop("Input 0 of layer conv1d_3 is incompatible with the layer: expected min_ndim=3, found ndim=2. Full shape received: [None, 40]", below="layer")),
    ("input-rank", called("Input 0 of layer \"lstm\" is incompatible with the layer: expected ndim=3, found ndim=4. Full shape received: (8, 5, 5, 2)", 'layer "net" (type Functional')),
    ("input-rank", stop("Input 0 is incompatible with layer lstm_1: expected ndim=3, found ndim=2")),
    ("input-rank", stop("Error when checking input: expected conv2d_1_input to have 4 dimensions, but got array with shape (60000, 28, 28)")),
    ("input-rank", stop("Error when checking model input: expected lstm_input_1 to have 3 dimensions, but got array with shape (500, 12)", "Exception")),
    ("input-rank", stop('Input 0 of layer "model" is incompatible with the layer: expected shape=(None, 64, 64, 3), found shape=(64, 64, 3)', below="layer")),
    ("input-rank", stop("Shape must be rank 4 but is rank 3 for 'conv2d/Conv2D' (op: 'Conv2D') with input shapes: [?,28,28], [3,3,1,32].")),
    ("channel-mismatch", user_code("Input 0 of layer conv1 is incompatible with the layer: expected axis -1 of input shape to have value 3 but received input with shape (None, 96, 96, 1)")),
    ("channel-mismatch", stop("Error when checking input: expected input_7 to have shape (200, 200, 3) but got array with shape (200, 200, 4)")),
    ("channel-mismatch", stop("Dimensions must be equal, but are 3 and 1 for '{{node conv2d/Conv2D}} = Conv2D[T=DT_FLOAT, data_format=\"NHWC\"](x, w)' with input shapes: [16,32,32,3], [3,3,1,8].")),
    ("channel-mismatch", graph("input depth must be evenly divisible by filter depth: 4 vs 3", "model/conv1/Conv2D")),
    ("input-shape-mismatch", stop('Input 0 of layer "dense_2" is incompatible with the layer: expected axis -1 of input shape to have value 512, but received input with shape (None, 288)', below="layer")),
    ("input-shape-mismatch", stop("Error when checking input: expected embedding_1_input to have shape (100,) but got array with shape (120,)")),
    ("input-shape-mismatch", graph("Matrix size-incompatible: In[0]: [32,900], In[1]: [800,10]", version=23)),
    ("input-shape-mismatch", stop("Cannot feed value of shape (50, 30) for Tensor 'Placeholder:0', which has shape '(?, 28)'")),
    ("input-shape-mismatch", graph("Input to reshape is a tensor with 5120 values, but the requested shape has 6400", "model/flatten/Reshape")),
    ("class-count-mismatch", graph("Input to reshape is a tensor with 43095 values, but the requested shape requires a multiple of 1352", "yolo_loss_1/Reshape_2", version=1)),
    ("label-out-of-range", graph("Received a label value of 10 which is outside the valid range of [0, 10).  Label values: 3 10 1 7", "sparse_categorical_crossentropy/SparseSoftmaxCrossEntropyWithLogits")),
    ("label-out-of-range", graph("Received a label value of -1 which is outside the valid range of [0, 2).  Label values: -1 1", "loss/out_loss/SparseSoftmaxCrossEntropyWithLogits", version=1)),
    ("label-out-of-range", graph("assertion failed: [`labels` out of bound] [Condition x < y did not hold element-wise:] [x (confusion/x:0) = ] [5 0 1] [y (confusion/Cast:0) = ] [5]", "confusion_matrix/assert_less/Assert")),
    ("index-out-of-range", graph("indices[3,17] = 20001 is not in [0, 20000)", "model/embedding/embedding_lookup")),
    ("loss-label-format", stop("Shapes (None, 1) and (None, 6) are incompatible", below="loss")),
    ("loss-label-format", stop("Argument `output` must have rank (ndim) `target.ndim - 1`. Received: target.shape=(None, 9), output.shape=(None, 9)", below="loss")),
    ("loss-label-format", stop("Arguments `target` and `output` must have the same rank (ndim). Received: target.shape=(None,), output.shape=(None, 10)", below="loss")),
    ("loss-label-format", graph("logits and labels must have the same first dimension, got logits shape [32,5] and labels shape [160]", "sparse_categorical_crossentropy/SparseSoftmaxCrossEntropyWithLogits", version=23)),
    ("loss-label-format", stop("Error when checking target: expected dense_3 to have shape (1,) but got array with shape (10,)")),
    ("loss-label-format", stop("Rank mismatch: Rank of labels (received 2) should equal rank of logits minus 1 (received 2).", below="loss")),
    ("output-units-vs-classes", user_code("Shapes (32, 12) and (32, 10) are incompatible")),
    ("output-units-vs-classes", graph("logits and labels must be the same size: logits_size=[64,2] labels_size=[64,3]", "softmax_cross_entropy_with_logits", version=1)),
    ("output-units-vs-classes", stop("`logits` and `labels` must have the same shape, received ((None, 1) vs (None, 5)).", below="binary")),
    ("output-shape-vs-labels", stop("Shapes (None, 4) and (None, 20, 4) are incompatible", below="loss")),
    ("output-shape-vs-labels", stop("Error when checking target: expected dense_9 to have 4 dimensions, but got array with shape (900, 5)")),
    ("output-shape-vs-labels", stop("Argument `output` must have rank (ndim) `target.ndim - 1`. Received: target.shape=(8, 64, 64), output.shape=(8, 5)", below="loss")),
    ("target-shape-mismatch", stop("Data cardinality is ambiguous:\n  x sizes: 700\n  y sizes: 699\nMake sure all arrays contain the same number of samples.")),
    ("target-shape-mismatch", stop("Input arrays should have the same number of samples as target arrays. Found 1000 input samples and 998 target samples.")),
    ("custom-loss-bug", graph("Incompatible shapes: [16,128] vs. [16]", "triplet_loss/sub")),
    ("skip-connection-shape-mismatch", stop("A `Concatenate` layer requires inputs with matching shapes except for the concat axis. Got inputs shapes: [(None, 25, 25, 64), (None, 24, 24, 64)]")),
    ("skip-connection-shape-mismatch", stop("Operands could not be broadcast together with shapes (56, 56, 64) (28, 28, 64)")),
    ("skip-connection-shape-mismatch", graph("ConcatOp : Dimensions of inputs should match: shape[0] = [4,30,30,64] vs. shape[1] = [4,31,31,64]", "model/concatenate/concat")),
    ("negative-dimension", stop("Negative dimension size caused by subtracting 3 from 1 for 'conv2d_6/Conv2D' (op: 'Conv2D') with input shapes: [?,1,1,64], [3,3,64,64].")),
    ("negative-dimension", stop("One of the dimensions in the output is <= 0 due to downsampling in conv2d_4. Consider increasing the input size. Received input shape [None, 2, 2, 16] which would produce output shape with a zero or negative value in a dimension.")),
    ("gpu-oom", graph("OOM when allocating tensor with shape[64,64,224,224] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc", "model/conv1/Conv2D", "ResourceExhaustedError")),
    ("gpu-oom", stop("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 9126805504 bytes.", "jaxlib.xla_extension.XlaRuntimeError", below=None)),
    ("gpu-oom", stop("Failed copying input tensor from CPU:0 to GPU:0 in order to run _EagerConst: Dst tensor is not initialized.", "tensorflow.python.framework.errors_impl.InternalError", below="graph")),
    ("host-oom", graph("OOM when allocating tensor with shape[50000,224,224,3] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator mklcpu", "shuffle", "ResourceExhaustedError", 1)),
    ("library-init-failed", graph("Failed to get convolution algorithm. This is probably because cuDNN failed to initialize", "model/conv/Conv2D", "UnknownError", 23)),
    ("library-init-failed", graph("Blas GEMM launch failed : a.shape=(32, 784), b.shape=(784, 64), m=32, n=64, k=784", "dense/MatMul", "InternalError", 1)),
    ("gpu-oom", "E tensorflow/stream_executor/cuda/cuda_dnn.cc:329] Could not create cudnn handle: CUDNN_STATUS_ALLOC_FAILED\n" + graph("Failed to get convolution algorithm. This is probably because cuDNN failed to initialize", "model/conv/Conv2D", "UnknownError", 23)),
    ("driver-mismatch", "E tensorflow/stream_executor/cuda/cuda_dnn.cc:319] Loaded runtime CuDNN library: 7.1.2 but source was compiled with: 7.6.0.\n" + graph("Failed to get convolution algorithm.", "conv/Conv2D", "UnknownError", 1)),
    ("compiler-failure", graph("Detected unsupported operations when trying to compile graph __inference_one_step_7[] on XLA_GPU_JIT: StringToNumber (No registered 'StringToNumber' OpKernel for XLA_GPU_JIT devices", "StatefulPartitionedCall")),
    ("compiler-failure", graph("libdevice not found at ./libdevice.10.bc", "Adam/StatefulPartitionedCall", "InternalError")),
    ("checkpoint-mismatch", stop("Layer count mismatch when loading weights from file. Model expected 6 layers, found 8 saved layers.", below="load")),
    ("checkpoint-mismatch", stop("Shapes (3, 3, 64, 128) and (3, 3, 32, 128) are incompatible", line="model.load_weights('a.h5')", below="load")),
    ("checkpoint-mismatch", stop("Assign requires shapes of both tensors to match. lhs shape= [24] rhs shape= [546]\n\t [[{{node save/Assign_7}}]]", "tensorflow.python.framework.errors_impl.InvalidArgumentError", below=None)),
    ("checkpoint-corrupt", stop("Unable to synchronously open file (truncated file: eof = 1024, sblock->base_addr = 0, stored_eof = 90000)", "OSError", "model.load_weights('a.h5')", "load")),
    ("custom-object-missing", stop("Unknown layer: Attention2D", line="m = load_model('a.h5')", below="load")),
    ("custom-object-missing", stop("Could not locate class 'PatchEncoder'. Make sure custom classes are decorated with `@keras.saving.register_keras_serializable()`.", "TypeError", "m = load_model('a.keras')", "load")),
    ("version-incompatibility", stop("module 'tensorflow' has no attribute 'placeholder'", "AttributeError", "x = tf.placeholder(tf.float32)", None)),
    ("version-incompatibility", stop("No module named 'tensorflow.contrib'", "ModuleNotFoundError", "import tensorflow.contrib.slim", None)),
    ("version-incompatibility", stop("cannot import name 'np_utils' from 'keras.utils'", "ImportError", "from keras.utils import np_utils", None)),
    ("version-incompatibility", stop("decay is deprecated in the new Keras optimizer, please check the docstring for valid arguments", line="opt = Adam(decay=1e-4)", below=None)),
    ("no-grad", stop("No gradients provided for any variable: ['dense/kernel:0', 'dense/bias:0'].")),
    ("optimizer-variable-mismatch", stop("Unknown variable: <Variable path=critic/dense/kernel, shape=(4, 2), dtype=float32>. This optimizer can only be called for the variables it was originally built with.")),
    ("graph-mode-control-flow", stop("Attempted boolean conversion of traced array with shape bool[]..", "jax.errors.TracerBoolConversionError", "step(x)", None)),
    ("graph-mode-control-flow", stop("using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution. Use Eager execution or decorate this function with @tf.function.", "tensorflow.python.framework.errors_impl.OperatorNotAllowedInGraphError", below=None)),
    ("api-misuse", stop("Failed to find data adapter that can handle input: (<class 'list'> containing values of types {\"<class 'int'>\"}), <class 'numpy.ndarray'>")),
    ("api-misuse", stop("Layer model expects 2 input(s), but it received 1 input tensors. Inputs received: [<tf.Tensor 'x:0' shape=(None, 8) dtype=float32>]")),
    ("uncompiled-model", stop("You must call `compile()` before using the model.")),
    ("uncompiled-model", stop("This model has not yet been built. Build the model first by calling `build()` or calling `fit()` with some data", line="model.summary()")),
    ("distribution-strategy", stop("Variable (<tf.Variable 'dense/kernel:0' shape=(4, 2)>) was not created in the distribution strategy scope of (<tensorflow.python.distribute.mirrored_strategy.MirroredStrategy object at 0x7f>).")),
    ("distribution-strategy", stop("`merge_call` called while defining a new graph or a tf.function.", "RuntimeError")),
    ("dtype-mismatch", stop("Tensor conversion requested dtype float32 for Tensor with dtype float64: <tf.Tensor 'x:0' shape=() dtype=float64>")),
    ("dtype-mismatch", graph("cannot compute MatMul as input #1(zero-based) was expected to be a double tensor but is a float tensor", "MatMul", version=1)),
    ("label-dtype", graph("Cast string to float is not supported", "binary_crossentropy/Cast", "UnimplementedError")),
    ("collate-inconsistent-shapes", graph("Cannot batch tensors with different shapes in component 0. First element had shape [224,224,3] and element 3 had shape [224,180,3].", "IteratorGetNext")),
    ("corrupt-image", graph("Unknown image file format. One of JPEG, PNG, GIF, BMP required.", "decode_image/DecodeImage")),
    ("missing-file", graph("NewRandomAccessFile failed to Create/Open: data/img/00017.jpg : The system cannot find the file specified.", "ReadFile", "NotFoundError", 23)),
    ("empty-dataset", stop("local variable 'logs' referenced before assignment", "UnboundLocalError")),
    ("empty-dataset", stop("Expect x to be a non-empty array or dataset.")),
    ("generator-exhausted", "Epoch 1/5\n20/20 - 1s - loss: 0.5\nEpoch 2/5\nWARNING:tensorflow:Your input ran out of data; interrupting training. Make sure that your dataset or generator can generate at least `steps_per_epoch * epochs` batches (in this case, 100 batches).\n"),
    ("generator-exhausted", graph("FIFOQueue '_2_batch/fifo_queue' is closed and has insufficient elements (requested 32, current size 0)", "batch", "OutOfRangeError", 1)),
    ("tfrecord-mismatch", graph("Feature: image/class (data type: int64) is required but could not be found.", "ParseSingleExample/ParseExample/ParseExampleV2")),
    ("tfrecord-mismatch", graph("Key: label.  Can't parse serialized Example.", "ParseSingleExample/ParseSingleExample", version=1)),
    ("class-name-mismatch", stop("'zebra'", "KeyError", "y = class_to_id[row['label']]", None)),
    ("class-name-mismatch", stop("y contains previously unseen labels: ['truck']", line="y = encoder.transform(names)", below=None)),
    ("history-key-missing", stop("'val_acc'", "KeyError", "plt.plot(history.history['val_acc'])", None)),
    ("box-out-of-image", graph("assertion failed: [maximum box coordinate value is larger than 1.100000: ] [1.23]", "ToAbsoluteCoordinates/Assert/AssertGuard/Assert", version=1)),
    ("box-reversed", stop("x_max is less than or equal to x_min for bbox (0.6, 0.1, 0.4, 0.3, 2).", below=None)),
    ("box-out-of-image", graph("All bounding box coordinates must be in [0.0, 1.0]: -0.0123", "distort/SampleDistortedBoundingBoxV2", version=1)),
    ("box-out-of-image", stop("index 19 is out of bounds for axis 1 with size 19", "IndexError", "detectors_mask[i, j, best_anchor] = 1", None)),
    ("box-reversed", graph("assertion failed: [[0.81][0.3]] [[0.7][0.4]]", "Assert/AssertGuard/else/_9/Assert")),
    ("class-count-mismatch", stop("index 8 is out of bounds for axis 4 with size 8", "IndexError", "y_true[l][b, j, i, k, 5 + c] = 1", None)),
    ("class-name-mismatch", stop("None has type NoneType, but expected one of: int, long", "TypeError", "'image/object/class/label': int64_list_feature(classes),", None)),
    ("checkpoint-mismatch", stop("Dimension 0 in both shapes must be equal, but are 1 and 24. Shapes are [1,1,512,255] and [24,512,1,1]. for 'Assign_77' (op: 'Assign') with input shapes: [1,1,512,255], [24,512,1,1].", line="model.load_weights('a.h5')")),
    ("output-units-vs-classes", stop("logits and labels must be same size: logits_size=[10,5] labels_size=[10,6]", "InvalidArgumentError (see above for traceback)", below=None)),
    ("empty-dataset", stop("object of type 'NoneType' has no len()", "TypeError", "trainer.trainModel()", "imageai")),
    ("input-shape-mismatch", stop("dot_general requires contracting dimensions to have the same shape, got (1041,) and (1029,).", "TypeError", below=None)),
    ("library-init-failed", "Epoch 1/9\n2018-05-28 23:08:09.915921: E tensorflow/stream_executor/cuda/cuda_dnn.cc:385] could not create cudnn handle: CUDNN_STATUS_INTERNAL_ERROR\n2018-05-28 23:08:09.915981: F tensorflow/core/kernels/conv_ops.cc:667] Check failed: stream->parent()->GetConvolveAlgorithms(&algorithms)\nAborted (core dumped)\n"),
    ("illegal-memory-access", "Epoch 7/9\n2020-07-07 17:15:37.551112: E tensorflow/stream_executor/cuda/cuda_event.cc:29] Error polling for event status: failed to query event: CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered\n2020-07-07 17:15:37.6: F tensorflow/core/common_runtime/gpu/gpu_event_mgr.cc:273] Unexpected Event status: 1\n"),
    ("target-shape-mismatch", graph("Incompatible shapes: [1146880] vs. [158720]", "dice_coef_loss/mul", version=23)),
    ("output-units-vs-classes", user_code("Dimensions must be equal, but are 8 and 5 for '{{node mean_squared_error/SquaredDifference}} = SquaredDifference[T=DT_FLOAT](model/dense/BiasAdd, y)' with input shapes: [?,8], [?,5].")),
    ("target-shape-mismatch", graph("Incompatible shapes: [8,128,128,3] vs. [8,128,128,1]", "gradient_tape/mean_squared_error/BroadcastGradientArgs")),
    ("target-shape-mismatch", graph("Not enough time for target transition sequence (required: 12, available: 8)0", "CTCLoss")),
    ("target-shape-mismatch", graph("Input to reshape is a tensor with 2 values, but the requested shape has 1", "binary_crossentropy/weighted_loss/Reshape")),
    ("api-misuse", stop("Unknown activation function: rellu", line="x = Dense(4, activation='rellu')(x)", below=None)),
    ("api-misuse", stop("Target data is missing. Your model was compiled with loss=mse, and therefore expects target data to be provided in `fit()`.")),
    ("version-incompatibility", stop("The filepath provided must end in `.keras` (Keras model format). Received: filepath=best.h5", line="c = ModelCheckpoint('best.h5')", below=None)),
    ("label-missing", stop("no annotation for img_0031.jpg", line="raise ValueError('no annotation for ' + name)", below=None)),
    ("class-name-mismatch", stop("unknown class 'lorry'", line="raise ValueError(f'unknown class {name!r}')", below=None)),
    ("disk-full", graph("ckpt/m_temp/part.data-00000; No space left on device", "SaveV2", "ResourceExhaustedError")),
    ("host-oom", stop("Unable to allocate 11.2 GiB for an array with shape (10000, 224, 224, 3) and data type float64", "numpy.core._exceptions._ArrayMemoryError", "x = np.array(images)", None)),
    ("augmentation-failure", graph("Need value.shape >= size, got  [200 180 3] [224 224 3]", "random_crop/assert")),
    ("monitor-misuse", "Epoch 1/3\nWARNING:tensorflow:Early stopping conditioned on metric `val_loss` which is not available. Available metrics are: loss,accuracy\n10/10 - 1s - loss: 0.5\n"),
    ("version-incompatibility", stop("Cannot convert a symbolic Tensor (lstm/strided_slice:0) to a numpy array.", "NotImplementedError", "model.add(LSTM(4))", None)),
    ("version-incompatibility", stop("__init__() got an unexpected keyword argument 'ragged'", "TypeError", "m = load_model('x.h5')", "load")),
    ("collate-inconsistent-shapes", stop("setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions.", "ValueError", "x = np.array(seqs)", None)),
    ("label-out-of-range", stop("index 5 is out of bounds for axis 1 with size 5", "IndexError", "y = to_categorical(labels, 5)", None)),
    ("class-count-mismatch", stop('Found 3 classes. If class_mode="binary" there must be 2 classes', line="g = datagen.flow_from_dataframe(df, class_mode='binary')", below=None)),
    ("loss-label-format", stop("Classification metrics can't handle a mix of multiclass and continuous-multioutput targets", line="print(classification_report(y, p))", below=None)),
    ("imageai-misuse", stop("'ObjectDetection' object has no attribute 'setModelTypeAsResNet50'", "AttributeError", "d.setModelTypeAsResNet50()", None)),
    ("checkpoint-mismatch", stop("Restoring from checkpoint failed. This is most likely due to a Variable name or other graph key that is missing from the checkpoint. Original error:\n\nKey net/conv/beta not found in checkpoint", "tensorflow.python.framework.errors_impl.NotFoundError", below="graph")),
    ("hang-collective", graph("Collective has timed out waiting for other workers.", "CollectiveReduceV2", "DeadlineExceededError")),
    ("generator-exception", stop("`generator` yielded an element that could not be converted to the expected type. The expected type was float32, but the yielded element was None.", "TypeError")),
    ("corrupt-image", graph("Input size should match (header_size + row_size * abs_height) but they differ by 2", "decode_image/DecodeImage")),
    ("api-misuse", stop('Cannot update variable "mean" in "/BatchNorm_0" because collection "batch_stats" is immutable.', "flax.errors.ModifyScopeVariableError", "y = net.apply(v, x)", None)),
    ("api-misuse", stop('Dropout_0 needs PRNG for "dropout"', "flax.errors.InvalidRngError", "y = net.apply(v, x)", None)),
    ("input-shape-mismatch", stop('For parameter "kernel" in "/Dense_0", the given initializer is expected to generate shape (784, 10), but the existing parameter it received has shape (28, 10).', "flax.errors.ScopeParamShapeError", "y = net.apply(v, x)", None)),
    ("distribution-strategy", stop("One of device_put args was given the sharding of NamedSharding(mesh=Mesh('data': 8), spec=PartitionSpec('data',)), which implies that the global size of its dimension 0 should be divisible by 8, but it is equal to 30 (full shape: (30, 784))", line="x = jax.device_put(x, s)", below=None)),
    ("distribution-strategy", stop("compiling computation that requires 8 logical devices, but only 4 XLA devices are available (num_replicas=8)", line="state = p_step(state, x)", below=None)),
    ("graph-mode-control-flow", stop("scan body function carry input and carry output must have equal types, but they differ:\n\nThe input carry carry[0] has type float32[8] but the corresponding output carry component has type float32[8,1], so the shapes do not match.", "TypeError", "jax.lax.scan(f, c, x)", None)),
    ("optimizer-variable-mismatch", f'Traceback (most recent call last):\n  File "train.py", line 9, in step\n    updates, state = tx.update(grads, state)\n  File "{SITE}/optax/_src/transform.py", line 100, in update_fn\n    mu = tree.map(f, updates, state.mu)\nValueError: Dict key mismatch; expected keys: [\'a\', \'b\']; dict: {{\'params\': {{}}}}.\n'),
    ("non-finite-loss", graph("LossTensor is inf or nan. : Tensor had NaN values", "CheckNumerics", version=1)),
    ("non-finite-gradient", stop("Found Inf or NaN global norm. : Tensor had NaN values\n\t [[{{node VerifyFinite/CheckNumerics}}]]", "tensorflow.python.framework.errors_impl.InvalidArgumentError", below="graph")),
]
OTHERWISE = [
    ("gpu-oom", "2021-01-01 10:00:00.1: W tensorflow/core/common_runtime/bfc_allocator.cc:245] Allocator (GPU_0_bfc) ran out of memory trying to allocate 2.20GiB with freed_by_count=0. The caller indicates that this is not a failure, but may mean that there could be performance gains if more memory were available.\nEpoch 1/2\n10/10 - 3s - loss: 0.4\n"),
    ("api-misuse", stop('Initializer expected to generate shape (256, 10) but got shape (128, 10) instead for parameter "kernel" in "/Dense_2".', "flax.errors.ScopeParamShapeError", "y = net.apply(v, x)", None)),
    ("optimizer-variable-mismatch", stop("Dict key mismatch; expected keys: ['a', 'b']; dict: {'params': {}}.", line="both = jax.tree.map(f, a, b)", below=None)),
    ("corrupt-image", graph("Input size should match (header_size + row_size * abs_height) but they differ by 2", "model/reader/Cast")),
    ("gpu-oom", stop("could not convert string to float: 'abc'", below=None, before="I tensorflow/stream_executor/cuda/cuda_driver.cc:1002] failed to allocate 7.80G from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory\n")),
    ("gpu-oom", stop("", "KeyboardInterrupt", below=None, before="I tensorflow/stream_executor/cuda/cuda_driver.cc:1002] failed to allocate 7.80G from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory\n")),
    ("gpu-oom", graph("OOM when allocating tensor with shape[90000,90000] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator cpu", "MatMul", "ResourceExhaustedError")),
    ("device-not-visible", "W tensorflow/stream_executor/platform/default/dso_loader.cc:60] Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file\nEpoch 1/1\n10/10 - 2s - loss: 0.3\n"),
    ("driver-mismatch", "W tensorflow/stream_executor/platform/default/dso_loader.cc:60] Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file\nEpoch 1/1\n10/10 - 2s - loss: 0.3\n"),
    ("generator-exhausted", "W0000 00:00:1.5 9 local_rendezvous.cc:404] Local rendezvous is aborting with status: OUT_OF_RANGE: End of sequence\n\t [[{{node IteratorGetNext}}]]\n10/10 - 2s - loss: 0.3\n"),
    ("class-name-mismatch", stop("'class'", "KeyError", "y = table['class']", None)),
    ("class-name-mismatch", stop("'lr'", "KeyError", "rate = config[name]", None)),
    ("history-key-missing", stop("'loss'", "KeyError", "rate = settings['loss']", None)),
    ("label-out-of-range", graph("indices[0,4] = 900 is not in [0, 900)", "model/embedding/embedding_lookup")),
    ("checkpoint-mismatch", stop("Shapes (None, 3) and (None, 4) are incompatible", below="loss")),
    ("output-units-vs-classes", stop("Shapes (64, 10) and (32, 10) are incompatible", line="model.set_weights(w)", below="load")),
    ("channel-mismatch", stop("Error when checking input: expected dense_1_input to have shape (4,) but got array with shape (3,)")),
    ("label-dtype", graph("Cast string to float is not supported", "model/lambda/Cast", "UnimplementedError")),
    ("custom-object-missing", stop("Unknown layer: Functional", line="m = load_model('a.h5')", below="load")),
    ("box-reversed", stop("buffer has 3 lines, x must be less than y", below=None)),
    ("retracing", "WARNING:tensorflow:5 out of the last 5 calls to <function f at 0x7f> triggered tf.function retracing.\n10/10 - 2s - loss: 0.3\n"),
    ("library-init-failed", "2023-01-01 10:00:00.0: E tensorflow/compiler/xla/stream_executor/cuda/cuda_dnn.cc:9342] Unable to register cuDNN factory: Attempting to register factory for plugin cuDNN when one has already been registered\n10/10 - 2s - loss: 0.3\n"),
    ("no-grad", "WARNING:tensorflow:Gradients do not exist for variables ['pooler/kernel:0'] when minimizing the loss.\n10/10 - 2s - loss: 0.3\n"),
    ("corrupt-image", "Corrupt JPEG data: 252 extraneous bytes before marker 0xd9\n10/10 - 2s - loss: 0.3\n"),
    ("uncompiled-model", "WARNING:tensorflow:Compiled the loaded model, but the compiled metrics have yet to be built. `model.compile_metrics` will be empty until you train or evaluate the model.\n10/10 - 2s - loss: 0.3\n"),
    ("non-finite-loss", "Epoch 1/2\n10/10 - 2s - loss: 0.31\nsaved nano.h5\n"),
    ("imageai-misuse", stop("'ModelTraining2' object has no attribute 'x'", "AttributeError", "t.x()", None)),
]


def first(log):
    report = stepscope.explain(log)
    assert not report.notes
    return report.findings[0].name if report.findings else None


@pytest.mark.parametrize(("slug", "log"), CASES, ids=[f"{number}-{slug}" for number, (slug, _) in enumerate(CASES)])
def test_a_sentence_is_understood(slug, log):
    assert first(log) == slug


@pytest.mark.parametrize(("slug", "log"), OTHERWISE, ids=[f"{number}-{slug}" for number, (slug, _) in enumerate(OTHERWISE)])
def test_what_sounds_alike_is_another_thing(slug, log):
    assert first(log) != slug


def test_the_values_are_told():
    log = graph("Received a label value of 12 which is outside the valid range of [0, 12).  Label values: 3 12 1", "SparseSoftmaxCrossEntropyWithLogits")
    finding = stepscope.explain(log).findings[0]

    assert finding.headline == "label 12 does not fit a head of 12 classes"
    assert finding.seen["labels of the batch"] == "1 to 12"
    assert "subtract 1" in finding.fix[0]


def test_a_wrapped_exception_speaks_first():
    finding = stepscope.explain(called("Input 0 of layer 'fc' is incompatible with the layer: expected axis -1 of input shape to have value 7, but received input with shape (8, 5)")).findings[0]

    assert finding.headline == "an axis of 5 arrives at `fc`, which takes 7"
