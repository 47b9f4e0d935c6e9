/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/trio.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "support/run_folder.h"
#include "support/support.h"

/* Two equal runs differ by the roundings of random shares. */
#define LARGEST_DIFFERENCE 0.03

enum { ROWS = 1, WORDS_MAX = 16 };

const char *const trio_sessions[TRIO_SESSIONS] = {"stream", "store", "resume"};

static const char config[] =
    "{\"architectures\": [\"BertForSequenceClassification\"], \"model_type\": \"bert\", "
    "\"num_hidden_layers\": 1, \"hidden_size\": 8, \"num_attention_heads\": 1, "
    "\"intermediate_size\": 8, \"vocab_size\": 128, \"max_position_embeddings\": 16, "
    "\"type_vocab_size\": 2, \"pad_token_id\": 0, \"hidden_act\": \"gelu\", "
    "\"layer_norm_eps\": 1e-12}";

/* --- Files --- */

static void run_shell(const char *format, ...) MPCF_PRINTF(1, 2);

static void run_shell(const char *format, ...)
{
    char command[16384];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_int_equal(system(command), 0);
}

void trio_file(int role, unsigned turn, const char *what, char name[64])
{
    (void) snprintf(name, 64, "%s-%u.%s", apart_names[role], turn, what);
}

/* On this machine loopback addresses that no other process takes: the test's number is in them. */
void trio_address(const struct trio *t, int role, char text[64])
{
    const long pid = (long) getpid();
    char host[32];

    if (t->link != NULL) {
        link_host(role, t->ipv6, host);
        (void) snprintf(text, 64, "%s:9001", host);
    } else if (strcmp(t->transport, "loopback") == 0) {
        (void) snprintf(text, 64, "@mpcf-fault-%ld-%u-%d", pid, t->addresses, role);
    } else {
        (void) snprintf(text, 64, "127.%ld.%ld.%ld:%u", 1 + (pid >> 16) % 250, pid >> 8 & 255,
                        1 + (pid & 255) % 254, 20000 + t->addresses * ROLES + (unsigned) role);
    }
}

static void write_parties(const struct trio *t, FILE *file)
{
    for (int r = 0; r < ROLES; r++) {
        char address[64];

        (void) fprintf(file, "  %s: {keys: %s/keys/%s.key", apart_names[r], t->base->folder,
                       apart_names[r]);
        if (r != USER) {
            trio_address(t, r, address);
            (void) fprintf(file, ", listen: \"%s\"", address);
        }
        (void) fprintf(file, "}\n");
    }
}

static void write_pipeline(const struct trio *t)
{
    static const char *const preprocess[] = {
        [TRIO_STREAM] = "",
        [TRIO_STORE] = ", preprocess: store, store_runs: 2",
        [TRIO_RESUME] = ", preprocess: store, store_runs: 3",
    };
    char *path = file_join(t->folder, "trio.yaml");
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    (void) fprintf(file,
                   "version: 1\noutput: output\nmodel: {family: bert, path: %s/model}\n"
                   "dataset: {reader: glue, task: SST-2, path: %s/data, max_length: 6, "
                   "keep_tokens: false}\n" /* a file that a run can do without is no fault */
                   "approximations: {activation: quad, normaliser: 2quad}\n"
                   "transport: {name: %s%s}\nparties:\n",
                   t->base->folder, t->base->folder, t->transport,
                   t->link != NULL ? ", require: [authenticated]" : "");
    write_parties(t, file);
    (void) fprintf(file, "stages:\n  convert: {}\n  infer: {batch: 1, length: full%s}\n",
                   preprocess[t->session]);
    assert_int_equal(fclose(file), 0);
    mpcf_free(path);
}

static void make_folder(struct trio *t)
{
    const struct trio_base *base = t->base;
    const char *transport = t->transport;

    (void) snprintf(t->folder, sizeof t->folder, "%s/trio-%u", base->folder, t->number);
    run_shell("rm -rf '%s' && mkdir -p '%s/output' && ln -s '%s/run/student' '%s/output/student'",
              t->folder, t->folder, base->folder, t->folder);
    if (t->session == TRIO_RESUME) {
        run_shell("if [ -e '%s/store-%s' ]; then cp -r '%s/store-%s' '%s/output/store'; fi",
                  base->folder, transport, base->folder, transport, t->folder);
    }
    write_pipeline(t);
}

