/* SPDX-License-Identifier: Apache-2.0 */
/* Pickles by hand: what PyTorch writes seldom or no more, and what nobody writes. */
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

#include "format/pickle.h"
#include "format/torch_file.h"

static mpcf_error *err;

struct bytes {
    const char *data;
    size_t length;
};
#define BYTES(text) ((struct bytes){text, sizeof(text) - 1})

/* In a block of its own, so that a sanitizer sees the byte behind it. */
static mpcf_status read_bytes(struct bytes b, struct pickle *p, void **kept)
{
    size_t used = 0;

    *kept = malloc(b.length > 0 ? b.length : 1);
    assert_non_null(*kept);
    memcpy(*kept, b.data, b.length);
    mpcf_error_reset(err);
    return pickle_read(*kept, b.length, "f", p, &used, err);
}

static void assert_refused(struct bytes b, mpcf_status want, const char *part)
{
    struct pickle p;
    void *kept = NULL;

    assert_status(want, read_bytes(b, &p, &kept), err);
    assert_message_contains(err, part);
    pickle_clear(&p);
    free(kept);
}

static void what_nobody_writes_is_refused(void **state)
{
    (void) state;
    assert_refused(BYTES(""), MPCF_E_FORMAT, "does not begin as a pickle");
    assert_refused(BYTES("}."), MPCF_E_FORMAT, "does not begin as a pickle");
    assert_refused(BYTES("\x80\x06}."), MPCF_E_FORMAT, "protocol 2 to 5");
    assert_refused(BYTES("\x80\x02"), MPCF_E_FORMAT, "truncated");
    assert_refused(BYTES("\x80\x02."), MPCF_E_FORMAT, "nothing is on the stack");
    assert_refused(BYTES("\x80\x02(."), MPCF_E_FORMAT, "nothing is on the stack");
    assert_refused(BYTES("\x80\x02t."), MPCF_E_FORMAT, "no mark");
    assert_refused(BYTES("\x80\x02X\xff\xff\xff\xff."), MPCF_E_FORMAT, "truncated");
    assert_refused(BYTES("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff."), MPCF_E_FORMAT, "4 GiB");
    assert_refused(BYTES("\x80\x02h\x03."), MPCF_E_FORMAT, "holds nothing");
    assert_refused(BYTES("\x80\x02Nr\xff\xff\xff\xff."), MPCF_E_FORMAT, "not the next");
    assert_refused(BYTES("\x80\x02]K\x01K\x02s."), MPCF_E_FORMAT, "items for what takes none");
    assert_refused(BYTES("\x80\x02}(K\x01u."), MPCF_E_FORMAT, "items for what takes none");
    assert_refused(BYTES("\x80\x02K\x01)R."), MPCF_E_FORMAT, "no function");
    assert_refused(BYTES("\x80\x02K\x01Q."), MPCF_E_FORMAT, "no storage");
    assert_refused(BYTES("\x80\x02\x82\x01."), MPCF_E_UNSUPPORTED, "opcode 0x82");       /* EXT1 */
    assert_refused(BYTES("\x80\x02(ios\nsystem\n."), MPCF_E_UNSUPPORTED, "opcode 0x69"); /* INST */
}

static void names_are_a_table(void **state)
{
    (void) state;
    assert_refused(BYTES("\x80\x02"
                         "cos\nsystem\nX\x02\x00\x00\x00ls\x85R."),
                   MPCF_E_UNSUPPORTED, "'os.system'");
    assert_refused(BYTES("\x80\x04\x8c\x08"
                         "builtins\x8c\x04"
                         "eval\x93."),
                   MPCF_E_UNSUPPORTED, "'builtins.eval'");
    assert_refused(BYTES("\x80\x04K\x01K\x02\x93."), MPCF_E_FORMAT, "no text");
    assert_refused(BYTES("\x80\x02"
                         "ctorch\nFloatStorage\n)R."),
                   MPCF_E_UNSUPPORTED, "calls 'torch.FloatStorage'");
    assert_refused(BYTES("\x80\x02"
                         "ctorch"),
                   MPCF_E_FORMAT, "without an end");
    assert_refused(BYTES("\x80\x02"
                         "(X\x06\x00\x00\x00moduleNNNtQ."),
                   MPCF_E_UNSUPPORTED, "a whole module");
    /* The dot may stand anywhere in the two parts. */
    assert_refused(BYTES("\x80\x02"
                         "ctorch._utils\n_rebuild_tensor_v22\n."),
                   MPCF_E_UNSUPPORTED, "_rebuild_tensor_v22");
}

/* collections.OrderedDict([["a", 1], ["b", -2]]) as Python 2 wrote it. */
static void an_old_ordered_dict_is_a_dict(void **state)
{
    struct pickle p;
    void *kept = NULL;
    uint32_t items[4] = {0};
    size_t length = 0;
    uint64_t number = 0;

    (void) state;
    assert_was_ok(read_bytes(BYTES("\x80\x02"
                                   "ccollections\nOrderedDict\nq\x01]q\x02(]q\x03(U\x01"
                                   "aK\x01"
                                   "e]q\x04(U\x01"
                                   "bJ\xfe\xff\xff\xff"
                                   "ee\x85Rq\x05."),
                             &p, &kept),
                  err);
    assert_int_equal(pickle_kind(&p, p.root), PICKLE_DICT);
    assert_true(pickle_take(&p, p.root, items, 4));
    assert_memory_equal(pickle_text(&p, items[0], &length), "a", 1);
    assert_int_equal(length, 1);
    assert_true(pickle_number(&p, items[1], &number));
    assert_int_equal(number, 1);
    assert_false(pickle_number(&p, items[3], &number));
    assert_int_equal(p.values[items[3]].as.integer, -2);
    pickle_clear(&p);
    free(kept);
}

