"""Rank-1 from camera a to camera b (single shot, mean of 20 draws) and the ROC-AUC of all pairs across the cameras."""

import numpy as np


def rank1(embeddings, people, cameras, draws=20):
    rng = np.random.default_rng(0)
    ids = [i for i in np.unique(people) if {0, 1} <= set(cameras[people == i])]
    hits = []
    for _ in range(draws):
        a, b = ([rng.choice(np.flatnonzero((people == i) & (cameras == c))) for i in ids] for c in (0, 1))
        hits.append((np.argmax(embeddings[a] @ embeddings[b].T, 1) == np.arange(len(ids))).mean())
    return float(np.mean(hits))


def auc(embeddings, people, cameras):
    a, b = cameras == 0, cameras == 1
    return area((embeddings[a] @ embeddings[b].T).ravel(), (people[a][:, None] == people[b]).ravel())


def area(scores, same):
    """Area under the ROC curve; ties count half."""
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n = same.sum()
    return float((ranks[same].sum() - n * (n + 1) / 2) / n / (len(same) - n))
