"""Picture files as other programs make them, one a case, what they show, and a judge of what has been made of them.

  picture_cases.py make FOLDER             FOLDER/in, FOLDER/upright, FOLDER/cases.json and FOLDER/nearest.safetensors
  picture_cases.py judge FOLDER            prints what is wrong with the results in FOLDER/out: a JSON object, case by case
  picture_cases.py sheet FOLDER SHEET.png  one picture of all cases, before and after

Debian's ImageMagick, exiftool, libvips-tools, Pillow and numpy make the files and look at the results. nearest.safetensors is an
RRDBNet whose result is its input with each pixel repeated 4×4 times, so that what a result has to be is known to the bit.
"""
import io
import json
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageDraw, ImageOps

CONVERT, IDENTIFY = "/usr/bin/convert", "/usr/bin/identify"
SCALE = 4
PLACE = ["-GPSLatitude=55.75", "-GPSLatitudeRef=N", "-GPSLongitude=37.61", "-GPSLongitudeRef=E"]
CAMERA = ["-Make=A maker", "-Model=A camera", "-Copyright=Its owner", "-DateTimeOriginal=2021:02:03 04:05:06"]
PNG_KIND = {"grey": 0, "grey and alpha": 4, "colours": 2, "colours and alpha": 6}


class Cases:
    def __init__(self, folder):
        self.folder, self.all = folder, []
        for name in ("in", "upright", "work"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def add(self, name, make, upright=None, **expects):
        """A case: make writes the file of this name; upright, where ImageMagick's own view of it is not the judge, what it shows."""
        source = self.path("in", name)
        make(source)
        if "fails" not in expects:
            shown = self.path("upright", name + ".png")
            if upright is None:
                run(CONVERT, source + "[0]", "-auto-orient", "-strip", shown)
            else:
                upright(shown)
        self.all.append(dict(expects, name=name, shown=upright is not None and not expects.get("profile")))


def run(*words, data=None):
    done = subprocess.run(words, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)} failed (tools/check installs what is needed):\n{done.stderr.decode()}")
    return done.stdout


def exif(path, *tags):
    run("exiftool", "-q", "-overwrite_original", *tags, path)


# What is made

def picture(width=48, height=36):
    """Soft colours within every press's gamut, and another grey in each corner: no turn and no mirroring leaves it alone."""
    y, x = np.mgrid[0:height, 0:width] / np.array([[[height]], [[width]]])
    rgb = np.stack([90 + 90 * x, 120 + 60 * y, 150 - 50 * x * y], 2)
    for i, grey in enumerate((60, 110, 160, 210)):
        top, left = (i // 2) * (height - height // 4), (i % 2) * (width - width // 4)
        rgb[top:top + height // 4, left:left + width // 4] = grey
    return np.rint(rgb).astype(np.uint8)


def matrix_profile(name, primaries, gamma, colours=b"RGB "):
    """An ICC profile, version 2.1, of three primaries (or of grey) and a gamma: ICC.1:2001-04."""
    def s15(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(values):
        return b"XYZ \0\0\0\0" + b"".join(map(s15, values))

    text = name.encode() + b"\0"
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    tags = [(b"desc", b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78)),
            (b"cprt", b"text\0\0\0\0none\0"), (b"wtpt", xyz((0.9642, 1, 0.8249)))]
    if colours == b"GRAY":
        tags.append((b"kTRC", curve))
    else:
        for letter, values in zip((b"r", b"g", b"b"), primaries):
            tags += [(letter + b"XYZ", xyz(values)), (letter + b"TRC", curve)]
    table, data, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for tag, value in tags:
        value += bytes(-len(value) % 4)
        table += tag + struct.pack(">II", at + len(data), len(value))
        data += value
    head = (struct.pack(">I4sI", 128 + len(table) + len(data), b"none", 0x02100000) + b"mntr" + colours + b"XYZ "
            + struct.pack(">6H", 2021, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + s15(0.9642) + s15(1) + s15(0.8249))
    return head + bytes(128 - len(head)) + table + data


# Adapted to D50; columns of the published matrices of the colour spaces.
P3 = matrix_profile("Display P3", ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)), 2.2)
ADOBE = matrix_profile("Adobe RGB (1998)", ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)), 2.2)
GREY = matrix_profile("Grey of gamma 1.8", None, 1.8, b"GRAY")


