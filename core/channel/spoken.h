/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints as words that can be read over the phone: 16 bits a word of five letters that are a
 * consonant and a vowel in turn ("lusab"), as proquints have it (arXiv:0901.4016).
 */
#ifndef MPCF_CHANNEL_SPOKEN_H
#define MPCF_CHANNEL_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPOKEN_BYTES 16
#define SPOKEN_SIZE  48 /* eight words with blanks between, and the zero */

void spoken_print(const uint8_t bytes[SPOKEN_BYTES], char text[SPOKEN_SIZE]);
/* Words with blanks or hyphens between, in letters of either case, or 32 hexadecimal digits. */
bool spoken_parse(const char *text, size_t length, uint8_t bytes[SPOKEN_BYTES]);

#endif
