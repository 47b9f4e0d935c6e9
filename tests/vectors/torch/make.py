#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the files beside it with PyTorch: one state dict in every form that torch.save() has, what its
tensors are (expected.safetensors: floats as F32, whole numbers as I64), and files that are to be refused.
Made with PyTorch 2.15; `python3 make.py` in this folder."""
import collections
import json
import os
import zipfile

import numpy
import torch
from safetensors.torch import save_file
from torch.serialization import set_crc32_options


def state_dict():
    g = torch.Generator().manual_seed(1)
    base = torch.randn(24, generator=g)
    sd = collections.OrderedDict()
    sd["plain"] = torch.randn(3, 4, generator=g)
    sd["rows"] = base.view(4, 6)[1:3]            # an offset into a storage that others share
    sd["transposed"] = base.view(4, 6).t()
    sd["column"] = base.view(4, 6)[:, 2]         # strides with holes
    sd["permuted"] = base.view(2, 3, 4).permute(2, 0, 1)
    sd["tied"] = sd["plain"]
    sd["expanded"] = base[5:6].expand(3)         # stride 0
    sd["parameter"] = torch.nn.Parameter(torch.randn(2, 2, generator=g))
    sd["frozen"] = torch.nn.Parameter(torch.randn(2, generator=g), requires_grad=False)
    sd["scalar"] = torch.tensor(0.75)
    sd["empty"] = torch.zeros(0, 3)
    sd["double"] = torch.randn(3, generator=g, dtype=torch.float64)
    sd["half"] = torch.tensor([1.5, -65504.0, 6e-8, 0.333]).half()
    sd["half_transposed"] = torch.arange(6).view(2, 3).half().t()
    sd["bfloat"] = torch.tensor([1.5, -3e38, 1e-40, 0.333]).bfloat16()
    sd["position_ids"] = torch.arange(5).expand((1, -1))
    sd["steps"] = torch.tensor(12, dtype=torch.int32)
    sd["signed"] = torch.tensor([-3, 4], dtype=torch.int8)
    sd["short"] = torch.tensor([-300, 400], dtype=torch.int16)
    sd["bytes"] = torch.tensor([0, 255], dtype=torch.uint8)
    sd["mask"] = torch.tensor([True, False])
    sd["complex"] = torch.tensor([1 + 2j])
    return sd


def state_dict_of_8_bits():
    """E4M3 and E5M2 of every bit pattern that is a finite number, and unsigned 16 bits."""
    every = torch.arange(256).to(torch.uint8)
    sd = collections.OrderedDict()
    for name, kind in (("e4m3", torch.float8_e4m3fn), ("e5m2", torch.float8_e5m2)):
        values = every.view(kind)
        sd[name] = values[torch.isfinite(values.float())]
    sd["wide"] = torch.tensor([0, 65535]).to(torch.uint16)
    return sd


def expected(sd):
    out = {}
    for name, t in sd.items():
        if not t.is_complex():
            t = t.detach().float() if t.is_floating_point() else t.detach().long()
            out[name] = t.contiguous().clone()
    return out


def save_all(sd):
    for protocol in (2, 3, 4, 5):
        torch.save(sd, f"zip-{protocol}.bin", pickle_protocol=protocol)
        torch.save(sd, f"stream-{protocol}.bin", pickle_protocol=protocol,
                   _use_new_zipfile_serialization=False)
    sd._metadata = collections.OrderedDict([("", {"version": 1}), ("a.b", {"version": 2})])
    torch.save(sd, "metadata.bin")
    whole = {"state_dict": sd, "epoch": 3, "loss": 0.25, "big": 1 << 80, "negative": -70000, "name": "r\u00e9sum\u00e9",
             "list": [1, None, {"a": (1, 2.5)}], "set": {1, 2}, "bytes": b"\x00\xff", "none": None,
             "size": torch.Size([2, 3]), "device": torch.device("cpu"), "type": torch.float16,
             "counter": collections.Counter("aab")}
    torch.save(whole, "checkpoint.bin")
    torch.save(whole, "checkpoint-stream.bin", _use_new_zipfile_serialization=False)
    torch.save(dict(sd), "dict.bin")
    set_crc32_options(False)
    torch.save(sd, "no-checksums.bin")
    set_crc32_options(True)
    with zipfile.ZipFile("zip-2.bin") as a, \
            zipfile.ZipFile("compressed.bin", "w", zipfile.ZIP_DEFLATED) as b:
        for name in a.namelist():
            b.writestr(zipfile.ZipInfo(name), a.read(name), zipfile.ZIP_DEFLATED)


class Call:
    """Loading it whole would call a function; this one does no harm."""

    def __reduce__(self):
        return (os.getpid, ())


class Sum(torch.nn.Module):
    def forward(self, x):
        return x + x


def save_refused():
    torch.save(torch.nn.Linear(2, 2), "refused-module.bin")
    torch.save({"a": Call()}, "refused-call.bin")
    torch.save({"a": Call()}, "refused-call-stream.bin", pickle_protocol=4,
               _use_new_zipfile_serialization=False)
    torch.save({"a": torch.ones(1), "best": numpy.float64(0.5)}, "refused-numpy.bin")
    torch.jit.save(torch.jit.script(Sum()), "refused-script.bin")


def save_sharded(sd):
    """Two shards of each form of file, and an index that lists one tensor more."""
    os.makedirs("sharded", exist_ok=True)
    names = [n for n in sd if n != "complex"]
    parts = [names[:8], names[8:]]
    index = {"metadata": {}, "weight_map": {"dropped_later": "pytorch_model-00001-of-00002.bin"}}
    for i, part in enumerate(parts):
        file = f"pytorch_model-{i + 1:05}-of-00002.bin"
        torch.save({n: sd[n] for n in part}, "sharded/" + file,
                   _use_new_zipfile_serialization=i == 0)
        index["weight_map"].update({n: file for n in part})
    json.dump(index, open("sharded/pytorch_model.bin.index.json", "w"))
    json.dump({"model_type": "bert"}, open("sharded/config.json", "w"))


def save_scaled():
    """Weights of 8 bits with each kind of scale that published checkpoints have, and what they are."""
    os.makedirs("scaled", exist_ok=True)
    g = torch.Generator().manual_seed(2)
    rows, columns, block = 5, 7, (2, 3)
    blocks = torch.rand(3, 3, generator=g) + 0.5
    across = blocks.repeat_interleave(block[0], 0)[:rows].repeat_interleave(block[1], 1)[:, :columns]
    scales = {"block": ("_scale_inv", blocks, across),
              "row": ("_scale", torch.rand(rows, 1, generator=g) + 0.5, None),
              "flat": ("_scale", torch.rand(rows, generator=g) + 0.5, None),
              "whole": ("_scale", torch.tensor(0.125), None)}
    sd, want = {}, {}
    for name, (end, scale, full) in scales.items():
        w = torch.randn(rows, columns, generator=g).to(
            torch.float8_e5m2 if name == "row" else torch.float8_e4m3fn)
        sd[name + ".weight"], sd[name + ".weight" + end] = w, scale
        if full is None:
            full = scale.view(-1, 1) if scale.numel() > 1 else scale
        want[name + ".weight"] = (w.float() * full).contiguous()
    save_file(sd, "scaled/model.safetensors")
    save_file(want, "scaled/expected.safetensors")
    json.dump({"model_type": "bert", "quantization_config": {"quant_method": "fp8", "weight_block_size": block}},
              open("scaled/config.json", "w"))


if __name__ == "__main__":
    save_all(state_dict())
    save_file(expected(state_dict()), "expected.safetensors")
    eight = state_dict_of_8_bits()
    torch.save(eight, "f8.bin")
    torch.save(eight, "f8-stream.bin", _use_new_zipfile_serialization=False)
    save_file({k: v for k, v in eight.items()}, "f8.safetensors")
    save_file(expected(eight), "f8-expected.safetensors")
    save_refused()
    save_sharded(state_dict())
    save_scaled()