def write_nearest(path):
    """An RRDBNet ×4 of 8 features and one block whose every tap is 0 but those that pass three channels on."""
    feat, grow = 8, 4
    shapes = {"conv_first": (feat, 3)}
    for dense in (1, 2, 3):
        for conv in (1, 2, 3, 4, 5):
            shapes[f"body.0.rdb{dense}.conv{conv}"] = (feat if conv == 5 else grow, feat + (conv - 1) * grow)
    shapes.update({name: (feat, feat) for name in ("conv_body", "conv_up1", "conv_up2", "conv_hr")})
    shapes["conv_last"] = (3, feat)
    tensors = {}
    for name, (outs, ins) in shapes.items():
        weight = np.zeros((outs, ins, 3, 3), np.float32)
        if name in ("conv_first", "conv_up1", "conv_up2", "conv_hr", "conv_last"):
            for channel in range(3):
                weight[channel, channel, 1, 1] = 1
        tensors[name + ".weight"], tensors[name + ".bias"] = weight, np.zeros(outs, np.float32)
    header, offset = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + b"".join(tensor.tobytes() for tensor in tensors.values()))


def make(folder):
    cases = Cases(folder)
    write_nearest(cases.path("nearest.safetensors"))
    base, lab = cases.path("work", "base.png"), cases.path("work", "lab.v")
    Image.fromarray(picture()).save(base)
    run("vips", "icc_import", base, lab, "--input-profile", "srgb", "--intent", "relative")
    run("vips", "icc_export", lab, cases.path("work", "press.tif"), "--output-profile", "cmyk", "--intent", "relative")
    for part in (orientations, metadata, colours, depths, alphas, shapes_and_packings, other_formats, refused):
        part(cases, base)
    with open(cases.path("cases.json"), "w") as out:
        json.dump(cases.all, out, indent=1)


def stored(base, *options, prefix=""):
    """Lets ImageMagick write the base picture."""
    return lambda path: run(CONVERT, base, *options, prefix + path)


def then(first, second):
    def both(path):
        first(path)
        second(path)
    return both


def of(base):
    """The base picture itself, as what a file shows."""
    return lambda path: run(CONVERT, base, path)


def orientations(cases, base):
    for number in range(1, 9):
        cases.add(f"orientation-{number}.jpg", then(stored(base, "-quality", "98", "-sampling-factor", "1x1"),
                  lambda path: exif(path, "-n", f"-Orientation={number}", *CAMERA)), psnr=38, camera=True)
    turned = lambda path: exif(path, "-n", "-Orientation=6", *CAMERA)
    # ImageMagick 6 looks for the orientation in neither PNG nor WebP.
    by_pillow = lambda name: lambda path: ImageOps.exif_transpose(Image.open(cases.path("in", name))).save(path, exif=b"")
    cases.add("turned.png", then(stored(base), turned), by_pillow("turned.png"), camera=True, exact=True)
    for number in range(2, 9):
        cases.add(f"orientation-{number}.tif", then(stored(base, "-compress", "lzw"),
                  lambda path: exif(path, "-n", f"-Orientation={number}", *CAMERA)), camera=True, exact=True)

    def webp(path):
        data = Image.Exif()
        data[0x0112], data[0x010F], data[0x0110], data[0x8298] = 8, "A maker", "A camera", "Its owner"
        data[0x8769] = {0x9003: "2021:02:03 04:05:06"}
        Image.open(base).save(path, lossless=True, exif=data.tobytes())
    cases.add("turned.webp", webp, by_pillow("turned.webp"), psnr=33, camera=True)

    def phone(compression, box):
        """As telephones do it: the file's own box turns the picture, and EXIF says the same once more. Without the box EXIF alone turns nothing."""
        def write(path):
            jpeg = cases.path("work", "telephone.jpg")
            stored(base, "-quality", "98", "-sampling-factor", "1x1")(jpeg)
            exif(jpeg, "-n", f"-Orientation={6 if box else 1}", *CAMERA)
            run("vips", "heifsave", jpeg, path, "--compression", compression, "--Q", "95", "--subsample-mode", "off")
            data = open(path, "rb").read()
            if box and b"irot" not in data:  # libvips before 8.16 writes none
                pixi = b"pixi" + bytes(4) + b"\3\x08\x08\x08"  # how many bits, which readers know from the picture; of the same size
                assert data.count(pixi) == 1
                open(path, "wb").write(data.replace(pixi, b"irot\3" + bytes(7)))
            exif(path, "-n", "-EXIF:Orientation=6")
            assert open(path, "rb").read().count(b"irot\3") == (1 if box else 0)
            assert json.loads(run("exiftool", "-json", "-n", "-EXIF:Orientation", path))[0]["Orientation"] == 6
        return write
    clockwise = lambda path: run(CONVERT, base, "-rotate", "90", path)
    cases.add("turned.heic", phone("hevc", True), clockwise, psnr=36, camera=True, result=".png")
    cases.add("turned.avif", phone("av1", True), clockwise, psnr=36, camera=True)
    cases.add("turned-by-exif-alone.heic", phone("hevc", False), of(base), psnr=36, camera=True, result=".png")


