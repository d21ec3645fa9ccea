"""Writes small files of every kind that the weight readers read, for the fuzz tests to begin with.

  fuzz_seeds.py FOLDER

In FOLDER/zip and FOLDER/legacy are files of torch.save, in FOLDER/pickle the pickles of the former alone, in
FOLDER/safetensors files written here byte by byte, in FOLDER/ncnn pairs packed into one file: the length of the .param as
four bytes, little-endian, the .param, the .bin.
"""
import io
import json
import os
import random
import struct
import sys
import zipfile

import numpy
import torch

import networks
import save_forms

FOLDER = sys.argv[1]


def main():
    rrdb = networks.randomise(networks.RRDBNet(4, 3, 2, 1, 1), 1).state_dict()
    compact = networks.randomise(networks.SRVGGNetCompact(2, 3, 3, 1), 2).state_dict()
    contents = {
        "plain": rrdb,
        "params-ema": {"params_ema": rrdb, "params": {}},
        "fp16": {"params": {name: tensor.half() for name, tensor in rrdb.items()}},
        "bf16": {name: tensor.bfloat16() for name, tensor in rrdb.items()},
        "parameters": save_forms.parameters(rrdb),
        "strided": save_forms.strided(rrdb),
        "shared": save_forms.shared(rrdb),
        "module": {"iter": 7, "state_dict": {"module." + name: tensor for name, tensor in compact.items()}},
        "esrgan": save_forms.rename(rrdb, save_forms.named),
        "compact": {"params": compact},
    }
    for name, content in contents.items():
        for legacy in (False, True):
            file = io.BytesIO()
            number_storages()
            torch.save(content, file, _use_new_zipfile_serialization=not legacy, pickle_protocol=4 if name == "module" else 2)
            write("legacy" if legacy else "zip", name, file.getvalue())
            if not legacy:
                with zipfile.ZipFile(file) as archive:
                    pickle = next(entry for entry in archive.namelist() if entry.endswith("/data.pkl"))
                    write("pickle", name, archive.read(pickle))

    for kind, tensors in (("rrdb", rrdb), ("compact", compact)):
        for dtype in ("F32", "F16", "BF16"):
            write("safetensors", f"{kind}-{dtype}", safetensors(tensors, dtype))
    for half in (False, True):
        for kind, pair in (("rrdb", rrdb_pair()), ("compact", compact_pair())):
            write("ncnn", f"{kind}-{'fp16' if half else 'fp32'}", pack(pair, half))


def number_storages():
    """The old format names storages by their addresses: here by numbers from now on, so that the same seeds come every time."""
    address, numbers = torch._C.StorageBase._cdata, {}
    torch.UntypedStorage._cdata = property(lambda storage: numbers.setdefault(address.__get__(storage), 10**14 + len(numbers)))


def safetensors(tensors, dtype):
    header, data = {"__metadata__": {"format": "pt", "source": "written by Python"}}, b""
    for name, tensor in tensors.items():
        values = encode(tensor, dtype)
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def encode(tensor, dtype):
    values = tensor.detach().float().contiguous().numpy()
    if dtype == "F16":
        return values.astype("<f2").tobytes()
    if dtype == "BF16":
        return (values.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
    return values.astype("<f4").tobytes()


class Pair:
    """The layers of an ncnn graph, and for each that has weights how many and whether they may be fp16."""

    def __init__(self):
        self.lines, self.weights, self.copies = ["Input input 0 1 data"], [], {}

    def layer(self, kind, inputs, output, parameters=""):
        self.lines.append(f"{kind} {output} {len(inputs)} 1 {' '.join(inputs)} {output} {parameters}".rstrip())
        return output

    def split(self, blob, count):
        names = [f"{blob}_{i}" for i in range(count)]
        self.lines.append(f"Split split_{blob} 1 {count} {blob} {' '.join(names)}")
        return names

    def convolve(self, blob, output, inputs, outputs, leaky=False):
        weights = 9 * inputs * outputs
        self.weights += [(weights, True), (outputs, False)]
        active = " 9=2 -23310=1,2.000000e-01" if leaky else ""
        return self.layer("Convolution", [blob], output, f"0={outputs} 1=3 4=1 5=1 6={weights}{active}")


def rrdb_pair(features=2, growth=1):
    pair = Pair()
    skip, value = pair.split(pair.convolve("data", "first", 3, features), 2)
    block, value = pair.split(value, 2)
    for dense in range(3):
        copies = [pair.split(value, 6)]
        value = copies[0].pop()
        for layer in range(1, 5):
            grown = pair.convolve(value, f"d{dense}c{layer}", features + (layer - 1) * growth, growth, True)
            copies.append(pair.split(grown, 5 - layer))
            value = pair.layer("Concat", [each.pop() for each in copies], f"d{dense}cat{layer}", "0=0")
        value = pair.convolve(value, f"d{dense}c5", features + 4 * growth, features)
        value = pair.layer("Eltwise", [value, copies[0].pop()], f"d{dense}sum", "0=1 -23301=2,2.000000e-01,1.000000e+00")
    value = pair.layer("Eltwise", [value, block], "sum", "0=1 -23301=2,2.000000e-01,1.000000e+00")
    value = pair.layer("BinaryOp", [skip, pair.convolve(value, "body", features, features)], "add", "0=0")
    for up in (1, 2):
        value = pair.layer("Interp", [value], f"near{up}", "0=1 1=2.000000e+00 2=2.000000e+00")
        value = pair.convolve(value, f"up{up}", features, features, True)
    pair.convolve(pair.convolve(value, "hr", features, features, True), "last", features, 3)
    return pair


def compact_pair(features=3, inner=1, scale=2):
    pair = Pair()
    value, base = pair.split("data", 2)
    for layer in range(inner + 1):
        value = pair.convolve(value, f"c{layer}", features if layer else 3, features)
        value = pair.layer("PReLU", [value], f"p{layer}", f"0={features}")
        pair.weights.append((features, False))
    value = pair.layer("PixelShuffle", [pair.convolve(value, "c", features, 3 * scale * scale)], "shuffle", f"0={scale}")
    base = pair.layer("Interp", [base], "base", f"0=1 1={scale}.0 2={scale}.0")
    pair.layer("BinaryOp", [value, base], "output", "0=0")
    return pair


def pack(pair, half):
    rng, data = random.Random(3), b""
    for count, is_kernel in pair.weights:
        values = numpy.array([rng.uniform(-1, 1) for _ in range(count)])
        if is_kernel:
            data += struct.pack("<I", 0x01306B47 if half else 0)
        data += values.astype("<f2" if half and is_kernel else "<f4").tobytes()
        data += b"\0" * (-len(data) % 4)
    param = f"7767517\n{len(pair.lines)} {len(pair.lines)}\n{chr(10).join(pair.lines)}\n".encode()
    return struct.pack("<I", len(param)) + param + data


def write(kind, name, content):
    os.makedirs(os.path.join(FOLDER, kind), exist_ok=True)
    with open(os.path.join(FOLDER, kind, name), "wb") as file:
        file.write(content)


main()
