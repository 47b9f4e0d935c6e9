/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are made to cost memory: whatever a parser says of one, it takes at most 20 times the
 * bytes that it read, beyond what any small file may take.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include <mpcf/tsv.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "format/safetensors.h"
#include "format/text_lines.h"
#include "format/torch_file.h"
#include "format/yaml_tree.h"
#include "pass/ranges.h"
#include "support/peak_memory.h"
#include "support/support.h"
#include "text/tokenizer.h"

#define MIB   ((size_t) 1 << 20)
#define TIMES 20
#define BEYOND                                                                                     \
    (12 * MIB) /* the file is mapped once more for its digest, and freed blocks stay resident */

/* A file of FOLDER, of which a reader makes what it can. */
struct foreign {
    const char *name;
    char *path, *folder;
    size_t bytes;
    mpcf_status want;
    mpcf_status (*read)(const struct foreign *f, mpcf_error *err);
};

static void read_it(void *context)
{
    const struct foreign *f = context;
    mpcf_error *err = mpcf_error_create();

    if (f->read(f, err) != f->want) {
        print_error("%s: not %s: %s\n", f->name, mpcf_status_name(f->want), mpcf_error_text(err));
        _exit(1);
    }
    mpcf_error_destroy(err);
}

static void assert_bounded(const struct foreign *f)
{
    const size_t peak = peak_memory_of(read_it, (void *) (uintptr_t) f);

    print_message("%-44s %5.1f MB of file, %6.1f MB of memory\n", f->name, (double) f->bytes / 1e6,
                  (double) peak / 1e6);
    if (peak > TIMES * f->bytes + BEYOND) {
        fail_msg("%s: %zu bytes of memory for %zu", f->name, peak, f->bytes);
    }
}

/* HEAD, UNIT again and again to BYTES with commas between, TAIL. A "%x" in UNIT counts. */
static void write_again(struct foreign *f, const char *name, const char *head, const char *unit,
                        const char *comma, const char *tail, size_t bytes)
{
    struct text_buffer text = {0};
    mpcf_error *err = mpcf_error_create();

    text_append(&text, head);
    for (unsigned i = 0; text.length < bytes; i++) {
        const char *number = strchr(unit, '#');

        text_append(&text, i == 0 ? "" : comma);
        if (number == NULL) {
            text_append(&text, unit);
        } else {
            text_printf(&text, "%.*s%x%s", (int) (number - unit), unit, i, number + 1);
        }
    }
    text_append(&text, tail);
    assert_false(text.failed);
    f->name = unit;
    f->folder = mpcf_strdup(test_folder());
    f->path = file_join(f->folder, name);
    f->bytes = text.length;
    assert_ok(file_write_whole(f->path, text.data, text.length, err), err);
    text_clear(&text);
    mpcf_error_destroy(err);
}

static void clear(struct foreign *f)
{
    mpcf_free(f->path);
    mpcf_free(f->folder);
}

/* --- JSON --- */

static mpcf_status read_json(const struct foreign *f, mpcf_error *err)
{
    json_t *value = NULL;

    MPCF_TRY(json_read_file(f->path, &value, err));
    json_decref(value);
    return MPCF_OK;
}

static void json_of_nothing_is_refused_before_it_costs(void **state)
{
    static const char *const units[] = {"{}", "[]", "{\"\":{}}", "[[],{}]", "[1]", "\"\""};

    (void) state;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct foreign f = {.want = MPCF_E_FORMAT, .read = read_json};

        write_again(&f, "a.json", "[", units[i], ",", "]", 4 * MIB);
        assert_bounded(&f);
        clear(&f);
    }
}

