/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the measured layer in memory: no file is read but the plug-ins'. */
#include "inference/figure_network.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "graph/parameters.h"
#include "pass/calibrate.h"
#include "pass/pass.h"

#define WORDS 8192
static const char base[] =
    "{\"model_type\": \"bert\", \"vocab_size\": 8192, \"num_hidden_layers\": 2}";
const struct figure_shape figure_shapes[2] = {{base, FIGURE_TOKENS, true},
                                              {base, FIGURE_TOKENS, false}};

static mpcf_status fill_slots(struct plugins *plugins, struct figure_network *n, mpcf_error *err)
{
    static const char *const names[2] = {"quad", "2quad"};

    for (size_t i = 0; i < 2; i++) {
        const void *approx = NULL;

        MPCF_TRY(plugins_find(plugins, COMPONENT_APPROX, names[i], &approx, err));
        MPCF_TRY(filled_slot_open(&n->slots[i], approx, NULL, err));
    }
    return MPCF_OK;
}

static mpcf_status create(struct plugins *plugins, const struct figure_shape *shape,
                          struct figure_network *n, mpcf_error *err)
{
    const struct slot_filling fillings[2] = {n->slots[0].filling, n->slots[1].filling};
    json_t *config = json_loads(shape->config, 0, NULL);
    const void *family = NULL;
    mpcf_status status = config != NULL
                             ? plugins_find(plugins, COMPONENT_MODEL, "bert", &family, err)
                             : mpcf_fail_memory(err, sizeof base, "a network");

    if (status == MPCF_OK) {
        const struct network_request request = {.plugins = plugins,
                                                .family = family,
                                                .config = config,
                                                .config_name = "the measured network",
                                                .classes = 2,
                                                .any_head = true,
                                                .fillings =
                                                    shape->is_approximated ? fillings : NULL,
                                                .filling_count = shape->is_approximated ? 2 : 0};

        status = network_create(&request, &n->network, err);
    }
    json_decref(config);
    return status;
}

/* Weights as training leaves them: gains are not all equal. */
static void fill(struct parameters *p, const mpcf_graph *g)
{
    uint64_t random = 1;

    parameters_init(p, g, 1);
    for (size_t i = 0; i < p->count; i++) {
        const double mean = parameter_is_gain(&p->items[i]) ? 1 : 0;

        for (size_t k = 0; k < p->items[i].count && !p->items[i].is_table; k++) {
            p->items[i].value[k] = (float) (mean + 0.04 * (random_uniform(&random) - 0.5));
        }
    }
}

static void make_text(struct figure_network *n)
{
    uint64_t random = 2;

    for (size_t i = 0; i < FIGURE_TOKENS; i++) {
        n->ids[i] = (int32_t) (random_next(&random) % WORDS);
        n->keep[i] = 1;
    }
}

static mpcf_status measure_ranges(struct figure_network *n, mpcf_error *err)
{
    const struct float_batch batch = {.batch = 1,
                                      .tokens = n->tokens,
                                      .input_ids = n->ids,
                                      .token_type_ids = n->types,
                                      .attention_mask = n->keep};

    return calibrate_on_batch(n->graph, n->parameters, &batch, &n->ranges, err);
}

mpcf_status figure_network_open(struct plugins *plugins, const struct figure_shape *shape,
                                struct figure_network *n, mpcf_error *err)
{
    *n = (struct figure_network){.tokens = shape->tokens};
    make_text(n);
    if (shape->is_approximated) {
        MPCF_TRY(fill_slots(plugins, n, err));
    }
    MPCF_TRY(create(plugins, shape, n, err));
    MPCF_TRY(parameters_create(n->network->graph, false, &n->parameters, err));
    fill(n->parameters, n->network->graph);
    MPCF_TRY(pass_all(n->network->graph, &n->graph, err));
    return measure_ranges(n, err);
}

void figure_network_clear(struct figure_network *n)
{
    ranges_destroy(n->ranges);
    graph_destroy(n->graph);
    parameters_destroy(n->parameters);
    network_destroy(n->network);
    filled_slot_clear(&n->slots[0]);
    filled_slot_clear(&n->slots[1]);
    *n = (struct figure_network){0};
}

mpcf_status figure_network_program(const struct figure_network *n,
                                   const struct lower_network *network, struct program **program,
                                   struct weights **weights, mpcf_error *err)
{
    struct lower_options options;

    lower_options_default(&options);
    options.network = *network;
    MPCF_TRY(lower_graph(n->graph, n->ranges, &options, 1, n->tokens, false, program, err));
    return weights_create(*program, n->parameters, weights, err);
}
