"""Makes docs/before-after.jpg: a part of the photo, enlarged by bicubic interpolation (left) and by the network (right).

  tools/demo && /usr/bin/python3 docs/before_after.py
"""
from PIL import Image

PART = (76, 8, 166, 98)  # of the photo: left, top, right, bottom
SIDE = 450               # of each half, in pixels
GAP = 6

photo = Image.open("docs/photo.jpg")
result = Image.open("demo/photo_x4.png").convert("RGB")
before = photo.resize(result.size, Image.Resampling.BICUBIC)

part = tuple(4 * edge for edge in PART)
both = Image.new("RGB", (2 * SIDE + GAP, SIDE), "white")
for half, picture in enumerate((before, result)):
    both.paste(picture.crop(part).resize((SIDE, SIDE), Image.Resampling.LANCZOS), (half * (SIDE + GAP), 0))
both.save("docs/before-after.jpg", quality=92, optimize=True)