def metadata(cases, base):
    def with_thumbnail(path):
        stored(base, "-quality", "98", "-sampling-factor", "1x1")(path)
        small = cases.path("work", "thumbnail.jpg")
        run(CONVERT, base, "-resize", "24x18", "-strip", small)
        exif(path, "-n", "-Orientation=3", f"-ThumbnailImage<={small}", *CAMERA, *PLACE)
    cases.add("place-and-thumbnail.jpg", with_thumbnail, psnr=38, camera=True)
    cases.add("place.png", then(stored(base), lambda path: exif(path, *CAMERA, *PLACE)), exact=True, camera=True)
    cases.add("place.tif", then(stored(base), lambda path: exif(path, *CAMERA, *PLACE)), exact=True, camera=True)
    dense = ["-density", "300", "-units", "PixelsPerInch"]
    cases.add("300-dpi.jpg", then(stored(base, "-quality", "98", "-sampling-factor", "1x1", *dense),
              lambda path: exif(path, "-EXIF:XResolution=300", "-EXIF:YResolution=300", "-EXIF:ResolutionUnit=inches")), psnr=38, dpi=1200)
    cases.add("300-dpi.png", stored(base, *dense), exact=True, dpi=1200)
    cases.add("300-dpi.tif", stored(base, *dense), exact=True, dpi=1200)

    def lying(path):
        """EXIF that says a size and an orientation that cannot be, and whose second directory lies far outside."""
        stored(base, "-quality", "98", "-sampling-factor", "1x1")(path)
        exif(path, "-n", "-Orientation=6", "-ExifImageWidth=9", "-ExifImageHeight=9", *CAMERA)
        data = open(path, "rb").read()
        at = data.index(b"Exif\0\0") + 6
        order = "<" if data[at:at + 2] == b"II" else ">"
        entry = data.index(struct.pack(order + "HHI", 0x0112, 3, 1), at) + 8
        first = at + struct.unpack(order + "I", data[at + 4:at + 8])[0]
        link = first + 2 + 12 * struct.unpack(order + "H", data[first:first + 2])[0]
        data = data[:entry] + struct.pack(order + "H", 77) + data[entry + 2:link] + struct.pack(order + "I", 0x7FFFFFFF) + data[link + 4:]
        open(path, "wb").write(data)
    cases.add("exif-lies.jpg", lying, of(base), psnr=38, camera=True)


