// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The command line, loaded once and started many times: LibTorch's libraries take half a second of each start, and the
// scripts start it a thousand times. Standard input is a socket of starter.py; each message is a start (its folder,
// arguments and environment, with three descriptors), answered by the process and then by how it ended.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "app/cli/signals.h"
#include "app/cli/verb.h"

namespace {

constexpr int kSocket = STDIN_FILENO;

struct Start {
    std::string bytes;
    std::vector<char*> words;  ///< into `bytes`: folder, number of arguments, the arguments, the environment
    std::array<int, 3> files{};
};

/// False where the script has ended.
bool receive(Start& start) {
    start.bytes.resize(1 << 20);
    iovec part{start.bytes.data(), start.bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(start.files))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(kSocket, &message, 0);
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (size <= 0 || header == nullptr) return false;
    std::memcpy(start.files.data(), CMSG_DATA(header), sizeof(start.files));
    for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(std::strlen(start.bytes.data() + at)) + 1)
        start.words.push_back(start.bytes.data() + at);
    return true;
}

/// What main() does (app/cli/main.cpp).
[[noreturn]] void begin(const Start& start) {
    for (int file = 0; file < 3; ++file) ::dup2(start.files[static_cast<std::size_t>(file)], file);
    for (const int file : start.files) ::close(file);
    if (::chdir(start.words[0]) != 0) std::_Exit(127);
    const auto count = static_cast<std::size_t>(std::atoi(start.words[1]));
    std::vector<char*> arguments(start.words.begin() + 2, start.words.begin() + 2 + static_cast<std::ptrdiff_t>(count));
    arguments.push_back(nullptr);
    ::clearenv();
    for (std::size_t word = 2 + count; word < start.words.size(); ++word) ::putenv(start.words[word]);
    bitdesk::cli::letWritesFail();
    const int code = bitdesk::cli::runCommandLine(static_cast<int>(count), arguments.data(), std::cout, std::cerr);
    std::cout.flush();
    std::_Exit(code);  // LibTorch's tables are taken apart once, by the starter
}

void answer(int number) {
    if (::write(kSocket, &number, sizeof(number)) != sizeof(number)) std::_Exit(1);
}

}  // namespace

int main() {
    for (Start start; receive(start); start = {}) {
        const pid_t child = ::fork();
        if (child == 0) begin(start);
        for (const int file : start.files) ::close(file);
        answer(child);
        int status = 0;
        if (child < 0 || ::waitpid(child, &status, 0) != child) return 1;
        answer(status);
    }
    return 0;
}
