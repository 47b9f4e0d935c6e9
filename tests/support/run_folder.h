/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small pipeline to run: a random network, random texts, the file.
 */
#ifndef MPCF_TESTS_RUN_FOLDER_H
#define MPCF_TESTS_RUN_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <jansson.h>

struct test_run {
    const char *family;     /* "bert", "roberta"; NULL: left out of the pipeline file */
    const char *checkpoint; /* a folder with config.json and weights; NULL: a random network */
    const char *config;     /* text of the random network's config.json; NULL: two layers of 32 */
    const char *text;       /* of every row; NULL: each has its own words */
    /* Of the checkpoint; 0: two labels, 128 words, 40 tokens of a text. */
    size_t labels, vocabulary, max_length;
    const char *task; /* "SST-2", "RTE" (pairs) */
    const char *transport;
    const char *infer;          /* its options, "batch: 2" */
    const char *parties;        /* lines of the file, or "" */
    const char *approximations; /* "{normaliser: softmax}"; NULL: quad and 2quad */
    const char *stages;         /* lines of the file behind convert, or NULL */
    size_t rows;                /* of the evaluation split */
};

/* Writes model, data and pipeline.yaml under a new folder, and runs the stage convert there;
 * the folder (static buffer, a few in turn). */
const char *test_run_create(const struct test_run *run);

/* Runs the stage infer of FOLDER's pipeline in this process, its roles as processes; the
 * report (json_decref()). Fails the test where the run does. */
json_t *test_run_infer(const char *folder);
double test_report_number(const json_t *report, const char *path);
/* Whether the secure run gave the float student's labels, save where that was within twice
 * LARGEST_ERROR of a tie: truncations round at random, so such an answer may go either way. */
bool test_report_agrees(const json_t *report, double largest_error);

/* mpcf-host of the build with words (NULL ends), its output to FOLDER/LOG; BEFORE: a program
 * and its words that run it ("strace", ...), or NULL. */
pid_t test_host_start(const char *folder, const char *log, const char *const *before,
                      const char *const *words);
/* Its exit status, or -1 where it was killed or took longer than SECONDS (it is killed then). */
int test_host_wait(pid_t pid, double seconds);
/* FOLDER/NAME as text; mpcf_free(). */
char *test_read(const char *folder, const char *name);
/* The same as JSON, which it must be; json_decref(). */
json_t *test_read_json(const char *folder, const char *name);

#endif