def colours(cases, base):
    def with_profile(profile, **options):
        return lambda path: Image.open(base).save(path, icc_profile=profile, **options)
    jpeg = dict(quality=98, subsampling=0)
    cases.add("display-p3.jpg", with_profile(P3, **jpeg), psnr=38, profile="Display P3")
    cases.add("display-p3.png", with_profile(P3), of(base), exact=True, profile="Display P3")
    cases.add("display-p3.webp", with_profile(P3, lossless=True), of(base), psnr=33, profile="Display P3")
    cases.add("adobe-rgb.jpg", with_profile(ADOBE, **jpeg), psnr=38, profile="Adobe RGB (1998)")
    cases.add("adobe-rgb.tif", with_profile(ADOBE), of(base), exact=True, profile="Adobe RGB (1998)")
    cases.add("broken-profile.png", with_profile(b"no profile at all"), of(base), exact=True, profile=None)

    png_colours(cases, base)
    press = cases.path("work", "press.tif")

    def cmyk(keeps, *options):
        def write(path):
            Image.open(press).save(path, **({"quality": 98} if path.endswith("jpg") else {}),
                                   **({"icc_profile": Image.open(press).info["icc_profile"]} if keeps else {}))
            exif(path, "-n", *options) if options else None
        return write

    def on_screen(path, turn=False):
        """The press's picture in sRGB, relative to white and with the black point brought along, as LittleCMS makes it for Pillow."""
        keep_black_point, relative = 0x2000, 1
        image = Image.open(press)
        image = ImageCms.profileToProfile(image, io.BytesIO(image.info["icc_profile"]), ImageCms.createProfile("sRGB"), relative, "RGB", flags=keep_black_point)
        (image.transpose(Image.Transpose.ROTATE_270) if turn else image).save(path, icc_profile=None)
    cases.add("cmyk.jpg", cmyk(True), on_screen, mean=1.5, profile=None, kind="colours")
    cases.add("cmyk-without-profile.jpg", cmyk(False), on_screen, mean=1.5, profile=None, kind="colours")
    cases.add("cmyk.tif", cmyk(True), on_screen, mean=1, profile=None, kind="colours")
    cases.add("cmyk-turned.jpg", cmyk(True, "-Orientation=6"), lambda path: on_screen(path, turn=True), mean=1.5, profile=None)
    cases.add("lab.tif", lambda path: ImageCms.profileToProfile(
        Image.open(base), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB").save(path),
        of(base), mean=3, profile=None, kind="colours")
    cases.add("lab-16-bits.tif", lambda path: run("vips", "colourspace", base, path, "labs"), of(base), mean=3, kind="colours", depth=16)

    grey = lambda path, **options: Image.open(base).convert("L").save(path, icc_profile=GREY, **options)
    shown = lambda path: Image.open(base).convert("L").save(path)
    cases.add("grey-profile.jpg", lambda path: grey(path, quality=98), psnr=38, kind="grey", profile="Grey of gamma 1.8")
    cases.add("grey-profile.png", grey, shown, exact=True, kind="grey", profile="Grey of gamma 1.8")


def png_colours(cases, base):
    """PNG files that have no profile but chunks of their own: their results, seen through the profile that stands in for these, are judged."""
    def chunked(pixels, **chunks):
        def write(path):
            Image.fromarray(pixels).save(path)
            data = open(path, "rb").read()
            own = b""
            for kind, body in chunks.items():
                own += struct.pack(">I", len(body)) + kind.encode() + body + struct.pack(">I", zlib.crc32(kind.encode() + body))
            open(path, "wb").write(data[:33] + own + data[33:])  # behind IHDR
        return write

    def seen(linear, to_srgb):
        """Light in some primaries on an sRGB screen."""
        light = np.clip(linear @ np.array(to_srgb).T, 0, 1)
        return lambda path: Image.fromarray(np.rint(255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)).astype(np.uint8)).save(path)

    stored_numbers = picture() / 255
    srgb_light = np.where(stored_numbers <= 0.04045, stored_numbers / 12.92, ((stored_numbers + 0.055) / 1.055) ** 2.4)
    same = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    # From Display P3 and from Adobe RGB to sRGB, all with the white D65: the published matrices.
    from_p3 = ((1.2249402, -0.2249402, 0), (-0.0420570, 1.0420570, 0), (-0.0196376, -0.0786361, 1.0982736))
    from_adobe = ((1.3983574, -0.3983574, 0), (0, 1, 0), (0, -0.0429290, 1.0429290))
    gamma = lambda value: struct.pack(">I", value)
    adobe = struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
    seen_as = dict(profile="As the picture's PNG said", through_profile=True)
    cases.add("gamma-1.png", chunked(picture(), gAMA=gamma(100000)), seen(stored_numbers, same), mean=0.1, most=1.5, **seen_as)
    grey = picture()[:, :, 1]
    cases.add("gamma-1-grey.png", chunked(grey, gAMA=gamma(100000)), seen(np.repeat(stored_numbers[:, :, 1:2], 3, 2), same), mean=0.1, most=1.5,
              kind="grey", **seen_as)
    cases.add("chromaticities.png", chunked(picture(), gAMA=gamma(45455), cHRM=adobe), seen(stored_numbers ** 2.2, from_adobe), mean=0.1, most=1.5, **seen_as)
    cases.add("display-p3-by-cicp.png", chunked(picture(), cICP=bytes((12, 13, 0, 1))), seen(srgb_light, from_p3), mean=0.1, most=1.5, **seen_as)
    # sRGB in so many words, and what sRGB's chunk overrules.
    cases.add("usual-gamma.png", chunked(picture(), gAMA=gamma(45455)), of(base), exact=True, profile=None)
    cases.add("srgb-chunk.png", chunked(picture(), sRGB=b"\0", gAMA=gamma(100000)), of(base), exact=True, profile=None)


