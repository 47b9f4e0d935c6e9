/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One network in every form that its own libraries write: all forms hold the same weights.
 */
#include "support/support.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "checkpoint/load.h"
#include "format/safetensors.h"
#include "format/tensor_convert.h"
#include "format/torch_file.h"
#include "network.h"

static mpcf_error *err;
static struct checkpoint *truth; /* the F32 form */
static mpcf_graph *graph;

static void load(const char *form, struct parameters **out, size_t *made)
{
    struct checkpoint *c = NULL;
    char *folder = mpcf_format("oracle/formats/%s", form);
    assert_ok(checkpoint_open(shared_path(folder), &c, err), err);
    *out = network_parameters(graph);
    const struct load_request request = {"bert.", NEW_MISSING};
    struct load_outcome outcome = {0};
    assert_ok(checkpoint_load(c, graph, &request, *out, &outcome, err), err);
    *made = outcome.count;
    text_clear(&outcome.names);
    checkpoint_close(c);
    mpcf_free(folder);
}

/* Every weight of FORM is that of F32, to RELATIVE and, below the type's range, ABSOLUTE. */
static void assert_form(const char *form, double absolute, double relative, const char *absent)
{
    struct parameters *p = NULL;
    size_t made = 0;
    size_t expected_made = 0;
    load(form, &p, &made);
    for (size_t i = 0; i < p->count; i++) {
        const struct tensor *t = checkpoint_tensor(truth, p->items[i].name);
        if (absent != NULL && strstr(t->name, absent) != NULL) {
            expected_made++;
            continue;
        }
        if (relative == 0) {
            assert_memory_equal(p->items[i].value, t->data, t->count * sizeof(float));
        } else {
            assert_close_floats(t->name, t->data, p->items[i].value, t->count, absolute, relative);
        }
    }
    assert_int_equal(made, expected_made);
    network_free(p);
}

static void f32_is_bit_equal(void **state)
{
    (void) state;
    assert_form("f32", 0, 0, NULL);
}

static void sharded_is_bit_equal(void **state)
{
    (void) state;
    assert_form("sharded", 0, 0, NULL);
}

static void f64_is_bit_equal(void **state)
{
    (void) state;
    assert_form("f64", 0, 0, NULL);
}

static void f16_is_within_half_a_unit(void **state)
{
    (void) state;
    assert_form("f16", 0x1p-25, 0x1p-11, NULL);
}

static void bf16_is_within_half_a_unit(void **state)
{
    (void) state;
    assert_form("bf16", 0x1p-134, 0x1p-8, NULL);
}

static void prefix_and_classifier_may_be_missing(void **state)
{
    (void) state;
    assert_form("no-prefix-no-classifier", 0, 0, "classifier");
}

static void torch_archive_is_bit_equal(void **state)
{
    (void) state;
    assert_form("bin-zip", 0, 0, NULL);
}

static void torch_stream_is_bit_equal(void **state)
{
    (void) state;
    assert_form("bin-legacy", 0, 0, NULL);
}

static void old_names_of_torch_are_bit_equal(void **state)
{
    (void) state;
    assert_form("bin-old-names", 0, 0, NULL);
}

/* One storage, of which the tensors are parts, one of them transposed. */
static void views_are_bit_equal(void **state)
{
    struct torch_file *got = NULL;
    struct safetensors *want = NULL;

    (void) state;
    assert_ok(torch_file_open(shared_path("oracle/formats/views.bin"), &got, err), err);
    assert_ok(
        safetensors_open(shared_path("oracle/formats/views.expected.safetensors"), &want, err),
        err);
    for (size_t i = 0; i < torch_file_count(got); i++) {
        const struct tensor *t = torch_file_tensor(got, i), *w = safetensors_find(want, t->name);
        float values[2][64];

        if (w == NULL) {
            continue; /* the plain integer is no tensor there */
        }
        assert_int_equal(t->count, w->count);
        assert_true(t->count <= 64);
        assert_ok(tensor_floats(t, values[0], err), err);
        assert_ok(tensor_floats(w, values[1], err), err);
        assert_memory_equal(values[0], values[1], t->count * sizeof(float));
    }
    assert_true(torch_file_count(got) >= safetensors_count(want));
    torch_file_close(got);
    safetensors_close(want);
}

static int setup(void **state)
{
    (void) state;
    err = mpcf_error_create();
    if (checkpoint_open(shared_path("oracle/formats/f32"), &truth, err) != MPCF_OK) {
        print_error("%s\n", mpcf_error_text(err));
        return -1;
    }
    graph = network_like(truth, "classifier");
    return graph_check(graph, err) == MPCF_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void) state;
    graph_destroy(graph);
    checkpoint_close(truth);
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f32_is_bit_equal),
        cmocka_unit_test(sharded_is_bit_equal),
        cmocka_unit_test(f64_is_bit_equal),
        cmocka_unit_test(f16_is_within_half_a_unit),
        cmocka_unit_test(bf16_is_within_half_a_unit),
        cmocka_unit_test(prefix_and_classifier_may_be_missing),
        cmocka_unit_test(torch_archive_is_bit_equal),
        cmocka_unit_test(torch_stream_is_bit_equal),
        cmocka_unit_test(old_names_of_torch_are_bit_equal),
        cmocka_unit_test(views_are_bit_equal),
    };
    require_shared("oracle/formats");
    return cmocka_run_group_tests(tests, setup, teardown);
}
