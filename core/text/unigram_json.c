/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces and scores of tokenizer.json's Unigram. */
#include "text/unigram_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MOST_DIGITS   17 /* of a double */
#define FEW_DIGITS    15 /* of which each makes another double */
#define LARGEST_POWER 308

static double power_of_ten(long exponent)
{
    char text[32];

    (void) snprintf(text, sizeof text, "1e%ld", exponent);
    return strtod(text, NULL);
}

/* DIGITS * 10^EXPONENT in the library's two roundings. */
static double scaled(double digits, long exponent)
{
    if (exponent >= 0) {
        return digits * power_of_ten(exponent);
    }
    for (; exponent < -LARGEST_POWER; exponent += LARGEST_POWER) {
        digits /= power_of_ten(LARGEST_POWER);
    }
    return digits / power_of_ten(-exponent);
}

/* The shortest digits of VALUE, as those who write these files print it, read as the library does. */
static double as_library_reads(double value)
{
    char text[MOST_DIGITS + 16];
    const char *at = text;
    uint64_t digits = 0;
    long exponent = 0;

    if (!isfinite(value) || value == 0 || value == floor(value)) {
        return value;
    }
    for (int precision = FEW_DIGITS; precision <= MOST_DIGITS; precision++) {
        (void) snprintf(text, sizeof text, "%.*e", precision - 1, fabs(value));
        if (strtod(text, NULL) == fabs(value)) {
            break;
        }
    }
    exponent = strtol(strchr(text, 'e') + 1, NULL, 10);
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') {
            digits = 10 * digits + (uint64_t) (*at - '0');
            exponent -= at > text + 1; /* text[1] is the point */
        }
    }
    for (; digits % 10 == 0; exponent++) {
        digits /= 10;
    }
    return copysign(scaled((double) digits, exponent), value);
}

static mpcf_status read_piece(const json_t *one, size_t i, const char *name, struct piece *piece,
                              mpcf_error *err)
{
    const json_t *text = json_array_get(one, 0), *score = json_array_get(one, 1);

    if (json_array_size(one) != 2 || !json_is_string(text) || !json_is_number(score) ||
        json_string_length(text) > UINT32_MAX) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: piece %zu of the vocabulary is not [text, score]",
                         name, i);
    }
    piece->text = json_string_value(text);
    piece->length = (uint32_t) json_string_length(text);
    piece->score = as_library_reads(json_number_value(score));
    return MPCF_OK;
}

static mpcf_status read_pieces(struct piece *pieces, const json_t *vocabulary, const char *name,
                               mpcf_error *err)
{
    const json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(vocabulary, i, one)
    {
        MPCF_TRY(read_piece(one, i, name, &pieces[i], err));
    }
    return MPCF_OK;
}

/* Without a piece for what is unknown the library fails on some texts; we do at once. */
static mpcf_status read_unknown(const json_t *model, const char *name, size_t *unknown,
                                mpcf_error *err)
{
    const json_t *id = json_object_get(model, "unk_id");

    if (id == NULL || json_is_null(id)) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "%s: model 'Unigram' without unk_id", name);
    }
    if (!json_is_integer(id) || json_integer_value(id) < 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: unk_id is no place in the vocabulary", name);
    }
    *unknown = (size_t) json_integer_value(id);
    return MPCF_OK;
}

mpcf_status unigram_read_json(struct unigram *u, const json_t *model, const char *name,
                              mpcf_error *err)
{
    const json_t *vocabulary = json_object_get(model, "vocab");
    const size_t count = json_array_size(vocabulary);
    struct piece *pieces = NULL;
    size_t unknown = 0;
    mpcf_status status = MPCF_OK;

    *u = (struct unigram){0};
    if (count == 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: model 'Unigram' has no list of pieces", name);
    }
    MPCF_TRY(read_unknown(model, name, &unknown, err));
    pieces = mpcf_alloc_array(count, sizeof(*pieces));
    if (pieces == NULL) {
        return mpcf_fail_memory(err, count * sizeof(*pieces), "pieces");
    }
    status = read_pieces(pieces, vocabulary, name, err);
    if (status == MPCF_OK) {
        status = unigram_build(u, pieces, count, unknown,
                               json_is_true(json_object_get(model, "byte_fallback")), name, err);
    }
    mpcf_free(pieces);
    return status;
}

#define UNKNOWN_ID 3

static int32_t first_of(const json_t *vocabulary, const char *text)
{
    const json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(vocabulary, i, one)
    {
        if (strcmp(json_string_value(json_array_get(one, 0)), text) == 0) {
            return (int32_t) i;
        }
    }
    return 0;
}

mpcf_status unigram_rebuild_json(struct unigram *u, const json_t *model, const char *unknown,
                                 const char *name, mpcf_error *err)
{
    const json_t *vocabulary = json_object_get(model, "vocab");

    if (unknown == NULL && u->count <= UNKNOWN_ID) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: %zu pieces, and none at %d for what is unknown",
                         name, u->count, UNKNOWN_ID);
    }
    u->unknown = unknown != NULL ? first_of(vocabulary, unknown) : UNKNOWN_ID;
    u->falls_back = false;
    u->lowest = INFINITY;
    for (size_t i = 0; i < u->count; i++) {
        const json_t *score = json_array_get(json_array_get(vocabulary, i), 1);

        u->scores[i] = json_number_value(score);
        u->lowest = u->scores[i] < u->lowest ? u->scores[i] : u->lowest;
    }
    return MPCF_OK;
}
