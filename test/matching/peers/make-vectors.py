"""Writes test/matching/vectors/peer-joins.json: pairs that py_stringsimjoin and SetSimilaritySearch find, by hand.

    python3 -m venv venv
    venv/bin/pip install "setuptools<65" wheel "cython<3" "numpy<2" "pandas<2" six joblib
    venv/bin/pip install --no-build-isolation py_stringmatching py_stringsimjoin SetSimilaritySearch
    venv/bin/python test/matching/peers/make-vectors.py && npm run format

py_stringsimjoin has Jaccard and cosine with its comp_op, SetSimilaritySearch containment (of at least a threshold).
"""

import json
import random
from pathlib import Path

import pandas
import py_stringsimjoin
from py_stringmatching import WhitespaceTokenizer
from SetSimilaritySearch import SearchIndex

OUT = Path(__file__).parent.parent / "vectors" / "peer-joins.json"


def sets(draw, count):
    sizes = [draw.choice((1, 2, 3, 4, 4, 6, 8, 9, 12)) for _ in range(count)]
    return [sorted(draw.sample(range(18), size)) for size in sizes]


def frame(rows):
    texts = [" ".join(str(token) for token in row) for row in rows]
    return pandas.DataFrame({"id": range(len(rows)), "text": texts})


draw = random.Random(11)
left, right = sets(draw, 40), sets(draw, 40)
joins = {"jaccard": py_stringsimjoin.jaccard_join, "cosine": py_stringsimjoin.cosine_join}
tokenizer = WhitespaceTokenizer(return_set=True)
cases = []
for measure, join in joins.items():
    for similarity in (0.25, 0.5, 0.75, 1.0):
        for comparison in (">", ">=", "="):
            if similarity == 1.0 and comparison == ">":
                continue
            found = join(frame(left), frame(right), "id", "id", "text", "text", tokenizer, similarity, comparison,
                         show_progress=False)
            pairs = sorted([int(l), int(r)] for l, r in zip(found["l_id"], found["r_id"])) if len(found) else []
            cases.append({"measure": measure, "comparison": comparison, "maxDistance": 1 - similarity, "pairs": pairs})
for similarity in (0.25, 0.5, 0.75, 1.0):
    index = SearchIndex(right, similarity_func_name="containment", similarity_threshold=similarity)
    pairs = sorted([row, int(other)] for row, tokens in enumerate(left) for other, _ in index.query(tokens))
    cases.append({"measure": "containment", "comparison": ">=", "maxDistance": 1 - similarity, "pairs": pairs})
OUT.write_text(json.dumps({"left": left, "right": right, "cases": cases}, separators=(",", ":")) + "\n")
print(OUT, OUT.stat().st_size)
