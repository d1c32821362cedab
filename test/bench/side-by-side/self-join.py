"""Each pair of titles nearer than a distance by Spark's MinHashLSH, titles prepared as in the movie flow.

    python test/bench/side-by-side/self-join.py <movies.csv> <distance>

Prints JSON: the seconds of the join alone, its features made before, and how many pairs it found.
"""

import json
import os
import sys
import time

from pyspark.ml.feature import HashingTF, MinHashLSH, NGram, RegexTokenizer, StopWordsRemover, Tokenizer
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

path, distance = sys.argv[1:]
builder = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
builder = builder.config("spark.driver.memory", "6g").config("spark.sql.shuffle.partitions", os.cpu_count())
spark = builder.getOrCreate()
try:
    schema = "movieId BIGINT, title STRING, genres STRING"
    movies = spark.read.csv(f"file://{os.path.abspath(path)}", schema, header=True, escape='"')
    titles = movies.selectExpr("movieId AS id", "substring(title, 1, greatest(length(title) - 7, 0)) AS title")
    words = Tokenizer(inputCol="title", outputCol="words").transform(titles)
    filtered = StopWordsRemover(inputCol="words", outputCol="filtered").transform(words)
    text = filtered.withColumn("text", F.concat_ws(" ", "filtered"))
    characters = RegexTokenizer(inputCol="text", outputCol="characters", pattern="").transform(text)
    bigrams = NGram(inputCol="characters", outputCol="bigrams", n=2).transform(characters)
    hashed = HashingTF(inputCol="bigrams", outputCol="features", numFeatures=2**18).transform(bigrams)
    features = hashed.where(F.size("bigrams") > 0).select("id", "features").cache()
    features.count()
    started = time.perf_counter()
    model = MinHashLSH(inputCol="features", outputCol="hashes", numHashTables=3, seed=12345).fit(features)
    near = model.approxSimilarityJoin(features, features, float(distance))
    pairs = near.where("datasetA.id < datasetB.id").count()
    print(json.dumps({"seconds": time.perf_counter() - started, "pairs": pairs}))
finally:
    spark.stop()