static void whole_numbers_are_twos_complement(void **state)
{
    static const struct {
        struct bytes bytes;
        int64_t want;
    } cases[] = {
        {{"\x80\x02\x8a\x00.", 5}, 0},
        {{"\x80\x02\x8a\x01\xff.", 6}, -1},
        {{"\x80\x02\x8a\x02\xff\x00.", 7}, 255},
        {{"\x80\x02\x8a\x02\x00\x80.", 7}, -32768},
        {{"\x80\x02\x8b\x08\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\x7f.", 16}, INT64_MAX},
        {{"\x80\x02\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.", 13}, INT64_MIN},
        {{"\x80\x02M\xff\xff.", 6}, 65535},
        {{"\x80\x02J\x00\x00\x00\x80.", 8}, INT32_MIN},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pickle p;
        void *kept = NULL;

        assert_was_ok(read_bytes(cases[i].bytes, &p, &kept), err);
        assert_int_equal(pickle_kind(&p, p.root), PICKLE_INTEGER);
        assert_true(p.values[p.root].as.integer == cases[i].want);
        pickle_clear(&p);
        free(kept);
    }
}

/* --- Tensors that do not lie in their storage --- */

#define MAGIC                                                                                      \
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}."

/* A stream with one tensor "w" of a storage of four floats; OFFSET, SIZES and STRIDES as opcodes. */
static void try_tensor(const char *offset, const char *sizes, const char *strides, mpcf_status want,
                       const char *part)
{
    static const char head[] = MAGIC "\x80\x02}U\x01wctorch._utils\n_rebuild_tensor_v2\n((U\x07"
                                     "storagectorch\nFloatStorage\nU\x01"
                                     "0U\x03"
                                     "cpuK\x04NtQ";
    static const char tail[] = "\x89}tRs.\x80\x02]U\x01"
                               "0a.\x04\0\0\0\0\0\0\0";
    static const float values[4] = {1, 2, 3, 4};
    char bytes[500];
    size_t at = sizeof head - 1;
    struct torch_file *f = NULL;
    const char *const parts[] = {offset, sizes, strides};

    memcpy(bytes, head, at);
    for (size_t i = 0; i < 3; i++) {
        memcpy(bytes + at, parts[i], strlen(parts[i]));
        at += strlen(parts[i]);
    }
    memcpy(bytes + at, tail, sizeof tail - 1);
    at += sizeof tail - 1;
    memcpy(bytes + at, values, sizeof values);
    at += sizeof values;
    assert_status(want, torch_file_parse(bytes, at, "f", &f, err), err);
    if (want != MPCF_OK) {
        assert_message_contains(err, part);
        assert_message_contains(err, "'w'");
    }
    torch_file_close(f);
}

static void tensors_stay_in_their_storage(void **state)
{
    (void) state;
    try_tensor("K\x01", "K\x03\x85", "K\x01\x85", MPCF_OK, NULL);
    try_tensor("K\x01", "K\x02K\x02\x86", "K\x01K\x01\x86", MPCF_OK, NULL);
    try_tensor("K\x03", ")", ")", MPCF_OK, NULL);
    try_tensor("K\x02", "K\x03\x85", "K\x01\x85", MPCF_E_FORMAT, "beyond the end");
    try_tensor("K\x01", "K\x02\x85", "K\x03\x85", MPCF_E_FORMAT, "beyond the end");
    try_tensor("K\x04", ")", ")", MPCF_E_FORMAT, "beyond the end");
    try_tensor("K\x01", "K\x02\x85", ")", MPCF_E_FORMAT, "not a stride for each");
    try_tensor("K\x01", "J\xff\xff\xff\xff\x85", "K\x01\x85", MPCF_E_FORMAT, "no whole number");
    try_tensor("N", "K\x02\x85", "K\x01\x85", MPCF_E_FORMAT, "lacks");
    try_tensor("K\x01",
               "J\xff\xff\xff\x7f"
               "J\xff\xff\xff\x7f"
               "J\xff\xff\xff\x7f\x87",
               "K\x01K\x01K\x01\x87", MPCF_E_FORMAT, "memory can hold");
    try_tensor("K\x01", "K\x02K\x02\x86", "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7fK\x01\x86",
               MPCF_E_FORMAT, "storage");
    try_tensor("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", "K\x03\x85", "K\x01\x85", MPCF_E_FORMAT,
               "beyond the end");
    try_tensor("K\x01", "(K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01t", ")", MPCF_E_FORMAT,
               "more than 8");
}

static int setup(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_writes_is_refused),
        cmocka_unit_test(names_are_a_table),
        cmocka_unit_test(an_old_ordered_dict_is_a_dict),
        cmocka_unit_test(whole_numbers_are_twos_complement),
        cmocka_unit_test(tensors_stay_in_their_storage),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