def depths(cases, base):
    dark = ["-evaluate", "multiply", "0.004"]
    cases.add("16-bits.png", stored(base, "-depth", "16", "-resize", "50x38!", prefix="PNG48:"), exact=True, depth=16, kind="colours")
    cases.add("16-bits-dark.png", stored(base, "-depth", "16", *dark, prefix="PNG48:"), exact=True, depth=16, kind="colours")
    cases.add("16-bits.tif", stored(base, "-depth", "16", "-resize", "50x38!"), exact=True, depth=16, kind="colours")
    cases.add("16-bits-dark.tif", stored(base, "-depth", "16", *dark, "-compress", "zip"), exact=True, depth=16, kind="colours")
    cases.add("16-bits-grey.png", stored(base, "-depth", "16", "-colorspace", "gray", "-resize", "50x38!", "-define", "png:bit-depth=16",
              "-define", "png:color-type=0"), exact=True, depth=16, kind="grey")
    cases.add("float.tif", lambda path: run("vips", "colourspace", base, path, "scrgb"), of(base), exact=True, depth=16, kind="colours")
    grey = ["-colorspace", "gray", "-define", "png:color-type=0"]
    cases.add("1-bit.png", stored(base, "-monochrome", "-define", "png:bit-depth=1", "-define", "png:color-type=0"), exact=True, kind="grey")
    cases.add("2-bits.png", stored(base, *grey, "-define", "png:bit-depth=2", "-depth", "2"), exact=True, kind="grey")
    cases.add("4-bits.png", stored(base, *grey, "-define", "png:bit-depth=4", "-depth", "4"), exact=True, kind="grey")
    cases.add("1-bit.tif", stored(base, "-monochrome", "-compress", "group4"), exact=True, kind="grey")
    cases.add("grey.png", stored(base, *grey, "-define", "png:bit-depth=8"), exact=True, kind="grey")
    cases.add("grey.jpg", stored(base, "-colorspace", "gray", "-quality", "98"), psnr=38, kind="grey")


def alphas(cases, base):
    fade = ["(", "+clone", "-colorspace", "gray", "-sparse-color", "bilinear", "0,0 black 47,0 white 0,35 gray50 47,35 white", ")",
            "-alpha", "off", "-compose", "copy_opacity", "-composite"]
    cases.add("alpha.png", stored(base, *fade, prefix="PNG32:"), alpha="exact", kind="colours and alpha")
    cases.add("alpha-16-bits.png", stored(base, "-depth", "16", "-resize", "50x38!", *fade, "-define", "png:color-type=6", "-define", "png:bit-depth=16"),
              alpha="exact", depth=16, kind="colours and alpha")
    cases.add("alpha-grey.png", stored(base, *fade, "-colorspace", "gray", "-define", "png:color-type=4"), alpha="exact", kind="grey and alpha")
    cases.add("alpha.tif", stored(base, *fade), alpha="exact", kind="colours and alpha")
    # Such colours are divided by alpha by whoever reads them, and of two readers one may round to the level above.
    cases.add("alpha-associated.tif", stored(base, *fade, "-define", "tiff:alpha=associated"), alpha="divided", kind="colours and alpha")
    # Colours of WebP results are not written to the bit; their alpha is.
    cases.add("alpha.webp", stored(base, *fade, "-define", "webp:lossless=true"), alpha="lossy", kind="colours and alpha")

    def palette(path):
        image = Image.open(base).quantize(16)
        image.save(path, transparency=bytes([255] * 8 + [128] * 8))
    cases.add("palette-alpha.png", palette, alpha="exact", kind="colours and alpha")
    cases.add("colour-key.png", lambda path: Image.open(base).save(path, transparency=(60, 60, 60)), alpha="exact", kind="colours and alpha")
    cases.add("alpha-opaque.png", stored(base, "-alpha", "opaque", prefix="PNG32:"), exact=True)


