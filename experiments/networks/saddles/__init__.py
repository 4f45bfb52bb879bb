"""The measurements that `experiments.network_saddles` puts together."""
