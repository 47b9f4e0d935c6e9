/* SPDX-License-Identifier: Apache-2.0 */
/* What is spoken by who does not speak ours: a wrong port is named instead of a wrong length. */
#include "channel/foreign.h"

#include <stdbool.h>
#include <string.h>

struct mark {
    const char *begins, *name;
};

/* Texts that a client or a server begins with. */
static const struct mark marks[] = {
    {"HTTP/", "HTTP"},        {"GET ", "HTTP"},        {"POST ", "HTTP"},       {"HEAD ", "HTTP"},
    {"PUT ", "HTTP"},         {"OPTIONS ", "HTTP"},    {"CONNECT ", "HTTP"},    {"DELETE ", "HTTP"},
    {"PRI * HTTP/2", "HTTP"}, {"<!DOCTYPE", "HTTP"},   {"<html", "HTTP"},       {"<HTML", "HTTP"},
    {"SSH-", "SSH"},          {"220 ", "SMTP or FTP"}, {"220-", "SMTP or FTP"}, {"-ERR", "Redis"},
};

/* A record: alert or handshake, version 3.x. */
static bool is_tls(const uint8_t *bytes, size_t length)
{
    return length >= 3 && (bytes[0] == 0x15 || bytes[0] == 0x16) && bytes[1] == 3 && bytes[2] <= 4;
}

/* A greeting's signature: FF, eight bytes of length, 7F. */
static bool is_zmtp(const uint8_t *bytes, size_t length)
{
    static const uint8_t signature[8] = {0xff};

    return length >= 10 && memcmp(bytes, signature, sizeof(signature)) == 0 && bytes[9] == 0x7f;
}

/* The head of a first message of 8192 bytes: the hello up to version 3. */
static bool is_early(const uint8_t *bytes, size_t length)
{
    static const uint8_t head[16] = {0x00, 0x20};

    return length >= sizeof(head) && memcmp(bytes, head, sizeof(head)) == 0;
}

/* What a caller over loopback begins with that uses memory where this side does not. */
static bool offers_memory(const uint8_t *bytes, size_t length)
{
    static const char begins[] = "mpcf-loopback";

    return length >= sizeof(begins) - 1 && memcmp(bytes, begins, sizeof(begins) - 1) == 0;
}

const char *foreign_protocol(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t size = strlen(marks[i].begins);
        if (length >= size && memcmp(bytes, marks[i].begins, size) == 0) {
            return marks[i].name;
        }
    }
    if (is_tls(bytes, length)) {
        return "TLS";
    }
    if (is_zmtp(bytes, length)) {
        return "ZMTP (mpcf's transport zmq, or another's)";
    }
    if (offers_memory(bytes, length)) {
        return "loopback's shared memory (`shared_memory` is set otherwise there)";
    }
    return is_early(bytes, length) ? "an earlier version of mpcf" : NULL;
}
