"""PyTorch as a peer: long-lived, told by lines of standard input what to do, and timing the network by itself.

  pytorch.py THREADS [DEVICE]

Each line is a JSON array of words, each answer a line with a JSON object, with "error" in it where something failed:

  about                                          versions
  load WEIGHTS.safetensors KIND SCALE CHANNELS FEAT BLOCKS GROW
  precision fp32|fp16
  picture FILE.u8 WIDTH HEIGHT                   raw pixels, [height][width][3]
  run                                            seconds of the network alone
  save FILE.f32                                  the last result, [height][width][3]

As a user who wants it fast would run it: channels-last, inference mode, oneDNN on; on a card with the convolutions that
turn out fastest, and without TF32, which is not fp32.
"""
import copy
import json
import os
import re
import signal
import sys
import time

import numpy
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "oracle"))
import run_network  # noqa: E402


class Peer:
    def __init__(self, device):
        self.device = torch.device(device)
        self.type = torch.float32
        self.whole = self.net = self.batch = self.result = None
        torch.backends.cudnn.benchmark = True
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False

    def about(self):
        onednn = re.search(r"(MKL-DNN|oneDNN) v?([\d.]+)", torch.__config__.show())
        versions = {
            "PyTorch": torch.__version__,
            "oneDNN": onednn.group(2) if onednn else "none",
            "Python": sys.version.split()[0],
        }
        if self.device.type == "cuda":
            versions["CUDA"] = str(torch.version.cuda)
        return {"versions": versions}

    def load(self, weights, kind, *sizes):
        net = run_network.build(kind, *[int(size) for size in sizes]).eval()
        net.load_state_dict(run_network.read_safetensors(weights))
        if self.device.type == "cpu" and not run_network.onednn_is_right(net):
            raise ValueError("oneDNN is not right for this network")
        self.whole = net
        return self.precision("fp32")

    def precision(self, name):
        self.type = {"fp32": torch.float32, "fp16": torch.float16}[name]
        self.batch = self.result = None
        self.net = copy.deepcopy(self.whole).to(self.device, self.type, memory_format=torch.channels_last)
        return {}

    def picture(self, path, width, height):
        pixels = numpy.fromfile(path, numpy.uint8).reshape(1, int(height), int(width), 3).astype(numpy.float32) / 255
        batch = torch.from_numpy(pixels).permute(0, 3, 1, 2)
        self.batch = batch.to(self.device, self.type).contiguous(memory_format=torch.channels_last)
        return {}

    def run(self):
        self.result = None
        with torch.inference_mode():
            self.settle()
            began = time.perf_counter()
            self.result = self.net(self.batch)
            self.settle()
            return {"seconds": time.perf_counter() - began}

    def settle(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def save(self, path):
        numpy.ascontiguousarray(self.result[0].permute(1, 2, 0).float().cpu().numpy()).tofile(path)
        return {}


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks ends this process
    torch.set_num_threads(int(sys.argv[1]))
    peer = Peer(*sys.argv[2:3] or ["cpu"])
    for line in sys.stdin:
        command, *words = json.loads(line)
        try:
            answer = getattr(peer, command)(*words)
        except Exception as error:  # whoever asks shows it
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


main()
