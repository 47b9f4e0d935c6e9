/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things lie in a run's output folder.
 *
 *   OUTPUT/teacher/          the fine-tuned teacher (with finetune)
 *   OUTPUT/student/          the student as a Hugging Face folder, and its approximations
 *   OUTPUT/student/public/   what user and dealer need: no weights
 *   OUTPUT/stages/           what each finished stage was made from, and of interrupted ones the state
 *   OUTPUT/infer/            what each role wrote of the secure run
 *   OUTPUT/infer/ROLE/       report.json, report.html of a role that was started by itself
 *   OUTPUT/predictions/      of test splits, in the benchmark's form
 *   OUTPUT/cache/            the data as token ids, for the next run (corpus/corpus_cache.h)
 *   OUTPUT/report.json, report.html
 */
#ifndef MPCF_PIPELINE_OUTPUT_H
#define MPCF_PIPELINE_OUTPUT_H

#include "pipeline/pipeline.h"

/* In student/public with embedding: public: the tables that the user looks words up in. */
#define OUTPUT_TABLES "embedding.safetensors"

/* In infer/: the user's answers of a run that has not ended, or did not end well. */
#define OUTPUT_ANSWERS "user.partial.jsonl"

/* In infer/: the user's answers as lines of JSON, of the last run. */
#define OUTPUT_ANSWER_LINES "answers.jsonl"
/* "format" of student/public/digest.json and of the records in stages/: raised where what an earlier version
 * wrote means something else now. None: before there was one. */
#define OUTPUT_FORMAT 2

/* The path of NAME, as "student/public", in the output folder; mpcf_free(). NULL: memory. */
char *output_path(const struct pipeline *p, const char *name);
/* The teacher's folder: OUTPUT/teacher, or the model's without finetune; mpcf_free(). */
char *output_teacher(const struct pipeline *p);

#endif
