/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run would refuse is found before its first step, with the place of the key that it is about.
 *
 * Teacher and student are built as graphs, without weights; names and shapes of the weights are compared; the
 * tokenizer is opened, the first rows of the data are read; the student is lowered for its longest texts.
 */
#ifndef MPCF_CHECK_RUN_CHECK_H
#define MPCF_CHECK_RUN_CHECK_H

#include "check/run_facts.h"
#include "pipeline/needed_files.h"
#include "pipeline/pipeline.h"

/* A line for each mistake, "file:line:column: ": MPCF_E_CONFIG, also where what the file names is broken (data, a
 * checkpoint), as nothing ran. FACTS is NULL where the run follows: a role then opens its student and
 * texts itself, before it meets anybody, and they are not opened twice. A child process of a
 * one-machine run checks nothing: its parent did. */
mpcf_status run_check(const struct pipeline *p, enum pipeline_viewer viewer,
                      struct run_facts *facts, mpcf_error *err);

#endif
