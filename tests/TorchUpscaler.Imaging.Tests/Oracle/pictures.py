"""The other side of the picture tests: pixels and metadata as numpy and Pillow see them.

PNG is also read and written here by a few lines of its own, because Pillow cuts 16-bit colour down to 8 bits.
Pixels travel as one line "width height channels bits" and the samples, in the machine's byte order.
"""
import base64
import io
import struct
import subprocess
import sys
import zlib

import numpy as np
from PIL import Image

COLOR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}


def emit(pixels):
    """Sends an array [height][width][channels] of uint8 or uint16 to the test."""
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    height, width, channels = pixels.shape
    out = sys.stdout.buffer
    out.write(b"%d %d %d %d\n" % (width, height, channels, pixels.itemsize * 8))
    out.write(np.ascontiguousarray(pixels).tobytes())


def received():
    """The array that the test has sent."""
    data = sys.stdin.buffer
    width, height, channels, bits = map(int, data.readline().split())
    samples = np.frombuffer(data.read(), dtype=np.uint8 if bits == 8 else np.uint16)
    return samples.reshape(height, width, channels)


def image_of(pixels):
    """An 8-bit array as Pillow's image."""
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def opened(path):
    """A file as Pillow opens it; AVIF, which old Pillows do not know, by way of libvips' tools."""
    if open(path, "rb").read(12)[4:12] != b"ftypavif":
        return Image.open(path)
    png = subprocess.run(["vips", "copy", path, path + ".png"], check=True) and open(path + ".png", "rb").read()
    return Image.open(io.BytesIO(png))


