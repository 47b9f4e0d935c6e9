/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether any mask was used twice, seen from outside. All texts of a trio are one, so that two
 * inferences under one mask send the same bytes: no message of a role may ever be sent again, save
 * a session's masked weights, which are the same whenever it is taken up. And each role's store
 * marks each inference of a session once.
 */
#ifndef MPCF_TESTS_MASKS_H
#define MPCF_TESTS_MASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mask_book;

/* Whether a message of LENGTH is taken for one that is not masked: an announcement, a handshake. */
bool masks_are_public(unsigned long long length);

struct mask_book *masks_open(void);
void masks_close(struct mask_book *book);
/* What ROLE's log PATH says (preload/strike.h), of run TURN (later ones are larger); none is as an
 * empty one. */
void masks_read(struct mask_book *book, int role, unsigned turn, const char *path);
/* How many were used twice; says which. */
size_t masks_twice(const struct mask_book *book);
/* Messages that were compared. */
size_t masks_count(const struct mask_book *book);

#endif
