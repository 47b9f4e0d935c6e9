/* SPDX-License-Identifier: Apache-2.0 */
/* Whether bytes from a disk are what was kept, whole and undamaged. */
#include "preprocess/kept_form.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

static const char mark_magic[8] = "MPCFKEP1", set_magic[8] = "MPCFKPD1";

enum {
    AT_ID = 8,
    AT_FACTS = AT_ID + KEPT_ID_BYTES,
    AT_SEED = AT_FACTS + KEPT_DIGITS,
    AT_DIGEST = AT_SEED + KEPT_SEED_BYTES,
    AT_SET = AT_ID + KEPT_ID_BYTES,
    AT_LENGTH = AT_SET + KEPT_DIGITS
};
_Static_assert(AT_DIGEST + KEPT_DIGITS == KEPT_MARK_BYTES, "a mark ends with its digest");
_Static_assert(AT_LENGTH + 8 == KEPT_SET_HEAD, "a head ends with the length");

static bool digest_of(const void *head, size_t head_length, const void *rest, size_t length,
                      char digits[KEPT_DIGITS])
{
    char text[FILE_DIGEST_SIZE];
    struct digest *digest = digest_begin();

    if (digest == NULL) {
        return false;
    }
    digest_add(digest, head, head_length);
    if (length > 0) {
        digest_add(digest, rest, length);
    }
    digest_end(digest, text);
    memcpy(digits, text, KEPT_DIGITS);
    return true;
}

static bool are_digits(const uint8_t *text)
{
    size_t i = 0;

    while (i < KEPT_DIGITS &&
           ((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f'))) {
        i++;
    }
    return i == KEPT_DIGITS;
}

/* --- What was kept --- */

void kept_id_print(const uint8_t id[KEPT_ID_BYTES], char text[KEPT_ID_TEXT])
{
    for (size_t i = 0; i < KEPT_ID_BYTES; i++) {
        (void) snprintf(text + 2 * i, 3, "%02x", id[i]);
    }
}

bool kept_mark_encode(const struct kept_mark *mark, uint8_t bytes[KEPT_MARK_BYTES])
{
    memcpy(bytes, mark_magic, sizeof mark_magic);
    memcpy(bytes + AT_ID, mark->id, KEPT_ID_BYTES);
    memcpy(bytes + AT_FACTS, mark->facts, KEPT_DIGITS);
    memcpy(bytes + AT_SEED, mark->seed, KEPT_SEED_BYTES);
    return digest_of(bytes, AT_DIGEST, NULL, 0, (char *) bytes + AT_DIGEST);
}

bool kept_mark_decode(const uint8_t *bytes, size_t length, struct kept_mark *out)
{
    static const uint8_t none[KEPT_ID_BYTES];
    char digest[KEPT_DIGITS];

    if (length != KEPT_MARK_BYTES || memcmp(bytes, mark_magic, sizeof mark_magic) != 0 ||
        !are_digits(bytes + AT_FACTS) || memcmp(bytes + AT_ID, none, KEPT_ID_BYTES) == 0 ||
        !digest_of(bytes, AT_DIGEST, NULL, 0, digest) ||
        memcmp(digest, bytes + AT_DIGEST, KEPT_DIGITS) != 0) {
        return false;
    }
    *out = (struct kept_mark){.facts = {0}};
    memcpy(out->id, bytes + AT_ID, KEPT_ID_BYTES);
    memcpy(out->facts, bytes + AT_FACTS, KEPT_DIGITS);
    memcpy(out->seed, bytes + AT_SEED, KEPT_SEED_BYTES);
    return true;
}

/* --- One set --- */

void kept_set_head(const uint8_t id[KEPT_ID_BYTES], const char *set, uint64_t length,
                   uint8_t head[KEPT_SET_HEAD])
{
    memcpy(head, set_magic, sizeof set_magic);
    memcpy(head + AT_ID, id, KEPT_ID_BYTES);
    memcpy(head + AT_SET, set, KEPT_DIGITS);
    for (unsigned i = 0; i < 8; i++) {
        head[AT_LENGTH + i] = (uint8_t) (length >> (8 * i));
    }
}

bool kept_set_tail(const uint8_t head[KEPT_SET_HEAD], const uint8_t *d, size_t length,
                   char tail[KEPT_SET_TAIL])
{
    return digest_of(head, KEPT_SET_HEAD, d, length, tail);
}

bool kept_set_find(const uint8_t *bytes, size_t total, const uint8_t id[KEPT_ID_BYTES],
                   const char *set, size_t length, const uint8_t **d)
{
    uint8_t head[KEPT_SET_HEAD];
    char tail[KEPT_SET_TAIL];

    *d = NULL;
    if (total < KEPT_SET_HEAD + KEPT_SET_TAIL || total - KEPT_SET_HEAD - KEPT_SET_TAIL != length) {
        return true;
    }
    kept_set_head(id, set, length, head);
    if (memcmp(bytes, head, sizeof head) != 0) {
        return true;
    }
    if (!kept_set_tail(head, bytes + KEPT_SET_HEAD, length, tail)) {
        return false;
    }
    if (memcmp(bytes + KEPT_SET_HEAD + length, tail, sizeof tail) == 0) {
        *d = bytes + KEPT_SET_HEAD;
    }
    return true;
}
