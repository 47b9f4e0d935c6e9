/* SPDX-License-Identifier: Apache-2.0 */
/* mpcf-host cost: what a run of the pipeline costs on networks that have names. */
#include "base/text.h"
#include "host.h"
#include "inference/cost_table.h"
#include "inference/machine_figure.h"
#include "inference/pipeline_cost.h"
#include "lower/named_network.h"
#include "named_pipeline.h"
#include "pipeline/needed_files.h"
#include "pipeline/open_pipeline.h"
#include "show_json.h"
#include "stages/cost_sets.h"

static int price_student(const struct args *args, const struct pipeline *p,
                         const struct cost_request *request, mpcf_error *err)
{
    json_t *cost = NULL;
    int result;

    if (pipeline_cost(p, request, &cost, err) != MPCF_OK) {
        return host_failed(err);
    }
    result = show_json(cost, cost_table(cost), args_value(args, "--json"), err);
    json_decref(cost);
    return result;
}

static int price_sets(const struct args *args, const struct pipeline_request *source,
                      const struct cost_request *request, mpcf_error *err)
{
    const char *sets[ARGS_LIMIT];
    const size_t count = args_values(args, "--approximations", sets);
    json_t *cost = NULL;
    const mpcf_status status = cost_sets(source, sets, count, request, &cost, err);
    int result;

    if (status != MPCF_OK) {
        return status == MPCF_E_CONFIG ? host_refused(err) : host_failed(err);
    }
    result = show_json(cost, cost_sets_table(cost), args_value(args, "--json"), err);
    json_decref(cost);
    return result;
}

static int price(const struct args *args, const struct pipeline_request *source,
                 const struct pipeline *p, const struct cost_request *request, mpcf_error *err)
{
    const bool has_sets = args_has(args, "--approximations");
    struct machine_figure figure = {0};
    struct cost_request priced = *request;
    int result;

    if (!has_sets && pipeline_check_files(p, VIEW_PUBLIC, err) != MPCF_OK) {
        return host_refused(err);
    }
    if (!args_has(args, "--link")) {
        if (machine_figure_get(p->plugins, args_has(args, "--measure"), &figure, err) != MPCF_OK) {
            return host_failed(err);
        }
        priced.figure = &figure;
    }
    result =
        has_sets ? price_sets(args, source, &priced, err) : price_student(args, p, &priced, err);
    machine_figure_clear(&figure);
    return result;
}

static int no_network(const char *name)
{
    struct text_buffer why = {0};
    int result;

    named_network_refuse(name, &why);
    result = host_usage("cost", "%s", text_string(&why));
    text_clear(&why);
    return result;
}

static bool check_sets(const struct args *args)
{
    const char *sets[ARGS_LIMIT];
    const size_t count = args_values(args, "--approximations", sets);

    for (size_t i = 0; i < count; i++) {
        if (!host_takes_set("cost", sets[i])) {
            return false;
        }
    }
    return true;
}

int cmd_cost(const struct args *args)
{
    struct named_pipeline named;
    const struct pipeline_request *source = &named.request;
    const char *name = args_value(args, "--network");
    const struct cost_request request = {
        .network = name != NULL ? named_network_find(name) : &named_networks[0],
        .by_layer = args_has(args, "--layers"),
    };
    struct pipeline *p = NULL;
    mpcf_error *err;
    int result;

    if (request.network == NULL) {
        return no_network(name);
    }
    if (!named_pipeline_find(args, "cost", &named) || !check_sets(args) ||
        !show_json_can("cost", args_value(args, "--json"))) {
        return EXIT_USAGE;
    }
    err = mpcf_error_create();
    result = pipeline_open(source, &p, err) == MPCF_OK ? price(args, source, p, &request, err)
                                                       : host_refused(err);
    pipeline_close(p);
    mpcf_error_destroy(err);
    return result;
}
