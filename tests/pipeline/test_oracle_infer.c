/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints that another implementation wrote, run securely between three processes: equal
 * to plaintext.
 */
#include "support/support.h"

#include <dirent.h>
#include <jansson.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "bench/bench_secure.h"
#include "format/json.h"
#include "support/run_folder.h"

enum { NETWORKS_MAX = 64, TOKENS = 12 };

struct network {
    char folder[600];
    const char *family;
    size_t labels, vocabulary, positions;
};

static struct network networks[NETWORKS_MAX];
static size_t network_count;

static void add_network(const char *name)
{
    struct network *n = &networks[network_count];
    char relative[600];
    json_t *config = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) snprintf(relative, sizeof relative, "oracle/networks/%s", name);
    (void) snprintf(n->folder, sizeof n->folder, "%s", shared_path(relative));
    char *path = file_join(n->folder, "config.json");

    assert_ok(json_read_file(path, &config, err), err);
    const char *type = json_string_value(json_object_get(config, "model_type"));
    const size_t names = json_object_size(json_object_get(config, "id2label"));

    n->family = strcmp(type, "roberta") == 0 ? "roberta" : "bert";
    n->labels = names > 0 ? names : 2;
    n->vocabulary = (size_t) json_integer_value(json_object_get(config, "vocab_size"));
    n->positions = (size_t) json_integer_value(json_object_get(config, "max_position_embeddings"));
    network_count++;
    json_decref(config);
    mpcf_free(path);
    mpcf_error_destroy(err);
}

static int find_networks(void **state)
{
    DIR *folder = opendir(shared_path("oracle/networks"));

    (void) state;
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.' && network_count < NETWORKS_MAX) {
            add_network(entry->d_name);
        }
    }
    (void) closedir(folder);
    assert_true(network_count > 0);
    return 0;
}

static void check(const struct network *n, const char *task, const char *transport)
{
    /* RoBERTa's positions begin behind the padding's. */
    const struct test_run run = {.family = n->family,
                                 .checkpoint = n->folder,
                                 .labels = n->labels,
                                 .vocabulary = n->vocabulary,
                                 .max_length = n->positions < 42 ? n->positions - 2 : 40,
                                 .task = task,
                                 .transport = transport,
                                 .infer = "batch: 2",
                                 .parties = "",
                                 .rows = 6};
    json_t *report = test_run_infer(test_run_create(&run));

    assert_true(test_report_agrees(report, 0.02));
    json_decref(report);
}

/* Whatever their number of labels, one (a score) among them. */
static void each_network_over_both_transports(void **state)
{
    (void) state;
    for (size_t i = 0; i < network_count; i++) {
        check(&networks[i], "SST-2", "tcp");
        check(&networks[i], "SST-2", "zmq");
    }
}

/* The first network of each family. */
static void pairs_over_both_transports(void **state)
{
    static const char *const families[] = {"bert", "roberta"};

    (void) state;
    for (size_t f = 0; f < 2; f++) {
        size_t i = 0;

        while (i < network_count && strcmp(networks[i].family, families[f]) != 0) {
            i++;
        }
        if (i < network_count) {
            check(&networks[i], "RTE", "tcp");
            check(&networks[i], "RTE", "zmq");
        }
    }
}

static void bench_takes_each_network(void **state)
{
    mpcf_error *err = mpcf_error_create();

    (void) state;
    for (size_t i = 0; i < network_count; i++) {
        const struct bench_secure_request request = {.model = networks[i].folder,
                                                     .tokens = TOKENS,
                                                     .batch = 1,
                                                     .activation = "quad",
                                                     .normaliser = "2quad",
                                                     .transport = "tcp",
                                                     .repeat = 1};
        json_t *result = NULL;

        assert_ok(bench_secure(&request, &result, err), err);
        assert_true(test_report_number(result, "max_error_vs_float") <= 0.02);
        json_decref(result);
    }
    mpcf_error_destroy(err);
}

int main(void)
{
    require_shared("oracle/networks");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_network_over_both_transports),
        cmocka_unit_test(pairs_over_both_transports),
        cmocka_unit_test(bench_takes_each_network),
    };

    return cmocka_run_group_tests(tests, find_networks, NULL);
}
