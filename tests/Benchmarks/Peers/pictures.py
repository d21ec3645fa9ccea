"""Makes the bench's pictures of the shipped photo, and reads parts of results.

  pictures.py make PHOTO WIDTH HEIGHT OUT.png OUT.u8
  pictures.py part PICTURE LEFT TOP WIDTH HEIGHT OUT.u8

A picture is the photo enlarged until it covers the size, and cut to it around its middle. Raw pixels are bytes,
[height][width][3].
"""
import sys

from PIL import Image


def main(command, source, *arguments):
    picture = Image.open(source).convert("RGB")
    if command == "make":
        width, height, png, raw = int(arguments[0]), int(arguments[1]), arguments[2], arguments[3]
        part = cover(picture, width, height)
        part.save(png)
    else:
        left, top, width, height = [int(a) for a in arguments[:4]]
        part, raw = picture.crop((left, top, left + width, top + height)), arguments[4]
    with open(raw, "wb") as out:
        out.write(part.tobytes())


def cover(picture, width, height):
    factor = max(width / picture.width, height / picture.height)
    size = (max(width, round(picture.width * factor)), max(height, round(picture.height * factor)))
    if size != picture.size:
        picture = picture.resize(size, Image.LANCZOS)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return picture.crop((left, top, left + width, top + height))


main(*sys.argv[1:])
