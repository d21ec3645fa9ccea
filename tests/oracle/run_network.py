"""Runs a network on one picture and writes the exact result, or makes a network with random weights.

  run_network.py make KIND SCALE CHANNELS FEAT BLOCKS GROW SEED OUT.safetensors
  run_network.py run WEIGHTS.safetensors KIND SCALE CHANNELS FEAT BLOCKS GROW IN.f32 HEIGHT WIDTH OUT.f32
  run_network.py pixels PICTURE LEFT TOP WIDTH HEIGHT OUT.u8
  run_network.py serve

serve takes the other commands as lines of standard input, each a JSON array of words, and answers each with "done" or
the error; starting PyTorch anew for every picture would take longer than the pictures.

KIND is rrdb or compact (BLOCKS: inner convolutions, GROW: ignored). Pictures are raw 32-bit floats [height][width][channels].
"""
import json
import struct
import sys

import numpy
import torch

import networks


def build(kind, scale, channels, feat, blocks, grow):
    if kind == "rrdb":
        return networks.RRDBNet(scale, channels, feat, blocks, grow)
    return networks.SRVGGNetCompact(scale, channels, feat, blocks)


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            out.write(tensor.detach().contiguous().numpy().tobytes())


def read_safetensors(path):
    with open(path, "rb") as source:
        (length,) = struct.unpack("<Q", source.read(8))
        header = json.loads(source.read(length))
        data = source.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        kind = {"F32": numpy.float32, "F16": numpy.float16}[entry["dtype"]]
        start, end = entry["data_offsets"]
        values = numpy.frombuffer(data[start:end], kind).astype(numpy.float32)
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]))
    return tensors


def onednn_is_right(net):
    """oneDNN 3.7, which Debian 13 has, is off by far where the channels in are no multiple of its vectors, except the
    first few. PyTorch's own convolutions are always right, and several times slower."""
    counts = [part.in_channels for part in net.modules() if isinstance(part, torch.nn.Conv2d)]
    return all(count <= 4 or count % 16 == 0 for count in counts)


def main(arguments):
    command = arguments.pop(0)
    if command == "pixels":
        from PIL import Image
        left, top, width, height = [int(a) for a in arguments[1:5]]
        part = Image.open(arguments[0]).convert("RGB").crop((left, top, left + width, top + height))
        numpy.asarray(part).tofile(arguments[5])
        return
    weights = arguments.pop(0) if command == "run" else arguments.pop()
    kind, sizes = arguments[0], [int(a) for a in arguments[1:6]]
    net = build(kind, *sizes)
    if command == "make":
        write_safetensors(weights, networks.randomise(net, int(arguments[6])).state_dict())
        return
    source, height, width, target = arguments[6], int(arguments[7]), int(arguments[8]), arguments[9]
    net.load_state_dict(read_safetensors(weights))
    pixels = numpy.fromfile(source, numpy.float32).reshape(height, width, sizes[1])
    with torch.inference_mode(), torch.backends.mkldnn.flags(enabled=onednn_is_right(net)):
        batch = torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None]
        result = net(batch)[0].numpy().transpose(1, 2, 0)
    numpy.ascontiguousarray(result).tofile(target)


def serve():
    torch.set_num_threads(1)  # the tests that ask are busy themselves
    for line in sys.stdin:
        try:
            main(json.loads(line))
            print("done", flush=True)
        except Exception as error:  # the test that asked shows it
            print(repr(error).replace("\n", " "), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main(sys.argv[1:])
