/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What infer costs by the cost engine, for every padded length that the file allows: the link's part by its
 * messages, the computing's by the machine's figure.
 */
#include "inference/pipeline_cost.h"

#include "base/memory.h"
#include "format/json.h"
#include "inference/program_layers.h"
#include "inference/second_openings.h"
#include "pipeline/padded_length.h"
#include "secure/cost.h"

enum { LENGTHS_MAX = 64 };

/* A program's price, by functions or by layers. */
struct priced {
    const struct program *program;
    const struct cost_request *request;
    struct cost *cost;
    double *computing; /* online, wall seconds by line */
    double online, before;
    double products; /* of online: of matrix products */
    json_t *guesses; /* names of kinds that nobody measured; NULL: none */
};

/* --- Seconds --- */

/* What messages take: the wire of the busier direction or, where that takes longer in the whole run, the processor's
 * copying of both, which goes on meanwhile; in front of it the delay, and what each exchange takes the system. */
static double messages_seconds(const struct priced *x, const struct named_network *n,
                               uint32_t rounds, uint64_t link_bytes, uint64_t bytes)
{
    const struct machine_figure *f = x->request->figure;
    const struct cost *c = x->cost;

    if (f == NULL) {
        return cost_network_seconds(n, rounds, link_bytes);
    }
    const double copied = f->of.messages.byte_seconds;
    const double all = copied * (double) (c->provider_bytes + c->user_bytes);
    const bool is_wire = cost_network_seconds(n, 0, c->link_bytes) >= all;

    return (double) rounds * f->of.messages.exchange_seconds +
           cost_network_seconds(n, rounds, is_wire ? link_bytes : 0) +
           (is_wire ? 0 : copied * (double) bytes);
}

static double line_seconds(const struct priced *x, const struct named_network *n, size_t line)
{
    const struct cost_line *l = &x->cost->lines[line];

    return messages_seconds(x, n, l->rounds, l->link_bytes, l->online_bytes) + x->computing[line];
}

static double online_seconds(const struct priced *x, const struct named_network *n)
{
    const struct cost *c = x->cost;

    return messages_seconds(x, n, c->rounds, c->link_bytes, c->provider_bytes + c->user_bytes) +
           x->online;
}

static uint64_t dealer_bytes(const struct cost *c)
{
    return c->dealer_provider_bytes + c->dealer_user_bytes;
}

/* Computing before the run, and receiving of what the dealer sends. */
static double before_seconds(const struct priced *x)
{
    const struct machine_figure *f = x->request->figure;

    return f == NULL ? 0 : x->before + f->of.messages.byte_seconds * (double) dealer_bytes(x->cost);
}

/* Corrections stream to the user while dealer and user compute; behind them goes the user's own message. */
static double offline_seconds(const struct priced *x, const struct named_network *n)
{
    const uint64_t sent = x->cost->user_offline_bytes;
    const double stream = cost_network_seconds(n, 0, dealer_bytes(x->cost));
    const double before = before_seconds(x);

    return n->link.delay_seconds + (stream > before ? stream : before) +
           cost_network_seconds(n, sent > 0 ? 1 : 0, sent);
}

/* --- JSON --- */

static json_t *functions_of(const struct priced *x)
{
    const size_t begun = json_begin();
    json_t *list = json_array();

    for (size_t i = 0; i < x->cost->line_count; i++) {
        const struct cost_line *l = &x->cost->lines[i];

        (void) json_array_append_new(
            list, json_pack("{s:s, s:f, s:I, s:I, s:I, s:I}", "name", l->function, "seconds",
                            line_seconds(x, x->request->network, i), "bytes",
                            (json_int_t) l->online_bytes, "rounds", (json_int_t) l->rounds,
                            "offline_bytes", (json_int_t) l->offline_bytes, "dealer_bytes",
                            (json_int_t) l->dealer_bytes));
    }
    return json_end(list, begun);
}

static json_t *shares_of(const struct priced *x, size_t line)
{
    json_t *list = json_array();

    for (size_t i = 0; i < NAMED_NETWORKS; i++) {
        const struct named_network *n = &named_networks[i];
        const double whole = online_seconds(x, n), seconds = line_seconds(x, n, line);

        (void) json_array_append_new(list, json_pack("{s:s, s:f, s:f}", "name", n->name, "seconds",
                                                     seconds, "share",
                                                     whole > 0 ? seconds / whole : 0.0));
    }
    return list;
}

