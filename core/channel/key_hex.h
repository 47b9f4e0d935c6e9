/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of 32 bytes as hexadecimal digits. No branch and no address depends on a key. */
#ifndef MPCF_CHANNEL_KEY_HEX_H
#define MPCF_CHANNEL_KEY_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_HEX_BYTES  32
#define KEY_HEX_DIGITS ((size_t) 2 * KEY_HEX_BYTES)

/* KEY_HEX_DIGITS at TEXT, in lower case, without a zero. */
void key_hex_print(const uint8_t key[KEY_HEX_BYTES], char *text);
/* KEY_HEX_DIGITS of either case; false: one of them is none. */
bool key_hex_parse(const char *hex, uint8_t key[KEY_HEX_BYTES]);

#endif
