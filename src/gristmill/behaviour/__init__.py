"""Clusters of customers by behaviour: found on a sample, explained in relations, kept from run to run.

``sql/segment/behaviour_sample_v1.sql`` draws the sample by the md5 of the key; ``sql/segment/behaviour_v1.sql`` gives every customer the
nearest centre. Here the centres are found: how many is what the silhouette says, where they start is where the run before
left them.
"""

from gristmill.behaviour.steps import BEFORE, CENTRES, CHOICE, KINDS, READS, find_clusters, recall

__all__ = ["BEFORE", "CENTRES", "CHOICE", "KINDS", "READS", "find_clusters", "recall"]