static void json_as_files_are_is_read(void **state)
{
    static const struct {
        const char *head, *unit, *tail;
    } forms[] = {
        {"{", "\"word#\": 12345", "}"},                                            /* vocab.json */
        {"[", "\n      [\n        \"\xc4\xa0t#\",\n        \"he\"\n      ]", "]"}, /* merges */
        {"[", "[\"\xc4\xa0the#\",\"there\"]", "]"},                      /* compact ones */
        {"{\"nodes\": {", "\"layer.0.linear#\": [-15.125, 17.5]", "}}"}, /* ranges.json */
        {"[", "-0.12345678901234567", "]"},                              /* logits */
    };

    (void) state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct foreign f = {.want = MPCF_OK, .read = read_json};

        write_again(&f, "b.json", forms[i].head, forms[i].unit, ",", forms[i].tail, 4 * MIB);
        assert_bounded(&f);
        clear(&f);
    }
}

static void a_small_file_may_be_of_nothing(void **state)
{
    struct foreign f = {.want = MPCF_OK, .read = read_json};

    (void) state;
    write_again(&f, "c.json", "[", "{}", ",", "]", 8192);
    assert_bounded(&f);
    clear(&f);
}

static mpcf_status read_ranges(const struct foreign *f, mpcf_error *err)
{
    struct ranges *ranges = NULL;

    MPCF_TRY(ranges_read(f->path, &ranges, err));
    ranges_destroy(ranges);
    return MPCF_OK;
}

static void ranges_take_what_their_file_does(void **state)
{
    struct foreign f = {.want = MPCF_OK, .read = read_ranges};

    (void) state;
    write_again(&f, "ranges.json", "{\"margin_bits\": 2, \"nodes\": {", "\"layer.#\":[-1.5,2.5]",
                ",", "}}", 4 * MIB);
    assert_bounded(&f);
    clear(&f);
}

/* --- safetensors --- */

static mpcf_status read_tensors(const struct foreign *f, mpcf_error *err)
{
    struct safetensors *s = NULL;

    MPCF_TRY(safetensors_open(f->path, &s, err));
    safetensors_close(s);
    return MPCF_OK;
}

/* A header of UNIT to HEADER bytes, before DATA bytes that are a hole of the file. */
static void write_tensors(struct foreign *f, const char *unit, size_t header, size_t data)
{
    char *text = NULL;
    size_t length = 0;
    uint64_t bytes;
    int fd;

    write_again(f, "header", "{", unit, ",", "}", header - 64);
    assert_int_equal(file_read(f->path, 256 * MIB, &text, &length, NULL), MPCF_OK);
    fd = open(f->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    bytes = length;
    assert_int_equal(write(fd, &bytes, 8), 8);
    assert_int_equal(write(fd, text, length), (ssize_t) length);
    assert_int_equal(ftruncate(fd, (off_t) (8 + length + data)), 0);
    assert_int_equal(close(fd), 0);
    mpcf_free(text);
}

#define EMPTY_TENSOR "\"#\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}"

static void a_header_is_in_proportion_to_its_tensors(void **state)
{
    struct foreign f = {.want = MPCF_E_FORMAT, .read = read_tensors};
    mpcf_error *err = mpcf_error_create();
    struct safetensors *s = NULL;

    (void) state;
    write_tensors(&f, "\"#\":{}", 64 * MIB, 0);
    f.name = "64 MiB of header, no tensor";
    assert_bounded(&f);
    assert_true(peak_memory_of(read_it, &f) < BEYOND);
    assert_status(MPCF_E_FORMAT, safetensors_open(f.path, &s, err), err);
    assert_message_contains(err, "at most 1048576 for 0 bytes of tensors");
    clear(&f);
    write_tensors(&f, "\"#\":{}", 5 * MIB, 64 * MIB); /* long enough, and of nothing */
    assert_bounded(&f);
    clear(&f);
    f.want = MPCF_OK;
    write_tensors(&f, EMPTY_TENSOR, MIB, 0); /* 17000 of them */
    assert_bounded(&f);
    clear(&f);
    mpcf_error_destroy(err);
}

/* --- Pickles --- */

static mpcf_status read_torch(const struct foreign *f, mpcf_error *err)
{
    struct torch_file *file = NULL;

    MPCF_TRY(torch_file_open(f->path, &file, err));
    torch_file_close(file);
    return MPCF_OK;
}

/* A stream of torch.save() up to its object. */
#define STREAM                                                                                     \
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}."        \
    "\x80\x04"

