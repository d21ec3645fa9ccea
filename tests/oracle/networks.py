"""The networks in PyTorch, straight from their papers' definitions: the oracle that the engines are compared with.

Used by the tests as a child process; it shares no code with the engines. Debian's python3-torch serves (/usr/bin/python3).
"""
import torch
from torch import nn
from torch.nn import functional as F


class ResidualDenseBlock(nn.Module):
    def __init__(self, feat, grow):
        super().__init__()
        self.conv1 = nn.Conv2d(feat, grow, 3, 1, 1)
        self.conv2 = nn.Conv2d(feat + grow, grow, 3, 1, 1)
        self.conv3 = nn.Conv2d(feat + 2 * grow, grow, 3, 1, 1)
        self.conv4 = nn.Conv2d(feat + 3 * grow, grow, 3, 1, 1)
        self.conv5 = nn.Conv2d(feat + 4 * grow, feat, 3, 1, 1)

    def forward(self, x):
        features = [x]
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            features.append(F.leaky_relu(conv(torch.cat(features, 1)), 0.2))
        return x + 0.2 * self.conv5(torch.cat(features, 1))


class RRDB(nn.Module):
    def __init__(self, feat, grow):
        super().__init__()
        self.rdb1 = ResidualDenseBlock(feat, grow)
        self.rdb2 = ResidualDenseBlock(feat, grow)
        self.rdb3 = ResidualDenseBlock(feat, grow)

    def forward(self, x):
        return x + 0.2 * self.rdb3(self.rdb2(self.rdb1(x)))


class RRDBNet(nn.Module):
    """RRDBNet as Real-ESRGAN and Sber use it: pixel-unshuffle for x1 and x2, a third enlargement for x8."""

    def __init__(self, scale=4, channels=3, feat=64, blocks=23, grow=32):
        super().__init__()
        self.scale = scale
        self.unshuffle = {1: 4, 2: 2}.get(scale, 1)
        self.conv_first = nn.Conv2d(channels * self.unshuffle ** 2, feat, 3, 1, 1)
        self.body = nn.Sequential(*[RRDB(feat, grow) for _ in range(blocks)])
        self.conv_body = nn.Conv2d(feat, feat, 3, 1, 1)
        self.conv_up1 = nn.Conv2d(feat, feat, 3, 1, 1)
        self.conv_up2 = nn.Conv2d(feat, feat, 3, 1, 1)
        if scale == 8:
            self.conv_up3 = nn.Conv2d(feat, feat, 3, 1, 1)
        self.conv_hr = nn.Conv2d(feat, feat, 3, 1, 1)
        self.conv_last = nn.Conv2d(feat, channels, 3, 1, 1)

    def forward(self, x):
        """x: [1, channels, height, width] in 0..1, any size."""
        height, width = x.shape[2:]
        if self.unshuffle > 1:
            x = F.pixel_unshuffle(reflect_to_multiple(x, self.unshuffle), self.unshuffle)
        x = self.conv_first(x)
        x = x + self.conv_body(self.body(x))
        ups = [self.conv_up1, self.conv_up2] + ([self.conv_up3] if self.scale == 8 else [])
        for conv in ups:
            x = F.leaky_relu(conv(F.interpolate(x, scale_factor=2, mode="nearest")), 0.2)
        x = self.conv_last(F.leaky_relu(self.conv_hr(x), 0.2))
        return x[:, :, :height * self.scale, :width * self.scale]


class SRVGGNetCompact(nn.Module):
    def __init__(self, scale=4, channels=3, feat=64, convs=32):
        super().__init__()
        self.scale = scale
        layers = [nn.Conv2d(channels, feat, 3, 1, 1), nn.PReLU(feat)]
        for _ in range(convs):
            layers += [nn.Conv2d(feat, feat, 3, 1, 1), nn.PReLU(feat)]
        layers.append(nn.Conv2d(feat, channels * scale * scale, 3, 1, 1))
        self.body = nn.ModuleList(layers)

    def forward(self, x):
        y = x
        for layer in self.body:
            y = layer(y)
        return F.pixel_shuffle(y, self.scale) + F.interpolate(x, scale_factor=self.scale, mode="nearest")


def reflect_to_multiple(x, factor):
    """Pads right and bottom as numpy.pad(mode="reflect") does, which also takes sides shorter than the padding."""
    import numpy

    height, width = x.shape[2:]
    pad = ((0, 0), (0, 0), (0, -height % factor), (0, -width % factor))
    return torch.from_numpy(numpy.ascontiguousarray(numpy.pad(x.numpy(), pad, mode="reflect")))


def randomise(net, seed):
    """Random weights that keep activations near one, and a picture-like output around one half."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if parameter.dim() == 4:
                fan_in = parameter[0].numel()
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * (1.4 / fan_in ** 0.5))
            elif name.endswith("bias"):
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.05)
            else:
                parameter.copy_(torch.rand(parameter.shape, generator=generator) * 0.3)
        last = net.conv_last if hasattr(net, "conv_last") else net.body[-1]
        last.weight.mul_(0.15)
        last.bias.add_(0.5)
    return net
