/* SPDX-License-Identifier: Apache-2.0 */
/* The same messages over one transport after another, again and again, and the medians. */
#include "bench/bench_transports.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "bench/bench_folder.h"
#include "bench/message_play.h"
#include "channel/link_party.h"
#include "format/json.h"
#include "plugin/option_set.h"
#include "plugin/plugins.h"

/* The first is what the others are compared with. */
static const struct {
    const char *name, *transport, *options, *listen;
} kinds[] = {
    {"tcp", "tcp", "{}", "127.0.0.1:0"},
    {"zmq", "zmq", "{}", "127.0.0.1:0"},
    {"tls", "tls", "{}", "127.0.0.1:0"},
    {"zmq-curve", "zmq-curve", "{}", "127.0.0.1:0"},
    {"loopback, socket", "loopback", "{shared_memory: false}", "auto"},
    {"loopback, memory", "loopback", "{shared_memory: true}", "auto"},
};
enum { KINDS = sizeof kinds / sizeof kinds[0], RUNS_MAX = 1000 };

struct pair {
    mpcf_party *provider, *user; /* of each run: TLS and CURVE by keys drawn for it */
};

struct line {
    const mpcf_transport *transport;
    void *config;
    struct option_memory *owned;
    double seconds[RUNS_MAX], user[RUNS_MAX], system[RUNS_MAX], calls[RUNS_MAX];
    uint64_t sent[PLAY_ENDS];
};

static void lines_clear(struct line *lines)
{
    for (size_t i = 0; lines != NULL && i < KINDS; i++) {
        mpcf_free(lines[i].config);
        option_config_release(lines[i].owned);
    }
    mpcf_free(lines);
}

/* --- transports --- */

static mpcf_status fill(struct line *line, const char *options, struct yaml_problems *problems,
                        mpcf_error *err)
{
    const mpcf_transport *t = line->transport;
    struct yaml_tree *tree = NULL;

    MPCF_TRY(yaml_parse_text(options, strlen(options), "options", &tree, err));
    mpcf_status status = option_fill(t->options, t->option_size, t->config_size, yaml_root(tree),
                                     t->name, "/", line->config, &line->owned, problems, err);
    yaml_tree_destroy(tree);
    if (status == MPCF_OK && yaml_problems_count(problems) != 0) {
        status = mpcf_fail(err, MPCF_E_CONFIG, "%s", yaml_problems_text(problems));
    }
    return status;
}

static mpcf_status open_line(struct plugins *plugins, size_t kind, struct line *line,
                             mpcf_error *err)
{
    const void *found = NULL;

    MPCF_TRY(plugins_find(plugins, COMPONENT_TRANSPORT, kinds[kind].transport, &found, err));
    struct yaml_problems *problems = yaml_problems_create();
    line->transport = found;
    line->config = mpcf_alloc_array(line->transport->config_size + 1, 1);
    mpcf_status status = problems != NULL && line->config != NULL
                             ? fill(line, kinds[kind].options, problems, err)
                             : mpcf_fail_memory(err, line->transport->config_size, "options");
    yaml_problems_destroy(problems);
    return status;
}

/* --- runs --- */

static mpcf_status play(struct line *line, size_t kind, const struct pair *pair,
                        const struct message_rounds *rounds, size_t run, mpcf_error *err)
{
    const struct message_play play = {.transport = line->transport,
                                      .config = line->config,
                                      .listen = kinds[kind].listen,
                                      .provider = pair->provider,
                                      .user = pair->user,
                                      .rounds = rounds};
    struct message_cost ends[PLAY_ENDS];

    MPCF_TRY(message_play(&play, ends, err));
    for (size_t e = 0; e < PLAY_ENDS; e++) {
        line->seconds[run] += ends[e].seconds / PLAY_ENDS;
        line->user[run] += ends[e].user_cpu;
        line->system[run] += ends[e].system_cpu;
        line->calls[run] += (double) ends[e].calls;
        line->sent[e] = ends[e].sent_bytes;
    }
    return MPCF_OK;
}

static mpcf_status play_in_turn(const struct bench_secure_request *request, const struct pair *pair,
                                const struct message_rounds *rounds, struct line *lines,
                                mpcf_error *err)
{
    for (size_t run = 0; run < request->repeat; run++) {
        for (size_t kind = 0; kind < KINDS; kind++) {
            MPCF_TRY(play(&lines[kind], kind, pair, rounds, run, err));
        }
    }
    return MPCF_OK;
}

/* --- figures --- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y;
}

/* Sorts VALUES. */
static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static double ratio(double value, double of)
{
    return of > 0 ? value / of : 0;
}