def shapes_and_packings(cases, base):
    cases.add("1x1.png", stored(base, "-crop", "1x1+20+20", "+repage"), exact=True)
    cases.add("1x5000.png", stored(base, "-crop", "1x36+20+0", "+repage", "-resize", "1x5000!"), exact=True)
    cases.add("5000x1.jpg", stored(base, "-crop", "48x1+0+20", "+repage", "-resize", "5000x1!", "-quality", "98", "-sampling-factor", "1x1"), psnr=36)
    cases.add("palette.png", stored(base, "-colors", "60", prefix="PNG8:"), exact=True)
    cases.add("interlaced.png", stored(base, "-interlace", "PNG"), exact=True)
    cases.add("progressive.jpg", stored(base, "-interlace", "JPEG", "-quality", "98", "-sampling-factor", "1x1"), psnr=38)
    cases.add("subsampled.jpg", stored(base, "-crop", "47x35+0+0", "+repage", "-quality", "95", "-sampling-factor", "2x2"), psnr=32)
    cases.add("tiled.tif", lambda path: run("vips", "tiffsave", base, path, "--tile", "--tile-width", "16", "--tile-height", "16"), exact=True)
    cases.add("jpeg-in.tif", stored(base, "-compress", "jpeg", "-quality", "98", "-sampling-factor", "1x1"), psnr=36)
    cases.add("big.tif", lambda path: run("vips", "tiffsave", base, path, "--bigtiff"), exact=True)


def other_formats(cases, base):
    other = cases.path("work", "other.png")
    run(CONVERT, base, "-negate", other)
    cases.add("animated.gif", lambda path: run(CONVERT, base, "-colors", "200", other, "-loop", "0", path), exact=True, result=".png")
    frames = [Image.open(base), Image.open(other)]
    cases.add("animated.webp", lambda path: frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True), of(base), psnr=33)
    cases.add("plain.avif", lambda path: run("vips", "heifsave", base, path, "--compression", "av1", "--Q", "95", "--subsample-mode", "off"),
              of(base), psnr=36)
    cases.add("plain.heic", lambda path: run("vips", "heifsave", base, path, "--compression", "hevc", "--Q", "95", "--subsample-mode", "off"),
              of(base), psnr=36, result=".png")


