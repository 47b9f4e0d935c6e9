/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run would refuse is found before its first step, with the place of the key that it is about.
 *
 * Teacher and student are built as graphs, without weights; names and shapes of the weights are compared; the
 * tokenizer is opened, the first rows of the data are read; the student is lowered for its longest texts.
 */
#ifndef MPCF_CHECK_RUN_CHECK_H
#define MPCF_CHECK_RUN_CHECK_H

#include "pipeline/needed_files.h"
#include "pipeline/pipeline.h"

/* What was found out on the way, for people; zero where nothing was. */
struct run_facts {
    size_t layers, heads, classes;
    int64_t positions;
    size_t parameters;
    uint64_t memory; /* bytes that the largest stage needs, about; of all roles that run here */
    const char *memory_of;   /* which stage that is */
    uint64_t machine_memory; /* what the machine has */
};

/* A line for each mistake, "file:line:column: "; MPCF_E_CONFIG, or where only what the file names is broken (data,
 * a checkpoint) the first one's own status. FACTS may be NULL. A child process of a
 * one-machine run checks nothing: its parent did. */
mpcf_status run_check(const struct pipeline *p, enum pipeline_viewer viewer,
                      struct run_facts *facts, mpcf_error *err);

#endif
