"""Writes test/matching/vectors/*.json: what a real PySpark makes of hard input, for the tests to compare with.

    python3 -m venv venv && venv/bin/pip install pyspark==4.0.1 numpy setuptools
    venv/bin/python test/spark/make-vectors.py && npm run format

Needs Java 17; takes a minute. Spark keeps strings in UTF-8, so that no column can hold a lone surrogate, and neither
Python's bridge can pass one. Where Java makes one, in a RegexTokenizer that cuts an emoji in two, it becomes "?" on
its way into the column: that is in the vectors, up to what HashingTF makes of it.
"""

import json
import random
from pathlib import Path

from pyspark.ml.feature import (
    HashingTF,
    MinHashLSH,
    NGram,
    RegexTokenizer,
    StopWordsRemover,
    Tokenizer,
)
from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, StructField, StructType

OUT = Path(__file__).parent.parent / "matching" / "vectors"

TEXTS = [
    "",
    " ",
    "   ",
    "a",
    "The Shawshank Redemption",
    " leading and trailing ",
    "two  spaces   three",
    "tab\tline\nfeed\x0bvertical\x0cform\rreturn",
    "\t",
    "\n a",
    "no\u00a0break\u00a0space",
    "next\u0085line",
    "line\u2028separator\u2029paragraph",
    "ideographic\u3000space em\u2003space ogham\u1680space zero\u200bwidth bom\ufeff",
    "\x1c\x1d\x1e\x1f control separators",
    "Amélie Ça va NAÏVE Ærøskøbing",
    "e\u0301 decomposed É",
    "千と千尋の神隠し Spirited Away",
    "기생충 Parasite",
    "Бриллиантовая РУКА",
    "😀x Emoji 👨‍👩‍👧 family 🇩🇪",
    "𝒜𝓑 𐐀𐐨 Deseret",
    "İstanbul IĞDIR ıI i̇",
    "ΣΊΣΥΦΟΣ ΟΔΟΣ Σ ΑΣ",
    "ΑΣ-ΒΓ ΑΣ'Β ΑΣ.Β ΑΣ:Β ΑΣ_Β ΑΣ1 1Σ ΑΣ\u0301Β Α\u00adΣ ΑΣ漢 \"ΣΑΣ\" Α.Σ. ΣσςΣ",
    "straße STRASSE ẞ ŒUVRE Ǆ ǅ ﬁ",
    "Don't DON'T i'll I'LL can't Cannot would",
    "Who's Afraid of Virginia Woolf?",
    "10,000 B.C. (2008)",
    "\"Quoted\" “curly” «guillemets»",
    "x" * 300,
    "word " * 60,
    "\u0000nul and \u007f",
    "ÿĀ ߿ࠀ \uffff \U00010000 \U0010ffff",
    "aXbxc1d22e",
    "foo.bar-baz_qux, quux; corge",
]

SHORT = [text for text in TEXTS if len(text) < 100]
SHORTER = [text for text in TEXTS if len(text) < 45]

REGEXES = [
    {},
    {"toLowercase": False},
    {"minTokenLength": 0},
    {"minTokenLength": 3},
    {"pattern": ""},
    {"pattern": "", "toLowercase": False},
    {"pattern": "", "minTokenLength": 0},
    {"pattern": "", "gaps": False, "minTokenLength": 0},
    {"pattern": "\\W"},
    {"pattern": "\\w+", "gaps": False},
    {"pattern": "[^a-z]+"},
    {"pattern": "x*"},
    {"pattern": "x*", "minTokenLength": 0},
    {"pattern": "x*?", "gaps": False, "minTokenLength": 0},
    {"pattern": "\\p{L}+", "gaps": False},
    {"pattern": "[^\\p{L}\\d]+"},
    {"pattern": "\\P{L}", "gaps": False},
    {"pattern": "\\p{Punct}|\\s", "minTokenLength": 0},
    {"pattern": ".", "gaps": False},
    {"pattern": ".{2}", "gaps": False, "toLowercase": False},
    {"pattern": "^.|a", "minTokenLength": 0},
    {"pattern": "(?=a)", "minTokenLength": 0},
    {"pattern": "(?!a)", "minTokenLength": 0},
    {"pattern": "[\\s\\-_.,;]+"},
    {"pattern": "\\h+|\\v"},
    {"pattern": "(a|b)(?:c|1)?", "gaps": False},
    {"pattern": "\\S{2,4}", "gaps": False},
    {"pattern": "\\u0073|\\x{1F600}", "minTokenLength": 0},
]

SEEDS = [0, 1, -1, 42, 777, 12345, 328749633, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, -(2**63)]

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.default.parallelism", "1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")


def column(rows, schema):
    """Rows with their number, in one partition."""
    return spark.createDataFrame(list(enumerate(rows)), f"n int, c {schema}").coalesce(1)