static void pickles_of_nothing_are_refused_before_they_cost(void **state)
{
    static const char *const units[] = {"]",
                                        "}",
                                        "(",
                                        "N",
                                        ")",
                                        "]\x94",
                                        "N\x94",
                                        "K\x01\x85",
                                        "](NNe",
                                        "M\x01\x02",
                                        "U\x01"
                                        "a",
                                        "}U\x01"
                                        "aNs",
                                        "(((ttt",
                                        "]\x85\x85",
                                        "G12345678",
                                        "J\x01\x01\x01\x01"};

    (void) state;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct foreign f = {.want = MPCF_E_FORMAT, .read = read_torch};

        write_again(&f, "pytorch_model.bin", STREAM, units[i], "", "", 4 * MIB);
        assert_bounded(&f);
        clear(&f);
    }
}

/* Tensors of one storage, which say no more than their names. */
static void state_dicts_take_what_their_pickle_does(void **state)
{
    struct foreign f = {.want = MPCF_E_FORMAT, .read = read_torch};

    (void) state;
    write_again(&f, "pytorch_model.bin",
                STREAM "(U\x07storagectorch\nFloatStorage\nU\x01"
                       "0U\x03"
                       "cpuK\x04NtQ\x94"
                       "ctorch._utils\n_rebuild_tensor_v2\n(h\x01"
                       "K\x01))\x89}tR\x94}(",
                "U\x08encoder.h\x02", "", "u.", 4 * MIB);
    assert_bounded(&f);
    clear(&f);
}

/* An archive of COUNT members of SIZE zeros each. */
static void write_archive(struct foreign *f, size_t count, size_t size, zip_int32_t method)
{
    zip_t *zip = NULL;
    char *zeros = mpcf_alloc_array(size + 1, 1), *text = NULL;
    size_t length = 0;

    f->folder = mpcf_strdup(test_folder());
    f->path = file_join(f->folder, "archive.bin");
    (void) unlink(f->path);
    zip = zip_open(f->path, ZIP_CREATE, NULL);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        char name[40];
        zip_source_t *source = zip_source_buffer(zip, zeros, size, 0);
        zip_int64_t index;

        (void) snprintf(name, sizeof name, "a/%zx", i);
        index = zip_file_add(zip, i == 0 ? "a/data.pkl" : name, source, 0);
        assert_true(index >= 0);
        assert_int_equal(zip_set_file_compression(zip, (zip_uint64_t) index, method, 9), 0);
    }
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(file_read(f->path, 256 * MIB, &text, &length, NULL), MPCF_OK);
    f->bytes = length;
    mpcf_free(text);
    mpcf_free(zeros);
}

static void archives_of_nothing_are_bounded(void **state)
{
    struct foreign f = {.want = MPCF_E_FORMAT, .read = read_torch};

    (void) state;
    write_archive(&f, 20000, 0, ZIP_CM_STORE);
    f.name = "an archive of empty members";
    assert_bounded(&f);
    clear(&f);
    write_archive(&f, 1, 256 * MIB, ZIP_CM_DEFLATE);
    f.name = "a compressed member of zeros";
    assert_bounded(&f);
    clear(&f);
}

/* --- YAML, rows --- */

static mpcf_status read_yaml(const struct foreign *f, mpcf_error *err)
{
    struct yaml_tree *tree = NULL;

    MPCF_TRY(yaml_parse_file(f->path, &tree, err));
    yaml_tree_destroy(tree);
    return MPCF_OK;
}

static void yaml_takes_its_limits_at_most(void **state)
{
    static const char *const units[] = {"a", "[]", "{}", "? ", "&a a", "!t a", "#: b"};

    (void) state;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct foreign f = {.want = MPCF_E_CONFIG, .read = read_yaml};

        write_again(&f, "a.yaml", i == 6 ? "{" : "[", units[i], ",", i == 6 ? "}" : "]", MIB - 64);
        assert_bounded(&f);
        clear(&f);
    }
}

