/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What costs are booked under, of a network whose names are unlike BERT's: what the builder said,
 * whatever a name looks like.
 */
#include <string.h>

#include "lower/lower.h"
#include "pass/pass.h"
#include "secure/cost.h"
#include "support/other_network.h"
#include "support/support.h"

struct lowered_network {
    struct tiny_bert network;
    mpcf_graph *passed;
    struct program *program;
};

static void lower_it(struct lowered_network *n, bool embedding_public)
{
    struct lower_options options;
    mpcf_error *err = mpcf_error_create();

    other_network_open(&n->network, false);
    assert_ok(pass_all(n->network.graph, &n->passed, err), err);
    struct ranges *ranges = tiny_bert_calibrate(&n->network, n->passed, 4, 8, 4);
    lower_options_default(&options);
    options.embedding_public = embedding_public;
    assert_ok(lower_graph(n->passed, ranges, &options, 2, 8, false, &n->program, err), err);
    ranges_destroy(ranges);
    mpcf_error_destroy(err);
}

static void clear(struct lowered_network *n)
{
    program_destroy(n->program);
    graph_destroy(n->passed);
    tiny_bert_close(&n->network);
}

static bool starts(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

/* By the scope that the builder set, and the operation. */
static const char *expected(const char *name)
{
    static const char *const layers[] = {"tower.0.", "tower.1."};

    if (starts(name, "verdict")) {
        return "classifier";
    }
    if (starts(name, "lexicon.norm")) {
        return "layer_norm";
    }
    if (starts(name, "lexicon.") || strcmp(name, "lexicon") == 0) {
        return "embedding";
    }
    for (size_t i = 0; i < 2; i++) {
        const char *rest = name + strlen(layers[i]);

        if (!starts(name, layers[i])) {
            continue;
        }
        if (starts(rest, "first") || starts(rest, "second")) {
            return "layer_norm";
        }
        if (starts(rest, "mix.normaliser")) {
            return "normaliser";
        }
        if (starts(rest, "spooler.activation")) {
            return "activation";
        }
        return starts(rest, "mix.matmul") || starts(rest, "mix.mul") ? "attention" : "linear";
    }
    return "linear"; /* sums between the parts */
}

static void steps_are_booked_as_built(void **state)
{
    struct lowered_network n;
    size_t checked = 0;

    (void) state;
    lower_it(&n, false);
    for (size_t i = 0; i < n.program->step_count; i++) {
        const struct step *s = &n.program->steps[i];
        const char *node = n.program->values[s->out].node;
        const char *function = n.program->functions[s->function];

        if (s->kind == STEP_USER_ONE_HOT || s->kind == STEP_USER_MASK || s->kind == STEP_PROVIDER) {
            continue; /* sources: they belong to whoever asked first */
        }
        if (strcmp(function, expected(node)) != 0) {
            fail_msg("a %s step of '%s' is booked under '%s', not '%s'", step_name(s->kind), node,
                     function, expected(node));
        }
        checked++;
    }
    assert_true(checked > 50);
    clear(&n);
}

static const struct cost_line *line_of(const struct cost *c, const char *function)
{
    for (size_t i = 0; i < c->line_count; i++) {
        if (strcmp(c->lines[i].function, function) == 0) {
            return &c->lines[i];
        }
    }
    return NULL;
}

static void the_report_has_its_parts_and_no_other(void **state)
{
    static const char *const parts[] = {"embedding",  "linear",     "attention", "normaliser",
                                        "activation", "layer_norm", "classifier"};
    struct lowered_network n;
    struct cost *cost = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    lower_it(&n, false);
    assert_ok(cost_run(n.program, &cost, err), err);
    assert_int_equal(cost->line_count, sizeof parts / sizeof *parts);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        assert_non_null(line_of(cost, parts[i]));
    }
    cost_destroy(cost);
    clear(&n);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_booked_as_built),
        cmocka_unit_test(the_report_has_its_parts_and_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