def run(stage, rows, schema="string"):
    frame = stage.setInputCol("c").setOutputCol("o").transform(column(rows, schema))
    return [row.o for row in frame.orderBy("n").select("o").collect()]


def write(name, value):
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{name}.json"
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")
    print(path.name, path.stat().st_size)


def sparse(vector):
    return [vector.indices.tolist(), vector.values.tolist()]


def tokenizers():
    write("tokenizer", {"texts": TEXTS, "tokens": run(Tokenizer(), TEXTS)})
    write("regex-tokenizer", {
        "texts": SHORTER,
        "cases": [{"options": o, "tokens": run(RegexTokenizer(**o), SHORTER)} for o in REGEXES],
    })



def token_stages():
    tokens = run(Tokenizer(), SHORT) + [[], ["THE", "the", "The", "", " the", "İ", "I", "ı"], ["Σ", "ΑΣ", "ας", "ασ"]]
    cases = [
        {},
        {"caseSensitive": True},
        {"stopWords": ["i̇", "I", "ΑΣ", "", "straße"]},
        {"stopWords": ["i̇", "I", "ΑΣ", "", "straße"], "caseSensitive": True},
        {"stopWords": ["IĞDIR", "I"], "locale": "tr"},
        {"stopWords": ["IĞDIR", "I"], "locale": "en_US"},
    ]
    write("tokens", {
        "tokens": tokens,
        "englishStopWords": StopWordsRemover.loadDefaultStopWords("english"),
        "stopWords": [
            # The JVM's locale is the default; ours is that of no language.
            {"options": o, "tokens": run(StopWordsRemover(**{"locale": "en", **o}), tokens, "array<string>")}
            for o in cases
        ],
        "nGrams": [{"n": n, "tokens": run(NGram(n=n), tokens, "array<string>")} for n in (1, 2, 3, 7)],
        "concatWs": [
            {"separator": s, "texts": [r.o for r in column(tokens, "array<string>").orderBy("n")
                                       .select(F.concat_ws(s, "c").alias("o")).collect()]}
            for s in (" ", "", "--")
        ],
    })


def hashing():
    terms = sorted({t for tokens in run(Tokenizer(), TEXTS) for t in tokens} | {"a", "b", "c", "d", "?", "? ?"})
    terms += ["x" * n for n in range(2, 20)] + ["é" * n for n in range(1, 6)] + ["😀" * n for n in range(1, 4)]
    one = [[term] for term in terms]
    rows = [[], ["a"], ["a", "b", "a", "a"], list("the quick brown fox"), run(Tokenizer(), TEXTS)[4], terms[:80]]
    sizes = [1, 2, 20, 100, 1000, 2**18, 2**20 + 7, 2**31 - 1]
    write("hashing-tf", {
        "terms": terms,
        "indices": {str(size): [int(v.indices[0]) for v in run(HashingTF(numFeatures=size), one, "array<string>")]
                    for size in sizes},
        "rows": rows,
        "characters": [sparse(v) for v in run(HashingTF(), run(RegexTokenizer(pattern=""), SHORTER), "array<string>")],
        "vectors": [
            {"options": o, "vectors": [sparse(v) for v in run(HashingTF(**o), rows, "array<string>")]}
            for o in ({}, {"binary": True}, {"numFeatures": 20}, {"numFeatures": 20, "binary": True})
        ],
    })


def titles(count):
    """Short made-up titles, many alike."""
    draw = random.Random(7)
    first = "The A Old New Last Red Dark Lost Silent Golden".split()
    second = "King River Night Road Star Garden Winter City Dream Tower Señor Łódź".split()
    third = ["", "", "Returns", "II", "III", "of Love", "in Paris", "Part 2", "!"]
    return [" ".join(w for w in (draw.choice(first), draw.choice(second), draw.choice(third)) if w)
            for _ in range(count)]


def vectors_of(indices, size):
    schema = StructType([StructField("n", IntegerType()), StructField("f", VectorUDT())])
    rows = [(n, Vectors.sparse(size, sorted(i), [1.0] * len(i))) for n, i in enumerate(indices)]
    return spark.createDataFrame(rows, schema).coalesce(1)


def min_hash():
    draw = random.Random(3)
    size = 2**31 - 1
    # MinHashLSH takes vectors up to its prime only.
    small = [sorted(draw.sample(range(2**18), n)) for n in (1, 2, 3, 8, 20)] + [[0], [2**18 - 1]]
    prime = 2038074743
    large = [[0, prime - 1], [2**21 - 2, 2**21 - 1, 2**21], [prime - 1], sorted(draw.sample(range(prime), 12))]
    signatures = []
    for seed in SEEDS:
        for tables in (1, 3, 10):
            def of(sets, size):
                frame = vectors_of(sets, size)
                model = MinHashLSH(inputCol="f", outputCol="h", numHashTables=tables, seed=seed).fit(frame)
                return [[int(v[0]) for v in r.h] for r in model.transform(frame).orderBy("n").collect()]
            signatures.append({"seed": str(seed), "tables": tables, "small": of(small, 2**18),
                               "large": of(large, prime)})
    write("min-hash", {"small": small, "large": large, "signatures": signatures})