def exif_of(path):
    """A file's EXIF as Pillow reads it."""
    if open(path, "rb").read(12)[4:12] != b"ftypavif":
        return Image.open(path).getexif()
    block = base64.b64decode(subprocess.run(["vipsheader", "-f", "exif-data", path], check=True, stdout=subprocess.PIPE).stdout)
    exif = Image.Exif()
    exif.load(block)
    return exif


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(pixels, before_pixels=b""):
    """A PNG file, without row filters."""
    height, width, channels = pixels.shape
    bits = pixels.itemsize * 8
    rows = pixels.astype(">u2" if bits == 16 else "u1").tobytes()
    stride = width * channels * bits // 8
    raw = b"".join(b"\0" + rows[y * stride:(y + 1) * stride] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, bits, COLOR_TYPE[channels], 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before_pixels
            + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def chunks_of(path):
    """A PNG file's chunks, each checked against its CRC."""
    data = open(path, "rb").read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG signature"
    at = 8
    while at < len(data):
        length, = struct.unpack(">I", data[at:at + 4])
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        crc, = struct.unpack(">I", data[at + 8 + length:at + 12 + length])
        assert crc == zlib.crc32(kind + body), f"the CRC of {kind} is wrong"
        yield kind, body
        at += 12 + length


def decode_png(path):
    """The pixels of a PNG file that is not interlaced and has no palette."""
    parts = list(chunks_of(path))
    assert parts[0][0] == b"IHDR" and parts[-1][0] == b"IEND"
    width, height, bits, color, _, _, interlace = struct.unpack(">IIBBBBB", parts[0][1])
    assert bits in (8, 16) and interlace == 0
    channels = {value: key for key, value in COLOR_TYPE.items()}[color]
    raw = zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
    pixel = channels * bits // 8
    stride = width * pixel
    above = bytearray(stride)
    rows = []
    for y in range(height):
        at = y * (stride + 1)
        above = unfilter(raw[at], bytearray(raw[at + 1:at + 1 + stride]), above, pixel)
        rows.append(bytes(above))
    assert len(raw) == height * (stride + 1)
    samples = np.frombuffer(b"".join(rows), dtype=">u2" if bits == 16 else "u1")
    return samples.reshape(height, width, channels).astype(np.uint16 if bits == 16 else np.uint8)


def unfilter(kind, row, above, pixel):
    for i in range(len(row)):
        left = row[i - pixel] if i >= pixel else 0
        corner = above[i - pixel] if i >= pixel else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[i]
        elif kind == 3:
            guess = (left + above[i]) // 2
        elif kind == 4:
            p = left + above[i] - corner
            distances = [(abs(p - left), 0, left), (abs(p - above[i]), 1, above[i]), (abs(p - corner), 2, corner)]
            guess = min(distances)[2]
        else:
            assert kind == 0
            break
        row[i] = (row[i] + guess) & 255
    return row


def icc_profile(size=0):
    """An sRGB profile by LittleCMS, with zeros behind it up to a size."""
    from PIL import ImageCms
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if size > len(profile):
        profile = struct.pack(">I", size) + profile[4:] + bytes(size - len(profile))
    return profile


def exif_with(orientation, maker=b"maker note, byte for byte"):
    """An EXIF block as Pillow writes it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A camera"
    exif[0x011A] = 72.0
    exif[0x011B] = 72.0
    exif[0x0128] = 2
    exif[0x8769] = {0x9003: "2026:01:02 03:04:05", 0x927C: maker, 0xA002: 11, 0xA003: 7}
    return exif.tobytes()


def tiff_tags(path):
    """The numbers in a little-endian TIFF's first directory that stand there by themselves."""
    data = open(path, "rb").read()
    assert data[:4] == b"II*\0"
    at, = struct.unpack("<I", data[4:8])
    count, = struct.unpack("<H", data[at:at + 2])
    entries = [struct.unpack("<HHII", data[at + 2 + 12 * i:at + 14 + 12 * i]) for i in range(count)]
    assert [entry[0] for entry in entries] == sorted(entry[0] for entry in entries), "the tags are not in order"
    return {tag: value & (0xFFFF if kind == 3 else 0xFFFFFFFF) for tag, kind, number, value in entries if number == 1}


def grey_profile(gamma):
    """An ICC profile, version 2.1, of grey with a gamma."""
    def s15(value):
        return struct.pack(">i", round(value * 65536))
    white, curve = b"XYZ \0\0\0\0" + s15(0.9642) + s15(1) + s15(0.8249), b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(gamma * 256), 0)
    tags = struct.pack(">I4sII4sII", 2, b"wtpt", 156, len(white), b"kTRC", 156 + len(white), len(curve) - 2)
    size = 128 + len(tags) + len(white) + len(curve)
    head = (struct.pack(">I4sI", size, b"none", 0x02100000) + b"mntrGRAYXYZ " + struct.pack(">6H", 2021, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
            + s15(0.9642) + s15(1) + s15(0.8249))
    return head + bytes(128 - len(head)) + tags + white + curve


def exif_of_order(order):
    """An EXIF block, byte by byte, of a byte order: a camera, a date, a place (its map datum) and a thumbnail, each where it belongs."""
    e = "<" if order == "II" else ">"
    thumbnail = b"\xff\xd8SECRETPICTURE\xff\xd9"
    first, inner, place, second = 8, 100, 160, 220
    model, date, datum, picture = 300, 320, 350, 380

    def directory(entries, following=0):
        body = struct.pack(e + "H", len(entries))
        for tag, kind, count, value in entries:
            body += struct.pack(e + "HHI", tag, kind, count) + (struct.pack(e + "HH", value, 0) if kind == 3 else struct.pack(e + "I", value))
        return body + struct.pack(e + "I", following)

    block = bytearray(picture + len(thumbnail))
    parts = {0: order.encode() + struct.pack(e + "HI", 42, first),
             first: directory([(0x0110, 2, 9, model), (0x0112, 3, 1, 6), (0x8769, 4, 1, inner), (0x8825, 4, 1, place)], second),
             inner: directory([(0x9003, 2, 20, date)]), place: directory([(0x0012, 2, 12, datum)]),
             second: directory([(0x0103, 3, 1, 6), (0x0201, 4, 1, picture), (0x0202, 4, 1, len(thumbnail))]),
             model: b"A camera\0", date: b"2026:01:02 03:04:05\0", datum: b"SECRETPLACE\0", picture: thumbnail}
    for at, part in parts.items():
        block[at:at + len(part)] = part
    return b"Exif\0\0" + bytes(block)