void trio_open(struct trio *t, const struct trio_base *base, unsigned number, const char *transport,
               enum trio_session session)
{
    *t = (struct trio){.base = base, .number = number, .transport = transport, .session = session};
    t->addresses = number;
    make_folder(t);
}

void trio_open_beside(struct trio *t, const struct trio *other, unsigned number)
{
    *t = (struct trio){.base = other->base,
                       .number = number,
                       .addresses = other->addresses,
                       .transport = other->transport,
                       .session = other->session};
    make_folder(t);
}

void trio_open_apart(struct trio *t, const struct trio_base *base, const char *transport,
                     enum trio_session session, const struct link *link, bool ipv6)
{
    *t = (struct trio){.base = base, .transport = transport, .session = session};
    t->link = link;
    t->ipv6 = ipv6;
    make_folder(t);
}

/* --- Processes --- */

static void set_environment(const struct trio *t, int role, unsigned turn,
                            const struct trio_fault *fault)
{
    char text[64], seed[32], name[64], path[4300];

    /* Its runtime wants to be the first library. */
    const char *asan = getenv("ASAN_OPTIONS");

    trio_file(role, turn, "events", name);
    (void) snprintf(path, sizeof path, "%s:verify_asan_link_order=0:quarantine_size_mb=8",
                    asan != NULL ? asan : "");
    (void) setenv("ASAN_OPTIONS", path, 1);
    (void) snprintf(path, sizeof path, "%s/%s", t->folder, name);
    (void) setenv("LD_PRELOAD", getenv("MPCF_FAULTS"), 1);
    (void) setenv("MPCF_FAULT_LOG", path, 1);
    (void) setenv("MPCF_FAULT_TRANSPORT", t->transport, 1);
    (void) setenv("MPCF_FAULT_FILES", "output/", 1);
    if (t->levels[role] != NULL) {
        (void) setenv("MPCF_CPU", t->levels[role], 1);
    }
    if (t->records) {
        trio_file(role, turn, "said", name);
        (void) setenv("MPCF_FAULT_RECORD", name, 1);
    }
    if (fault != NULL && fault->act != NULL && fault->role == role) {
        (void) snprintf(text, sizeof text, "%s %s %lu", fault->act, fault->place, fault->at);
        (void) snprintf(seed, sizeof seed, "%llu", (unsigned long long) fault->seed);
        (void) setenv("MPCF_FAULT", text, 1);
        (void) setenv("MPCF_FAULT_SEED", seed, 1);
    }
}

static void become(const struct trio *t, int role, unsigned turn, const char *const *words)
{
    char name[64];

    trio_file(role, turn, "log", name);
    if (chdir(t->folder) != 0 || (t->link != NULL && !link_enter(t->link, role))) {
        _exit(125);
    }
    const int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd >= 0 && dup2(fd, 1) >= 0 && dup2(fd, 2) >= 0) {
        (void) close(fd);
        (void) execv(words[0], (char *const *) (uintptr_t) words);
    }
    _exit(125);
}

void trio_start_role(struct trio *t, int role, unsigned turn, const struct trio_fault *fault,
                     double connect, double timeout)
{
    char connect_set[64], timeout_set[64];
    const char *const words[WORDS_MAX] = {getenv("MPCF_HOST"), "run",   "trio.yaml", "--role",
                                          apart_names[role],   "--set", connect_set, "--set",
                                          timeout_set,         NULL};

    (void) snprintf(connect_set, sizeof connect_set, "stages.infer.connect_timeout=%.0fms",
                    connect * 1e3);
    (void) snprintf(timeout_set, sizeof timeout_set, "stages.infer.timeout=%.0fms", timeout * 1e3);
    t->statuses[role] = 0;
    t->pids[role] = fork();
    assert_true(t->pids[role] >= 0);
    if (t->pids[role] == 0) {
        set_environment(t, role, turn, fault);
        become(t, role, turn, words);
    }
}

void trio_start(struct trio *t, unsigned turn, const struct trio_fault *fault, double connect,
                double timeout)
{
    run_shell("rm -rf '%s/output/infer'", t->folder);
    trio_start_role(t, DEALER, turn, fault, connect, timeout);
    trio_start_role(t, PROVIDER, turn, fault, connect, timeout);
    trio_start_role(t, USER, turn, fault, connect, timeout);
}

