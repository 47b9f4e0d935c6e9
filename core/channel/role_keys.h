/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys with which a role proves to the two others who it is: one for each pair of roles and
 * direction, six in all, of which a role holds four.
 */
#ifndef MPCF_CHANNEL_ROLE_KEYS_H
#define MPCF_CHANNEL_ROLE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "channel/role.h"

#define LINK_KEY_BYTES 32

struct link_keys {
    uint8_t mine[LINK_KEY_BYTES];   /* proves this role to the peer */
    uint8_t theirs[LINK_KEY_BYTES]; /* proves the peer to this role */
};

/* Always in memory of mpcf_secret_alloc(). */
struct role_keys {
    enum role role;
    bool has[3];
    struct link_keys links[3]; /* by the peer's role */
};

void role_keys_destroy(struct role_keys *keys); /* NULL is fine; wipes */
/* Six new keys from the system's generator, as the sets of the three roles, by role. */
mpcf_status role_keys_draw(struct role_keys *sets[3], mpcf_error *err);

/*
 * As text, of a file or for a child:
 *
 *     mpcf-keys 1
 *     role user
 *     user>provider 64 hexadecimal digits     proves the user to the provider
 *     provider>user ...
 *     user>dealer ...
 *     dealer>user ...
 *
 * Lines that begin with # and empty ones are left out.
 */
#define ROLE_KEYS_TEXT 1024 /* bytes that role_keys_print() needs at most */
/* Returns the length; there is a zero behind. KEYS must have all four. */
size_t role_keys_print(const struct role_keys *keys, char text[ROLE_KEYS_TEXT]);
/* Takes exactly the above, in any order after the second line; NAME stands for the text in
 * messages: "NAME:LINE: ...", which quote nothing of it. MPCF_E_FORMAT. */
mpcf_status role_keys_parse(const char *text, size_t length, const char *name,
                            struct role_keys **out, mpcf_error *err);

/* The first half of a key's SHA-256, in hexadecimal: equal at both ends where the key is. */
#define KEY_FINGERPRINT_SIZE 33
mpcf_status role_keys_fingerprint(const uint8_t key[LINK_KEY_BYTES],
                                  char text[KEY_FINGERPRINT_SIZE], mpcf_error *err);

#endif
