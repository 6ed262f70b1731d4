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
| `torch._utils.ExceptionWrapper.__init__` | a worker's exception while its frames are alive |
"""