bool trio_heed(struct trio *t, pid_t pid, int status)
{
    for (int r = 0; r < ROLES; r++) {
        if (t->pids[r] == pid) {
            t->statuses[r] = status;
            if (WIFEXITED(status) || WIFSIGNALED(status)) {
                t->pids[r] = 0;
                t->ended_ns[r] = clock_now_ns();
            }
            return true;
        }
    }
    return false;
}

bool trio_has_ended(const struct trio *t)
{
    return t->pids[PROVIDER] == 0 && t->pids[USER] == 0 && t->pids[DEALER] == 0;
}

void trio_wait(struct trio *t)
{
    while (!trio_has_ended(t)) {
        int status = 0;
        const pid_t pid = waitpid(-1, &status, 0);

        assert_true(pid > 0);
        (void) trio_heed(t, pid, status);
    }
}

void trio_end(struct trio *t)
{
    for (int r = 0; r < ROLES; r++) {
        if (t->pids[r] != 0) {
            (void) kill(t->pids[r], SIGKILL);
            (void) waitpid(t->pids[r], &t->statuses[r], 0);
            t->pids[r] = 0;
        }
    }
}

/* --- Results --- */

long trio_peak_kib(const struct trio *t, int role, unsigned turn)
{
    char name[64], line[1024];
    long peak = 0;

    trio_file(role, turn, "events", name);
    char *path = file_join(t->folder, name);
    FILE *file = fopen(path, "r");

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        (void) sscanf(line, "peak %ld", &peak);
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    mpcf_free(path);
    return peak;
}

static bool read_logits(const struct trio *t, double logits[ROWS][2])
{
    char *path = file_join(t->folder, "output/infer/user.json");
    json_t *record = NULL;
    bool is_whole = json_read_file(path, &record, NULL) == MPCF_OK;

    for (size_t i = 0; i < ROWS * 2 && is_whole; i++) {
        const json_t *row = json_array_get(json_object_get(record, "logits"), i / 2);

        is_whole = json_is_number(json_array_get(row, i % 2));
        logits[i / 2][i % 2] = json_number_value(json_array_get(row, i % 2));
    }
    json_decref(record);
    mpcf_free(path);
    return is_whole;
}

bool trio_is_right(const struct trio *t)
{
    double logits[ROWS][2];
    bool is_right = read_logits(t, logits);

    for (size_t i = 0; i < ROWS * 2 && is_right; i++) {
        is_right = fabs(logits[i / 2][i % 2] - t->base->logits[i % 2]) <= LARGEST_DIFFERENCE;
    }
    return is_right;
}

/* --- The base --- */

static void run_plainly(struct trio *t, unsigned turn)
{
    trio_start(t, turn, NULL, 60, 60);
    trio_wait(t);
    for (int r = 0; r < ROLES; r++) {
        if (!WIFEXITED(t->statuses[r]) || WEXITSTATUS(t->statuses[r]) != 0) {
            char name[64], *text;

            trio_file(r, turn, "log", name);
            text = test_read(t->folder, name);
            fail_msg("without a fault the %s ends with %#x: %s", apart_names[r],
                     (unsigned) t->statuses[r], text);
        }
    }
}

static void make_image(struct trio_base *base, const char *transport)
{
    double logits[ROWS][2];
    struct trio t;

    trio_open(&t, base, 0, transport, TRIO_RESUME);
    run_plainly(&t, 0);
    assert_true(read_logits(&t, logits));
    if (base->logits[0] == 0 && base->logits[1] == 0) {
        memcpy(base->logits, logits[0], sizeof base->logits);
    }
    assert_true(trio_is_right(&t));
    run_shell("cp -r '%s/output/store' '%s/store-%s'", t.folder, base->folder, transport);
    for (int r = 0; r < ROLES; r++) {
        run_shell("cp '%s/%s-0.events' '%s/%s-%s.events'", t.folder, apart_names[r], base->folder,
                  transport, apart_names[r]);
    }
}

void trio_base_create(struct trio_base *base)
{
    const struct test_run run = {.family = "bert",
                                 .config = config,
                                 .text = "t7 t21 t90",
                                 .task = "SST-2",
                                 .transport = "loopback",
                                 .infer = "",
                                 .parties = "",
                                 .vocabulary = 128,
                                 .max_length = 6,
                                 .rows = ROWS};

    *base = (struct trio_base){.folder = test_run_create(&run)};
    run_shell("'%s' keys new '%s/keys' >/dev/null", getenv("MPCF_HOST"), base->folder);
    make_image(base, "loopback");
    make_image(base, "tcp");
    make_image(base, "zmq");
}
