"""Recommenders of well-kept libraries on the same split as `kith evaluate`: the yardsticks of bench/baselines.ts.

Reads a folder with inner/ and outer/, each holding training.csv (u,v,activities,weight) and truth.csv (u,v). Tunes each model on the
inner split, then prints one JSON object: for each model its name, the settings chosen, and recall@20 and nDCG@20 by user of the outer
truth, users ascending. Whom a user engaged with in training is not recommended. Needs implicit, numpy and scipy.
"""

import csv
import itertools
import json
import os
import sys

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from threadpoolctl import threadpool_limits

LENGTH = 20
# EASE inverts a dense matrix of items: only so many, those whom most users engaged with.
EASE_ITEMS = 4000
GAINS = 1 / np.log2(np.arange(2, LENGTH + 2))


class Split:
    """Training and truth with users and items numbered from 0: both are users of the network, and share the numbers."""

    def __init__(self, folder: str) -> None:
        training = read(os.path.join(folder, "training.csv"))
        truth = read(os.path.join(folder, "truth.csv"))
        self.ids = np.unique(np.concatenate([training[:, :2].ravel(), truth.ravel()]))
        size = len(self.ids)
        users, items = (np.searchsorted(self.ids, training[:, column]) for column in (0, 1))
        shape = (size, size)
        # Decayed weights, 1 on average; what lies before the window keeps next to nothing.
        weight = training[:, 3] / max(training[:, 3].mean(), 1)
        self.weighted = sp.csr_matrix((np.maximum(weight, 1e-3), (users, items)), shape=shape)
        self.ones = sp.csr_matrix((np.ones(len(users)), (users, items)), shape=shape)
        rows, columns = (np.searchsorted(self.ids, truth[:, column]) for column in (0, 1))
        self.users = np.unique(rows)
        self.truth = sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)

    def judge(self, lists: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Recall and nDCG by user; lists has a row of LENGTH items for each of self.users, -1 where there is none."""
        recall, ndcg = np.zeros(len(self.users)), np.zeros(len(self.users))
        for i, user in enumerate(self.users):
            partners = self.truth.indices[self.truth.indptr[user] : self.truth.indptr[user + 1]]
            hits = np.isin(lists[i], partners)
            most = min(len(partners), LENGTH)
            recall[i] = hits.sum() / most
            ndcg[i] = GAINS[hits].sum() / GAINS[:most].sum()
        return recall, ndcg


def read(path: str) -> np.ndarray:
    with open(path, encoding="utf-8") as lines:
        rows = list(csv.reader(lines))[1:]
    return np.array(rows, dtype=np.float64).astype(np.int64)


def factorized(model_class, **fixed):
    def lists(split: Split, by_weight: bool, **settings) -> np.ndarray:
        model = model_class(random_state=1, num_threads=2, **fixed, **settings)
        matrix = split.weighted if by_weight else split.ones
        confidence = matrix.copy()
        if by_weight:
            confidence.data = 1 + 10 * confidence.data
        model.fit(confidence.tocsr(), show_progress=False)
        found, _ = model.recommend(split.users, split.ones[split.users], N=LENGTH, filter_already_liked_items=True)
        # Nobody is recommended to themself.
        found[found == split.users[:, None]] = -1
        return found

    return lists


def ease(split: Split, regularization: float, by_weight: bool, both_ways: bool) -> np.ndarray:
    degrees = np.asarray(split.ones.sum(axis=0)).ravel()
    items = np.sort(np.argsort(-degrees, kind="stable")[:EASE_ITEMS])
    matrix = split.weighted.sqrt() if by_weight else split.ones
    if both_ways:
        matrix = (matrix + matrix.T).tocsr()
    x = matrix[:, items]
    excluded = split.ones[:, items]
    gram = (x.T @ x).toarray()
    gram[np.diag_indices_from(gram)] += regularization
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    lists = np.full((len(split.users), LENGTH), -1)
    for begin in range(0, len(split.users), 500):
        users = split.users[begin : begin + 500]
        scores = x[users] @ weights
        scores[excluded[users].toarray() > 0] = -np.inf
        scores[items[None, :] == users[:, None]] = -np.inf
        best = np.argsort(-scores, axis=1, kind="stable")[:, :LENGTH]
        lists[begin : begin + 500, : best.shape[1]] = items[best]
    return lists


def grid(**values):
    return [dict(zip(values, point)) for point in itertools.product(*values.values())]


MODELS = {
    "ALS (implicit)": (
        factorized(AlternatingLeastSquares, iterations=15),
        grid(factors=[32, 128], regularization=[0.01, 1.0, 10.0], by_weight=[False, True]),
    ),
    "BPR (implicit)": (
        factorized(BayesianPersonalizedRanking, iterations=100),
        grid(factors=[32, 128], learning_rate=[0.02, 0.1], regularization=[0.01, 0.1], by_weight=[False]),
    ),
    "EASE (numpy)": (ease, grid(regularization=[10.0, 100.0, 1000.0], by_weight=[False, True], both_ways=[False, True])),
}


def main(folder: str) -> None:
    inner, outer = Split(os.path.join(folder, "inner")), Split(os.path.join(folder, "outer"))
    results = []
    for name, (lists, points) in MODELS.items():
        tried = []
        for settings in points:
            recall, _ = inner.judge(lists(inner, **settings))
            tried.append(float(recall.mean()))
            print(f"{name} {settings}: {tried[-1]:.4f} on the inner split", file=sys.stderr, flush=True)
        chosen = points[int(np.argmax(tried))]
        recall, ndcg = outer.judge(lists(outer, **chosen))
        results.append({"name": name, "settings": chosen, "recall": recall.tolist(), "ndcg": ndcg.tolist()})
    print(json.dumps(results))


with threadpool_limits(limits=2):
    main(sys.argv[1])
