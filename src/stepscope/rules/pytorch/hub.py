"""Transformers, accelerate, diffusers, peft, trl, datasets, bitsandbytes, DeepSpeed, timm."""

from __future__ import annotations

from stepscope.evidence import Stage
from stepscope.rules.api.api_misuse import API_MISUSE
from stepscope.rules.api.configuration import CONFIGURATION
from stepscope.rules.checkpoints.checkpoint_mismatch import CHECKPOINT_MISMATCH
from stepscope.rules.datasets.missing_file import MISSING_FILE
from stepscope.rules.environment.compiler_failure import COMPILER_FAILURE
from stepscope.rules.environment.device_unsupported import DEVICE_UNSUPPORTED
from stepscope.rules.environment.driver_mismatch import DRIVER_MISMATCH
from stepscope.rules.environment.library_init_failed import LIBRARY_INIT_FAILED
from stepscope.rules.environment.version_incompatibility import VERSION_INCOMPATIBILITY
from stepscope.rules.numerics.overflow_half import OVERFLOW_HALF
from stepscope.rules.sentences import in_logs
from stepscope.rules.shapes.device_mismatch import DEVICE_MISMATCH
from stepscope.rules.shapes.dtype_mismatch import DTYPE_MISMATCH
from stepscope.rules.workers.collate_inconsistent_shapes import COLLATE_INCONSISTENT_SHAPES