def refused(cases, base):
    def cut(first):
        def write(path):
            first(path)
            data = open(path, "rb").read()
            open(path, "wb").write(data[:len(data) * 6 // 10])
        return write
    large = ["-resize", "400x300!", "-attenuate", "0.3", "+noise", "Gaussian"]
    cases.add("truncated.jpg", cut(stored(base, *large, "-quality", "90")), fails="damaged or truncated JPEG")
    cases.add("truncated.png", cut(stored(base, *large)), fails="damaged or truncated PNG")
    cases.add("truncated.webp", cut(stored(base, *large, "-quality", "90")), fails="WebP file")
    cases.add("truncated.tif", cut(stored(base, *large, "-compress", "lzw")), fails="TIFF file")
    cases.add("no-picture.png", lambda path: open(path, "w").write("Dear diary, this is no picture.\n"), fails="is not a picture that can be read")


# How it is judged

def samples(path):
    """ImageMagick's view of a picture: red, green, blue and alpha of 16 bits, [height][width][4]. What is too long for it, Pillow sees."""
    if longest_side(path) > 16000:
        return np.asarray(Image.open(path).convert("RGBA")).astype(np.int64) * 257
    width, height = map(int, run(IDENTIFY, "-format", "%w %h\n", path + "[0]").split()[:2])
    raw = run(CONVERT, path + "[0]", "-depth", "16", "-endian", "LSB", "rgba:-")
    return np.frombuffer(raw, "<u2").reshape(height, width, 4).astype(np.int64)


def longest_side(path):
    return max(int(run("vipsheader", "-f", field, path)) for field in ("width", "height"))


def judge(folder):
    cases = json.load(open(os.path.join(folder, "cases.json")))
    made = [case for case in cases if "fails" not in case and os.path.exists(result_of(folder, case))]
    told = json.loads(run("exiftool", "-json", "-n", "-G1", "-a", "-s", *[result_of(folder, case) for case in made]))
    tags = {case["name"]: told[i] for i, case in enumerate(made)}
    verdicts = {}
    for case in cases:
        wrong = []
        if "fails" in case:
            if os.path.exists(result_of(folder, case)):
                wrong.append("there is a result")
        elif case not in made:
            wrong.append("there is no result")
        else:
            judge_pixels(case, result_of(folder, case), os.path.join(folder, "upright", case["name"] + ".png"), wrong)
            judge_kind(case, result_of(folder, case), wrong)
            judge_tags(case, tags[case["name"]], wrong)
        verdicts[case["name"]] = wrong
    return verdicts


def result_of(folder, case):
    """Where two pictures would share a result, both bear their whole names."""
    stem, extension = os.path.splitext(case["name"])
    names = [f"{name}_x{SCALE}{case.get('result', extension)}" for name in (stem, case["name"])]
    return next((path for path in (os.path.join(folder, "out", name) for name in names) if os.path.exists(path)), os.path.join(folder, "out", names[0]))


def on_srgb_screen(path):
    """A copy in sRGB, as LittleCMS makes it of the picture's profile for Pillow."""
    image, shown = Image.open(path), path + ".srgb.png"
    ImageCms.profileToProfile(image, io.BytesIO(image.info["icc_profile"]), ImageCms.createProfile("sRGB"), 1, "RGB").save(shown, icc_profile=None)
    return shown


def judge_pixels(case, path, upright, wrong):
    expected = samples(upright).repeat(SCALE, 0).repeat(SCALE, 1)
    actual = samples(on_srgb_screen(path) if case.get("through_profile") else path)
    if expected.shape != actual.shape:
        wrong.append(f"its size is {actual.shape[1]}×{actual.shape[0]} instead of {expected.shape[1]}×{expected.shape[0]}")
        return
    difference = abs(expected - actual)
    if case.get("exact") and difference.max() > (2 if case.get("depth") == 16 else 0):
        wrong.append(f"it is off by up to {difference.max() / 257:.2f} levels")
    if "mean" in case and difference[:, :, :3].mean() > case["mean"] * 257:
        wrong.append(f"it is off by {difference[:, :, :3].mean() / 257:.2f} levels on average")
    if "most" in case and difference[:, :, :3].max() > case["most"] * 257:
        wrong.append(f"it is off by up to {difference[:, :, :3].max() / 257:.2f} levels")
    if "psnr" in case:
        psnr = decibels(difference[:, :, :3])
        if psnr < case["psnr"]:
            wrong.append(f"it has {psnr:.1f} dB instead of {case['psnr']}")
    if "alpha" in case:
        judge_alpha(case, expected, difference, wrong)


def judge_alpha(case, expected, difference, wrong):
    """Alpha is exact everywhere, and so are the colours, but where alpha is below 2 %: those are replaced by the colours around them."""
    rounding = 2 if case.get("depth") == 16 else 0
    if difference[:, :, 3].max() > rounding:
        wrong.append(f"its alpha is off by up to {difference[:, :, 3].max() / 257:.2f} levels")
    colours = difference[:, :, :3][expected[:, :, 3] >= 0.02 * 65535]
    if case["alpha"] != "lossy" and colours.max() > (257 if case["alpha"] == "divided" else rounding):
        wrong.append(f"its colours are off by up to {colours.max() / 257:.2f} levels")
    if case["alpha"] == "lossy" and (psnr := decibels(colours)) < 44:
        wrong.append(f"its colours have {psnr:.1f} dB instead of 44")


def decibels(difference):
    return 10 * np.log10(65535.0 ** 2 / max((difference.astype(float) ** 2).mean(), 1e-9))


def judge_kind(case, path, wrong):
    bands, depth = [run("vipsheader", "-f", field, path).decode().strip() for field in ("bands", "format")]
    want = {"grey": "1", "grey and alpha": "2", "colours": "3", "colours and alpha": "4"}.get(case.get("kind"))
    if want and bands != want:
        wrong.append(f"it has {bands} channels instead of {want}")
    if depth.rstrip(")").split("_")[-1].lower() != ("ushort" if case.get("depth") == 16 else "uchar"):
        wrong.append(f"its samples are {depth}")


def judge_tags(case, tags, wrong):
    def find(name):
        return [value for key, value in tags.items() if key.split(":")[-1] == name]
    if set(find("Orientation")) - {1}:
        wrong.append(f"its orientation is {find('Orientation')}")
    if any(key.startswith("GPS") or "GPSLatitude" in key for key in tags):
        wrong.append("it tells the place")
    if find("ThumbnailImage") or any(key.startswith("IFD1") for key in tags):
        wrong.append("it has a thumbnail")
    if case.get("camera"):
        said = [find(name) for name in ("Make", "Model", "Copyright", "DateTimeOriginal")]
        if said != [["A maker"], ["A camera"], ["Its owner"], ["2021:02:03 04:05:06"]]:
            wrong.append(f"of its camera it says {said}")
    if "profile" in case and find("ProfileDescription") != ([case["profile"]] if case["profile"] else []):
        wrong.append(f"its profile is {find('ProfileDescription')}")
    if "dpi" in case:
        found = {key: value for key, value in tags.items() if key.split(":")[-1] in ("XResolution", "YResolution", "PixelsPerUnitX", "PixelsPerUnitY")}
        inches = {key: round(value * 0.0254 if "PixelsPerUnit" in key else value) for key, value in found.items()}
        if not inches or set(inches.values()) != {case["dpi"]}:
            wrong.append(f"its resolution is {found}")
    sizes = find("ExifImageWidth")
    if sizes and sizes != find("ImageWidth")[:1]:
        wrong.append(f"EXIF says that it is {sizes} wide")


# What a person looks at

def sheet(folder, target):
    cases = [case for case in json.load(open(os.path.join(folder, "cases.json")))]
    wide, high, text, columns = 200, 150, 34, 4
    rows = (len(cases) + columns - 1) // columns
    page = Image.new("RGB", (columns * (2 * wide + 30), rows * (high + text)), "white")
    draw = ImageDraw.Draw(page)
    for i, case in enumerate(cases):
        left, top = (i % columns) * (2 * wide + 30), (i // columns) * (high + text)
        draw.text((left + 4, top + 4), case["name"], fill="black")
        failed = "fails" in case
        draw.text((left + 4, top + 17), "before" if not failed else "refused, as it should be", fill="grey")
        draw.text((left + wide + 10, top + 17), "after" if not failed else "", fill="grey")
        if failed:
            continue
        # What ImageMagick does not see as it should be seen is shown as what it should be.
        before = ("upright", case["name"] + ".png") if case["shown"] else ("in", case["name"])
        for path, at in ((os.path.join(folder, *before), left), (result_of(folder, case), left + wide + 6)):
            page.paste(view(path, wide, high), (at, top + text))
    page.save(target)
    missing = [case["name"] for case in cases if "fails" not in case and not os.path.exists(result_of(folder, case))]
    if missing:
        raise SystemExit(f"there is no result of {', '.join(missing)}")


def view(path, width, height):
    """A file as ImageMagick shows it on an sRGB screen, over a chequered ground."""
    if not os.path.exists(path):
        return Image.new("RGB", (width, height), "red")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = os.path.join(os.path.dirname(path), "..", "work", "srgb.icc")
    open(profile, "wb").write(srgb)
    if longest_side(path) > 4000:
        shown = Image.open(path).convert("RGB")  # ImageMagick takes none of 20,000 pixels
        shown.crop((0, 0, min(width, shown.width), min(height, shown.height))).save(profile + ".png")
        path = profile + ".png"
    shown = run(CONVERT, path + "[0]", "-auto-orient", "-profile", profile, "-depth", "8", "-filter", "point",
                "-resize", f"{width}x{height}", "-strip", "png32:-")
    image = Image.open(io.BytesIO(shown))
    ground = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(ground)
    for y in range(0, height, 10):
        for x in range((y // 10 % 2) * 10, width, 20):
            draw.rectangle((x, y, x + 9, y + 9), fill=(225, 225, 225))
    ground.paste(image, (0, 0), image)
    return ground


def main(arguments):
    if arguments[:1] == ["make"]:
        make(arguments[1])
    elif arguments[:1] == ["judge"]:
        print(json.dumps(judge(arguments[1])))
    elif arguments[:1] == ["sheet"]:
        sheet(arguments[1], arguments[2])
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
