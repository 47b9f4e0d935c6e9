#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes families/: a tiny classifier of each family as transformers saves it, what the library
computes with it, and what its config classes say where config.json is silent.

    pip install torch transformers==5.24.0 safetensors numpy
    make_families.py OUT [SEED]

OUT/NAME/config.json, model.safetensors: save_pretrained(); weights are scaled so that logits spread by
2 or more and attention is far from uniform. expected.safetensors: inputs, taps, logits, labels, loss;
gradients.safetensors: of the loss, by the checkpoint's names; approximated.safetensors:
ACTIVATION+NORMALISER/TAP; stepped.safetensors (some networks): weights after three steps of AdamW on the same
texts (rate 0.001, no decay of biases and norms, gradients clipped to norm 1). Texts of families whose positions follow the padding id hold that id.
"""
import json
import os
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForSequenceClassification

BERT = dict(vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
            max_position_embeddings=16)
ROBERTA = dict(BERT, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0, eos_token_id=2)
NETWORKS = {
    "bert": ("bert", dict(BERT, hidden_act="gelu_python", num_labels=2)),
    "roberta": ("roberta", dict(ROBERTA, hidden_act="gelu_fast", num_labels=2)),
    "camembert": ("camembert", dict(ROBERTA, hidden_act="quick_gelu", num_labels=3)),
    "xlm-roberta": ("xlm-roberta", dict(ROBERTA, hidden_act="silu", num_labels=2)),
    "distilbert": ("distilbert", dict(vocab_size=40, dim=16, n_layers=2, n_heads=2, hidden_dim=24,
                                      max_position_embeddings=16, num_labels=2)),
    "electra": ("electra", dict(BERT, embedding_size=12, num_labels=2)),
    "electra-wide": ("electra", dict(BERT, embedding_size=16, hidden_act="gelu_accurate", num_labels=1)),
}
STEPPED = ("roberta", "distilbert", "electra")
FOLLOWS_PAD = ("roberta", "camembert", "xlm-roberta")
SIZES = ("vocab_size max_position_embeddings type_vocab_size num_hidden_layers hidden_size num_attention_heads "
         "intermediate_size embedding_size pad_token_id").split()


def layers_of(model):
    base = model.base_model
    return base.transformer.layer if hasattr(base, "transformer") else base.encoder.layer


def attention_of(layer):
    """Modules of queries and keys, and the owner and name of the activation."""
    if hasattr(layer, "ffn"):
        return layer.attention.q_lin, layer.attention.k_lin, layer.ffn, "activation"
    own = layer.attention.self
    return own.query, own.key, layer.intermediate, "intermediate_act_fn"


def make_model(kind, spec, seed):
    torch.manual_seed(seed)
    config = AutoConfig.for_model(kind, **spec)
    model = AutoModelForSequenceClassification.from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "norm" in name.lower() and name.endswith("weight"):
                p.copy_(1 + 0.2 * torch.randn_like(p))
            elif name.endswith("bias"):
                p.copy_(0.2 * torch.randn_like(p))
            else:
                p.copy_(torch.randn_like(p) * (1.5 / p.shape[-1] ** 0.5 if "embeddings." not in name else 0.8))
    for module in model.modules():  # only gradients depend on it
        if isinstance(module, torch.nn.Embedding):
            module.padding_idx = None
    return model


def make_batch(config, rng, batch=4, length=9):
    pad = config.pad_token_id
    ids = np.full((batch, length), pad, dtype=np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for r in range(batch):
        n = length if r == 0 else int(rng.integers(4, length + 1))
        ids[r, :n] = rng.integers(5, config.vocab_size, n)
        mask[r, :n] = 1
        if config.model_type in FOLLOWS_PAD and r % 2 == 0:
            ids[r, 2] = pad
        elif config.model_type in ("bert", "electra"):
            types[r, n // 2:n] = 1
    return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask),
            "token_type_ids": torch.from_numpy(types)}


def run(model, batch):
    given, hooks, kept = dict(batch), [], {}
    if model.config.model_type == "distilbert":
        given.pop("token_type_ids")
    for i, layer in enumerate(layers_of(model)):
        for part, module in zip("qk", attention_of(layer)):
            hooks.append(module.register_forward_hook(lambda m, a, o, key=(i, part): kept.__setitem__(key, o)))
    out = model(**given, output_hidden_states=True, output_attentions=True)
    for hook in hooks:
        hook.remove()
    b, n = batch["input_ids"].shape
    taps = {"embedding": out.hidden_states[0], "logits": out.logits}
    for i in range(len(layers_of(model))):
        q, k = (kept[i, part].view(b, n, model.config.num_attention_heads, -1).transpose(1, 2) for part in "qk")
        taps[f"scores.{i}"] = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        taps[f"probs.{i}"] = out.attentions[i]
        taps[f"hidden.{i}"] = out.hidden_states[i + 1]
    return taps


def scale_head(model, batch):
    """The last linear, so that logits of two texts differ by 3."""
    head = model.classifier.out_proj if hasattr(model.classifier, "out_proj") else model.classifier
    with torch.no_grad():
        logits = run(model, batch)["logits"]
        head.weight.mul_(3 / (logits.max(0).values - logits.min(0).values).max())
        logits = run(model, batch)["logits"]
    assert (logits.max(0).values - logits.min(0).values).max() >= 2


def check_attention(taps, mask):
    rows = taps["probs.0"].max(-1).values.mean()
    assert rows > 2 / mask.sum(1).float().mean(), f"attention is near uniform: {rows}"


def loss_of(logits, labels):
    if logits.shape[1] == 1:
        return torch.nn.functional.mse_loss(logits.squeeze(-1), labels)
    return torch.nn.functional.cross_entropy(logits, labels)


def two_quad(x, keep):
    n = (x + 5) ** 2 * keep
    return n / n.sum(-1, keepdim=True)


def two_relu(x, keep):
    r = torch.relu(x) * keep
    return (r + 1e-6 / keep.sum(-1, keepdim=True) * keep) / (r.sum(-1, keepdim=True) + 1e-6)


def run_with(model, batch, activation, normaliser):
    """The library's own network with two functions replaced, as MPCFormer does (Li et al., 2023)."""
    real = torch.nn.functional.softmax

    def replaced(x, dim=-1, dtype=None, **other):
        keep = batch["attention_mask"][:, None, None, :].expand_as(x).to(x.dtype)
        return normaliser(x.masked_fill(keep == 0, 0), keep)

    before = []
    for layer in layers_of(model):
        _, _, owner, name = attention_of(layer)
        before.append((owner, name, getattr(owner, name)))
        delattr(owner, name)
        setattr(owner, name, activation)
    torch.nn.functional.softmax = replaced
    try:
        return run(model, batch)
    finally:
        torch.nn.functional.softmax = real
        for owner, name, function in before:
            delattr(owner, name)
            setattr(owner, name, function)


