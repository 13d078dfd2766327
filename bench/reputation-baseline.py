"""TF-IDF and logistic regression on the same user-weeks and the same split as Kith's classifier: the yardstick of bench/reputation.ts.

Reads JSON lines {user, part, good, text} from a file and prints one JSON object: AUC and average precision by test user (mean
probability over the user's weeks) and AUC by week. Learns from all users that are not for the test. Needs scikit-learn.
"""

import json
import sys

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score


def main(path: str) -> None:
    with open(path, encoding="utf-8") as lines:
        weeks = [json.loads(line) for line in lines]
    known = [week for week in weeks if week["part"] != "test"]
    test = [week for week in weeks if week["part"] == "test"]
    vectorizer = TfidfVectorizer(max_features=18_900)
    features = vectorizer.fit_transform([week["text"] for week in known])
    model = LogisticRegression(class_weight="balanced", max_iter=1000)
    model.fit(features, [week["good"] for week in known])
    probabilities = model.predict_proba(vectorizer.transform([week["text"] for week in test]))[:, 1]
    users: dict[int, list[float]] = {}
    labels: dict[int, bool] = {}
    for week, probability in zip(test, probabilities):
        users.setdefault(week["user"], []).append(probability)
        labels[week["user"]] = week["good"]
    truth = [labels[user] for user in users]
    means = [float(np.mean(values)) for values in users.values()]
    result = {
        "auc": roc_auc_score(truth, means),
        "averagePrecision": average_precision_score(truth, means),
        "weekAuc": roc_auc_score([week["good"] for week in test], probabilities),
    }
    print(json.dumps(result))


main(sys.argv[1])
