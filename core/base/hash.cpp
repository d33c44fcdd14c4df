// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/hash.h"

#include <openssl/evp.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "core/base/error.h"

namespace bitdesk {

struct Sha256::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256::Sha256() : m_state(std::make_unique<State>()) {
    if (m_state->context == nullptr || EVP_DigestInit_ex(m_state->context.get(), EVP_sha256(), nullptr) != 1)
        throw Error(ErrorKind::Internal, "SHA-256", "cannot be initialized");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
    if (EVP_DigestUpdate(m_state->context.get(), bytes.data(), bytes.size()) != 1)
        throw Error(ErrorKind::Internal, "SHA-256", "failed");
}

void Sha256::update(std::string_view text) { update(std::as_bytes(std::span(text.data(), text.size()))); }

std::string Sha256::hex() {
    std::array<unsigned char, 32> digest{};
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(m_state->context.get(), digest.data(), &size) != 1 || size != digest.size())
        throw Error(ErrorKind::Internal, "SHA-256", "failed");
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::string sha256(std::string_view text) {
    Sha256 hash;
    hash.update(text);
    return hash.hex();
}

std::string sha256OfFile(const std::filesystem::path& path) {
    const auto fail = [&] {
        throw Error(ErrorKind::BadInput, path.string(), "cannot be read: " + std::string(std::strerror(errno)));
    };
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) fail();
    Sha256 hash;
    std::vector<char> chunk(1 << 20);
    while (file.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || file.gcount() > 0)
        hash.update(std::string_view(chunk.data(), static_cast<std::size_t>(file.gcount())));
    if (file.bad()) fail();  // a folder opens like a file and only fails here
    return hash.hex();
}

}  // namespace bitdesk
