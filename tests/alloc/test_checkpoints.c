/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What PyTorch wrote (tests/vectors/torch), while memory runs out: libzip's is among it.
 */
#include <stdlib.h>

#include "alloc/fail_alloc.h"
#include "base/memory.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/load.h"
#include "format/torch_file.h"
#include "support/support.h"

static mpcf_status open_torch(void *context, mpcf_error *err)
{
    struct torch_file *f = NULL;

    MPCF_TRY(torch_file_open(context, &f, err));
    assert_true(torch_file_count(f) > 20);
    torch_file_close(f);
    return MPCF_OK;
}

static mpcf_status load_vectors(void *context, mpcf_error *err)
{
    const struct load_request request = {"x.", NEW_MISSING};
    struct load_outcome outcome = {0};
    struct checkpoint *c = NULL;
    float values[35];
    struct parameter items[] = {
        {.name = "block.weight", .shape = mpcf_shape_2(5, 7), .value = values, .count = 35},
        {.name = "x.head", .shape = mpcf_shape_1(2), .value = values, .count = 2}};
    struct parameters parameters = {.items = items, .count = 2};
    mpcf_graph *g = graph_create();
    mpcf_status status = g != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a graph");

    if (status == MPCF_OK) {
        (void) mpcf_parameter(g, "x.head", mpcf_shape_1(2), MPCF_INIT_CONSTANT, 0);
        status = graph_check(g, err);
    }
    if (status == MPCF_OK) {
        status = checkpoint_open(context, &c, err);
    }
    if (status == MPCF_OK) {
        status = checkpoint_load(c, g, &request, &parameters, &outcome, err);
    }
    if (status == MPCF_OK) {
        assert_int_equal(outcome.count, 1);
        assert_string_equal(text_string(&outcome.names), "x.head");
    }
    text_clear(&outcome.names);
    checkpoint_close(c);
    graph_destroy(g);
    return status;
}

static void survives(const char *name, mpcf_status (*read)(void *context, mpcf_error *err))
{
    char *path = mpcf_format("%s/tests/vectors/torch/%s", getenv("MPCF_SOURCE_DIR"), name);

    assert_survives(name, read, path);
    mpcf_free(path);
}

static void files_say_memory_is_short(void **state)
{
    (void) state;
    survives("zip-2.bin", open_torch);
    survives("stream-4.bin", open_torch);
    survives("compressed.bin", open_torch);
}

static void checkpoints_say_memory_is_short(void **state)
{
    (void) state;
    survives("scaled", load_vectors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_say_memory_is_short),
        cmocka_unit_test(checkpoints_say_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