static json_t *line_json(struct line *lines, size_t kind, size_t runs)
{
    double seconds[2], user[2], system[2];
    const size_t which[2] = {kind, 0};

    for (size_t i = 0; i < 2; i++) {
        seconds[i] = median(lines[which[i]].seconds, runs);
        user[i] = median(lines[which[i]].user, runs);
        system[i] = median(lines[which[i]].system, runs);
    }
    return json_pack("{s:s, s:f, s:f, s:f, s:I, s:f, s:f}", "name", kinds[kind].name, "seconds",
                     seconds[0], "user_cpu_seconds", user[0], "system_cpu_seconds", system[0],
                     "calls", (json_int_t) median(lines[kind].calls, runs), "seconds_of_tcp",
                     ratio(seconds[0], seconds[1]), "cpu_of_tcp",
                     ratio(user[0] + system[0], user[1] + system[1]));
}

static mpcf_status sum_up(const struct bench_secure_request *request,
                          const struct message_rounds *rounds, struct line *lines, json_t **out,
                          mpcf_error *err)
{
    const size_t begun = json_begin();
    json_t *list = json_array();

    for (size_t i = 0; i < KINDS; i++) {
        (void) json_array_append_new(list, line_json(lines, i, request->repeat));
    }
    *out = json_end(json_pack("{s:s, s:I, s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o}", "model",
                              request->model, "batch", (json_int_t) request->batch, "tokens",
                              (json_int_t) request->tokens, "activation", request->activation,
                              "normaliser", request->normaliser, "plan", request->plan, "rounds",
                              (json_int_t) rounds->count, "provider_bytes",
                              (json_int_t) lines[0].sent[PLAY_PROVIDER], "user_bytes",
                              (json_int_t) lines[0].sent[PLAY_USER], "runs",
                              (json_int_t) request->repeat, "transports", list),
                    begun);
    return *out != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a summary");
}

static mpcf_status measure(const struct bench_secure_request *request,
                           const struct message_rounds *rounds, struct plugins *plugins,
                           json_t **out, mpcf_error *err)
{
    struct line *lines = mpcf_alloc_array(KINDS, sizeof *lines);
    struct pair pair = {0};
    mpcf_status status = lines != NULL ? MPCF_OK : mpcf_fail_memory(err, sizeof *lines, "figures");

    for (size_t i = 0; i < KINDS && status == MPCF_OK; i++) {
        status = open_line(plugins, i, &lines[i], err);
    }
    if (status == MPCF_OK) {
        status = link_party_pair(&pair.provider, &pair.user, err);
    }
    if (status == MPCF_OK) {
        status = play_in_turn(request, &pair, rounds, lines, err);
    }
    if (status == MPCF_OK) {
        status = sum_up(request, rounds, lines, out, err);
    }
    link_party_destroy(pair.provider);
    link_party_destroy(pair.user);
    lines_clear(lines);
    return status;
}

mpcf_status bench_transports(const struct bench_secure_request *request, json_t **out,
                             mpcf_error *err)
{
    struct message_rounds rounds = {0};
    struct plugins *plugins = NULL;

    if (request->repeat < 1 || request->repeat > RUNS_MAX) {
        return mpcf_fail(err, MPCF_E_CONFIG, "runs: 1 .. %d", RUNS_MAX);
    }
    MPCF_TRY(bench_rounds(request, &rounds, err));
    mpcf_status status = plugins_create(request->plugin_folder, &plugins, err);
    if (status == MPCF_OK) {
        status = measure(request, &rounds, plugins, out, err);
    }
    plugins_destroy(plugins);
    bench_rounds_clear(&rounds);
    return status;
}

/* --- the table --- */

static double number(const json_t *of, const char *key)
{
    return json_number_value(json_object_get(of, key));
}

static const char *word(const json_t *of, const char *key)
{
    const char *text = json_string_value(json_object_get(of, key));

    return text != NULL ? text : "";
}

char *bench_transports_table(const json_t *result)
{
    const json_t *list = json_object_get(result, "transports");
    struct text_buffer text = {0};

    text_printf(&text, "%s, batch %.0f of %.0f tokens, %s+%s, planned for %s: %.0f rounds, ",
                word(result, "model"), number(result, "batch"), number(result, "tokens"),
                word(result, "activation"), word(result, "normaliser"), word(result, "plan"),
                number(result, "rounds"));
    text_printf(&text, "%.3f MB from the provider, %.3f MB from the user\n",
                number(result, "provider_bytes") / 1e6, number(result, "user_bytes") / 1e6);
    text_printf(
        &text,
        "Messages alone, nothing is computed; medians of %.0f runs in turn. Seconds: in the "
        "transport's calls, mean of both ends. CPU: of both.\n\n",
        number(result, "runs"));
    text_printf(&text, "%-18s %10s %8s %10s %10s %8s %8s\n", "", "seconds", "of tcp", "CPU user",
                "CPU system", "of tcp", "calls");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *line = json_array_get(list, i);
        text_printf(&text, "%-18s %10.4f %8.2f %10.4f %10.4f %8.2f %8.0f\n", word(line, "name"),
                    number(line, "seconds"), number(line, "seconds_of_tcp"),
                    number(line, "user_cpu_seconds"), number(line, "system_cpu_seconds"),
                    number(line, "cpu_of_tcp"), number(line, "calls"));
    }
    if (text.failed) {
        text_clear(&text);
        return NULL;
    }
    return text.data;
}