def joins():
    names = titles(220)
    tokens = run(RegexTokenizer(pattern=""), names)
    grams = run(NGram(n=2), tokens, "array<string>")
    sets = [sorted(int(i) for i in v.indices) for v in run(HashingTF(), grams, "array<string>")]
    left, right = sets[:60], sets[60:]
    frames = vectors_of(left, 2**18), vectors_of(right, 2**18)
    similarity, neighbors = [], []
    for seed, tables in ((12345, 1), (777, 3), (328749633, 5)):
        model = MinHashLSH(inputCol="f", outputCol="h", numHashTables=tables, seed=seed).fit(frames[0])
        for threshold in (0.3, 0.6, 1.0):
            rows = model.approxSimilarityJoin(*frames, threshold).selectExpr(
                "datasetA.n as a", "datasetB.n as b", "distCol as d").orderBy("a", "b").collect()
            similarity.append({"seed": seed, "tables": tables, "threshold": threshold,
                               "pairs": [[r.a, r.b, r.d] for r in rows] if threshold < 1
                               else {"count": len(rows), "sum": sum(r.d for r in rows)}})
        for key in (0, 7, 31):
            for count in (1, 2, 5, 20, 1000):
                rows = model.approxNearestNeighbors(
                    frames[1], Vectors.sparse(2**18, left[key], [1.0] * len(left[key])), count).collect()
                neighbors.append({"seed": seed, "tables": tables, "key": key, "count": count,
                                  "rows": [[r.n, r.distCol] for r in rows]})
        own = model.approxSimilarityJoin(frames[0], frames[0], 0.4).selectExpr(
            "datasetA.n as a", "datasetB.n as b", "distCol as d").orderBy("a", "b").collect()
        similarity.append({"seed": seed, "tables": tables, "threshold": 0.4, "self": True,
                           "pairs": [[r.a, r.b, r.d] for r in own]})
    write("joins", {"titles": names, "sets": sets, "left": 60, "similarity": similarity, "neighbors": neighbors})


def null_tokens():
    tokens = [["a", None, "the", None], [None], [], ["I", None, None, "x"], [None, "i"]]
    schema = "array<string>"
    return {
        "tokens": tokens,
        "stopWords": [{"options": o, "tokens": run(StopWordsRemover(locale="en", **o), tokens, schema)}
                      for o in ({}, {"caseSensitive": True})],
        "nGrams": run(NGram(n=2), tokens, schema),
        "hashing": [{"numFeatures": n, "vectors": [sparse(v) for v in run(HashingTF(numFeatures=n), tokens, schema)]}
                    for n in (5, 42, 2**18)],
        "concatWs": [r.o for r in column(tokens, schema).orderBy("n").select(F.concat_ws("-", "c").alias("o")).collect()],
    }


def locales():
    """What a locale does to tokens, or that there is none of the name."""
    tokens = [["I", "\u0130", "i", "\u0131", "i\u0307", "\u00cc", "J\u0307", "j", "\u012e\u0303"]]
    cases = []
    for locale in ("", "tr", "TR", "tr_TR", "az", "az_AZ", "lt", "lt_LT", "en", "en_US", "US", "DE", "de_DE", "de-DE",
                   "xx", "xx_YY", "en_XX", "zh_CN_#Hans", "no_NO_NY", "tr_US", "und", "C", "root", "en_us"):
        try:
            found = [run(StopWordsRemover(stopWords=[word], locale=locale), tokens, "array<string>")[0]
                     for word in tokens[0]]
            cases.append({"locale": locale, "kept": found})
        except Exception as error:
            cases.append({"locale": locale, "error": str(error).split(chr(10))[0][:80]})
    available = sorted({str(l) for l in spark._jvm.java.util.Locale.getAvailableLocales()})
    return {"tokens": tokens[0], "cases": cases, "available": available}


def more_stages():
    languages = "danish dutch english finnish french german hungarian italian norwegian portuguese russian spanish swedish turkish"
    write("more-stages", {
        "languages": {name: StopWordsRemover.loadDefaultStopWords(name) for name in languages.split()},
        "nulls": null_tokens(),
        "locales": locales(),
    })


more_stages()
tokenizers()
token_stages()
hashing()
min_hash()
joins()
spark.stop()
