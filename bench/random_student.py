# SPDX-License-Identifier: Apache-2.0
"""Writes a network with random weights, texts and a pipeline file for bench/over-links; prints the file's name."""
import array
import json
import os
import random
import struct
import sys

name, pair, folder = sys.argv[1:4]
SHAPES = {"bert-base": (12, 768, 12, 3072, 128), "minilm": (6, 384, 12, 1536, 64)}
layers, hidden, heads, inner, tokens = SHAPES[name]
WORDS = 30522
generator = random.Random(1)
# Drawn once and laid over the weights from another place each: no two rows are equal.
drawn = array.array("f", (generator.gauss(0, 0.02) for _ in range(1000003)))


def tensors():
    def norm(path):
        yield f"{path}.weight", (hidden,), 1.0
        yield f"{path}.bias", (hidden,), 0.0

    def linear(path, o, i):
        yield f"{path}.weight", (o, i), 0.0
        yield f"{path}.bias", (o,), 0.0

    for table, rows in (("word", WORDS), ("position", 512), ("token_type", 2)):
        yield f"bert.embeddings.{table}_embeddings.weight", (rows, hidden), 0.0
    yield from norm("bert.embeddings.LayerNorm")
    for layer in range(layers):
        path = f"bert.encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            yield from linear(f"{path}.attention.self.{part}", hidden, hidden)
        yield from linear(f"{path}.attention.output.dense", hidden, hidden)
        yield from norm(f"{path}.attention.output.LayerNorm")
        yield from linear(f"{path}.intermediate.dense", inner, hidden)
        yield from linear(f"{path}.output.dense", hidden, inner)
        yield from norm(f"{path}.output.LayerNorm")
    yield from linear("bert.pooler.dense", hidden, hidden)
    yield from linear("classifier", 2, hidden)


def size(shape):
    return shape[0] * (shape[1] if len(shape) > 1 else 1)


def values(count, mean, first):
    whole = array.array("f")
    first %= len(drawn)
    while len(whole) < count:
        whole.extend(drawn[first:first + count - len(whole)])
        first = 0
    return array.array("f", (mean + x for x in whole)) if mean else whole


def write_weights(path):
    header, at = {}, 0
    for key, shape, _ in tensors():
        header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + 4 * size(shape)]}
        at += 4 * size(shape)
    text = json.dumps(header).encode()
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for i, (_, shape, mean) in enumerate(tensors()):
            values(size(shape), mean, i * 104729).tofile(out)


def write_rows(path, rows):
    with open(path, "w") as out:
        out.write("sentence\tlabel\n")
        for row in range(rows):
            out.write(" ".join(f"t{generator.randrange(5, WORDS)}" for _ in range(tokens - 2)) + f"\t{row % 2}\n")


model, data = os.path.join(folder, name, "model"), os.path.join(folder, name, "data")
if not os.path.exists(os.path.join(data, "dev.tsv")):
    os.makedirs(model, exist_ok=True)
    os.makedirs(data, exist_ok=True)
    json.dump({"model_type": "bert", "architectures": ["BertForSequenceClassification"], "vocab_size": WORDS,
               "num_hidden_layers": layers, "hidden_size": hidden, "num_attention_heads": heads,
               "intermediate_size": inner}, open(os.path.join(model, "config.json"), "w"))
    with open(os.path.join(model, "vocab.txt"), "w") as out:
        out.write("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n" + "".join(f"t{i}\n" for i in range(5, WORDS)))
    write_weights(os.path.join(model, "model.safetensors"))
    write_rows(os.path.join(data, "train.tsv"), 8)
    write_rows(os.path.join(data, "dev.tsv"), 8)
file = os.path.join(folder, f"{name}-{pair.replace(',', '-')}.yaml")
activation, normaliser = pair.split(",")
with open(file, "w") as out:
    out.write(f"""version: 1
output: {os.path.basename(file)[:-5]}-run
model: {{family: bert, path: {name}/model}}
dataset: {{reader: glue, task: SST-2, path: {name}/data, max_length: {tokens}}}
approximations: {{activation: {activation}, normaliser: {normaliser}}}
stages:
  calibrate: {{examples: 8}}
  convert: {{}}
  infer: {{}}
""")
print(file)
