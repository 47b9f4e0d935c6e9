/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of three roles that fit together.
 */
#ifndef MPCF_TESTS_ROLE_KEYS_H
#define MPCF_TESTS_ROLE_KEYS_H

#include "channel/role_keys.h"

/* ROLE's keys of set SET (0 to 3); each set is drawn once a process, and kept to its end. */
const struct role_keys *test_role_keys(unsigned set, enum role role);

#endif
