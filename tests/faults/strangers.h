/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Callers that no role knows, over plain sockets, many at once: silent ones, noise, other protocols,
 * what a real caller said changed or cut, drop by drop, and far too much.
 */
#ifndef MPCF_TESTS_STRANGERS_H
#define MPCF_TESTS_STRANGERS_H

#include <stddef.h>
#include <stdint.h>

/* Bytes with which a real caller begins. */
struct opening {
    uint8_t *data;
    size_t length;
};

struct strangers;

/* COUNT at once call ADDRESS, as a pipeline file has it: "127.0.0.1:20000", "@name". Who ends is
 * followed by another. */
struct strangers *strangers_open(const char *address, const struct opening *openings,
                                 size_t opening_count, size_t count, uint64_t seed);
/* Moves what goes; returns at once. */
void strangers_work(struct strangers *s);
/* Ends those that are there, without a word. */
void strangers_close(struct strangers *s);
size_t strangers_called(const struct strangers *s);

#endif