static mpcf_status read_rows(const struct foreign *f, mpcf_error *err)
{
    const char *const *fields = NULL;
    mpcf_tsv *rows = NULL;
    mpcf_status status;

    MPCF_TRY(mpcf_tsv_open(f->path, &rows, err));
    do {
        status = mpcf_tsv_next(rows, &fields, err);
    } while (status == MPCF_OK && fields != NULL);
    mpcf_tsv_close(rows);
    return status;
}

static void rows_take_the_longest_line(void **state)
{
    struct foreign f = {.want = MPCF_OK, .read = read_rows};

    (void) state;
    write_again(&f, "a.tsv", "a\tb\n", "\t", "\n", "\n", 8 * MIB);
    f.name = "rows of nothing";
    assert_true(peak_memory_of(read_it, &f) < MIB);
    clear(&f);
    f.want = MPCF_E_FORMAT;
    write_again(&f, "b.tsv", "a\tb\n", "x", "y", "\n", 8 * MIB);
    f.name = "one long line";
    assert_bounded(&f);
    clear(&f);
}

static mpcf_status read_lines(const struct foreign *f, mpcf_error *err)
{
    enum text_lines_found found = TEXT_LINE;
    struct text_lines *l = NULL;
    struct text_line line;
    mpcf_status status;

    MPCF_TRY(text_lines_open(f->path, &l, err));
    do {
        status = text_lines_next(l, true, &line, &found, err);
    } while (status == MPCF_OK && found == TEXT_LINE);
    text_lines_close(l);
    return status;
}

static void lines_take_the_longest(void **state)
{
    struct foreign f = {.want = MPCF_OK, .read = read_lines};

    (void) state;
    write_again(&f, "a.txt", "a\n", "\n", "\n", "\n", 8 * MIB);
    f.name = "lines of nothing";
    assert_true(peak_memory_of(read_it, &f) < MIB);
    clear(&f);
    f.want = MPCF_E_FORMAT;
    write_again(&f, "b.txt", "a\n", "x", "y", "\n", 8 * MIB);
    f.name = "one long line of text";
    assert_bounded(&f);
    clear(&f);
}

/* --- Tokenizers --- */

static mpcf_status open_tokenizer(const struct foreign *f, mpcf_tokenizer_kind kind,
                                  mpcf_error *err)
{
    const mpcf_tokenizer_spec spec = {.struct_size = sizeof spec,
                                      .kind = kind,
                                      .vocab_size = INT32_MAX,
                                      .max_tokens = 512,
                                      .type_count = 2,
                                      .pair_separators = 1};
    struct tokenizer *t = NULL;

    MPCF_TRY(tokenizer_open(f->folder, &spec, &t, err));
    tokenizer_close(t);
    return MPCF_OK;
}

static mpcf_status open_wordpiece(const struct foreign *f, mpcf_error *err)
{
    return open_tokenizer(f, MPCF_TOKENIZER_WORDPIECE, err);
}

static mpcf_status open_byte_bpe(const struct foreign *f, mpcf_error *err)
{
    return open_tokenizer(f, MPCF_TOKENIZER_BYTE_BPE, err);
}

#define SPECIALS "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"
/* Each word shares its first letters with no other, so that all its letters are nodes of the tree. */
#define LONG_WORD "#-abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"

