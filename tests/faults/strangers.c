/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/strangers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/support.h"

/* Beyond what they have to say they send zeros. */
#define FLOOD        ((size_t) 8 << 20)
#define SILENCE_NS   INT64_C(3000000000)
#define DROP_NS      INT64_C(10000000)
#define NOISE_MOST   20000
#define MORE_AT_ONCE 65536

struct stranger {
    int fd; /* -1: none */
    uint8_t *data;
    size_t length, flood; /* zeros behind the data */
    size_t done;
    int64_t pause_ns; /* after each byte; 0: none */
    int64_t next_ns;  /* not before that */
    int64_t until_ns; /* when it goes */
};

struct strangers {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
    } address;
    socklen_t address_length;
    const struct opening *openings;
    size_t opening_count, called, count;
    struct test_random random;
    struct stranger one[];
};

/* --- Where --- */

static void parse_address(struct strangers *s, const char *text)
{
    char host[128];
    const char *colon = strrchr(text, ':');

    if (text[0] == '@') {
        const size_t length = strlen(text); /* the at becomes a zero */

        s->address.un.sun_family = AF_UNIX;
        assert_true(length < sizeof s->address.un.sun_path);
        memcpy(s->address.un.sun_path + 1, text + 1, length - 1);
        s->address_length = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + length);
        return;
    }
    assert_non_null(colon);
    (void) snprintf(host, sizeof host, "%.*s", (int) (colon - text), text);
    s->address.in.sin_family = AF_INET;
    s->address.in.sin_port = htons((uint16_t) strtoul(colon + 1, NULL, 10));
    assert_int_equal(inet_pton(AF_INET, host, &s->address.in.sin_addr), 1);
    s->address_length = sizeof s->address.in;
}

/* --- What they say --- */

static size_t below(struct strangers *s, size_t bound)
{
    return (size_t) (test_random_u64(&s->random) % bound);
}

static void say(struct stranger *one, const void *data, size_t length)
{
    one->data = malloc(length + 1);
    assert_non_null(one->data);
    memcpy(one->data, data, length);
    one->length = length;
}

/* ZeroMQ's greeting and READY, and the head of a message of 2 GiB. */
static void say_zmtp(struct stranger *one)
{
    static const char ready[] = "\4\51\5READY\13Socket-Type\0\0\0\6DEALER\10Identity\0\0\0\0"
                                "\2\0\0\0\0\177\377\377\377";
    uint8_t words[64 + sizeof ready - 1] = {0xff};

    words[9] = 0x7f;
    words[10] = 3;
    memcpy(words + 12, "NULL", 4);
    memcpy(words + 64, ready, sizeof ready - 1);
    say(one, words, sizeof words);
}

static void say_foreign(struct strangers *s, struct stranger *one)
{
    static const char *const words[] = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                                        "SSH-2.0-OpenSSH_9.2\r\n",
                                        "\x16\x03\x01\x02\x01\x01\x01\x01\xfc\x03\x03"};
    const size_t at = below(s, 4);

    if (at == 3) {
        say_zmtp(one);
        return;
    }
    say(one, words[at], strlen(words[at]));
}

static void say_noise(struct strangers *s, struct stranger *one)
{
    static uint8_t noise[NOISE_MOST];
    const size_t length = 1 + below(s, NOISE_MOST);

    for (size_t i = 0; i < length; i++) {
        noise[i] = (uint8_t) test_random_u64(&s->random);
    }
    say(one, noise, length);
}

/* A real opening with some of it others, or cut. */
static void say_nearly(struct strangers *s, struct stranger *one)
{
    const struct opening *o = &s->openings[below(s, s->opening_count)];

    say(one, o->data, o->length);
    for (size_t n = 1 + below(s, 3); n > 0; n--) {
        const size_t within = below(s, 2) == 0 && o->length > 160 ? 160 : o->length;
        const size_t at = below(s, within);

        one->data[at] = (uint8_t) (below(s, 2) == 0 ? 0xff : test_random_u64(&s->random));
    }
    if (below(s, 3) == 0) {
        one->length = below(s, one->length);
    }
}

static void think(struct strangers *s, struct stranger *one)
{
    const size_t kind = s->opening_count == 0 ? below(s, 6) : below(s, 12);

    if (kind >= 6) {
        say_nearly(s, one);
    } else if (kind >= 4) {
        say_noise(s, one);
    } else if (kind >= 2) {
        say_foreign(s, one);
    } else {
        say(one, "", 0);
    }
    one->pause_ns = below(s, 4) == 0 ? DROP_NS : 0;
    one->flood = below(s, 4) == 0 ? 1 + below(s, FLOOD) : 0;
    one->until_ns = clock_deadline((int64_t) (test_random_real(&s->random, 0, 1) * SILENCE_NS));
}

/* --- Calls --- */

static void call(struct strangers *s, struct stranger *one)
{
    one->fd = socket(s->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(one->fd >= 0);
    if (connect(one->fd, &s->address.any, s->address_length) != 0 && errno != EINPROGRESS) {
        (void) close(one->fd);
        one->fd = -1;
        return;
    }
    s->called++;
    think(s, one);
}

static void hang_up(struct stranger *one)
{
    if (one->fd >= 0) {
        (void) close(one->fd);
    }
    free(one->data);
    *one = (struct stranger){.fd = -1};
}

static bool is_busy(int error)
{
    return error == EAGAIN || error == EINTR || error == ENOTCONN || error == EINPROGRESS;
}

/* False where the other has gone. */
static bool send_some(struct stranger *one)
{
    static const uint8_t zeros[MORE_AT_ONCE];
    const bool is_data = one->done < one->length;
    const size_t all = one->length + one->flood;
    size_t some = (is_data ? one->length : all) - one->done;

    if (some == 0 || clock_now_ns() < one->next_ns) {
        return true;
    }
    some = is_data && one->pause_ns > 0 ? 1 : some;
    some = some > sizeof zeros ? sizeof zeros : some;
    const ssize_t sent = send(one->fd, is_data ? one->data + one->done : zeros, some, MSG_NOSIGNAL);

    if (sent < 0) {
        return is_busy(errno);
    }
    one->done += (size_t) sent;
    one->next_ns = clock_deadline(one->pause_ns);
    return true;
}

static bool hear_some(struct stranger *one)
{
    uint8_t heard[4096];
    const ssize_t got = recv(one->fd, heard, sizeof heard, 0);

    return got > 0 || (got < 0 && is_busy(errno));
}

struct strangers *strangers_open(const char *address, const struct opening *openings,
                                 size_t opening_count, size_t count, uint64_t seed)
{
    struct strangers *s = calloc(1, sizeof *s + count * sizeof s->one[0]);

    assert_non_null(s);
    s->openings = openings;
    s->opening_count = opening_count;
    s->count = count;
    s->random.state = seed;
    parse_address(s, address);
    for (size_t i = 0; i < count; i++) {
        s->one[i].fd = -1;
    }
    return s;
}

void strangers_work(struct strangers *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct stranger *one = &s->one[i];

        if (one->fd < 0) {
            call(s, one);
        } else if (!send_some(one) || !hear_some(one) || clock_now_ns() > one->until_ns) {
            hang_up(one);
        }
    }
}

void strangers_close(struct strangers *s)
{
    for (size_t i = 0; i < s->count; i++) {
        hang_up(&s->one[i]);
    }
    free(s);
}

size_t strangers_called(const struct strangers *s)
{
    return s->called;
}