static json_t *layers_of(const struct priced *x)
{
    const size_t begun = json_begin();
    json_t *list = json_array();

    for (size_t i = 0; i < x->cost->line_count; i++) {
        const struct cost_line *l = &x->cost->lines[i];

        (void) json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "name", l->function, "rounds",
                            (json_int_t) l->rounds, "bytes", (json_int_t) l->online_bytes,
                            "offline_bytes", (json_int_t) l->offline_bytes, "dealer_bytes",
                            (json_int_t) l->dealer_bytes, "networks", shares_of(x, i)));
    }
    return json_end(list, begun);
}

static json_t *networks_of(const struct priced *x)
{
    const size_t begun = json_begin();
    json_t *list = json_array();

    for (size_t i = 0; i < NAMED_NETWORKS; i++) {
        const struct named_network *n = &named_networks[i];

        (void) json_array_append_new(
            list, json_pack("{s:s, s:f, s:f, s:f}", "name", n->name, "online_seconds",
                            online_seconds(x, n), "offline_seconds", offline_seconds(x, n),
                            "setup_seconds", cost_network_seconds(n, 1, x->cost->setup_bytes)));
    }
    return json_end(list, begun);
}

static json_t *online_json(const struct priced *x)
{
    const struct cost *c = x->cost;
    const struct named_network *n = x->request->network;
    const uint64_t bytes = c->provider_bytes + c->user_bytes;

    return json_pack(
        "{s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:{s:I, s:I}}", "seconds", online_seconds(x, n),
        "link_seconds", cost_network_seconds(n, c->rounds, c->link_bytes), "computing_seconds",
        x->online, "product_seconds", x->products, "rounds", (json_int_t) c->rounds, "bytes",
        (json_int_t) bytes, "link_bytes", (json_int_t) c->link_bytes, "bytes_sent", "provider",
        (json_int_t) c->provider_bytes, "user", (json_int_t) c->user_bytes);
}

static json_t *cost_json(const struct secure_shape *shape, const struct priced *x)
{
    const struct cost *c = x->cost;
    const struct named_network *n = x->request->network;
    const uint64_t bytes = c->user_offline_bytes + dealer_bytes(c);

    return json_pack(
        "{s:I, s:I, s:o, s:{s:f, s:f, s:I, s:I, s:I}, s:{s:f, s:I}, s:o, s:o, s:O*}", "tokens",
        (json_int_t) shape->tokens, "batch", (json_int_t) shape->batch, "online", online_json(x),
        "offline", "seconds", offline_seconds(x, n), "computing_seconds", x->before, "bytes",
        (json_int_t) bytes, "user_offline_bytes", (json_int_t) c->user_offline_bytes,
        "dealer_bytes", (json_int_t) dealer_bytes(c), "setup", "seconds",
        cost_network_seconds(n, 1, c->setup_bytes), "bytes", (json_int_t) c->setup_bytes,
        "functions", functions_of(x), "networks", networks_of(x), "not_measured", x->guesses);
}

/* --- Programs --- */

static void priced_clear(struct priced *x)
{
    cost_destroy(x->cost);
    mpcf_free(x->computing);
    json_decref(x->guesses);
}

/* Kinds of steps that the figure has nothing of. */
static mpcf_status list_guesses(struct priced *x, const struct computing *c, mpcf_error *err)
{
    if (x->guesses != NULL || !c->has_guess) {
        return MPCF_OK;
    }
    x->guesses = json_array();
    for (size_t kind = 0; kind < STEP_COUNT; kind++) {
        if (c->is_guessed[kind] &&
            json_array_append_new(x->guesses, json_string(step_name((enum step_kind) kind))) != 0) {
            return mpcf_fail_memory(err, 0, "costs");
        }
    }
    return MPCF_OK;
}

