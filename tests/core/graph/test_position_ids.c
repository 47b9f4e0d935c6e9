/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/position_ids.h"
#include "support/support.h"

#include <mpcf/graph.h>

#include "graph/graph.h"

enum { TOKENS = 40 };

/* The definition: fairseq's make_positions, as transformers' create_position_ids_from_input_ids. */
static void positions_are_counted_over_tokens_that_are_no_padding(void **state)
{
    static const int32_t pads[] = {0, 1, 7, 30000};
    struct test_random random = {3};

    (void) state;
    for (size_t round = 0; round < 400; round++) {
        const int32_t pad = pads[round % 4];
        int32_t ids[TOKENS], count = 0;

        for (size_t i = 0; i < TOKENS; i++) {
            ids[i] = test_random_u64(&random) % 3 == 0
                         ? pad
                         : (int32_t) (test_random_u64(&random) % 60000) - 5;
        }
        for (size_t i = 0; i < TOKENS; i++) {
            count += ids[i] != pad;
            assert_int_equal(position_id(ids, i, pad), ids[i] == pad ? pad : pad + count);
        }
    }
}

/* transformers 5.24, RobertaEmbeddings.create_position_ids_from_input_ids(.., padding_idx=1). */
static void published_case(void **state)
{
    static const int32_t ids[] = {0, 5, 1, 9, 1, 1}, want[] = {2, 3, 1, 4, 1, 1};

    (void) state;
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(position_id(ids, i, 1), want[i]);
    }
}

static void the_input_is_made_by_its_own_function(void **state)
{
    const mpcf_shape shape = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    mpcf_error *err = mpcf_error_create();
    mpcf_graph *g = graph_create();

    (void) state;
    assert_int_equal(mpcf_input_positions(g, 3)->first, 3);
    assert_ok(graph_check(g, err), err);
    assert_null(mpcf_input_positions(g, 3));
    assert_status(MPCF_E_SHAPE, graph_check(g, err), err);
    graph_destroy(g);
    g = graph_create();
    assert_null(mpcf_input(g, "position_ids", shape, MPCF_USER));
    assert_status(MPCF_E_UNSUPPORTED, graph_check(g, err), err);
    assert_message_contains(err, "mpcf_input_positions");
    graph_destroy(g);
    g = graph_create();
    assert_null(mpcf_input_positions(g, -1));
    assert_status(MPCF_E_INVALID, graph_check(g, err), err);
    graph_destroy(g);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_are_counted_over_tokens_that_are_no_padding),
        cmocka_unit_test(published_case),
        cmocka_unit_test(the_input_is_made_by_its_own_function),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
