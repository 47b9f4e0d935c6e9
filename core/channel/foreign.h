/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who speaks another protocol, told by its first bytes.
 */
#ifndef MPCF_CHANNEL_FOREIGN_H
#define MPCF_CHANNEL_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

#define FOREIGN_BYTES 16 /* enough to tell */

/* "HTTP", "TLS", ...; NULL where the LENGTH bytes, which may be fewer than came, are none that is
 * known. */
const char *foreign_protocol(const uint8_t *bytes, size_t length);

#endif