def approximated(model, batch):
    functions = {"quad+2quad": (lambda x: 0.125 * x * x + 0.25 * x + 0.5, two_quad),
                 "gelu+2relu": (torch.nn.functional.gelu, two_relu)}
    found = {}
    for name, (activation, normaliser) in functions.items():
        taps = run_with(model, batch, activation, normaliser)
        found.update({f"{name}/{tap}": taps[tap] for tap in ("logits", "hidden.0", "probs.0")})
    return found


def train(model, batch, labels):
    plain = [p for n, p in model.named_parameters() if n.endswith("bias") or "norm" in n.lower()]
    other = [p for n, p in model.named_parameters() if not (n.endswith("bias") or "norm" in n.lower())]
    adam = torch.optim.AdamW([{"params": other, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}],
                             lr=1e-3, eps=1e-8)
    for _ in range(3):
        adam.zero_grad()
        loss_of(run(model, batch)["logits"], labels).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
    return dict(model.named_parameters())


def flat(tensors):
    return {k: v.detach().contiguous().clone() for k, v in tensors.items()}


def write_network(folder, kind, spec, seed):
    rng = np.random.default_rng(seed)
    model = make_model(kind, spec, seed)
    batch = make_batch(model.config, rng)
    scale_head(model, batch)
    model.save_pretrained(folder)
    taps = run(model, batch)
    check_attention(taps, batch["attention_mask"])
    labels = torch.from_numpy(rng.integers(0, max(2, spec["num_labels"]), len(taps["logits"])))
    labels = labels.float() * 2.5 if spec["num_labels"] == 1 else labels
    loss = loss_of(taps["logits"], labels)
    loss.backward()
    save_file(flat({**batch, **taps, "labels": labels, "loss": loss.reshape(1)}), f"{folder}/expected.safetensors")
    save_file(flat({n: p.grad for n, p in model.named_parameters() if p.grad is not None}),
              f"{folder}/gradients.safetensors")
    with torch.no_grad():
        save_file(flat(approximated(model, batch)), f"{folder}/approximated.safetensors")
    if kind in STEPPED and spec["num_labels"] > 1:
        save_file(flat(train(model, batch, labels)), f"{folder}/stepped.safetensors")


def main():
    out, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for i, (name, (kind, spec)) in enumerate(NETWORKS.items()):
        folder = os.path.join(out, name)
        os.makedirs(folder, exist_ok=True)
        write_network(folder, kind, spec, 100 * seed + i)
    kinds = sorted({kind for kind, _ in NETWORKS.values()})
    silent = {kind: {k: getattr(AutoConfig.for_model(kind), k) for k in SIZES
                     if getattr(AutoConfig.for_model(kind), k, None) is not None} for kind in kinds}
    with open(os.path.join(out, "silent.json"), "w", encoding="utf-8") as f:
        json.dump(silent, f, indent=1)
        f.write("\n")


main()
