# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our side: the library of kernel_abi.h."""

import ctypes

import numpy as np


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


class Library:
    def __init__(self, path):
        try:
            self.c = ctypes.CDLL(str(path))
        except OSError as error:
            raise SystemExit(f"compare.py: {error}; build it first (target bitdesk_kernel_abi) or give --library")
        address, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
        signatures = {
            "bitdesk_error": (text,),
            "bitdesk_conv_create": (address, *[number] * 6, address, text, text, address),
            "bitdesk_conv_kernel": (text, address),
            "bitdesk_conv_bind": (None, *[address] * 3, ctypes.c_float),
            "bitdesk_conv_run": (None, *[address] * 3),
            "bitdesk_conv_sums": (None, *[address] * 3),
            "bitdesk_conv_destroy": (None, address),
            "bitdesk_network_create": (address, text, number, text),
            "bitdesk_network_mix": (number, address, text),
            "bitdesk_network_run": (number, address, address, number, address),
            "bitdesk_network_shape": (None, address, *[ctypes.POINTER(number)] * 4),
            "bitdesk_network_destroy": (None, address),
            "bitdesk_peak_gmacs": (ctypes.c_double, text),
        }
        for name, (result, *arguments) in signatures.items():
            function = getattr(self.c, name)
            function.restype, function.argtypes = result, arguments

    def check(self, result):
        if not result:
            raise SystemExit(f"compare.py: {self.c.bitdesk_error().decode()}")
        return result

    def peak(self, instruction):
        return self.c.bitdesk_peak_gmacs(instruction.encode())


def floor_codes(shape, bits, random):
    """Codes of normal weights at 4 bits, narrowed the way models are."""
    codes = np.clip(np.floor(random.standard_normal(shape) * 7 / 3), -7, 7).astype(np.int8)
    return codes >> (4 - bits)


class Conv:
    """One layer at one width on one instruction set. `run` is codes in, codes out."""

    def __init__(self, library, case, bits, isa, random, above=None):
        self.library, self.case, self.bits = library, case, bits
        shape = (case.out_channels, case.kernel, case.kernel, case.channels)
        self.codes = floor_codes(shape, bits, random)
        # Kernels read up to 64 bytes beyond their input.
        pixels = case.side * case.side * case.channels
        self.input = random.integers(0, 2**bits, pixels + 64, np.uint8)[:pixels]
        self.input = self.input.reshape(case.side, case.side, case.channels)
        self.handle = library.check(
            library.c.bitdesk_conv_create(
                case.channels, case.out_channels, case.side, case.kernel, case.stride, bits, pointer(self.codes),
                isa and isa.encode(), None, above and above.handle,
            )
        )  # fmt: skip
        self.kernel = library.c.bitdesk_conv_kernel(self.handle).decode()
        self.output = np.zeros((case.out_side, case.out_side, case.out_channels), np.uint8)

    def verify(self):
        """Our sums against NumPy's; then our codes, with scales that spread them over their range."""
        sums = np.zeros(self.output.shape, np.int32)
        self.library.c.bitdesk_conv_sums(self.handle, pointer(self.input), pointer(sums))
        expected = exact_sums(self.input, 2 * self.codes.astype(np.int32) + 1, self.case)
        if not np.array_equal(sums, expected):
            raise SystemExit(f"compare.py: {self.kernel} at {self.bits} bits, {self.case.name}: sums are wrong")
        scale = (1 / (expected.std(axis=(0, 1)) + 1)).astype(np.float32)
        offset = (-expected.mean(axis=(0, 1)) * scale).astype(np.float32)
        inverse = np.float32(2**self.bits / 3)
        self.library.c.bitdesk_conv_bind(self.handle, pointer(scale), pointer(offset), inverse)
        arguments = pointer(self.input), pointer(self.output)
        call = self.library.c.bitdesk_conv_run
        self.run = lambda: call(self.handle, *arguments)  # keeps what the pointers stand in
        self.run()
        values = (expected.astype(np.float32) * scale + offset) * inverse
        codes = np.clip(np.rint(values), 0, 2**self.bits - 1)
        if not np.array_equal(codes, self.output):
            raise SystemExit(f"compare.py: {self.kernel} at {self.bits} bits, {self.case.name}: codes are wrong")

    def __del__(self):
        if getattr(self, "handle", None):
            self.library.c.bitdesk_conv_destroy(self.handle)


def exact_sums(image, weights, case):
    """Σ a · w in float32, which is exact: no sum here reaches 2^24."""
    pad, step = case.kernel // 2, case.stride
    padded = np.pad(image.astype(np.float32), ((pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (case.kernel, case.kernel), (0, 1))[::step, ::step]
    rows = windows.transpose(0, 1, 3, 4, 2).reshape(case.out_side**2, -1)
    sums = rows @ weights.reshape(case.out_channels, -1).T.astype(np.float32)
    return sums.reshape(case.out_side, case.out_side, -1).astype(np.int32)


class Network:
    def __init__(self, library, model, threads, isa):
        self.library = library
        self.handle = library.check(
            library.c.bitdesk_network_create(str(model).encode(), threads, isa and isa.encode())
        )
        sizes = [ctypes.c_int() for _ in range(4)]
        library.c.bitdesk_network_shape(self.handle, *map(ctypes.byref, sizes))
        self.height, self.width, self.channels, self.classes = (size.value for size in sizes)

    def mix(self, bits):
        self.library.check(self.library.c.bitdesk_network_mix(self.handle, str(bits).encode()))

    def runner(self, images):
        """A call that runs all `images` [N][H][W][C] as one batch."""
        logits = np.zeros((len(images), self.classes), np.float32)
        call, check = self.library.c.bitdesk_network_run, self.library.check

        def run(images=images):  # the default keeps the arrays alive
            check(call(self.handle, pointer(images), len(images), pointer(logits)))
            return logits

        return run

    def __del__(self):
        if getattr(self, "handle", None):
            self.library.c.bitdesk_network_destroy(self.handle)
