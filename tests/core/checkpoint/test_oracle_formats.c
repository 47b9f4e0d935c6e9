/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One network in every form that its own libraries write: all forms hold the same weights.
 */
#include "support/support.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "checkpoint/load.h"
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
    assert_ok(checkpoint_load(c, graph, "bert.", *out, made, err), err);
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

static void torch_files_are_named_in_the_error(void **state)
{
    (void) state;
    const char *const forms[] = {"bin-zip", "bin-legacy", "bin-old-names"};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct checkpoint *c = NULL;
        char *folder = mpcf_format("oracle/formats/%s", forms[i]);
        assert_status(MPCF_E_UNSUPPORTED, checkpoint_open(shared_path(folder), &c, err), err);
        assert_message_contains(err, "convert it to model.safetensors");
        mpcf_free(folder);
    }
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
        cmocka_unit_test(torch_files_are_named_in_the_error),
    };
    require_shared("oracle/formats");
    return cmocka_run_group_tests(tests, setup, teardown);
}
