"""Writes one small network in every form that torch.save has for it, and the values that PyTorch itself sees in it.

  save_forms.py FOLDER

For each form there are FORM.pth, FORM.txt (a line "name side,side,…" for each tensor, named as in the original
definition) and FORM.f32 (their values in that order, row-major, as 32-bit floats). Files called hostile-* are to be refused.
"""
import collections
import os
import re
import sys

import torch

import networks

FOLDER = sys.argv[1]


def main():
    x4 = networks.randomise(networks.RRDBNet(4, 3, 6, 2, 4), 1).state_dict()
    other = networks.randomise(networks.RRDBNet(4, 3, 6, 2, 4), 2).state_dict()
    half = {name: tensor.half() for name, tensor in x4.items()}
    brain = {name: tensor.bfloat16() for name, tensor in x4.items()}

    for legacy in (False, True):
        kind = "legacy" if legacy else "zip"
        save(f"{kind}-plain", x4, x4, legacy)
        save(f"{kind}-params-ema", {"params": other, "params_ema": x4}, x4, legacy)
        save(f"{kind}-params", {"params": x4}, x4, legacy)
        save(f"{kind}-fp16", {"params": half}, half, legacy)
        save(f"{kind}-bf16", {"params": brain}, brain, legacy)
        save(f"{kind}-strided", strided(x4), x4, legacy)
        save(f"{kind}-shared", shared(x4), x4, legacy)
        save(f"{kind}-parameters", parameters(x4), x4, legacy)
        save(f"{kind}-module", {"module." + name: tensor for name, tensor in x4.items()}, x4, legacy)

    training = {"epoch": 7, "best": 0.25, "name": "r\u00e9seau", "done": False, "none": None, "big": 1 << 40, "losses": [1.5, -2]}
    save("state-dict", {**training, "state_dict": {"module." + name: tensor for name, tensor in x4.items()}}, x4)
    save("nested", {"model": {"params": x4}, "iter": 70000}, x4)
    save("with-optimizer", {"params": x4, "optimizer": optimizer_state(x4)}, x4)
    for protocol in (3, 4, 5):
        save(f"protocol-{protocol}", {"params_ema": x4}, x4, pickle_protocol=protocol)
    save("esrgan-sequential", rename(x4, sequential(3, 6, 8, 10)), x4)
    save("esrgan-named", rename(x4, named), x4)
    save("esrgan-sequential-legacy-fp16", rename(half, sequential(3, 6, 8, 10)), half, True)

    for scale in (1, 2, 8):
        tensors = networks.randomise(networks.RRDBNet(scale, 3, 4, 1, 2), scale).state_dict()
        save(f"x{scale}", tensors, tensors)
        if scale == 8:
            save("x8-esrgan-sequential", rename(tensors, sequential(3, 6, 9, 11, 13)), tensors)
    compact = networks.randomise(networks.SRVGGNetCompact(2, 3, 5, 3), 4).state_dict()
    save("compact", {"params": compact}, compact)

    save_hostile()


def save(form, content, expected, legacy=False, **options):
    torch.save(content, path(form + ".pth"), _use_new_zipfile_serialization=not legacy, **options)
    with open(path(form + ".txt"), "w") as names, open(path(form + ".f32"), "wb") as values:
        for name, tensor in expected.items():
            names.write(f"{name} {','.join(map(str, tensor.shape))}\n")
            values.write(tensor.detach().float().contiguous().numpy().tobytes())


def save_hostile():
    class Runs:
        def __reduce__(self):
            return os.system, (f"touch {path('it-ran')}",)

    torch.save({"params": {"conv_first.weight": Runs()}}, path("hostile-zip.pth"))
    torch.save({"params": {"conv_first.weight": Runs()}}, path("hostile-legacy.pth"), _use_new_zipfile_serialization=False)
    torch.save(networks.RRDBNet(4, 3, 4, 1, 2), path("hostile-module.pth"))
    torch.jit.script(torch.nn.Conv2d(1, 1, 3)).save(path("hostile-script.pth"))
    torch.save({"conv_first.weight": torch.zeros(2, dtype=torch.float64)}, path("hostile-fp64.pth"))
    torch.save({"conv_first.weight": torch.zeros(2), "epoch": 3}, path("hostile-number.pth"))
    torch.save({"conv_first.weight": torch.zeros(1).expand(1 << 40)}, path("hostile-expanded.pth"))
    torch.save(torch.zeros(2), path("hostile-tensor.pth"))


def strided(tensors):
    """Convolutions' weights with the channels last or every second value of a larger tensor, biases backwards in memory order."""
    result = collections.OrderedDict()
    for index, (name, tensor) in enumerate(tensors.items()):
        if tensor.dim() == 4 and index % 4 == 0:
            tensor = tensor.contiguous(memory_format=torch.channels_last)
        elif tensor.dim() == 4:
            larger = torch.full([side * 2 for side in tensor.shape], float("nan"))
            larger[::2, 1::2, ::2, 1::2] = tensor
            tensor = larger[::2, 1::2, ::2, 1::2]
        else:
            tensor = torch.stack([tensor, -tensor], 1)[:, 0]
        result[name] = tensor
    return result


def shared(tensors):
    """All tensors as parts of one storage."""
    flat = torch.cat([torch.tensor([float("nan")])] + [tensor.flatten() for tensor in tensors.values()])
    result, offset = {}, 1
    for name, tensor in tensors.items():
        result[name] = flat[offset:offset + tensor.numel()].view(tensor.shape)
        offset += tensor.numel()
    return result


def parameters(tensors):
    return {name: torch.nn.Parameter(tensor) for name, tensor in tensors.items()}


def optimizer_state(tensors):
    values = [torch.nn.Parameter(tensor.clone()) for tensor in tensors.values()]
    optimizer = torch.optim.Adam(values)
    sum(value.sum() for value in values).backward()
    optimizer.step()
    return optimizer.state_dict()


def rename(tensors, names):
    return collections.OrderedDict((names(name), tensor) for name, tensor in tensors.items())


def sequential(*layers):
    """The layers of the first ESRGAN models: the enlargements' convolutions, conv_hr, conv_last."""
    ups = [f"conv_up{i + 1}" for i in range(len(layers) - 2)]
    numbers = dict(zip(ups + ["conv_hr", "conv_last"], layers), conv_first=0)

    def names(name):
        block = re.fullmatch(r"body\.(\d+)\.rdb(\d)\.conv(\d)\.(\w+)", name)
        if block:
            return "model.1.sub.%s.RDB%s.conv%s.0.%s" % block.groups()
        layer, kind = name.split(".")
        return f"model.1.sub.2.{kind}" if layer == "conv_body" else f"model.{numbers[layer]}.{kind}"

    return names


def named(name):
    block = re.fullmatch(r"body\.(\d+)\.rdb(\d)\.conv(\d)\.(\w+)", name)
    if block:
        return "RRDB_trunk.%s.RDB%s.conv%s.%s" % block.groups()
    layer, kind = name.split(".")
    layers = {"conv_body": "trunk_conv", "conv_up1": "upconv1", "conv_up2": "upconv2", "conv_hr": "HRconv"}
    return f"{layers.get(layer, layer)}.{kind}"


def path(name):
    return os.path.join(FOLDER, name)


if __name__ == "__main__":
    main()
