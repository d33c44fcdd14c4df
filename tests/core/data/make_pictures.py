#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes pictures.json: small files of many kinds, and the pixels that Pillow makes of them.

    python3 tests/core/data/make_pictures.py     # needs Pillow, NumPy and cjpeg (libjpeg-turbo-progs)

Where Pillow cannot make a kind, its bytes are put together from one that it made."""
import base64
import io
import json
import pathlib
import struct
import subprocess
import zlib

import numpy
from PIL import Image, ImageOps

HEIGHT, WIDTH = 11, 18
random = numpy.random.default_rng(17)
y, x = numpy.mgrid[:HEIGHT, :WIDTH]
PHOTO = numpy.stack([127 + 70 * numpy.sin(x / (3 + c)) + 50 * numpy.cos(y / (2 + c)) + random.normal(0, 5, x.shape)
                     for c in range(4)], -1).clip(0, 255).astype("uint8")
RGB = Image.fromarray(PHOTO[..., :3])


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def cjpeg(*options):
    return subprocess.run(["cjpeg", *options], input=saved(RGB, "PPM"), capture_output=True, check=True).stdout


def segments(jpeg):
    """Up to the first scan's header, and what follows."""
    parts, at = [], 2
    while True:
        size = 2 + struct.unpack_from(">H", jpeg, at + 2)[0]
        parts.append(jpeg[at:at + size])
        at += size
        if parts[-1][1] == 0xDA:
            return parts, jpeg[at:]


def joined(jpeg, between):
    parts, rest = segments(jpeg)
    return b"\xff\xd8" + parts[0] + between.join(parts[1:]) + rest


def wide_tables(jpeg):
    """Quantization tables of 16 bits."""
    parts, rest = segments(jpeg)
    for i, part in enumerate(parts):
        if part[1] == 0xDB:
            body = bytes([0x10 | part[4]]) + b"".join(struct.pack(">H", value) for value in part[5:69])
            parts[i] = b"\xff\xdb" + struct.pack(">H", 2 + len(body)) + body
    return b"\xff\xd8" + b"".join(parts) + rest


def adobe(jpeg, transform):
    """An Adobe marker in place of JFIF's."""
    parts, rest = segments(jpeg)
    return b"\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes([transform]) + b"".join(parts[1:]) + rest


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(pixels, depth, colour, extra=b"", interlaced=False):
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = [b"\0" + row.astype(">u2" if depth == 16 else "u1").tobytes()
            for top, left, down, across in (passes if interlaced else [(0, 0, 1, 1)])
            for row in pixels[top::down, left::across] if row.size]
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], depth, colour, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) +
            chunk(b"IEND", b""))


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def pictures():
    jpeg = saved(RGB, "JPEG")
    inks = saved(Image.fromarray(PHOTO, "CMYK"), "JPEG")
    mark = inks.index(b"Adobe")
    yield "4:2:0", jpeg
    yield "4:4:4", saved(RGB, "JPEG", subsampling=0)
    yield "4:1:1", cjpeg("-sample", "4x1")
    yield "4:4:0", cjpeg("-sample", "1x2")
    yield "progressive", saved(RGB, "JPEG", progressive=True)
    yield "arithmetic", cjpeg("-arithmetic")
    yield "restart markers", cjpeg("-restart", "1B")
    yield "grey JPEG", saved(RGB.convert("L"), "JPEG")
    yield "16-bit quantization tables", wide_tables(jpeg)
    yield "RGB by Adobe's transform 0", adobe(saved(RGB, "JPEG", subsampling=0), 0)
    yield "CMYK", inks
    yield "CMYK, progressive", saved(Image.fromarray(PHOTO, "CMYK"), "JPEG", progressive=True)
    yield "CMYK without Adobe's marker", inks[:mark - 4] + inks[mark + 12:]
    yield "YCCK", inks[:mark + 11] + b"\x02" + inks[mark + 12:]
    yield "MPO", saved(RGB, "MPO", save_all=True, append_images=[RGB.rotate(180)])
    yield "zeros between segments", joined(jpeg, b"\0" * 7)
    yield "fill bytes between segments", joined(jpeg, b"\xff" * 7)
    yield "bytes after the end", jpeg + b"and more" * 9
    yield "zeros for an end marker", jpeg[:-2] + b"\0" * 16
    yield "zeros before the end marker", jpeg[:-2] + b"\0" * 99 + jpeg[-2:]
    yield "odd application segments", jpeg[:2] + b"\xff\xef\0\4ab\xff\xe0\0\5xyz\xff\xee\0\7Other" + jpeg[2:]
    for orientation in range(1, 9):
        yield f"EXIF {orientation}", saved(RGB, "JPEG", exif=exif(orientation))
    yield "EXIF 6, PNG", saved(RGB, "PNG", exif=exif(6))
    yield "EXIF 0", saved(RGB, "JPEG", exif=exif(0))
    yield "XMP 8", saved(RGB, "JPEG", xmp=b'<x tiff:Orientation="8"/>')
    yield "EXIF 1, XMP 8", saved(RGB, "JPEG", exif=exif(1), xmp=b'<x tiff:Orientation="8"/>')
    yield "palette with transparency", saved(RGB.quantize(9), "PNG", transparency=2)
    yield "palette of too few colours", png(PHOTO[..., 0], 8, 3, chunk(b"PLTE", bytes(range(60))))
    yield "grey with a transparent value", png(PHOTO[..., 0], 8, 0, chunk(b"tRNS", b"\0\x80"))
    yield "grey and alpha", png(PHOTO[..., :2], 8, 4)
    yield "RGBA, interlaced", png(PHOTO, 8, 6, interlaced=True)
    yield "16-bit RGB", png(PHOTO[..., :3].astype("u2") * 256 + 99, 16, 2)


def text(data):
    return base64.b64encode(data).decode()


def main():
    entries = []
    for name, data in pictures():
        image = Image.open(io.BytesIO(data))
        upright = ImageOps.exif_transpose(image)
        entry = {"name": name, "file": text(data), "size": [image.height, image.width],
                 "rgb": text(image.convert("RGB").tobytes())}
        if upright.tobytes() != image.tobytes() or upright.size != image.size:
            entry["upright"] = text(upright.convert("RGB").tobytes())
            entry["upright_size"] = [upright.height, upright.width]
        entries.append(entry)
    place = pathlib.Path(__file__).with_name("pictures.json")
    place.write_text("[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]\n")


if __name__ == "__main__":
    main()
