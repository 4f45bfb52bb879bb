"""The measurements that `experiments.saddle_escape` puts together."""