static mpcf_status add_computing(struct priced *x, const struct cost_groups *groups,
                                 mpcf_error *err)
{
    const struct machine_figure *f = x->request->figure;
    struct computing c = {0};

    if (f == NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(computing_of(x->program, &f->of.rates, &c, err));
    for (size_t i = 0; i < x->program->step_count; i++) {
        const double seconds = machine_figure_seconds(f, c.online[i]);

        x->computing[groups->of[i]] += seconds;
        x->products += x->program->costs[i].multiplications > 0 ? seconds : 0;
    }
    x->online = machine_figure_seconds(f, c.online_seconds);
    x->before = machine_figure_seconds(f, c.before_seconds);
    const mpcf_status status = list_guesses(x, &c, err);
    computing_clear(&c);
    return status;
}

static mpcf_status price_by(const struct program *p, const struct cost_groups *groups,
                            const struct cost_request *request, struct priced *x, mpcf_error *err)
{
    *x = (struct priced){.program = p, .request = request};
    x->computing = mpcf_alloc_array(groups->count + 1, sizeof *x->computing);
    if (x->computing == NULL) {
        return mpcf_fail_memory(err, groups->count * sizeof *x->computing, "costs");
    }
    MPCF_TRY(cost_run_by(p, groups, &x->cost, err));
    return add_computing(x, groups, err);
}

static mpcf_status add_layers(const struct program *p, const struct cost_request *request,
                              json_t *entry, mpcf_error *err)
{
    struct program_layers layers = {0};
    struct priced x = {0};
    mpcf_status status = program_layers_of(p, &layers, err);

    if (status == MPCF_OK) {
        status = price_by(p, &layers.groups, request, &x, err);
    }
    if (status == MPCF_OK && json_object_set_new(entry, "layers", layers_of(&x)) != 0) {
        status = mpcf_fail_memory(err, 0, "costs");
    }
    priced_clear(&x);
    program_layers_clear(&layers);
    return status;
}

static mpcf_status price_program(const struct program *p, const struct secure_shape *shape,
                                 const struct cost_request *request, json_t *list, mpcf_error *err)
{
    struct cost_groups functions = {0};
    struct priced x = {0};
    json_t *entry = NULL;
    mpcf_status status = cost_functions(p, &functions, err);

    if (status == MPCF_OK) {
        status = price_by(p, &functions, request, &x, err);
    }
    if (status == MPCF_OK) {
        entry = cost_json(shape, &x);
        status = entry != NULL && json_array_append_new(list, entry) == 0
                     ? MPCF_OK
                     : mpcf_fail_memory(err, 0, "costs");
    }
    if (status == MPCF_OK && request->by_layer) {
        status = add_layers(p, request, entry, err);
    }
    priced_clear(&x);
    cost_functions_clear(&functions);
    return status;
}

static mpcf_status price(struct secure_student *student, const struct secure_shape *shape,
                         const struct cost_request *request, json_t *list, mpcf_error *err)
{
    struct secure_program program;
    mpcf_status status = secure_student_program(student, shape, &program, err);

    if (status == MPCF_OK) {
        status = price_program(program.program, shape, request, list, err);
    }
    secure_student_drop_programs(student);
    return status;
}

/* With exact lengths the longest text is priced. */
static mpcf_status price_all(const struct pipeline *p, struct secure_student *student,
                             const struct cost_request *request, json_t *list, mpcf_error *err)
{
    const bool is_exact = p->infer.length == LENGTH_EXACT;
    size_t lengths[LENGTHS_MAX] = {(size_t) p->max_length};
    size_t count = is_exact ? 1 : pipeline_padded_lengths(p, lengths, LENGTHS_MAX);

    for (size_t i = 0; i < count; i++) {
        const struct secure_shape shape = {.batch = is_exact ? 1 : (size_t) p->infer.batch,
                                           .tokens = lengths[i],
                                           .exact = is_exact};

        MPCF_TRY(price(student, &shape, request, list, err));
    }
    return MPCF_OK;
}

/* --- The whole --- */

static json_t *network_json(const struct named_network *n)
{
    return json_pack("{s:s, s:f, s:f}", "name", n->name, "delay_seconds", n->link.delay_seconds,
                     "bytes_per_second", n->link.bits_per_second / 8);
}

static json_t *all_networks(void)
{
    json_t *list = json_array();

    for (size_t i = 0; i < NAMED_NETWORKS; i++) {
        (void) json_array_append_new(list, network_json(&named_networks[i]));
    }
    return list;
}

mpcf_status student_cost(const struct pipeline *p, struct secure_student *student,
                         const struct cost_request *request, json_t **out, mpcf_error *err)
{
    const size_t begun = json_begin();
    json_t *list = json_array();
    mpcf_status status = list != NULL ? price_all(p, student, request, list, err)
                                      : mpcf_fail_memory(err, 0, "costs");

    if (status != MPCF_OK) {
        json_decref(list);
        return status;
    }
    *out = json_end(
        json_pack("{s:o, s:o, s:O*, s:s, s:o, s:o}", "network", network_json(request->network),
                  "networks", all_networks(), "computing",
                  request->figure != NULL ? request->figure->facts : NULL, "weight_masks",
                  infer_masks_names[p->infer.weight_masks], "lengths", list, "second_openings",
                  second_openings(student->graph, student->ranges, (size_t) p->max_length)),
        begun);
    return *out != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "costs");
}

mpcf_status pipeline_cost(const struct pipeline *p, const struct cost_request *request,
                          json_t **out, mpcf_error *err)
{
    struct secure_student student = {0};
    mpcf_status status = secure_student_open(p, STUDENT_PUBLIC, &student, err);

    if (status == MPCF_OK) {
        status = student_cost(p, &student, request, out, err);
    }
    secure_student_close(&student);
    return status;
}
