/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three roles of a pipeline on this machine, each started as a process of its own.
 */
#ifndef MPCF_INFERENCE_LOCAL_ROLES_H
#define MPCF_INFERENCE_LOCAL_ROLES_H

#include "pipeline/pipeline.h"

#include "pipeline/open_pipeline.h"

/*
 * Runs "mpcf-host run FILE --role R" three times and waits. SOURCE is how P was opened (its
 * sets and plug-in folder go along). The program is this one, or what MPCF_HOST names (tests,
 * and programs that hold the library). The error is the first role's that failed.
 */
mpcf_status local_roles_run(const struct pipeline *p, const struct pipeline_request *source,
                            mpcf_error *err);
/* The same with "mpcf-host predict FILE --role R", and WORDS (NULL ends) behind it for the user, whose
 * standard input and output are this process's. */
mpcf_status local_roles_predict(const struct pipeline *p, const struct pipeline_request *source,
                                const char *const *words, mpcf_error *err);

#endif
