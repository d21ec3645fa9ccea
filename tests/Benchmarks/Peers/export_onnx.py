"""Exports a model's weights for ONNX Runtime, by PyTorch's own exporter; the picture's size stays open.

  export_onnx.py KIND SCALE CHANNELS FEAT BLOCKS GROW WEIGHTS.safetensors OUT.onnx

The first six are as in tests/oracle/run_network.py. The file has its name only when it is whole.
"""
import os
import sys
import warnings

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "oracle"))
import run_network  # noqa: E402


def main(kind, *arguments):
    sizes, weights, target = [int(a) for a in arguments[:5]], arguments[5], arguments[6]
    net = run_network.build(kind, *sizes).eval()
    net.load_state_dict(run_network.read_safetensors(weights))
    sample = torch.zeros(1, sizes[1], 64, 64)
    sides = {2: "height", 3: "width"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about guessed shapes: the bench compares the outputs
        torch.onnx.export(net, sample, target + ".part", opset_version=14, input_names=["picture"], output_names=["result"],
                          dynamic_axes={"picture": sides, "result": {2: "result_height", 3: "result_width"}})
    os.replace(target + ".part", target)


main(*sys.argv[1:])