in_logs(CONFIGURATION, (
    (r"Asking to pad but the tokenizer does not have a padding token|Cannot handle batch sizes > 1 if no padding token is defined", "the tokenizer has no padding token"),
), fix=("Name one: `tokenizer.pad_token = tokenizer.eos_token`, and the same in `model.config.pad_token_id`.",))  # fmt: skip
in_logs(CONFIGURATION, (
    (r"Target modules (?P<modules>.{1,120}?) not found in the base model", "the model has no modules {modules}"),
    (r"No modules were targeted for adaptation|Please specify `target_modules` in `peft_config`", "LoRA is told of no module that this model has"),
    (r"trying to access a gated repo|Cannot access gated repo|Access to model (?P<model>\S+) is restricted|awaiting a review from the repo authors", "the model's repository is gated: access must be granted to your token"),
    (r"401 Client Error|Invalid user(?:name or password| token)|Token is required|Repository Not Found for url", "the repository is not there, or the token has no access"),
    (r"'?(?P<name>[^'\s]+)'? is not a local folder and is not a valid model identifier", "{name} is neither a folder here nor a model of the hub"),
    (r"Unrecognized model in (?P<path>\S+)\. Should have a `?model_type`? key", "the config.json of {path} has no `model_type`"),
    (r"train_batch_size is not equal to micro_batch_per_gpu \* gradient_acc_step \* world_size (?P<numbers>[\d !=*]+)", "DeepSpeed's batch sizes do not multiply: {numbers}"),
    (r"correct the following DeepSpeed config values that mismatch TrainingArguments", "the DeepSpeed file and the TrainingArguments differ"),
    (r"load_best_model_at_end requires the save and eval(?:uation)? strategy to match", "saving and evaluation come at different steps"),
    (r"Unknown model \((?P<model>[^)\n]+)\)|Unknown model (?P<other>\w+)$|Cannot find callable (?P<call>\w+) in hubconf|Invalid pretrained tag", "no model is known by this name"),
    (r"can't train a model that has been loaded (?:in 8-bit precision )?with `device_map='auto'` in any distributed mode", "`device_map='auto'` and distributed training do not go together"),
    (r"(?P<key>\S+) is (?:not|no) a (?:valid|recognized) (?:\w+Type|IntervalStrategy|SchedulerType|OptimizerNames)", "{key} is no value of this setting"),
))  # fmt: skip
in_logs(MISSING_FILE, (
    (r"Repo id must (?:be in the form|use alphanumeric)[^\n]*?: '(?P<path>[^'\n]+)'", "{path} is no folder here, and no name of the hub"),
    (r"(?P<path>\S+) does not appear to have a file named (?P<file>\S+?)\.(?: |$)", "{path} holds no {file}"),
    (r"Error no file named (?P<file>[^\n]{1,160}?) found in directory (?P<path>\S+?)\.?$", "no weights are found in {path}"),
    (r"Can't load (?P<what>tokenizer|config\w*|feature extractor|image processor|processor|the model|the configuration of|weights)[^\n]{0,20} for '(?P<path>[^'\n]+)'", "{path} holds no files of the {what}"),
    (r"We couldn't connect to 'https?://\S+' to load th(?:is|e) file", "the hub cannot be reached, and the file is not in the cache"),
    (r"Cannot find the requested files in the (?:disk cache|cached path|local cache)|outgoing traffic has been disabled", "the file is not in the cache, and the hub is not asked"),
    (r"Can't find a valid checkpoint at (?P<path>\S+)|No valid checkpoint found in output directory \((?P<folder>[^)]+)\)", "no checkpoint is found to go on from"),
    (r"Couldn't find (?:a dataset script|any data file) at (?P<path>[^\n]+?)(?:\.|,| or )|Dataset '(?P<name>[^']+)' doesn't exist on the Hub|Unable to find '(?P<file>[^'\n]+)'", "the data set is not there"),
))  # fmt: skip
in_logs(API_MISUSE, (
    (r"cannot perform fine-tuning on purely quantized models|model you are (?:trying|attempting) to train(?:, which)? is (?:purely )?quantized", "a quantised model is trained without an adapter"),
    (r"`?\.to`? is not supported for `?4-bit`? or `?8-bit`?", "a quantised model is moved with `.to`"),
    (r"[Tt]rainer: (?P<what>training|evaluation) requires an? (?P<needs>\w+_dataset)", "the Trainer has no `{needs}`"),
    (r"No columns in the dataset match the model's forward method signature|The batch received was empty, your model won't be able to train", "no column of the data set is an argument of the model"),
    (r"You should supply an encoding or a list of encodings to this method that includes (?P<key>\w+), but you provided (?P<has>[^\n]{1,80})", "the samples have no `{key}`"),
    (r"TextEncodeInput must be Union|text input must (?:be )?of type `?str`?", "the tokenizer is given something that is no text"),
    (r"Cannot copy out of meta tensor; no data", "a module on the meta device is moved: it has no values yet"),
    (r"Unrecognized configuration class <class '(?P<config>[\w.]+)'> for this kind of AutoModel: (?P<auto>\w+)", "`{auto}` has no model for this configuration"),
    (r"Must flatten tensors with (?:uniform|the same) `?requires_grad`?", "FSDP is given frozen and trainable parameters in one unit"),
), fix=())  # fmt: skip
in_logs(VERSION_INCOMPATIBILITY, (
    (r"FlashAttention2? (?:has been toggled on|is not available|only)[^\n]{0,80}(?:cannot be used|not (?:be )?installed|is not installed)[^\n]*", "flash-attn is asked for and not installed"),
    (r"requires? `?(?P<package>(?:accelerate|bitsandbytes|peft|torch|transformers|datasets|tokenizers|numpy|safetensors|triton))`?\s?(?P<version>[<>=~!]=?\s?[\d.]+)", "{package} {version} is needed"),
    (r"requires (?:the latest version of|Accelerate|the) ?`?(?P<package>[\w-]+)`?(?: library but it was not found in your environment|: `?pip install)", "{package} is needed, in a newer version or at all"),
    (r"[Uu]sing `?bitsandbytes`? (?:4|8)-bit quantization requires", "bitsandbytes or accelerate is missing or too old"),
    (r"`rope_scaling` must be a dictionary with two fields", "the model's configuration is of a newer transformers"),
    (r"(?:xFormers|xformers) wasn't buil[dt] with CUDA support|xFormers can't load C\+\+/CUDA extensions", "xformers was built for another PyTorch or CUDA"),
), stage=Stage.ENVIRONMENT)  # fmt: skip
in_logs(DEVICE_UNSUPPORTED, (
    (r"Your setup doesn't support bf16|bf16 is not supported (?:on|by)|BFloat16 is not supported on|does not support bfloat16", "the device has no bfloat16"),
    (r"requires device with capability [<>=]+ (?P<needs>\(\d+, \d+\)) but your GPU has capability (?P<has>\(\d+, \d+\))", "a kernel needs capability {needs}, the device has {has}"),
    (r"FlashAttention only supports Ampere GPUs or newer", "flash-attn has no kernels for a device of this age"),
    (r"[Ff]P8 (?:is|training is)? ?(?:only )?supported (?:only )?on .{0,40}(?:Ada|Hopper|[89]\.\d)", "the device has no FP8"),
))  # fmt: skip
in_logs(DTYPE_MISMATCH, (
    (r"Must flatten tensors with uniform dtype but got (?P<one>torch\.\w+) and (?P<other>torch\.\w+)", "FSDP is given parameters of {one} and {other} in one unit"),
    (r"FlashAttention only supports? (?P<types>fp16[^\n]{0,20}) data ?type|Flash ?Attention .{0,20}only support(?:s)? .{0,20}(?:float16|bfloat16)", "flash-attn takes half precision only"),
    (r"Only Tensors of floating point and complex dtype can require gradients", "parameters of integers are asked for gradients"),
))  # fmt: skip
in_logs(DEVICE_MISMATCH, (
    (r"Tensor on device (?P<one>[\w:]+) is not on the expected device (?P<other>[\w:]+)", "a tensor on {one} meets others on {other}"),
    (r"can't train a model that has been loaded in [48]-bit (?:precision )?on a different device", "the quantised model was loaded on another device than it trains on"),
))  # fmt: skip
in_logs(LIBRARY_INIT_FAILED, (
    (r"CUDA Setup failed despite GPU being available|CUDA SETUP: (?:Setup Failed|CUDA detection failed)|Required library version not found: (?P<library>libbitsandbytes\w+\.so)", "bitsandbytes finds no CUDA libraries"),
    (r"'NoneType' object has no attribute 'c(?:get_managed_ptr|quantize_blockwise\w*|dequantize_blockwise\w*|adam\w+|gemm\w+)'|libbitsandbytes_cpu\.so: undefined symbol", "bitsandbytes was loaded without its CUDA library"),
))  # fmt: skip
in_logs(COMPILER_FAILURE, (
    (r"CUDA_HOME does not exist, unable to compile|CUDA_HOME environment variable is not set", "extensions are to be compiled and no CUDA toolkit is found"),
    (r"Unable to JIT load the (?P<op>\w+) op", "the operator {op} cannot be compiled here"),
))  # fmt: skip
in_logs(DRIVER_MISMATCH, (
    (r"Installed CUDA version (?P<has>[\d.]+) does not match the version torch was compiled with (?P<built>[\d.]+)", "CUDA {has} is installed, PyTorch was built with {built}"),
    (r"detected CUDA version \((?P<has>[\d.]+)\) mismatches the version that was used to compile\s+PyTorch \((?P<built>[\d.]+)\)", "CUDA {has} is installed, PyTorch was built with {built}"),
))  # fmt: skip
in_logs(OVERFLOW_HALF, ((r"value cannot be converted to type (?P<type>(?:at|c10)::\w+) without overflow", "a number does not fit into {type}"),), stage=Stage.FORWARD)
in_logs(OVERFLOW_HALF, ((r"[Cc]urrent loss scale already at minimum", "gradients overflow float16 however small the loss scale is"),), stage=Stage.OPTIMIZER, fix=(
    "Train in bfloat16 (`bf16: true`), which has the range of float32, if the model was pretrained in it.",
    "Look at the loss of the steps before: where it is NaN already, the learning rate or a sample is at fault.",
))  # fmt: skip
in_logs(CHECKPOINT_MISMATCH, ((r"(?P<name>[\w.]+) is on the meta device, we need a `value`", "the checkpoint has no `{name}`"),))
in_logs(COLLATE_INCONSISTENT_SHAPES, (
    (r"expected sequence of length (?P<one>\d+) at dim \d+ \(got (?P<other>\d+)\)", "lists of {one} and {other} values stand in one batch"),
    (r"should probably activate truncation and/or padding", "texts of one batch have different lengths"),
), stage=Stage.COLLATE)  # fmt: skip
