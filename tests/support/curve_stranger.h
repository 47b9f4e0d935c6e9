/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who speaks CURVE by hand over a socket of its own, rightly as far as it is asked to. Needs curve_command.c of
 * the plug-in zmq, which the test links.
 */
#ifndef MPCF_TESTS_CURVE_STRANGER_H
#define MPCF_TESTS_CURVE_STRANGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "curve_command.h"

/* Flags of a frame. */
enum { STRANGER_MESSAGE = 0, STRANGER_LONG = 2, STRANGER_COMMAND = 4 };

struct curve_stranger {
    int fd;
    struct curve_shake s;
    uint8_t body[CURVE_LONGEST]; /* the last command that it heard or says */
    size_t length;
};

void curve_say_bytes(const struct curve_stranger *s, const void *bytes, size_t length);
/* A frame of at most 2 KiB. */
void curve_say_frame(const struct curve_stranger *s, unsigned flags, const uint8_t *body,
                     size_t length);
/* A frame, into S; its flags, or -1: it has ended. */
int curve_hear_frame(struct curve_stranger *s);
/* The greeting with MECHANISM, and takes the other's. */
void curve_greet(const struct curve_stranger *s, const char *mechanism, bool as_server);
/* Calls a dealer at ADDRESS as the user of the first of curve_folders; then as far as WELCOME, or READY. */
void curve_begin_call(struct curve_stranger *s, const char *address);
void curve_go_to_welcome(struct curve_stranger *s);
void curve_go_to_end(struct curve_stranger *s);

#endif
