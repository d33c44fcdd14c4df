// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace bitdesk {

using Digest = std::array<std::uint8_t, 32>;  ///< SHA-256

/// 64 lower-case hexadecimal digits.
std::string toHex(const Digest& digest);

/// Streaming SHA-256 (FIPS 180-4), which digest() or hex() finishes.
class Sha256 {
public:
    Sha256();

    void update(std::span<const std::byte> bytes);
    void update(std::string_view text);
    Digest digest();
    std::string hex() { return toHex(digest()); }

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> m_context;
};

std::string sha256(std::string_view text);

}  // namespace bitdesk
