/* SPDX-FileCopyrightText: 2026 The Bitdesk Developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Our kernels and networks behind plain C functions, so that one Python process can time them beside their peers
 * (compare.py). Functions that can fail return 0 or a null pointer; bitdesk_error() then says why. One thread at a
 * time.
 */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The last error's text, owned by the library. */
const char* bitdesk_error(void);

/* A convolution of a side × side map, padding kernel / 2, at `bits` (2 … 7). `codes` are floor codes at that width,
 * [out_channels][kernel][kernel][channels]. `isa`: "portable", "avx2", "avx512" or null for the best; `kernel`: its
 * name, or null for the fastest, which is then measured; that of `above`, the same layer at more bits, or null, stays
 * unless another is clearly faster. */
void* bitdesk_conv_create(int channels, int out_channels, int side, int kernel_size, int stride, int bits,
                          const int8_t* codes, const char* isa, const char* kernel, void* above);
/* The kernel's name. */
const char* bitdesk_conv_kernel(void* conv);
/* What follows the sums = Σ a · (2c + 1), in float32, each operation rounded:
 * clip(round((sum · scale[n] + offset[n]) · inverse_scale), 0, 2^bits − 1). */
void bitdesk_conv_bind(void* conv, const float* scale, const float* offset, float inverse_scale);
/* One image on one thread, after bitdesk_conv_bind: NHWC codes in, codes out. `input` must be readable 64 bytes beyond
 * its end. */
void bitdesk_conv_run(void* conv, const uint8_t* input, uint8_t* output);
/* The same image's int32 sums. */
void bitdesk_conv_sums(void* conv, const uint8_t* input, int32_t* sums);
void bitdesk_conv_destroy(void* conv);

/* A model file, or "random:NETWORK", packed at every width. */
void* bitdesk_network_create(const char* model, int threads, const char* isa);
/* Sets the mix: "4" or "4,4,3,…". 0 on error. */
int bitdesk_network_mix(void* network, const char* bits);
/* images [batch][H][W][C] bytes; logits [batch][classes]. 0 on error. */
int bitdesk_network_run(void* network, const uint8_t* images, int batch, float* logits);
/* Height, width, channels of an image, and the number of classes. */
void bitdesk_network_shape(void* network, int* height, int* width, int* channels, int* classes);
void bitdesk_network_destroy(void* network);

/* Peak arithmetic of one core in 10⁹ multiply-accumulates a second: "avx2-bytes" (vpmaddubsw + vpaddw, bytes in 16-bit
 * sums), "avx2-int8" (vpmaddubsw + vpmaddwd + vpaddd), "vnni" (vpdpbusd), "avx2-shuffle" (vpshufb + vpaddb, two
 * products a byte). 0 where the CPU lacks it. */
double bitdesk_peak_gmacs(const char* instruction);

#ifdef __cplusplus
}
#endif