static void vocabularies_of_long_words_are_bounded(void **state)
{
    static const struct {
        const char *name, *head, *unit, *comma, *tail;
    } files[] = {
        {"vocab.txt", SPECIALS, LONG_WORD, "\n", "\n"},
        {"vocab.txt", SPECIALS, "#", "\n", "\n"},
        {"tokenizer.json",
         "{\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"model\":{\"type\":\"WordPiece\","
         "\"vocab\":{\"[UNK]\":0,",
         "\"" LONG_WORD "\":1", ",", "}}}"},
        {"tokenizer.json",
         "{\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"model\":{\"type\":\"WordPiece\","
         "\"vocab\":{\"[UNK]\":0}},\"added_tokens\":[",
         "{\"id\":1,\"content\":\"" LONG_WORD "\"}", ",", "]}"},
        {"tokenizer.json",
         "{\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"normalizer\":{\"type\":\"NFC\"},"
         "\"model\":{"
         "\"type\":\"WordPiece\",\"vocab\":{\"[UNK]\":0}},\"added_tokens\":[",
         "{\"id\":1,\"content\":\"" LONG_WORD "\",\"normalized\":true}", ",", "]}"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct foreign f = {.want = MPCF_OK, .read = open_wordpiece};

        write_again(&f, files[i].name, files[i].head, files[i].unit, files[i].comma, files[i].tail,
                    4 * MIB);
        assert_bounded(&f);
        (void) unlink(f.path);
        clear(&f);
    }
}

static mpcf_status open_unigram(const struct foreign *f, mpcf_error *err)
{
    return open_tokenizer(f, MPCF_TOKENIZER_UNIGRAM, err);
}

static void pieces_with_scores_are_bounded(void **state)
{
    /* Those of next to no bytes are refused before they cost. */
    static const struct {
        const char *unit;
        mpcf_status want;
    } units[] = {
        {"[\"" LONG_WORD "\",-12.25]", MPCF_OK},
        {"[\"piece #\",-9.371757507324219]", MPCF_OK},
        {"[\"\",-9.371757507324219]", MPCF_OK},
        {"[\"#\",0]", MPCF_E_FORMAT},
        {"[\"\",0]", MPCF_E_FORMAT},
    };

    (void) state;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct foreign f = {.want = units[i].want, .read = open_unigram};

        write_again(&f, "tokenizer.json",
                    "{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[", units[i].unit, ",",
                    "]}}", 4 * MIB);
        assert_bounded(&f);
        (void) unlink(f.path);
        clear(&f);
    }
}

/* Pieces as small as they may be, and pieces of many bytes that share nothing. */
static void sentencepiece_models_are_bounded(void **state)
{
    static const char *const units[] = {"\x0a\x03\x0a\x01"
                                        "a",
                                        "\x0a\x0c\x0a\x0a"
                                        "aaaaaaaaaa"};

    (void) state;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct foreign f = {.want = MPCF_OK, .read = open_unigram};

        write_again(&f, "sentencepiece.bpe.model", "", units[i], "", "", 4 * MIB);
        assert_bounded(&f);
        (void) unlink(f.path);
        clear(&f);
    }
}

/* Merges of a few letters, all pairs of which are words. */
static void merges_are_bounded(void **state)
{
    struct foreign f = {.want = MPCF_OK, .read = open_byte_bpe};

    (void) state;
    write_again(&f, "tokenizer.json",
                "{\"pre_tokenizer\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\","
                "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[",
                "\"a b\"", ",", "]}}", 4 * MIB);
    assert_bounded(&f);
    (void) unlink(f.path);
    clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_of_nothing_is_refused_before_it_costs),
        cmocka_unit_test(json_as_files_are_is_read),
        cmocka_unit_test(a_small_file_may_be_of_nothing),
        cmocka_unit_test(ranges_take_what_their_file_does),
        cmocka_unit_test(a_header_is_in_proportion_to_its_tensors),
        cmocka_unit_test(pickles_of_nothing_are_refused_before_they_cost),
        cmocka_unit_test(state_dicts_take_what_their_pickle_does),
        cmocka_unit_test(archives_of_nothing_are_bounded),
        cmocka_unit_test(yaml_takes_its_limits_at_most),
        cmocka_unit_test(rows_take_the_longest_line),
        cmocka_unit_test(lines_take_the_longest),
        cmocka_unit_test(vocabularies_of_long_words_are_bounded),
        cmocka_unit_test(merges_are_bounded),
        cmocka_unit_test(pieces_with_scores_are_bounded),
        cmocka_unit_test(sentencepiece_models_are_bounded),
    };

    return peak_memory_works() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
