/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that zlib's deflate packed: whole ones, of several members, cut at each byte, with zero bytes and with others
 * behind their end; alone and as a table, whose pieces end where a cut's output may.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <mpcf/table.h>
#include <mpcf/unpack.h>

#include "support/support.h"

static mpcf_error *err;

struct bytes {
    unsigned char *data;
    size_t length;
};

enum { ROWS = 40000, ROOM = 1 << 20 };

static void append(struct bytes *b, const void *data, size_t length)
{
    b->data = realloc(b->data, b->length + length + 1);
    assert_non_null(b->data);
    memcpy(b->data + b->length, data, length);
    b->length += length;
}

/* Adds a member; LEVEL 0 stores blocks as they are. */
static void pack(struct bytes *b, const void *text, size_t length, int level)
{
    z_stream s = {0};
    unsigned char *out = malloc(ROOM);

    assert_non_null(out);
    assert_int_equal(deflateInit2(&s, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    s.next_in = (Bytef *) (uintptr_t) text;
    s.avail_in = (uInt) length;
    s.next_out = out;
    s.avail_out = ROOM;
    assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
    append(b, out, s.total_out);
    (void) deflateEnd(&s);
    free(out);
}

/* All of PACKED in reads of STEP bytes; *UNPACKED is freed by the caller. */
static mpcf_status unpack(const struct bytes *packed, size_t length, size_t step,
                          struct bytes *unpacked)
{
    FILE *file = tmpfile();
    mpcf_unpack *u = NULL;
    unsigned char *piece = malloc(step);
    size_t got = 1;
    mpcf_status status = MPCF_OK;

    assert_non_null(file);
    assert_int_equal(fwrite(packed->data, 1, length, file), length);
    rewind(file);
    *unpacked = (struct bytes){0};
    mpcf_error_reset(err);
    status = mpcf_unpack_open(file, "x.gz", &u, err);
    while (status == MPCF_OK && got > 0) {
        status = mpcf_unpack_read(u, piece, step, &got, err);
        append(unpacked, piece, status == MPCF_OK ? got : 0);
    }
    mpcf_unpack_close(u);
    free(piece);
    (void) fclose(file);
    return status;
}

static void expect(const struct bytes *packed, const char *text, size_t length)
{
    const size_t steps[] = {1, 7, 65536};

    for (size_t i = 0; i < 3; i++) {
        struct bytes got;

        assert_ok(unpack(packed, packed->length, steps[i], &got), err);
        assert_int_equal(got.length, length);
        assert_memory_equal(got.data, text, length);
        free(got.data);
    }
}

static void refuse(const struct bytes *packed, size_t length, const char *why)
{
    const size_t steps[] = {1, 7, 65536};

    for (size_t i = 0; i < 3; i++) {
        struct bytes got;
        const mpcf_status status = unpack(packed, length, steps[i], &got);

        free(got.data);
        if (status != MPCF_E_IO || strstr(mpcf_error_text(err), why) == NULL) {
            fail_msg("%zu of %zu bytes in steps of %zu: %s", length, packed->length, steps[i],
                     mpcf_error_text(err));
        }
    }
}

static void test_whole_ones(void **state)
{
    struct bytes b = {0}, plain = {0};
    char zeros[300] = {0};

    (void) state;
    append(&plain, "no gzip", 7);
    expect(&plain, "no gzip", 7);
    plain.length = 0;
    expect(&plain, "", 0);
    pack(&b, "one,", 4, 9);
    expect(&b, "one,", 4);
    pack(&b, "two,", 4, 0);
    pack(&b, "", 0, 1);
    pack(&b, "three", 5, 6);
    expect(&b, "one,two,three", 13);
    append(&b, zeros, sizeof zeros); /* as tapes have them */
    expect(&b, "one,two,three", 13);
    free(b.data);
    free(plain.data);
}

static void test_cut_anywhere(void **state)
{
    char text[600];
    struct bytes b = {0};
    size_t first = 0;

    (void) state;
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char) ('a' + i * i % 23);
    }
    pack(&b, text, sizeof text, 0);
    first = b.length;
    pack(&b, text, sizeof text, 9);
    expect(&(struct bytes){b.data, first}, text, sizeof text); /* cannot be told from a whole one */
    for (size_t i = 1; i < b.length; i++) {
        if (i != first) {
            refuse(&b, i, "ends in its middle");
        }
    }
    free(b.data);
}

static void test_other_bytes_behind(void **state)
{
    static const char *const behind[] = {"x", "\x1f", "\x1f\x8a", "\x1f\x8b\x08", "PK\003\004"};
    const char late[] = {0, 0, 0, 0x1f, (char) 0x8b};
    struct bytes b = {0};
    size_t length = 0;

    (void) state;
    pack(&b, "a,b\n1,2\n", 8, 6);
    length = b.length;
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        b.length = length;
        append(&b, behind[i], strlen(behind[i]));
        refuse(&b, b.length, "the gzip file ");
    }
    b.length = length;
    append(&b, late, sizeof late);
    refuse(&b, b.length, "behind its end stand bytes that are not gzip's");
    b.length = length;
    b.data[length - 5] ^= 1; /* of its checksum */
    refuse(&b, b.length, "damaged: incorrect data check");
    free(b.data);
}

/* --- As a table --- */

static mpcf_status read_table(const char *path, size_t *rows)
{
    const mpcf_table_request request = {.struct_size = sizeof request};
    const char *const *fields = NULL;
    mpcf_table *t = NULL;
    mpcf_status status = mpcf_table_open(path, &request, &t, err);

    *rows = 0;
    if (status != MPCF_OK) {
        return status;
    }
    while ((status = mpcf_table_next(t, &fields, err)) == MPCF_OK && fields != NULL) {
        *rows += 1;
    }
    mpcf_table_close(t);
    return status;
}

static void write_bytes(const char *path, const struct bytes *b, size_t length)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(b->data, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* 320,000 bytes in a few hundred: some cuts end where the third piece of 128 KiB would. */
static void test_tables(void **state)
{
    struct bytes text = {0}, b = {0};
    char path[PATH_MAX];
    size_t rows = 0;

    (void) state;
    append(&text, "text,no\n", 8);
    for (size_t i = 0; i < ROWS; i++) {
        append(&text, "a good,1\n", 9);
    }
    pack(&b, text.data, text.length, 9);
    (void) snprintf(path, sizeof path, "%s/x.csv.gz", test_folder());
    write_bytes(path, &b, b.length);
    assert_ok(read_table(path, &rows), err);
    assert_int_equal(rows, ROWS);
    for (size_t i = 0; i < b.length; i++) {
        write_bytes(path, &b, i);
        if (read_table(path, &rows) == MPCF_OK) {
            fail_msg("%zu of %zu bytes are taken: %zu rows", i, b.length, rows);
        }
        mpcf_error_reset(err);
    }
    (void) remove(path);
    free(text.data);
    free(b.data);
}

static int set_up(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_ones),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_other_bytes_behind),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
