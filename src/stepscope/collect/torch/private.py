"""Every private part of PyTorch that we rely on, in one place. Verified with 2.13.0.

The absence of one of them costs one feature, with a note, never the run.

| part | what for |
| --- | --- |
| `torch.utils.data.dataloader._BaseDataLoaderIter._sampler_iter` | the index list of each batch |
| `_BaseDataLoaderIter._num_yielded`, `._dataset`, `._num_workers`, `._collate_fn`, `._auto_collation`, `._index_sampler` | which batch was handed out, and how it was made |
| `_MultiProcessingDataLoaderIter._send_idx`, `._rcvd_idx`, `._in_order` | which of the lists that workers were sent is the current batch |
| `_MultiProcessingDataLoaderIter._workers`, `._task_info` | which worker died, and over what |
| `torch.utils.data._utils.worker._worker_loop` | to know that this process is a loader worker |
| `torch.utils.data._utils.fetch._MapDatasetFetcher.fetch` | in workers only: the sample that is being loaded |
| `torch.autograd.backward` (replaced; public) | the loss before backward |
| `torch._C._current_autograd_node`, `torch._C._autograd._get_sequence_nr`, `Node._sequence_nr` | in a repeated step: which forward operator a backward belongs to |
| `torch._C._functorch.get_unwrapped`, `is_gradtrackingtensor`, `is_functorch_wrapped_tensor`, `peek_interpreter_stack`, `torch._functorch.pyfunctorch.temporarily_clear_interpreter_stack` | the loss of a function transform, and to leave it while its step is repeated |
| `torch.utils._python_dispatch.TorchDispatchMode._should_skip_dynamo` | in a repeated step: without it torch loads its compiler, which takes a second |
| `torch._C._pop_torch_dispatch_stack`, `_push_on_torch_dispatch_stack`, `_len_torch_dispatch_stack`, the same of `torch_function`, `torch._C.TensorBase` | to read a step behind the back of the program's own modes and patches |
| `Tensor._values` | the values of a sparse gradient, coalesced or not |
| `torch._dynamo.utils.counters` | whether anything was compiled: a compiled step of an optimizer is not counted |
| `torch._dynamo.trace_rules.BUILTIN_INLINE_WHEN_CALLED`, `SKIP_DIRS`, `_recompile_re` | Dynamo does not compile our own frames |
| `torch.autograd._unsafe_preserve_version_counter` | in a step that is repeated in place: tensors that it writes over are put back |
| `_SingleProcessDataLoaderIter.__next__`, `_MultiProcessingDataLoaderIter.__next__`, `GradScaler.step`, `.update`, `.unscale_` | in a repeated step: replaced, so that nothing is drawn or updated |
| `fetch._MapDatasetFetcher.fetch`, `fetch._IterableDatasetFetcher.fetch` | with `--skip-bad-samples` only: what loads a batch |
| `random._inst`, `numpy.random.mtrand._rand._bit_generator` | where Python's and numpy's generators stand, read as memory |
| `torch._utils.ExceptionWrapper.__init__` | a worker's exception while its frames are alive |
"""
