"""The loaders of a run: the index lists that they asked for, the batches that they handed out, the files behind the samples."""
